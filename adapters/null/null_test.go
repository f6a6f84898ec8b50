package null

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

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

// From the instant at which it hangs, what is asked has no effect and no answer,
// although the client gives up, until the cluster is closed.
func TestHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cluster, cl := dial(t, Config{Hangs: time.Second}, "n1")
		write := func(arg uint64) error {
			ctx, cancel := context.WithTimeout(context.Background(), 10*ms)
			defer cancel()
			_, err := cl.Do(ctx, &bench.Op{Kind: bench.Write, Key: 1, Arg: arg})
			return err
		}
		if err := write(1); err != nil {
			t.Errorf("before Start: %v", err)
		}
		cluster.Start(time.Now())
		time.Sleep(time.Second - 1)
		if err := write(2); err != nil {
			t.Errorf("before it hangs: %v", err)
		}
		time.Sleep(time.Nanosecond)
		done := make(chan error)
		go func() { done <- write(3) }()
		select {
		case err := <-done:
			t.Errorf("answered: %v", err)
		case <-time.After(time.Hour):
		}
		if err := cluster.Close(); err != nil {
			t.Error(err)
		}
		if err := <-done; bench.OutcomeOf(err) != bench.Rejected {
			t.Errorf("after Close: %v, want that it had no effect", err)
		}
		if v := cluster.store.apply(&bench.Op{Kind: bench.Read, Key: 1}).Value; v != 2 {
			t.Errorf("the key has %d, want 2", v)
		}
	})
}

// A cluster that is closed before it would have panicked does not. (That it
// does end its process is seen where trials are processes.)
func TestPanicsNoMore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cluster, _ := dial(t, Config{Panics: time.Second}, "n1")
		cluster.Start(time.Now())
		time.Sleep(time.Second - 1)
		for range 2 {
			if err := cluster.Close(); err != nil {
				t.Error(err)
			}
		}
		time.Sleep(time.Hour)
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

func TestBadConfig(t *testing.T) {
	for want, cfg := range map[string]Config{
		"nodes: -1":                {Nodes: -1},
		"service: uniform":         {Service: Uniform(2, 1)},
		"stalls[1]: for 0s":        {Stalls: []Stall{{For: 1}, {At: 1}}},
		"servers: -1":              {Servers: -1},
		"servers: 1001":            {Servers: 1001},
		"rejected: NaN":            {Rejected: math.NaN()},
		"unknown: 1.5":             {Unknown: 1.5},
		"rejected and unknown: 1.": {Rejected: 0.6, Unknown: 0.6},
		"panics: at -1ns":          {Panics: -1},
		"hangs: at -2ns":           {Hangs: -2},
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
