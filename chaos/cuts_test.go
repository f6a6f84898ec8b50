package chaos

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"nines/bench"
)

// textOf is such as "1000-2000 n1>n2 n2>n1", in ms.
func textOf(cuts []bench.Cut) string {
	var all []string
	for _, c := range cuts {
		text := fmt.Sprintf("%d-%d", c.From.Milliseconds(), c.To.Milliseconds())
		for _, l := range c.Links {
			text += " " + l[0] + ">" + l[1]
		}
		all = append(all, text)
	}
	return strings.Join(all, "; ")
}

// TestCuts: which links were cut when, on four nodes of which n1 leads.
func TestCuts(t *testing.T) {
	const n1 = "n1>n2 n1>n3 n1>n4 n2>n1 n3>n1 n4>n1"
	for fault, want := range map[string]string{
		"isolate(n1)":                                "1000-2000 " + n1,
		"partition({n1, n2} | n3)":                   "1000-2000 n1>n3 n2>n3 n3>n1 n3>n2",
		"one-way(n1 -> rest)":                        "1000-2000 n1>n2 n1>n3 n1>n4",
		"bridge(n4)":                                 "1000-2000 n1>n3 n2>n3 n3>n1 n3>n2",
		"ring()":                                     "1000-2000 n1>n2 n2>n1 n3>n4 n4>n3",
		"quorum-loss(n2)":                            "1000-2000 n1>n3 n1>n4 n3>n1 n3>n4 n4>n1 n4>n3",
		"constrained(n2, 300ms)":                     "1000-2000 n1>n2 n2>n1; 1300-2000 n1>n3 n1>n4 n3>n1 n3>n4 n4>n1 n4>n3",
		"chained(n3)":                                "1000-2000 n1>n3 n3>n1",
		"flaky(n1 -> n2, 300ms)":                     "1000-1300 n1>n2; 1600-1900 n1>n2",
		"swizzle(n1, 400ms)":                         "1000-1400 " + n1 + "; 1800-2000 " + n1,
		"chained(n2) for 200ms, isolate(n1)":         "1000-1200 n1>n2 n2>n1; 1200-2000 " + n1,
		"kill(n4) + chained(n2) + one-way(n3 -> n1)": "1000-2000 n1>n2 n2>n1; 1000-2000 n3>n1",
		"one-of(isolate(n1), isolate(n1))":           "1000-2000 " + n1,
		"each-of(chained(n2), chained(n2))":          "1000-2000 n1>n2 n2>n1",
		"kill(n1) for 900ms, one-of(isolate(n1), isolate(n1))": "1900-2000 " + n1,
		"at(elected, isolate(n1))":                             "1500-2500 " + n1,
		"loss(n1 -> n2, 100%)":                                 "1000-2000 n1>n2",
		"loss(n1 -> n2, 99%)":                                  "",
		"delay(n1, 50ms)":                                      "",
		"reset(n1, 100ms)":                                     "",
		"kill(n1)":                                             "",
	} {
		bubble(t, 4, func(t *testing.T, f *fake) {
			f.at(s+s/2, func() { f.reach(Point{Name: "elected", Node: "n1", Coordinator: "n1"}) })
			v := run(t, f, t.Context(), Step{At: s, For: s, Fault: must(t, fault)})[0]
			if got := textOf(v.Cuts); got != want || v.Error != "" {
				t.Errorf("%s: %s %s\nwant %s", fault, got, v.Error, want)
			}
		})
	}
}

// TestCutsAreTrue: at every instant the intervals together name the links that let
// nothing through, and no others, whichever faults overlap.
func TestCutsAreTrue(t *testing.T) {
	const (
		every = 10 * time.Millisecond
		lasts = 60 * s
	)
	bubble(t, 5, func(t *testing.T, f *fake) {
		var truth []string // of each instant
		seen := make(chan struct{})
		go func() {
			defer close(seen)
			for time.Sleep(every / 2); time.Since(f.base) < lasts; time.Sleep(every) {
				var now []string
				for _, by := range []string{"cut", "clogged", "loss 100%"} {
					for _, w := range f.hurtWires(by) {
						now = append(now, f.names[w.from]+">"+f.names[w.to])
					}
				}
				slices.Sort(now)
				truth = append(truth, strings.Join(slices.Compact(now), " "))
			}
		}()
		step := func(at time.Duration, fault string) Step {
			return Step{At: at, Every: 11 * s, For: 5 * s, Jitter: s, Fault: must(t, fault)}
		}
		list := run(t, f, t.Context(),
			step(1*s, "flaky(all, 70ms ± 40ms)"), step(4*s, "swizzle(all, 90ms) + chained(n3)"),
			step(5*s, "each-of(ring(), bridge(any), quorum-loss(follower), constrained(follower, 250ms))"),
			step(6*s, "isolate(any) for 1s, one-of(one-way(leader -> rest), flaky(any, 30ms)), loss(any, 100%)"))
		<-seen
		busy := 0
		for i, want := range truth {
			if got := cutAt(list, time.Duration(i)*every+every/2); got != want {
				t.Fatalf("after %v: %s\nwant %s", time.Duration(i)*every+every/2, got, want)
			} else if want != "" {
				busy++
			}
		}
		if len(truth) != int(lasts/every) || busy < len(truth)/2 || busy == len(truth) {
			t.Errorf("of %d instants links were cut at %d", len(truth), busy)
		}
	})
}

// cutAt are the links that were cut at an instant, as the intervals say.
func cutAt(list []bench.Interval, at time.Duration) string {
	var now []string
	for _, v := range list {
		for _, c := range v.Cuts {
			for _, l := range c.Links {
				if c.From <= at && at < c.To {
					now = append(now, l[0]+">"+l[1])
				}
			}
		}
	}
	slices.Sort(now)
	return strings.Join(slices.Compact(now), " ")
}

// TestCutsOfWhatFailed: a sequence that fails in its second part tells of the first,
// and what could only be healed in the end of all that it did.
func TestCutsOfWhatFailed(t *testing.T) {
	boom := func(failing string, times int) func(*fake) {
		return func(f *fake) {
			f.fail = func(what, node string, n int) error {
				if what+" "+node == failing && n < times {
					return fmt.Errorf("boom")
				}
				return nil
			}
		}
	}
	for _, c := range []struct {
		fault string
		fails func(*fake)
		want  string
	}{
		{"chained(n2), slow-sync(n2, 1ms)", boom("hurt n2", 1), "1000-1500 n1>n2 n2>n1"},
		{"kill(n3) + chained(n2)", boom("restart n3", 1), "1000-2000 n1>n2 n2>n1"},
	} {
		bubble(t, 4, func(t *testing.T, f *fake) {
			c.fails(f)
			v := run(t, f, t.Context(), Step{At: s, For: s, Fault: must(t, c.fault)})[0]
			if got := textOf(v.Cuts); got != c.want || v.Error == "" {
				t.Errorf("%s: %s, error %q, want %s", c.fault, got, v.Error, c.want)
			}
		})
	}
}
