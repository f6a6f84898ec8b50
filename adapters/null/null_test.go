package null

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
	"pgregory.net/rapid"

	"nines/bench"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const ms = time.Millisecond

func dial(t testing.TB, cfg Config, node string) (*Cluster, bench.Client) {
	t.Helper()
	c, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	cl, err := c.Dial(context.Background(), node, 1)
	if err != nil {
		t.Fatal(err)
	}
	return c, cl
}

// One client's view is that of a map.
func TestStoreIsAMap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var s store
		want := map[uint64]uint64{}
		keys := []uint64{0, 1, pageSize - 1, pageSize, pages*pageSize - 1, pages * pageSize, 1<<62 | 1, math.MaxUint64}
		for i := range rapid.IntRange(1, 60).Draw(t, "ops") {
			op := bench.Op{
				Kind:   bench.Kind(rapid.IntRange(1, 3).Draw(t, "kind")),
				Key:    rapid.SampledFrom(keys).Draw(t, "key"),
				Arg:    uint64(i + 1),
				Expect: uint64(rapid.IntRange(0, i).Draw(t, "expect")),
			}
			got, had := s.apply(&op).Value, want[op.Key]
			if op.Kind == bench.Write {
				had = 0 // a write answers nothing
			}
			if got != had {
				t.Fatalf("%+v returned %d, want %d", op, got, had)
			}
			if op.Kind == bench.Write || op.Kind == bench.CAS && op.Expect == had {
				want[op.Key] = op.Arg
			}
		}
	})
}

// Of compare-and-swaps that expect the same, one swaps: no update is lost.
func TestCompareAndSwapIsAtomic(t *testing.T) {
	var s store
	var swapped atomic.Uint64
	var wg sync.WaitGroup
	for i := range uint64(4) {
		wg.Go(func() {
			for n := range uint64(2000) {
				read := s.apply(&bench.Op{Kind: bench.Read, Key: 1 << 62})
				op := bench.Op{Kind: bench.CAS, Key: 1 << 62, Expect: read.Value, Arg: (i+1)<<32 | n}
				if s.apply(&op) == read {
					swapped.Add(1)
					s.apply(&bench.Op{Kind: bench.Write, Key: 5, Arg: op.Arg})
				}
			}
		})
	}
	wg.Wait()
	if swapped.Load() == 0 || s.apply(&bench.Op{Kind: bench.Read, Key: 5}).Value == 0 {
		t.Error("nothing was swapped")
	}
	// Adding up by compare-and-swap counts every success.
	for range 4 {
		wg.Go(func() {
			for range 1000 {
				for {
					v := s.apply(&bench.Op{Kind: bench.Read, Key: 7}).Value
					if s.apply(&bench.Op{Kind: bench.CAS, Key: 7, Expect: v, Arg: v + 1}).Value == v {
						break
					}
				}
			}
		})
	}
	wg.Wait()
	if v := s.apply(&bench.Op{Kind: bench.Read, Key: 7}).Value; v != 4000 {
		t.Errorf("4000 increments add up to %d", v)
	}
}

