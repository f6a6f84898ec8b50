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

// spaced is a profile of two nodes that are so far apart, one way.
func spaced(t *testing.T, oneWay time.Duration) Profile {
	return table(t, []time.Duration{0, 2 * oneWay}, []time.Duration{2 * oneWay, 0})
}

// A share of the messages arrives twice, in its place, on a link with and without
// delay; the cost is that of sending once.
func TestDuplicate(t *testing.T) {
	for _, oneWay := range []time.Duration{0, ms} {
		synctest.Test(t, func(t *testing.T) {
			const n, p = 5000, 0.3
			c := newCluster(t, Config{Nodes: []string{"a", "b"}, Profile: spaced(t, oneWay)})
			heal := c.hurt(t, "a", "b", chaos.LinkFault{Duplicate: p})
			for i := range n {
				c.at["a"].Send("b", i, 10)
			}
			time.Sleep(10 * ms)
			synctest.Wait()
			harm := heal()
			if harm != (chaos.LinkHarm{Duplicated: harm.Duplicated}) || math.Abs(float64(harm.Duplicated)-n*p) > 5*math.Sqrt(n*p*(1-p)) {
				t.Errorf("harm %+v, want about %.0f duplicated", harm, n*p)
			}
			times := make(map[any]int)
			last := -1
			for _, got := range c.inbox["b"].payloads() {
				if i := got.(int); i < last {
					t.Fatalf("%d after %d", i, last)
				}
				last = got.(int)
				times[got]++
			}
			twice := uint64(0)
			for _, k := range times {
				if k == 2 {
					twice++
				}
			}
			if len(times) != n || len(c.inbox["b"].got) != n+int(twice) || twice != harm.Duplicated {
				t.Errorf("%d of %d arrived, %d twice, and %d in all", len(times), n, twice, len(c.inbox["b"].got))
			}
			if m, b := c.Cost(); m != n || b != 10*n {
				t.Errorf("cost %d messages, %d bytes", m, b)
			}
		})
	}
}

// What may be overtaken comes late by up to the bound and keeps nothing waiting;
// the harm is how many were overtaken indeed.
func TestReorder(t *testing.T) {
	for _, oneWay := range []time.Duration{0, 3 * ms} {
		synctest.Test(t, func(t *testing.T) {
			const n, late = 2000, 10 * ms
			c := newCluster(t, Config{Nodes: []string{"a", "b"}, Profile: spaced(t, oneWay)})
			heal := c.hurt(t, "a", "b", chaos.LinkFault{Reorder: 0.2, Late: late})
			start := time.Now()
			for i := range n {
				c.at["a"].Send("b", i, 1)
				time.Sleep(ms)
			}
			time.Sleep(time.Second)
			synctest.Wait()
			harm := heal()
			got := c.inbox["b"].got
			overtaken, held := uint64(0), 0
			greatest, from := -1, start.Sub(c.inbox["b"].start)
			seen := make(map[int]bool)
			for _, a := range got {
				i := a.payload.(int)
				seen[i] = true
				took := a.at - from - time.Duration(i)*ms
				if took < oneWay || took > oneWay+late {
					t.Fatalf("message %d took %v", i, took)
				}
				if took > oneWay {
					held++
				}
				if i < greatest {
					overtaken++
				}
				greatest = max(greatest, i)
			}
			if len(got) != n || len(seen) != n {
				t.Errorf("%d of %d arrived", len(seen), n)
			}
			if harm != (chaos.LinkHarm{Reordered: overtaken}) || overtaken == 0 || held < n/8 || held > n/3 {
				t.Errorf("harm %+v; %d overtaken, %d held back", harm, overtaken, held)
			}
		})
	}
}

// A lone message cannot be overtaken, however late it is.
func TestReorderOfOneIsNoHarm(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCluster(t, Config{Nodes: []string{"a", "b"}})
		heal := c.hurt(t, "a", "b", chaos.LinkFault{Reorder: 1, Late: 10 * ms})
		for i := range 3 {
			c.at["a"].Send("b", i, 1)
			time.Sleep(20 * ms)
		}
		if harm := heal(); harm != (chaos.LinkHarm{}) || len(c.inbox["b"].got) != 3 {
			t.Errorf("harm %+v, got %v", harm, c.inbox["b"].got)
		}
	})
}

