package step_test

import (
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"nines/adapters/host/inproc"
	"nines/adapters/replica"
	"nines/adapters/replica/step"
	"nines/bench"
)

// pointed opens toys of which node n2 reports a point.
func pointed(points func(replica.Point) <-chan struct{}) replica.Open {
	with := step.Open(func(cfg step.Config) (step.Machine, error) { return toyWith(cfg, "durable"), nil })
	without := step.Open(newToy)
	return func(env replica.Env) (replica.Replica, error) {
		if env.ID != "n2" {
			return without(env)
		}
		env.Points = points
		return with(env)
	}
}

// Nothing of a step is done before the fault at its point has been injected.
func TestPointsComeFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const injection = 100 * time.Millisecond
		var asked []uint64
		c := start(t, pointed(func(p replica.Point) <-chan struct{} {
			asked = append(asked, p.Txn)
			if p.Txn != 2 {
				return nil
			}
			done := make(chan struct{})
			time.AfterFunc(injection, func() { close(done) })
			return done
		}), func(cfg *inproc.Config) { cfg.Batch.SnapshotEvery = 0 })
		first := c.write("n1", 1)
		if took := c.write("n1", 2); took != first+injection {
			t.Errorf("it took %v, want %v", took, first+injection)
		}
		if len(asked) != 2 {
			t.Errorf("it asked for %v", asked)
		}
	})
}

// A node that is stopped at a point does nothing of what comes after it.
func TestKilledAtAPoint(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		killed := make(chan struct{})
		never := make(chan struct{})
		c := start(t, pointed(func(p replica.Point) <-chan struct{} {
			close(killed)
			return never
		}), nil)
		ended := make(chan error, 1)
		go func() {
			_, _, err := c.do("n1", 1, bench.Op{Kind: bench.Write, Key: 1, Arg: 1})
			ended <- err
		}()
		<-killed
		synctest.Wait() // for the others to have sent what they send at this instant
		before := c.Cost().Messages
		if err := c.Kill("n2"); err != nil {
			t.Fatal(err)
		}
		if n := c.Cost().Messages - before; n != 0 {
			t.Errorf("%d messages were sent", n)
		}
		if n := c.count(bench.EventFailed); n != 0 {
			t.Errorf("the kill was told as a failure")
		}
		if err := <-ended; bench.OutcomeOf(err) != bench.Unknown {
			t.Errorf("the write ended %v", err)
		}
	})
}

// timed is a machine that holds the ticks which it was told of against the clock.
type timed struct {
	step.Machine
	cfg   step.Config
	began time.Time
	ticks int
	late  func(by int)
}

func (m *timed) Step(in step.Input, out *step.Output) {
	m.ticks += in.Ticks
	if by := int(time.Since(m.began)/m.cfg.Tick) - m.ticks; by != 0 {
		m.late(by)
	}
	m.Machine.Step(in, out)
}

// What has come while a node was held up is taken at the instant at which it is
// taken, not at one that is long over.
func TestTicksKeepUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var held atomic.Int64
		open := step.Open(func(cfg step.Config) (step.Machine, error) {
			return &timed{Machine: toyWith(cfg, "durable"), cfg: cfg, began: time.Now(), late: func(by int) {
				t.Errorf("%s was told %d ticks too few", cfg.Members[cfg.Self], by)
			}}, nil
		})
		c := start(t, func(env replica.Env) (replica.Replica, error) {
			env.Points = func(replica.Point) <-chan struct{} {
				done := make(chan struct{})
				held.Add(1)
				time.AfterFunc(123*time.Millisecond, func() { close(done) })
				return done
			}
			return open(env)
		}, nil)
		for i := range uint64(20) {
			c.write("n2", i+1)
		}
		if held.Load() == 0 {
			t.Error("no node was held up")
		}
	})
}
