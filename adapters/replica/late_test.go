package replica

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"nines/bench"
)

// An answer counts only if it is to the attempt that is waited for, and from the
// node that was asked.
func TestStaleAnswers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, ServerConfig{}, "n1", "n2", "n3")
		n1, n2, n3 := w.nodes["n1"], w.nodes["n2"], w.nodes["n3"]
		for _, n := range []*fake{n2, n3} {
			n.set(func(f *fake) { f.leads, f.silent = true, true })
		}
		s := n1.server.Session(1)
		done := make(chan bench.Reply, 1)
		perform := func() {
			r, err := s.Do(t.Context(), read(7))
			if err != nil {
				t.Error(err)
			}
			done <- r
		}
		go perform()
		n1.follow("n2")
		synctest.Wait()
		n1.follow("n3") // attempt 2
		synctest.Wait()
		first, second := n2.accepted()[0], n3.accepted()[0]
		first.Complete(bench.Reply{Value: 1}, nil)                                  // too late
		second.Done.Complete(first.Attempt, bench.Reply{Value: 2}, nil)             // the wrong attempt
		first.Done.Complete(second.Attempt, bench.Reply{}, &bench.NotLeaderError{}) // not the one asked
		first.Done.Complete(second.Attempt, bench.Reply{Value: 3}, nil)             // nor now
		s.Complete(first.Attempt, bench.Reply{Value: 4}, nil)                       // too late
		second.Complete(bench.Reply{Value: 5}, nil)                                 // the answer
		second.Complete(bench.Reply{Value: 6}, nil)                                 // again
		if r := <-done; r.Value != 5 {
			t.Errorf("got the answer %d, want 5", r.Value)
		}
		go perform()
		synctest.Wait()
		second.Complete(bench.Reply{Value: 7}, nil)
		third := n3.accepted()[1]
		third.Complete(bench.Reply{Value: 8}, nil)
		if r := <-done; r.Value != 8 {
			t.Errorf("the next operation got the answer %d, want 8", r.Value)
		}
	})
}

// The leader answers what a node asked for before it was restarted: the session
// that goes on must not take that for the answer to what it asked since.
func TestAnswerAfterRestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, ServerConfig{}, "n1", "n2")
		n1, n2 := w.nodes["n1"], w.nodes["n2"]
		n2.set(func(f *fake) { f.leads, f.silent = true, true })
		n1.follow("n2")
		s := n1.server.Session(1)
		done := make(chan bench.Reply, 1)
		go func() {
			s.Do(t.Context(), write(7, 100))
			done <- bench.Reply{}
		}()
		synctest.Wait()
		n1.server.Close()
		<-done
		n1.set(func(f *fake) { f.refuse = nil })
		w.start("n1", ServerConfig{})
		s = s.On(n1.server)
		go func() {
			r, err := s.Do(t.Context(), cas(7, 1, 2))
			if err != nil {
				t.Error(err)
			}
			done <- r
		}()
		synctest.Wait()
		calls := n2.accepted()
		if len(calls) != 2 || calls[1].Seq != 2 {
			t.Fatalf("%d calls; want a second with sequence 2: %+v", len(calls), calls)
		}
		calls[0].Complete(bench.Reply{Value: 1}, nil)
		calls[1].Complete(bench.Reply{Value: 2}, nil)
		if r := <-done; r.Value != 2 {
			t.Errorf("got the answer %d, want 2", r.Value)
		}
	})
}

// What a client gave up is forgotten, however many there are.
func TestNothingIsKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, ServerConfig{}, "n1", "n2")
		n1 := w.nodes["n1"]
		w.nodes["n2"].set(func(f *fake) { f.leads, f.silent = true, true })
		for i := range uint64(100) {
			if i%2 == 0 {
				n1.follow("n2")
			} else {
				n1.follow("")
			}
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
			n1.server.Session(i+1).Do(ctx, write(i, i+1))
			cancel()
		}
		if n := n1.pending(); n != 0 {
			t.Errorf("%d calls are remembered", n)
		}
	})
}

func TestServerCloseTwice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, ServerConfig{}, "n1")
		s := w.nodes["n1"].server
		for range 2 {
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		}
		if _, err := s.Session(1).Do(t.Context(), write(1, 1)); err == nil {
			t.Error("a node that is closed answers")
		}
	})
}
