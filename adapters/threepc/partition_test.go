package threepc_test

import (
	"testing"
	"time"

	"nines/adapters/commit"
	"nines/adapters/commit/committest"
	"nines/adapters/replica/sim"
	"nines/adapters/threepc"
	"nines/analysis/txn"
)

// What the protocol does not promise: cut off when all have voted, the coordinator
// takes the others for dead and commits, and they take it for dead and abort. Had it
// really been dead, all would be well.
func TestPartition(t *testing.T) {
	for _, c := range []struct {
		harm    sim.Harm
		verdict txn.Verdict
	}{{sim.Isolate, txn.Illegal}, {sim.Kill, txn.OK}} {
		t.Run(string(c.harm), func(t *testing.T) {
			var a commit.Audit
			cfg := committest.World(2, a.Watch(threepc.New(threepc.DefaultConfig())))
			cfg.Faults = []sim.Fault{{At: 50 * time.Millisecond, Point: threepc.Voted, Do: c.harm, Whom: sim.Coordinator, For: 200 * time.Millisecond}}
			h, err := sim.Run(cfg)
			if err != nil {
				t.Fatal(err)
			}
			fates, whole := a.Err(), committest.Elements(&h)
			r := txn.Check(t.Context(), h.Samples, h.Txns, txn.Options{Nodes: h.Nodes})
			t.Logf("%v; %v; %v: %s", fates, whole, r.Verdict, r.Why)
			illegal := c.verdict == txn.Illegal
			if (fates != nil) != illegal || (whole != nil) != illegal || r.Verdict != c.verdict {
				t.Errorf("want %v", c.verdict)
			}
		})
	}
}