// On a link of 1 MB/s messages leave one after the other, each after a time that
// its size takes; what would wait for more than the bound is dropped, also where
// the message before it is as long as all of it.
func TestRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCluster(t, Config{Nodes: []string{"a", "b"}, Profile: spaced(t, 5*ms)})
		heal := c.hurt(t, "a", "b", chaos.LinkFault{Rate: 1e6})
		for i, size := range []int{2000, 3000, 0, 990_000, 10_000, 1, 1} { // the last two are behind 1.005 s of others
			c.at["a"].Send("b", i, size)
		}
		time.Sleep(500 * ms)
		c.at["a"].Send("b", "later", 1000) // half of the backlog has passed
		time.Sleep(10 * time.Second)
		c.at["a"].Send("b", "alone", 3_000_000)
		time.Sleep(10 * time.Second)
		synctest.Wait()
		want := []arrival{
			{7 * ms, "a", 0}, {10 * ms, "a", 1}, {10 * ms, "a", 2}, {1000 * ms, "a", 3}, {1010 * ms, "a", 4},
			{1011 * ms, "a", "later"},
			{10505*ms + 3000*ms, "a", "alone"},
		}
		if got := c.inbox["b"].got; !slices.Equal(got, want) {
			t.Errorf("got %v\nwant %v", got, want)
		}
		if harm := heal(); harm != (chaos.LinkHarm{Dropped: 2, Delayed: 7}) {
			t.Errorf("harm %+v", harm)
		}
	})
}

// While a link is clogged nothing arrives, and nothing is lost; then all that is
// due arrives at once, and the rest in its time.
func TestClog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCluster(t, Config{Nodes: []string{"a", "b"}, Profile: spaced(t, 10*ms)})
		c.at["a"].Send("b", "before", 1)
		time.Sleep(5 * ms)
		heal := c.hurt(t, "a", "b", chaos.LinkFault{Clog: true})
		again := c.hurt(t, "a", "b", chaos.LinkFault{Clog: true})
		c.at["a"].Send("b", "during", 1)
		c.at["b"].Send("a", "back", 1) // the other direction is free
		time.Sleep(35 * ms)
		c.at["a"].Send("b", "late", 1)
		time.Sleep(5 * ms)
		if harm := heal(); harm != (chaos.LinkHarm{Delayed: 2}) {
			t.Errorf("harm %+v, want two delayed", harm)
		}
		if synctest.Wait(); len(c.inbox["b"].got) != 0 {
			t.Errorf("b got %v through a clog", c.inbox["b"].got)
		}
		if harm := again(); harm != (chaos.LinkHarm{Delayed: 2}) {
			t.Errorf("harm of the second %+v, want two delayed", harm)
		}
		time.Sleep(time.Second)
		synctest.Wait()
		if got, want := c.inbox["b"].got, []arrival{{45 * ms, "a", "before"}, {45 * ms, "a", "during"}, {50 * ms, "a", "late"}}; !slices.Equal(got, want) {
			t.Errorf("b got %v, want %v", got, want)
		}
		if got, want := c.inbox["a"].got, []arrival{{15 * ms, "b", "back"}}; !slices.Equal(got, want) {
			t.Errorf("a got %v, want %v", got, want)
		}
	})
}

// A clog also stops a link without delay, and leaves it as it was.
func TestClogOfADirectLink(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCluster(t, Config{Nodes: []string{"a", "b"}})
		heal := c.hurt(t, "a", "b", chaos.LinkFault{Clog: true})
		for i := range 3 {
			c.at["a"].Send("b", i, 1)
		}
		time.Sleep(time.Second)
		if synctest.Wait(); len(c.inbox["b"].got) != 0 {
			t.Errorf("b got %v through a clog", c.inbox["b"].got)
		}
		heal()
		synctest.Wait()
		c.at["a"].Send("b", 3, 1)
		if got, want := c.inbox["b"].payloads(), []any{0, 1, 2, 3}; !reflect.DeepEqual(got, want) {
			t.Errorf("b got %v at once, want %v", got, want)
		}
	})
}

// A reset loses what is in flight, and what is sent within a round trip and a
// little more; then the link is as before, although the fault is not healed.
func TestReset(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCluster(t, Config{Nodes: []string{"a", "b"}, Profile: spaced(t, 10*ms)})
		start := time.Now()
		var heal func() chaos.LinkHarm
		for i := range 60 { // one each millisecond; the first ten arrive before the reset
			if i == 20 {
				heal = c.hurt(t, "a", "b", chaos.LinkFault{Reset: true})
			}
			c.at["a"].Send("b", i, 1)
			time.Sleep(ms)
		}
		time.Sleep(time.Second)
		synctest.Wait()
		var got []any
		for _, a := range c.inbox["b"].got {
			got = append(got, a.payload)
			if want := c.inbox["b"].start.Sub(start) + time.Duration(a.payload.(int))*ms + 10*ms; a.at != want {
				t.Errorf("%v arrived at %v, want %v", a.payload, a.at, want)
			}
		}
		var want []any
		for i := range 60 {
			if i < 10 || i >= 20+20+1 {
				want = append(want, i)
			}
		}
		// What is due at the very instant of the reset may have been handed over.
		if len(got) > 10 && got[10] == 10 {
			got = slices.Delete(got, 10, 11)
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("b got %v, want %v", got, want)
		}
		if harm := heal(); harm.Dropped < 30 || harm.Dropped > 31 || harm.Delayed+harm.Duplicated+harm.Reordered != 0 {
			t.Errorf("harm %+v, want 31 dropped, or 30", harm)
		}
	})
}

