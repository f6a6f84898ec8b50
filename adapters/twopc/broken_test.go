package twopc_test

import (
	"testing"
	"time"

	"nines/adapters/commit"
	"nines/adapters/commit/committest"
	"nines/adapters/replica/sim"
	"nines/adapters/replica/step"
	"nines/adapters/twopc"
	"nines/analysis/txn"
)

// Each negative control is illegal with a seed that is known to expose it, and the
// right protocol is not under the same schedule.
func TestBroken(t *testing.T) {
	for _, c := range []struct {
		name   string
		broken func(step.New) step.New
		faults func(*sim.Config)
		seed   uint64
	}{
		{"participant commits on timeout",
			func(n step.New) step.New { return twopc.CommitsOnTimeout(n, 6) },
			func(cfg *sim.Config) {
				cfg.Faults = []sim.Fault{{At: 50 * time.Millisecond, Point: twopc.Voted, Do: sim.Kill, Whom: sim.Coordinator, For: 100 * time.Millisecond}}
			}, 37},
		{"coordinator does not log its decision", twopc.ForgetsDecision,
			func(cfg *sim.Config) {
				cfg.Storm = sim.Storm{Kill: 40 * time.Millisecond, For: 50 * time.Millisecond}
			}, 37},
	} {
		t.Run(c.name, func(t *testing.T) {
			right := twopc.New(twopc.DefaultConfig())
			run := func(machine step.New) (h sim.History, fates, whole error) {
				var a commit.Audit
				cfg := committest.World(c.seed, a.Watch(machine))
				c.faults(&cfg)
				h, err := sim.Run(cfg)
				if err != nil {
					t.Fatal(err)
				}
				return h, a.Err(), committest.Elements(&h)
			}
			h, fates, whole := run(right)
			r := txn.Check(t.Context(), h.Samples, h.Txns, txn.Options{Nodes: h.Nodes})
			if fates != nil || whole != nil || r.Verdict != txn.OK {
				t.Errorf("the right protocol: %v, %v, %v: %s", fates, whole, r.Verdict, r.Why)
			}
			h, fates, whole = run(c.broken(right))
			r = txn.Check(t.Context(), h.Samples, h.Txns, txn.Options{Nodes: h.Nodes})
			t.Logf("caught: %v; %v; %v: %s", fates, whole, r.Verdict, r.Why)
			if fates == nil || whole == nil || r.Verdict != txn.Illegal {
				t.Error("the broken one was not caught by all checks")
			}
		})
	}
}