// What would be answered in a stall is answered at its end, on the nodes that
// it is for, once the base instant is known.
func TestStalls(t *testing.T) {
	cfg := Config{
		Service: Constant(10 * ms),
		Stalls: []Stall{
			{At: 200 * ms, For: 50 * ms, Node: "n2"}, // given out of order
			{At: 100 * ms, For: 50 * ms},
			{At: 150 * ms, For: 20 * ms, Node: "n2"}, // follows on
			{At: -40 * ms, For: 20 * ms},
		},
	}
	for _, c := range []struct {
		node       string
		sent, done time.Duration
	}{
		{"n1", 0, 10 * ms},
		{"n1", 89 * ms, 99 * ms},
		{"n1", 90 * ms, 150 * ms},  // the service would end in it
		{"n1", 120 * ms, 150 * ms}, // sent in it
		{"n1", 145 * ms, 155 * ms}, // sent in it, but the service is longer
		{"n1", 200 * ms, 210 * ms},
		{"n2", 120 * ms, 170 * ms},
		{"n2", 195 * ms, 250 * ms},
		{"n3", -30 * ms, -20 * ms},
		{"n3", -25 * ms, -15 * ms},
	} {
		synctest.Test(t, func(t *testing.T) {
			cluster, cl := dial(t, cfg, c.node)
			base := time.Now().Add(100 * ms)
			cluster.Start(base)
			time.Sleep(100*ms + c.sent)
			if _, err := cl.Do(context.Background(), &bench.Op{Kind: bench.Read}); err != nil {
				t.Fatal(err)
			}
			if done := time.Since(base); done != c.done {
				t.Errorf("%s: sent at %v, done at %v, want %v", c.node, c.sent, done, c.done)
			}
		})
	}
	synctest.Test(t, func(t *testing.T) { // before Start
		_, cl := dial(t, Config{Stalls: []Stall{{At: -time.Hour, For: 2 * time.Hour}}}, "n1")
		start := time.Now()
		if _, err := cl.Do(context.Background(), &bench.Op{Kind: bench.Read}); err != nil || time.Since(start) != 0 {
			t.Errorf("before Start: %v, %v", time.Since(start), err)
		}
	})
}

func TestGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, cl := dial(t, Config{Service: Constant(time.Hour)}, "n1")
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		start := time.Now()
		_, err := cl.Do(ctx, &bench.Op{Kind: bench.Read})
		if bench.OutcomeOf(err) != bench.Unknown || !errors.Is(err, context.DeadlineExceeded) || time.Since(start) != time.Second {
			t.Errorf("%v after %v", err, time.Since(start))
		}
	})
}

// The shares of failures are as told; what was rejected had no effect, and half
// of what is unknown had.
func TestFailures(t *testing.T) {
	const n = 40_000
	_, cl := dial(t, Config{Rejected: 0.2, Unknown: 0.4, Seed: 5}, "n1")
	var outcomes [bench.Dropped + 1]float64
	var unknownWithEffect float64
	store := cl.(*client).cluster.store.apply
	for i := range uint64(n) {
		_, err := cl.Do(context.Background(), &bench.Op{Kind: bench.Write, Key: 1, Arg: i + 1})
		o := bench.OutcomeOf(err)
		outcomes[o]++
		took := store(&bench.Op{Kind: bench.Read, Key: 1}).Value == i+1
		switch {
		case o == bench.Unknown && took:
			unknownWithEffect++
		case took != (o == bench.OK) && o != bench.Unknown:
			t.Fatalf("a write that is %v had its effect: %v", o, took)
		}
	}
	near := func(what string, got, p float64) {
		if sd := math.Sqrt(p * (1 - p) / n); math.Abs(got/n-p) > 4*sd {
			t.Errorf("%s: a share of %v, want %v", what, got/n, p)
		}
	}
	near("ok", outcomes[bench.OK], 0.4)
	near("rejected", outcomes[bench.Rejected], 0.2)
	near("unknown", outcomes[bench.Unknown], 0.4)
	near("unknown with effect", unknownWithEffect, 0.2)
}

func TestDists(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for text, want := range map[string]struct {
		mean, sd time.Duration
		print    string
	}{
		"0":                   {0, 0, "0s"},
		"5ms":                 {5 * ms, 0, "5ms"},
		"constant( 5ms )":     {5 * ms, 0, "5ms"},
		"uniform(1ms, 3ms)":   {2 * ms, 577350, "uniform(1ms, 3ms)"}, // (b-a)/√12
		"uniform(1ms,1ms)":    {1 * ms, 0, "uniform(1ms, 1ms)"},
		" exponential(2ms)":   {2 * ms, 2 * ms, "exponential(2ms)"},
		"exponential(1500us)": {1500000, 1500000, "exponential(1.5ms)"},
	} {
		d, err := ParseDist(text)
		if err != nil {
			t.Error(err)
			continue
		}
		if d.String() != want.print {
			t.Errorf("%q prints as %q, want %q", text, d, want.print)
		}
		const n = 100_000
		var sum, squares float64
		for range n {
			x := float64(d.draw(rng))
			sum, squares = sum+x, squares+x*x
		}
		mean := sum / n
		sd := math.Sqrt(max(0, squares/n-mean*mean))
		if math.Abs(mean-float64(want.mean)) > 4*float64(want.sd)/math.Sqrt(n)+1 || math.Abs(sd-float64(want.sd)) > 0.03*float64(want.sd)+1 {
			t.Errorf("%q: mean %v, deviation %v", text, time.Duration(mean), time.Duration(sd))
		}
	}
}