// Whatever is done to a link, nothing is made up, what arrives twice was
// duplicated, and everything that no fault dropped arrives once they are healed.
func TestNothingIsMadeUp(t *testing.T) {
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
			got := make(map[int]int)
			b.Handle(func(_ string, payload any) { got[payload.(int)]++ })
			sent := 0
			var total chaos.LinkHarm
			var heals []func() chaos.LinkHarm
			heal := func(i int) {
				harm := heals[i]()
				total.Dropped += harm.Dropped
				total.Duplicated += harm.Duplicated
				heals = slices.Delete(heals, i, i+1)
			}
			some := rapid.SampledFrom([]float64{0, 0, 0.5})
			for range rapid.IntRange(1, 60).Draw(t, "steps") {
				switch rapid.IntRange(0, 6).Draw(t, "step") {
				case 0:
					h, err := f.HurtLink("a", "b", chaos.LinkFault{
						Delay: time.Duration(rapid.IntRange(0, 20).Draw(t, "delay")) * ms,
						Loss:  some.Draw(t, "loss"), Duplicate: some.Draw(t, "duplicate"),
						Reorder: some.Draw(t, "reorder"), Late: 10 * ms,
						Rate: rapid.SampledFrom([]int64{0, 0, 100, 1000}).Draw(t, "rate"),
						Clog: rapid.IntRange(0, 4).Draw(t, "clog") == 0, Reset: rapid.IntRange(0, 4).Draw(t, "reset") == 0,
					})
					if err != nil {
						t.Fatal(err)
					}
					heals = append(heals, h)
				case 1:
					if n := len(heals); n > 0 {
						heal(rapid.IntRange(0, n-1).Draw(t, "heal"))
					}
				case 2:
					time.Sleep(time.Duration(rapid.IntRange(0, 15).Draw(t, "wait")) * ms)
					synctest.Wait()
				default:
					a.Send("b", sent, 1)
					sent++
				}
			}
			for len(heals) > 0 {
				heal(0)
			}
			time.Sleep(10 * time.Second)
			synctest.Wait()
			extra := 0
			for i, k := range got {
				if i >= sent {
					t.Fatalf("%d was not sent", i)
				}
				extra += k - 1
			}
			if extra > int(total.Duplicated) || len(got) > sent || total.Dropped == 0 && (len(got) != sent || extra != int(total.Duplicated)) {
				t.Fatalf("%d of %d arrived, %d more than once; harm %+v", len(got), sent, extra, total)
			}
			before := sent
			a.Send("b", before, 1)
			if got[before] != 1 {
				t.Fatal("the link without faults is not direct again")
			}
		})
	})
}

func TestUnrulyFaultIsRefused(t *testing.T) {
	c := newCluster(t, Config{Nodes: []string{"a", "b"}})
	for _, l := range []chaos.LinkFault{
		{Duplicate: -0.1}, {Duplicate: 1.1}, {Reorder: math.NaN(), Late: 1}, {Reorder: 0.1}, {Reorder: 0.1, Late: -1}, {Rate: -1},
	} {
		if _, err := c.HurtLink("a", "b", l); err == nil {
			t.Errorf("%v is accepted", l)
		}
	}
}

// What is held back to be overtaken is in flight too: a reset loses it.
func TestResetLosesWhatIsHeldBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCluster(t, Config{Nodes: []string{"a", "b"}})
		c.hurt(t, "a", "b", chaos.LinkFault{Reorder: 1, Late: time.Hour})
		for range 3 {
			c.at["a"].Send("b", "held back", 1)
		}
		if harm := c.hurt(t, "a", "b", chaos.LinkFault{Reset: true})(); harm != (chaos.LinkHarm{Dropped: 3}) {
			t.Errorf("harm %+v, want three dropped", harm)
		}
		time.Sleep(2 * time.Hour)
		synctest.Wait()
		if got := c.inbox["b"].payloads(); got != nil {
			t.Errorf("b got %v", got)
		}
	})
}
