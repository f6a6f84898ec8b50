package inproc_test

import (
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"nines/adapters/replica"
	"nines/bench"
	"nines/chaos"
)

// beat is how often each node sends to each other one, all at the same instants.
const beat = 10 * time.Millisecond

// A beating replica sends to all the others all the time. The first one leads.
type beating struct {
	secondary
	stop, done chan struct{}
}

func (b *beating) Close() error {
	close(b.stop)
	<-b.done
	return nil
}

// hearing opens beating replicas, and is told of what arrives.
func hearing(heard func(link [2]string, sent time.Time)) replica.Open {
	return func(env replica.Env) (replica.Replica, error) {
		env.Link.Handle(func(from string, payload any) { heard([2]string{from, env.ID}, payload.(time.Time)) })
		b := &beating{secondary{env.Members[0]}, make(chan struct{}), make(chan struct{})}
		go func() {
			defer close(b.done)
			for {
				next := time.Now().Truncate(beat).Add(beat)
				select {
				case <-time.After(time.Until(next)):
					for _, m := range env.Members {
						env.Link.Send(m, next, 8)
					}
				case <-b.stop:
					return
				}
			}
		}()
		return b, nil
	}
}

// What the intervals say was cut is what no message got through, at each instant and
// on each link, whichever faults overlap.
func TestCutsAreWhatDoesNotArrive(t *testing.T) {
	nodes := []string{"n1", "n2", "n3", "n4", "n5"}
	synctest.Test(t, func(t *testing.T) {
		var (
			mu    sync.Mutex
			heard = map[int64][][2]string{} // at once, by when it was sent
		)
		c := start(t, hearing(func(link [2]string, sent time.Time) {
			if time.Since(sent) < beat/4 {
				mu.Lock()
				defer mu.Unlock()
				heard[sent.UnixNano()] = append(heard[sent.UnixNano()], link)
			}
		}), nodes...)
		base := time.Now().Truncate(beat).Add(beat + 3*time.Millisecond) // no fault comes or goes just when a beat does
		time.Sleep(time.Until(base))
		var steps []chaos.Step
		for i, text := range []string{
			"isolate(leader)", "partition({n1, n2} | rest)", "one-way(leader -> rest)", "bridge(n3)", "ring()", "quorum-loss(n2)",
			"constrained(n2, 250ms)", "chained(n2)", "flaky(all, 100ms)", "swizzle(all, 130ms)", "loss(n2 -> n3, 100%)",
			"chained(n2) for 300ms, one-of(isolate(n4), ring())", "isolate(n2) + one-way(n3 -> n1)", "each-of(isolate(n1), isolate(n5))", "delay(n1, 1ms)",
		} {
			f, err := chaos.Parse(text)
			if err != nil {
				t.Fatal(err)
			}
			// Each overlaps with the next one.
			steps = append(steps, chaos.Step{At: time.Duration(i+1) * time.Second, For: 1300 * time.Millisecond, Fault: f})
		}
		lasts := time.Duration(len(steps)+3) * time.Second
		list, err := chaos.Run(t.Context(), chaos.Config{Cluster: c, Base: base, Steps: steps, Duration: lasts, Seed: 1})
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Until(base.Add(lasts)))
		mu.Lock()
		defer mu.Unlock()
		cut := 0
		for sent := base.Truncate(beat).Add(beat); sent.Before(base.Add(lasts - beat)); sent = sent.Add(beat) {
			for _, from := range nodes {
				for _, to := range nodes {
					link := [2]string{from, to}
					told := toldCut(list, link, sent.Sub(base))
					if arrived := from == to || slices.Contains(heard[sent.UnixNano()], link); arrived == told {
						t.Fatalf("after %v from %s to %s: cut, as is told: %t; arrived: %t", sent.Sub(base), from, to, told, arrived)
					}
					if told {
						cut++
					}
				}
			}
		}
		if cut < 5000 {
			t.Errorf("only %d messages were cut", cut)
		}
	})
}

// toldCut reports whether a link was cut at an instant, as the intervals say.
func toldCut(list []bench.Interval, link [2]string, at time.Duration) bool {
	for _, v := range list {
		for _, c := range v.Cuts {
			if c.From <= at && at < c.To && slices.Contains(c.Links, link) {
				return true
			}
		}
	}
	return false
}
