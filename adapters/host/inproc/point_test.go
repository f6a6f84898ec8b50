package inproc_test

import (
	"fmt"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"nines/adapters/host/inproc"
	"nines/adapters/replica"
	"nines/bench"
	"nines/chaos"
)

var _ chaos.Pointer = (*inproc.Cluster)(nil)

// pacing is a system whose every node reaches the point prepared each second, and
// counts what it does there. The first node reaches it first.
type pacing struct {
	passed map[string]*atomic.Int64
	clocks map[string]replica.Clock // of the nodes
}

func newPacing(nodes ...string) pacing {
	p := pacing{make(map[string]*atomic.Int64), make(map[string]replica.Clock)}
	for _, n := range nodes {
		p.passed[n] = new(atomic.Int64)
	}
	return p
}

func (p pacing) open(env replica.Env) (replica.Replica, error) {
	env.Link.Handle(func(string, any) {})
	p.clocks[env.ID] = env.Clock
	r := &pacer{stop: make(chan struct{}), done: make(chan struct{})}
	go func() {
		defer close(r.done)
		for i, n := range env.Members {
			if n == env.ID {
				time.Sleep(time.Duration(i) * 10 * time.Millisecond)
			}
		}
		for txn := uint64(1); ; txn++ {
			select {
			case <-r.stop:
				return
			case <-time.After(time.Second):
			}
			if held := env.Points(replica.Point{Name: "prepared", Txn: txn, Coordinator: "n1", Participants: env.Members}); held != nil {
				select {
				case <-held:
				case <-r.stop:
					return
				}
			}
			p.passed[env.ID].Add(1)
		}
	}()
	return r, nil
}

type pacer struct{ stop, done chan struct{} }

func (*pacer) Submit(replica.Call) error { return bench.ErrRejected }
func (*pacer) Status() bench.Status      { return bench.Status{Up: true, Leader: "n1"} }
func (r *pacer) Close() error            { close(r.stop); <-r.done; return nil }

func startPacing(t *testing.T) (*inproc.Cluster, pacing, time.Time) {
	t.Helper()
	p := newPacing("n1", "n2")
	cfg := config(t, "n1", "n2")
	cfg.Disk.SyncLatency = 0 // so that all start at once
	cfg.Points = []string{"prepared", "decided"}
	base := time.Now()
	c, err := inproc.Start(cfg, p.open)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	return c, p, base
}

// A node is held at the point while the fault strikes, also when the fault stops
// the node itself; what comes after the point did not happen.
func TestStrikeAtPoint(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, p, base := startPacing(t)
		var got chaos.Point
		var at time.Duration
		disarm, err := c.AtPoint("prepared", func(pt chaos.Point) {
			got, at = pt, time.Since(base)
			time.Sleep(300 * time.Millisecond) // the node waits
			if err := c.Kill("n1"); err != nil {
				t.Error(err)
			}
		})
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(2500 * time.Millisecond)
		disarm()
		disarm()
		want := chaos.Point{Name: "prepared", Node: "n1", Coordinator: "n1", Participants: []string{"n1", "n2"}, Txn: 1}
		if fmt.Sprint(got) != fmt.Sprint(want) || at != time.Second {
			t.Errorf("struck at %+v after %v", got, at)
		}
		if n1, n2 := p.passed["n1"].Load(), p.passed["n2"].Load(); n1 != 0 || n2 != 2 {
			t.Errorf("n1 passed %d times and n2 %d times, want 0 and 2", n1, n2)
		}
		if err := c.Restart(t.Context(), "n1"); err != nil {
			t.Error(err)
		}
		time.Sleep(2500 * time.Millisecond)
		if n1 := p.passed["n1"].Load(); n1 != 2 {
			t.Errorf("after the restart n1 passed %d times, want 2", n1)
		}
	})
}

// The same as a step of a schedule.
func TestFaultAtPoint(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, p, base := startPacing(t)
		kill, err := chaos.Parse("at(prepared, kill(coordinator))")
		if err != nil {
			t.Fatal(err)
		}
		list, err := chaos.Run(t.Context(), chaos.Config{
			Cluster: c, Base: base, Duration: 10 * time.Second,
			Steps: []chaos.Step{{At: 1500 * time.Millisecond, For: 2 * time.Second, Fault: kill}},
		})
		if err != nil || len(list) != 1 {
			t.Fatal(list, err)
		}
		if v := list[0]; v.Start != 2*time.Second || v.End != 4*time.Second ||
			v.Evidence != "at prepared of 2 on n1: n1 was down 2.00 s, then restarted" || v.Error != "" {
			t.Errorf("%+v", v)
		}
		if n1, n2 := p.passed["n1"].Load(), p.passed["n2"].Load(); n1 != 1 || n2 != 3 {
			t.Errorf("n1 passed %d times and n2 %d times, want 1 and 3", n1, n2)
		}
	})
}

// A node that a strike does not stop goes on after it; the second strike that
// waits takes the next node.
func TestStrikesTakeTurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, p, base := startPacing(t)
		log := make([]string, 2)
		var disarms []func()
		for i := range 2 {
			disarm, err := c.AtPoint("prepared", func(pt chaos.Point) {
				log[i] = fmt.Sprintf("%s at %v", pt.Node, time.Since(base))
				time.Sleep(5 * time.Second)
			})
			if err != nil {
				t.Fatal(err)
			}
			disarms = append(disarms, disarm)
		}
		time.Sleep(1500 * time.Millisecond)
		if p.passed["n1"].Load()+p.passed["n2"].Load() != 0 {
			t.Error("a node that is held has passed")
		}
		disarms[0]() // waits for the strike
		if d := time.Since(base); d != 6*time.Second {
			t.Errorf("disarmed after %v", d)
		}
		disarms[1]()
		if got := fmt.Sprint(log); got != "[n1 at 1s n2 at 1.01s]" {
			t.Error(got)
		}
		time.Sleep(1500 * time.Millisecond)
		if n1, n2 := p.passed["n1"].Load(), p.passed["n2"].Load(); n1 != 2 || n2 != 2 {
			t.Errorf("n1 passed %d times and n2 %d times, want 2 and 2", n1, n2)
		}
	})
}

func TestDisarm(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, p, _ := startPacing(t)
		_, err := c.AtPoint("boom", nil)
		wants(t, "an unknown point", err, `the system has no protocol point "boom"; it has [prepared decided]`)
		strike := func(pt chaos.Point) { t.Errorf("struck at %v", pt) }
		_, err = c.AtPoint("decided", strike) // stays armed to the end
		if err != nil {
			t.Fatal(err)
		}
		disarm, err := c.AtPoint("prepared", strike)
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second / 2)
		disarm()
		disarm()
		time.Sleep(time.Second)
		if n := p.passed["n1"].Load(); n != 1 {
			t.Errorf("n1 passed %d times, want 1", n)
		}
	})
}

func BenchmarkNothingArmed(b *testing.B) {
	var points func(replica.Point) <-chan struct{}
	cfg := inproc.Config{Nodes: []string{"n1"}, Timing: replica.Timing{Heartbeat: 1, Election: 2}, Points: []string{"prepared"}}
	c, err := inproc.Start(cfg, func(env replica.Env) (replica.Replica, error) {
		points = env.Points
		env.Link.Handle(func(string, any) {})
		return secondary{"n1"}, nil
	})
	if err != nil {
		b.Fatal(err)
	}
	defer c.Close()
	for b.Loop() {
		points(replica.Point{Name: "prepared", Txn: 1, Coordinator: "n1"})
	}
}
