package clock

import (
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
	"pgregory.net/rapid"

	"nines/chaos"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const s = time.Second

// offsets tells how far ahead of package time the clock is.
func (c *Clock) off() time.Duration {
	now := time.Now() // virtual time stands still
	return c.Now().Sub(now).Round(time.Microsecond)
}

func expect(t *testing.T, c *Clock, want time.Duration) {
	t.Helper()
	if got := c.off(); got != want {
		t.Errorf("the clock is %v ahead, want %v", got, want)
	}
}

func TestOffset(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var c Clock
		expect(t, &c, 0)
		forward := c.Hurt(chaos.ClockFault{Offset: 200 * time.Millisecond})
		time.Sleep(s)
		expect(t, &c, 200*time.Millisecond)
		back := c.Hurt(chaos.ClockFault{Offset: -s})
		expect(t, &c, -800*time.Millisecond)
		if harm := forward(); harm != (chaos.ClockHarm{Readings: 2}) {
			t.Errorf("harm %+v", harm)
		}
		expect(t, &c, -s)
		time.Sleep(s)
		for range 2 { // the second time changes nothing
			if harm := back(); harm != (chaos.ClockHarm{Readings: 2}) {
				t.Errorf("harm %+v", harm)
			}
		}
		expect(t, &c, 0)
		if c.bend.Load() != nil {
			t.Error("it is right, and still counts its readings")
		}
	})
}

// A clock keeps what it has gained or lost.
func TestRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var c Clock
		slow := c.Hurt(chaos.ClockFault{Rate: -0.5})
		time.Sleep(2 * s)
		expect(t, &c, -s)
		fast := c.Hurt(chaos.ClockFault{Rate: 1}) // together they are right
		time.Sleep(10 * s)
		expect(t, &c, -s)
		if harm := slow(); harm != (chaos.ClockHarm{Ahead: -6 * s}) {
			t.Errorf("harm %+v", harm)
		}
		time.Sleep(3 * s)
		expect(t, &c, 2*s)
		fast()
		time.Sleep(s)
		expect(t, &c, 2*s)
	})
}

// Tickers that run, and those that begin, go with the clock.
func TestTicker(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var c Clock
		early, stop := c.NewTicker(100 * time.Millisecond)
		count := func(ticks <-chan time.Time, d time.Duration) (n int) {
			for end := time.After(d + time.Microsecond); ; {
				select {
				case <-ticks:
					n++
				case <-end:
					return n
				}
			}
		}
		if n := count(early, s); n != 10 {
			t.Errorf("%d ticks in a second, want 10", n)
		}
		heal := c.Hurt(chaos.ClockFault{Rate: 1})
		if n := count(early, s); n < 19 || n > 20 {
			t.Errorf("%d ticks in a second at twice the speed, want 20", n)
		}
		late, stopLate := c.NewTicker(100 * time.Millisecond)
		if n := count(late, s); n != 20 {
			t.Errorf("%d ticks of a ticker that began at twice the speed, want 20", n)
		}
		stopLate()
		if harm := heal(); harm.Readings != 2 {
			t.Errorf("it has driven %d tickers, want 2", harm.Readings)
		}
		<-early // one may have waited
		if n := count(early, s); n < 9 || n > 10 {
			t.Errorf("%d ticks in a second afterwards, want 10", n)
		}
		stop()
		stop()
		if len(c.tickers) != 0 {
			t.Error("a ticker that was stopped is kept")
		}
		if harm := c.Hurt(chaos.ClockFault{Rate: 1})(); harm.Readings != 0 {
			t.Errorf("it has driven %d tickers after their end", harm.Readings)
		}
	})
}

// However faults overlap, the clock never goes back by itself, and in the end runs
// at the right speed.
func TestOverlap(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		rates := rapid.SliceOfN(rapid.Float64Range(-0.9, 9), 1, 5).Draw(rt, "rates")
		order := rapid.Permutation(rates).Draw(rt, "order")
		var c Clock
		var heals []func() chaos.ClockHarm
		last := c.Now()
		look := func() {
			if now := c.Now(); now.Before(last) {
				rt.Fatalf("it went back by %v", last.Sub(now))
			} else {
				last = now
			}
		}
		for _, r := range order {
			heals = append(heals, c.Hurt(chaos.ClockFault{Rate: r}))
			look()
		}
		for _, h := range heals {
			h()
			look()
		}
		if got := c.bend.Load().speed(); got != 1 {
			rt.Fatalf("in the end it runs at %v", got)
		}
	})
}

func BenchmarkNow(b *testing.B) {
	var c Clock
	for b.Loop() {
		c.Now()
	}
}
