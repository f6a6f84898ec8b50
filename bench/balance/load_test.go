package balance

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"nines/bench"
)

// mix makes reads and writes of one key.
type mix struct {
	rng  *rand.Rand
	last uint64
}

func (m *mix) Next(op *bench.Op) bool {
	*op = bench.Op{Kind: bench.Read, Key: 1}
	if m.rng.IntN(2) == 0 {
		m.last++
		*op = bench.Op{Kind: bench.Write, Key: 1, Arg: m.last, Size: 8}
	}
	return true
}

type samples []bench.Sample

func (s *samples) Record(batch []bench.Sample) error {
	*s = append(*s, batch...)
	return nil
}

// fickle nodes answer late, refuse, or lose what they are asked, with and without
// effect, as chance has it.
func fickle(rng *rand.Rand, service time.Duration, fails float64) func(int, *bench.Op) act {
	var lock atomic.Bool // chance has no order, but must not be torn
	return func(node int, _ *bench.Op) act {
		for !lock.CompareAndSwap(false, true) {
		}
		defer lock.Store(false)
		a := act{after: time.Duration(rng.ExpFloat64() * float64(service) * float64(1+3*node))}
		if rng.Float64() < fails {
			a.err, a.late = errRefused, false
			if rng.IntN(2) == 0 {
				a.err, a.late = errLost, rng.IntN(2) == 0
			}
		}
		return a
	}
}

// Whatever the policy and however the nodes fare, under a load of the engine's: an
// operation that succeeded took effect once, one that was rejected never; what a read
// found was there while it was out; retries and hedges keep to their numbers and
// budgets; and in the end nothing is outstanding and no session open. The fake insists
// that sessions are used one request at a time, and not after one was lost.
func TestAnyPolicy(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		base := rapid.SampledFrom([]string{"round-robin", "random", "two-choices", "least-loaded", "pinned(n1)", "leader"}).Draw(rt, "policy")
		budget := rapid.IntRange(1, 100).Draw(rt, "budget")
		tries := rapid.IntRange(2, 6).Draw(rt, "tries")
		to := rapid.SampledFrom([]string{"next", "same"}).Draw(rt, "to")
		after := rapid.SampledFrom([]string{"p50", "p95", "1ms", "20ms"}).Draw(rt, "after")
		retry := fmt.Sprintf(" + retry(tries=%d, backoff=3ms, cap=10ms, budget=%d%%, to=%s)", tries, budget, to)
		hedge := fmt.Sprintf(" + hedge(after=%s, budget=%d%%)", after, budget)
		policy := base + rapid.SampledFrom([]string{"", retry, hedge, retry + hedge}).Draw(rt, "with")
		service, fails := time.Duration(rapid.IntRange(1, 20).Draw(rt, "service"))*ms, rapid.Float64Range(0, 0.6).Draw(rt, "fails")
		seed, closed := rapid.Uint64().Draw(rt, "seed"), rapid.Bool().Draw(rt, "closed")
		down := rapid.Bool().Draw(rt, "down")
		synctest.Test(t, func(t *testing.T) {
			f := newFake(t, fickle(rand.New(rand.NewPCG(seed, 1)), service, fails))
			f.down[1] = down
			b := f.balancer(policy)
			start := time.Now()
			got := underLoad(t, f, b, seed, closed)
			for node := range b.load {
				if n := b.load[node].Load(); n != 0 {
					t.Errorf("%s: node %d is left with %d operations outstanding", policy, node, n)
				}
			}
			if f.open.Load() != 0 {
				t.Errorf("%s: %d sessions are left open", policy, f.open.Load())
			}
			for i := range got {
				f.check(&got[i], start)
			}
			checkBudgets(t, &b.policy, got)
		})
	})
}

// underLoad puts a load on the balancer and returns its samples.
func underLoad(t *testing.T, f *fake, b *Balancer, seed uint64, closed bool) (got samples) {
	t.Helper()
	start := time.Now()
	source := &mix{rng: rand.New(rand.NewPCG(seed, 2))}
	cfg := bench.Config{Cluster: f, Base: start, Abandon: 150 * ms, Recorder: &got, Pacer: bench.Sleeping(start)}
	cfg.Open = []bench.Open{{
		Class: bench.Main, Arrivals: bench.Poisson(500, 0, time.Second, rand.New(rand.NewPCG(seed, 3))),
		Source: source, Picker: b.Picker(0), Dialer: b.Dialer(), MaxInFlight: 50,
	}}
	if closed {
		cfg.Open, cfg.Closed = nil, []bench.Closed{{
			Class: bench.Main, Sessions: 3, Until: time.Second, Picker: b.Picker, Dialer: b.Dialer(),
			Source: func(i int) bench.Source {
				return &mix{rng: rand.New(rand.NewPCG(seed, uint64(i))), last: uint64(i) << 32}
			},
		}}
	}
	if _, err := bench.Run(context.Background(), cfg); err != nil {
		t.Fatal(err)
	}
	return got
}

