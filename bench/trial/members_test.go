package trial_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"nines/bench"
	"nines/bench/trial"
)

// Members come and go and leaders hand over under load, in whole trials of both
// rafts: each fault bites, the history is right, and in the end all nodes hold the
// same, also those that came empty.
func TestWholeTrialOfMembers(t *testing.T) {
	for _, system := range []string{"etcdraft", "hashiraft"} {
		t.Run(system, func(t *testing.T) {
			t.Parallel()
			f := run(t, func(t *testing.T) trial.Config {
				return ready(t, system, three, nil,
					step(t, "transfer-leader(follower)", time.Second, 500*time.Millisecond),
					step(t, "remove(leader)", 2*time.Second, 2*time.Second),
					step(t, "replace(follower)", 5*time.Second, time.Second),
					step(t, "add(2)", 7*time.Second, time.Second),
					step(t, "replace(any) for 1s, one-of(kill(leader), transfer-leader(follower))", 9*time.Second, 2*time.Second))
			})
			f.isSound(t)
			for _, v := range f.Result.Faults {
				if v.Evidence == "" || v.Error != "" || v.NA != "" || strings.Contains(v.Fault, "one-of") != (v.Picked != "") {
					t.Errorf("%+v", v)
				}
			}
			removed := f.Result.Faults[1]
			victim := f.Episodes[1].ByNode[slices.Index(three, removed.Nodes[0])]
			if got := length(victim.Inject.Gap); got < 1900*time.Millisecond || got > 2*time.Second+3*timing.Election {
				t.Errorf("the clients of %s, which had left for 2s, saw a gap of %v", victim.Node, got)
			}
			n := make(map[bench.EventKind]int)
			for _, e := range f.Result.Events {
				n[e.Kind]++
			}
			if n[bench.EventLeft] != 5 || n[bench.EventJoined] != 5 || n[bench.EventFailed] != 0 {
				t.Errorf("events: %v", n)
			}
		})
	}
}