func TestBadDists(t *testing.T) {
	for text, want := range map[string]string{
		"":                                     "invalid duration",
		"fast":                                 "invalid duration",
		"-1ms":                                 "no negative time",
		"uniform(3ms, 1ms)":                    "the end is before the start",
		"uniform(1ms)":                         "uniform takes 2 times, not 1",
		"exponential(1ms":                      "closing parenthesis",
		"exponental(1ms)":                      `did you mean "exponential"?`,
		"normal(1ms, 2ms)":                     "there are constant, exponential, uniform",
		"25h":                                  "want at most 24h",
		"uniform(0, 2562047h47m16.854775807s)": "want at most 24h",
	} {
		if _, err := ParseDist(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v, want one with %q", text, err, want)
		}
	}
}

func FuzzParseDist(f *testing.F) {
	for _, seed := range []string{"0", "5ms", "uniform(1ms, 3ms)", "exponential(2ms)", "constant(1h)", "uniform(,)", "x(", "-5s"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		d, err := ParseDist(text)
		if err != nil {
			return
		}
		if again, err := ParseDist(d.String()); err != nil || again != d {
			t.Fatalf("%q prints as %q, which is %v, %v", text, d, again, err)
		}
		if x := d.draw(rand.New(rand.NewPCG(1, 1))); x < 0 {
			t.Fatalf("%v drew %v", d, x)
		}
	})
}

func TestBadConfig(t *testing.T) {
	for want, cfg := range map[string]Config{
		"nodes: -1":                {Nodes: -1},
		"service: uniform":         {Service: Uniform(2, 1)},
		"stalls[1]: for 0s":        {Stalls: []Stall{{For: 1}, {At: 1}}},
		"rejected: NaN":            {Rejected: math.NaN()},
		"unknown: 1.5":             {Unknown: 1.5},
		"rejected and unknown: 1.": {Rejected: 0.6, Unknown: 0.6},
		`unknown node "n9"`:        {Stalls: []Stall{{For: 1, Node: "n9"}}},
	} {
		if _, err := New(cfg); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one with %q", err, want)
		}
	}
	c, err := New(Config{Nodes: 2})
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(c.Nodes()); got != "[n1 n2]" {
		t.Errorf("nodes %s", got)
	}
	if _, err := c.Dial(context.Background(), "n3", 1); err == nil || !strings.Contains(err.Error(), "n1, n2") {
		t.Errorf("dial of a missing node: %v", err)
	}
}

func TestDoAllocatesNothing(t *testing.T) {
	for name, cfg := range map[string]Config{
		"at once": {},
		"slow":    {Service: Uniform(0, 1), Rejected: 0.1, Unknown: 0.1, Stalls: []Stall{{At: time.Hour, For: 1}}},
	} {
		c, cl := dial(t, cfg, "n1")
		c.Start(time.Now())
		op := bench.Op{Kind: bench.CAS, Key: 1 << 62, Arg: 1}
		if n := testing.AllocsPerRun(1000, func() { _, _ = cl.Do(context.Background(), &op) }); n != 0 {
			t.Errorf("%s: %v allocations an operation", name, n)
		}
	}
}

func BenchmarkDo(b *testing.B) {
	_, cl := dial(b, Config{}, "n1")
	op := bench.Op{Kind: bench.Write, Key: 1, Arg: 1}
	b.ReportAllocs()
	for b.Loop() {
		_, _ = cl.Do(context.Background(), &op)
	}
}
