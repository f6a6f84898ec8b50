package link

import (
	"math"
	"reflect"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"nines/chaos"
)

var _ chaos.Linker = (*Fabric)(nil)

func TestCutIsSilentAndOneDirectional(t *testing.T) {
	c := newCluster(t, Config{Nodes: []string{"a", "b"}})
	heal := c.hurt(t, "a", "b", chaos.LinkFault{Cut: true})
	c.at["a"].Send("b", 1, 1)
	c.at["b"].Send("a", 2, 1)
	c.at["a"].Send("a", 3, 1)
	if got := c.inbox["b"].payloads(); got != nil {
		t.Errorf("b got %v through a cut", got)
	}
	if got, want := c.inbox["a"].payloads(), []any{2, 3}; !reflect.DeepEqual(got, want) {
		t.Errorf("a got %v, want %v", got, want)
	}
	for range 2 { // the second time changes nothing
		if harm := heal(); harm != (chaos.LinkHarm{Dropped: 1}) {
			t.Errorf("harm %+v, want one dropped", harm)
		}
	}
	c.at["a"].Send("b", 4, 1)
	if got, want := c.inbox["b"].payloads(), []any{4}; !reflect.DeepEqual(got, want) {
		t.Errorf("b got %v after healing, want %v", got, want)
	}
	if m, _ := c.Cost(); m != 3 {
		t.Errorf("%d messages were sent, want 3: the lost one counts", m)
	}
}

func TestCutLosesWhatArrivesDuringIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCluster(t, Config{Nodes: []string{"a", "b"}, Profile: table(t, []time.Duration{0, 20 * ms}, []time.Duration{0, 0})})
		for _, at := range []time.Duration{0, 3 * ms, 6 * ms} { // they arrive at 10, 13 and 16 ms
			time.AfterFunc(at, func() { c.at["a"].Send("b", at, 1) })
		}
		time.Sleep(12 * ms)
		heal := c.hurt(t, "a", "b", chaos.LinkFault{Cut: true})
		time.Sleep(2 * ms)
		if harm := heal(); harm.Dropped != 1 {
			t.Errorf("the cut dropped %d, want 1", harm.Dropped)
		}
		time.Sleep(time.Second)
		synctest.Wait()
		if got, want := c.inbox["b"].payloads(), []any{time.Duration(0), 6 * ms}; !reflect.DeepEqual(got, want) {
			t.Errorf("b got what was sent at %v, want %v", got, want)
		}
	})
}

func TestLayersAddUpAndHealOnTheirOwn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCluster(t, Config{Nodes: []string{"a", "b"}})
		send := func() time.Duration {
			n, sent := len(c.inbox["b"].got), time.Since(c.inbox["b"].start)
			c.at["a"].Send("b", 0, 1)
			time.Sleep(time.Second)
			synctest.Wait()
			if len(c.inbox["b"].got) == n {
				return -1
			}
			return c.inbox["b"].got[n].at - sent
		}
		expect := func(want time.Duration) {
			t.Helper()
			if got := send(); got != want {
				t.Errorf("a message took %v, want %v", got, want)
			}
		}
		ten := c.hurt(t, "a", "b", chaos.LinkFault{Delay: 10 * ms})
		expect(10 * ms)
		thirty := c.hurt(t, "a", "b", chaos.LinkFault{Delay: 30 * ms})
		expect(40 * ms)
		cut := c.hurt(t, "a", "b", chaos.LinkFault{Cut: true})
		lossy := c.hurt(t, "a", "b", chaos.LinkFault{Loss: 1, Delay: 50 * ms})
		expect(-1)
		for _, h := range []struct {
			heal  func() chaos.LinkHarm
			harm  chaos.LinkHarm
			after time.Duration
		}{
			{ten, chaos.LinkHarm{Delayed: 2}, -1},
			{cut, chaos.LinkHarm{Dropped: 2}, -1},
			{lossy, chaos.LinkHarm{Dropped: 3}, 30 * ms},
			{thirty, chaos.LinkHarm{Delayed: 2}, 0},
		} {
			if harm := h.heal(); harm != h.harm {
				t.Errorf("harm %+v, want %+v", harm, h.harm)
			}
			expect(h.after)
		}
	})
}

// The share is within five standard deviations, and a seed repeats itself.
func TestLoss(t *testing.T) {
	const n, p = 20000, 0.3
	lost := func(seed uint64) []any {
		c := newCluster(t, Config{Nodes: []string{"a", "b"}, Seed: seed})
		heal := c.hurt(t, "a", "b", chaos.LinkFault{Loss: p})
		for i := range n {
			c.at["a"].Send("b", i, 1)
		}
		harm := heal()
		dropped := harm.Dropped
		if harm.Delayed != 0 {
			t.Errorf("seed %d: %d delayed by a fault without delay", seed, harm.Delayed)
		}
		if d := math.Abs(float64(dropped) - n*p); d > 5*math.Sqrt(n*p*(1-p)) {
			t.Errorf("seed %d: %d of %d lost, want about %.0f", seed, dropped, n, n*p)
		}
		if got := len(c.inbox["b"].got); uint64(got)+dropped != n {
			t.Errorf("seed %d: %d arrived, %d dropped, %d sent", seed, got, dropped, n)
		}
		return c.inbox["b"].payloads()
	}
	one := lost(1)
	if !slices.Equal(one, lost(1)) {
		t.Error("the same seed lost other messages")
	}
	if slices.Equal(one, lost(2)) {
		t.Error("another seed lost the same messages")
	}
}

