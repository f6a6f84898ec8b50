package step_test

import (
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"nines/adapters/replica"
	"nines/adapters/replica/step"
	"nines/chaos"
)

// counted counts the ticks that its machine is told of.
type counted struct {
	step.Machine
	ticks *atomic.Int64
	back  func()
}

func (c *counted) Step(in step.Input, out *step.Output) {
	if in.Ticks < 0 {
		c.back()
	}
	c.ticks.Add(int64(in.Ticks))
	c.Machine.Step(in, out)
}

// A machine's ticks are those of its node's clock: they come faster or slower with
// it, all at once when it jumps, and not at all while a clock that was set back has
// not come to where it was.
func TestTicksAreTheClocks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ticks := make(map[string]*atomic.Int64)
		c := start(t, func(env replica.Env) (replica.Replica, error) {
			n := new(atomic.Int64)
			ticks[env.ID] = n
			return step.Open(func(cfg step.Config) (step.Machine, error) {
				return &counted{toyWith(cfg, "durable"), n, func() { t.Error("a tick was taken back") }}, nil
			})(env)
		}, nil)
		const tick = 5 * time.Millisecond // a tenth of a heartbeat
		passed := func(d time.Duration) time.Duration {
			before := ticks["n1"].Load()
			time.Sleep(d)
			return time.Duration(ticks["n1"].Load()-before) * tick
		}
		expect := func(what string, want time.Duration) {
			t.Helper()
			if got := passed(200 * time.Millisecond); got < want-2*tick || got > want+2*tick {
				t.Errorf("%s: in 200 ms it was told of %v, want %v", what, got, want)
			}
		}
		hurt := func(f chaos.ClockFault) func() chaos.ClockHarm {
			heal, err := c.HurtClock("n1", f)
			if err != nil {
				t.Fatal(err)
			}
			return heal
		}
		expect("right", 200*time.Millisecond)
		heal := hurt(chaos.ClockFault{Offset: 300 * time.Millisecond})
		expect("set forward", 500*time.Millisecond)
		heal()
		expect("set back", 0)
		expect("for 300 ms", 100*time.Millisecond)
		heal = hurt(chaos.ClockFault{Rate: 1})
		expect("at twice the speed", 400*time.Millisecond)
		heal()
		expect("right again", 200*time.Millisecond)
		heal = hurt(chaos.ClockFault{Rate: -0.5})
		expect("at half the speed", 100*time.Millisecond)
		heal()
		before := ticks["n2"].Load()
		expect("in the end", 200*time.Millisecond)
		if got := time.Duration(ticks["n2"].Load()-before) * tick; got < 198*time.Millisecond || got > 202*time.Millisecond {
			t.Errorf("another node was told of %v", got)
		}
	})
}