// check holds a sample against what happened.
func (f *fake) check(s *bench.Sample, start time.Time) {
	switch n := f.applied[s.Arg]; {
	case s.Kind == bench.Read:
	case s.Outcome == bench.OK && n != 1, s.Outcome == bench.Unknown && n > 1, s.Outcome == bench.Rejected && n > 0, s.Outcome == bench.Dropped && n > 0:
		f.t.Errorf("a write took effect %d times: %+v", n, s)
	}
	if s.Outcome == bench.Dropped && s.Tries != 0 || s.Outcome != bench.Dropped && s.Tries == 0 || s.Hedges > 0 && (s.Kind != bench.Read || s.Hedges >= s.Tries) {
		f.t.Errorf("tries and hedges: %+v", s)
	}
	if s.Kind != bench.Read || s.Outcome != bench.OK {
		return
	}
	var before, by uint64
	for _, at := range f.changed {
		if at.Sub(start) < s.Sent {
			before++
		}
		if at.Sub(start) <= s.Done {
			by++
		}
	}
	if s.Result < before || s.Result > by {
		f.t.Errorf("a read found %d, and it was %d to %d while it was out: %+v", s.Result, before, by, s)
	}
}

// checkBudgets counts the extra requests.
func checkBudgets(t *testing.T, p *Policy, got samples) {
	t.Helper()
	var ops, reads, retries, hedges, most float64
	for _, s := range got {
		if s.Outcome == bench.Dropped {
			continue
		}
		ops++
		if s.Kind == bench.Read {
			reads += float64(s.Tries - s.Hedges)
		}
		retries, hedges = retries+float64(s.Tries-s.Hedges-1), hedges+float64(s.Hedges)
		most = max(most, float64(s.Tries-s.Hedges))
	}
	var mayRetry, mayHedge, tries float64 = 0, 0, 1
	if p.retry != nil {
		mayRetry, tries = p.retry.Budget*ops+burst, float64(p.retry.Tries)
	}
	if p.hedge != nil {
		mayHedge = p.hedge.Budget*reads + burst
	}
	if retries > mayRetry || hedges > mayHedge || most > tries {
		t.Errorf("%v: %v retries and %v hedges of %v operations and %v reads, up to %v tries: want at most %v, %v and %v", p, retries, hedges, ops, reads, most, mayRetry, mayHedge, tries)
	}
}

// With one node that takes long, policies that look at what is outstanding send it
// less than its share, and in turn it gets just that.
func TestSlowNodeGetsLess(t *testing.T) {
	for policy, most := range map[string]float64{"round-robin": 0.34, "two-choices": 0.12, "least-loaded": 0.1} {
		synctest.Test(t, func(t *testing.T) {
			f := newFake(t, func(node int, _ *bench.Op) act {
				if node == 2 {
					return act{after: 100 * ms}
				}
				return act{after: 2 * ms}
			})
			b := f.balancer(policy)
			got := underLoad(t, f, b, 1, false)
			slow := 0.0
			for _, s := range got {
				if s.Node == 2 {
					slow++
				}
			}
			if share := slow / float64(len(got)); share > most || policy == "round-robin" && share < 0.33 {
				t.Errorf("%s: the slow node got %.3f of the operations, want at most %v", policy, share, most)
			}
		})
	}
}

// A node that refuses at once has nothing outstanding, and draws what looks for the
// least: unless what it refuses is asked of the next.
func TestDeadNodeDrawsTheLoad(t *testing.T) {
	share := func(policy string) (good, tries float64) {
		synctest.Test(t, func(t *testing.T) {
			f := newFake(t, func(int, *bench.Op) act { return act{after: 5 * ms} })
			f.down[2] = true
			b := f.balancer(policy)
			got := underLoad(t, f, b, 1, false)
			for _, s := range got {
				tries += float64(s.Tries) / float64(len(got))
				if s.Outcome == bench.OK {
					good += 1 / float64(len(got))
				}
			}
		})
		return good, tries
	}
	turns, _ := share("round-robin")
	least, _ := share("least-loaded")
	again, tries := share("least-loaded + retry(budget=100%)")
	if turns < 0.66 || turns > 0.67 || least > 0.6 || again < 0.999 || tries < 1.4 {
		t.Errorf("good: %.3f in turn, %.3f of the least loaded, %.3f with retries (%.2f tries)", turns, least, again, tries)
	}
}