// A jittered delay covers Delay ± Jitter and no more.
func TestJitter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCluster(t, Config{Nodes: []string{"a", "b"}})
		c.hurt(t, "a", "b", chaos.LinkFault{Delay: 10 * ms, Jitter: 4 * ms})
		lo, hi, sum := time.Hour, time.Duration(0), time.Duration(0)
		const n = 2000
		for range n {
			sent := time.Since(c.inbox["b"].start)
			c.at["a"].Send("b", 0, 1)
			time.Sleep(20 * ms)
			synctest.Wait()
			got := c.inbox["b"].got
			d := got[len(got)-1].at - sent
			lo, hi, sum = min(lo, d), max(hi, d), sum+d
		}
		mean, sigma := sum/n, float64(8*ms)/math.Sqrt(12*n)
		if lo < 6*ms || lo > 6100*time.Microsecond || hi > 14*ms || hi < 13900*time.Microsecond {
			t.Errorf("delays from %v to %v, want 6 to 14 ms", lo, hi)
		}
		if math.Abs(float64(mean-10*ms)) > 5*sigma {
			t.Errorf("mean delay %v, want 10 ms", mean)
		}
	})
}

// Whatever is done to a link, and however often, what arrives is in order, and
// everything that no fault dropped arrives.
func TestOrderIsKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		noDeadline := struct{ testing.TB }{t} // it is in real time
		rapid.Check(noDeadline, func(t *rapid.T) {
			f, err := New(Config{Nodes: []string{"a", "b"}, Seed: rapid.Uint64().Draw(t, "seed")})
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			a, _ := f.Attach("a")
			b, _ := f.Attach("b")
			var got []int
			b.Handle(func(_ string, payload any) { got = append(got, payload.(int)) })
			sent, dropped := 0, uint64(0)
			var heals []func() chaos.LinkHarm
			for range rapid.IntRange(1, 60).Draw(t, "steps") {
				switch rapid.IntRange(0, 5).Draw(t, "step") {
				case 0:
					delay := time.Duration(rapid.IntRange(0, 20).Draw(t, "delay")) * ms
					heal, err := f.HurtLink("a", "b", chaos.LinkFault{
						Delay:  delay,
						Jitter: time.Duration(rapid.Int64Range(0, int64(delay)).Draw(t, "jitter")),
						Loss:   rapid.SampledFrom([]float64{0, 0, 0.5}).Draw(t, "loss"),
					})
					if err != nil {
						t.Fatal(err)
					}
					heals = append(heals, heal)
				case 1:
					if n := len(heals); n > 0 {
						i := rapid.IntRange(0, n-1).Draw(t, "heal")
						dropped += heals[i]().Dropped
						heals = slices.Delete(heals, i, i+1)
					}
				case 2:
					time.Sleep(time.Duration(rapid.IntRange(0, 15).Draw(t, "wait")) * ms)
					synctest.Wait()
				default:
					a.Send("b", sent, 1)
					sent++
				}
			}
			time.Sleep(time.Second * 2)
			synctest.Wait()
			for _, heal := range heals {
				dropped += heal().Dropped
			}
			if !slices.IsSorted(got) || len(slices.Compact(slices.Clone(got))) != len(got) {
				t.Fatalf("arrived out of order, or twice: %v", got)
			}
			if len(got)+int(dropped) < sent || dropped == 0 && len(got) != sent {
				t.Fatalf("%d of %d arrived, %d dropped", len(got), sent, dropped)
			}
		})
	})
}

func TestFaultIsRefused(t *testing.T) {
	c := newCluster(t, Config{Nodes: []string{"a", "b"}})
	for _, l := range []chaos.LinkFault{
		{Loss: -0.1}, {Loss: 1.1}, {Loss: math.NaN()},
		{Delay: -1}, {Jitter: -1}, {Delay: 1, Jitter: 2},
	} {
		if _, err := c.HurtLink("a", "b", l); err == nil {
			t.Errorf("%+v is accepted", l)
		}
	}
	for _, l := range [][2]string{{"a", "a"}, {"a", "x"}, {"x", "a"}} {
		if _, err := c.HurtLink(l[0], l[1], chaos.LinkFault{Cut: true}); err == nil {
			t.Errorf("the link from %s to %s is accepted", l[0], l[1])
		}
	}
}
