package trial_test

import (
	"testing"
	"time"

	"nines/bench/trial"
)

// With reads: local every node answers reads from what it has. Of three nodes two are killed for
// 3 s: the third goes on reading, and nobody writes.
func TestReadsGoOn(t *testing.T) {
	f := run(t, func(t *testing.T) trial.Config {
		return ready(t, "paxos", three, map[string]string{"reads": "local"}, step(t, "kill(without-leader(2))", 4*time.Second, 3*time.Second))
	})
	e := f.Episodes[0]
	if e.NA != "" || e.Error != "" || e.Out.Count != 0 || e.OutReads.Count != 0 {
		t.Errorf("%s %s: all probes %+v, reads %+v; want no outage", e.NA, e.Error, e.Out, e.OutReads)
	}
	if got := float64(e.OutWrites.Total); got < 2980 || got > 3000+float64(3*timing.Election.Milliseconds()) {
		t.Errorf("writes %+v, want an outage of 3 s", e.OutWrites)
	}
	for _, k := range f.ByKind {
		if writes := k.Kind == "write"; (k.Gaps.Count > 0) != writes || k.Gaps.Resolution != 20 || k.Due == 0 {
			t.Errorf("%+v", k)
		}
	}
}
