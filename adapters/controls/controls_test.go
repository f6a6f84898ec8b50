package controls_test

import (
	"flag"
	"reflect"
	"slices"
	"strings"
	"testing"

	"nines/adapters/controls"
	"nines/adapters/replica/sim"
	"nines/analysis"
)

var search = flag.Uint64("search", 0, "how many seeds to try for each control")

// judge simulates and analyses, as a trial is.
func judge(c *controls.Control, planted bool) (analysis.Summary, sim.History, error) {
	f, h, err := c.Run(planted)
	return analysis.Analyze(analysis.Input{Facts: f, Samples: h.Samples, Txns: h.Txns, Faults: h.Faults, Events: h.Events}, analysis.Options{}), h, err
}

// explanations are what must be said of each: the check, and words of its text.
var explanations = map[string][]string{
	"broken-promise":       {"agreement", "differ at index"}, // acceptors chose twice, which shows in what nodes have applied
	"broken-phase1b":       {"durable", "acknowledged write", "is lost"},
	"broken-quorum":        {"linearizable", "write of", "session", "began after"},
	"broken-reads":         {"linearizable", "read of", "began after write of"},
	"broken-phase1b-queue": {"queues", "the element"},
	"broken-quorum-scan":   {"scans", "did not find the key"},
	"broken-phase1b-lock":  {"exclusive", "two holders at once"},
	"broken-reads-counter": {"counters", "read that found"},
	"broken-vote":          {"durable", "acknowledged write", "is lost"},
	"broken-timeout":       {"atomic", "was rejected to its client", "but committed by"},
	"broken-decision":      {"atomic", "was acknowledged to its client, but aborted by"},
	"broken-partition":     {"atomic", "was acknowledged to its client, but aborted by"},
}

// explains reports whether a check is there and its text has all words.
func explains(checks []analysis.Check, want []string) bool {
	return slices.ContainsFunc(checks, func(c analysis.Check) bool {
		return c.Name == want[0] && !slices.ContainsFunc(want[1:], func(word string) bool { return !strings.Contains(c.Why, word) })
	})
}

// illegal are the checks that convict.
func illegal(s *analysis.Summary) (out []analysis.Check) {
	for _, c := range s.Checks {
		if c.Verdict == analysis.VerdictIllegal {
			out = append(out, c)
		}
	}
	return out
}

// Each planted fault is found; the right system is fine under the same schedule;
// and the same seed gives the same history.
func TestControls(t *testing.T) {
	for _, c := range controls.All() {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			for _, planted := range []bool{true, false} {
				s, h, err := judge(&c, planted)
				if err != nil {
					t.Fatal(err)
				}
				if string(s.Verdict) != s.Facts.Expect {
					t.Errorf("planted %t: %s, want %s: %+v", planted, s.Verdict, s.Facts.Expect, s.Checks)
				}
				if got := illegal(&s); planted && !explains(got, explanations[c.Name]) {
					t.Errorf("the explanation is %+v, want %q", got, explanations[c.Name])
				}
				if _, again, _ := judge(&c, planted); !reflect.DeepEqual(h, again) {
					t.Errorf("planted %t: the same seed gave another history", planted)
				}
			}
		})
	}
}

// Look for seeds that expose each fault: -run TestSearch/broken-vote -search 500 -v.
func TestSearch(t *testing.T) {
	for _, c := range controls.All() {
		t.Run(c.Name, func(t *testing.T) {
			for seed := range *search {
				c.Seed = seed
				wrong, _, err := judge(&c, true)
				if err != nil || wrong.Verdict != analysis.VerdictIllegal {
					continue
				}
				if right, _, err := judge(&c, false); err != nil || right.Verdict != analysis.VerdictOK {
					t.Errorf("seed %d: the right system: %v, %s: %+v", seed, err, right.Verdict, right.Checks)
				}
				var by []string
				for _, x := range illegal(&wrong) {
					by = append(by, x.Name)
				}
				t.Logf("seed %d: %s", seed, strings.Join(by, ", "))
			}
		})
	}
}
