package chaos

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
)

var prepared = Point{Name: "prepared", Node: "n3", Coordinator: "n2", Participants: []string{"n2", "n3"}, Txn: 17}

// TestPoint: the fault is armed at 5 s, strikes at the first time after that at
// which the point is reached, and is healed as much later as it says.
func TestPoint(t *testing.T) {
	for _, c := range []struct{ fault, middle, nodes, evidence string }{
		{"at(prepared, kill(coordinator))", "[n2 down]", "[n2]", "at prepared of 17 on n3: n2 was down 4.00 s, then restarted"},
		{"at(prepared, kill(participant))", "[n3 down]", "[n3]", "at prepared of 17 on n3: n3 was down 4.00 s, then restarted"},
		{"at(prepared, kill(leader))", "[n2 down]", "[n2]", "at prepared of 17 on n3: n2 was down 4.00 s, then restarted"},
		{"at(prepared, kill(coordinator) + slow-sync(rest, 1ms))", "[n1 sync 1ms n2 down n3 sync 1ms]", "[n2 n1 n3]",
			"at prepared of 17 on n3: n2 was down 4.00 s, then restarted; 8,000 syncs of 2 nodes slowed by 1ms, 8.00 s in total"},
	} {
		bubble(t, 3, func(t *testing.T, f *fake) {
			f.at(4*s, func() { f.reach(prepared) }) // too early
			f.at(6*s, func() { f.reach(Point{Name: "elected", Node: "n1"}) })
			f.at(7*s, func() { f.reach(prepared) })
			f.at(8*s, func() { f.reach(prepared) }) // it has struck
			f.at(9*s, func() {
				if got := fmt.Sprint(f.hurt()); got != c.middle {
					t.Errorf("%s, in the middle: %s, want %s", c.fault, got, c.middle)
				}
			})
			v := run(t, f, t.Context(), Step{At: 5 * s, For: 4 * s, Fault: must(t, c.fault)})[0]
			if v.Start != 7*s || v.Injected != 7*s || v.HealFrom != 11*s || v.End != 11*s {
				t.Errorf("%s: times: %+v", c.fault, v)
			}
			if fmt.Sprint(v.Nodes) != c.nodes || v.Evidence != c.evidence || v.Error != "" || v.NA != "" {
				t.Errorf("%s: %+v\nwant nodes %s, evidence %q", c.fault, v, c.nodes, c.evidence)
			}
		})
	}
}

// TestPointNotReached: what did not strike in its time says so, and does not
// strike later.
func TestPointNotReached(t *testing.T) {
	bubble(t, 3, func(t *testing.T, f *fake) {
		f.at(5*s+4*s+1, func() { f.reach(prepared) })
		v := run(t, f, t.Context(), Step{At: 5 * s, For: 4 * s, Fault: must(t, "at(prepared, kill(coordinator))")})[0]
		if v.Error != "injection: no node reached prepared within 4s" || v.Evidence != "" || v.Nodes != nil || v.Start != 5*s || v.End != 9*s {
			t.Errorf("%+v", v)
		}
		time.Sleep(s)
		if log := strings.Join(f.log, ", "); log != "5s arm prepared" {
			t.Errorf("log: %s", log)
		}
	})
	bubble(t, 3, func(t *testing.T, f *fake) { // the trial ends while it waits
		ctx, cancel := context.WithCancel(t.Context())
		f.at(6*s, cancel)
		v := run(t, f, ctx, Step{At: 5 * s, For: 4 * s, Fault: must(t, "at(prepared, kill(coordinator))")})[0]
		if v.Error != "injection: waiting for prepared: context canceled" || v.End != 6*s || len(f.armed) > 0 {
			t.Errorf("%+v", v)
		}
	})
}

// TestPointFails: arming or striking fails.
func TestPointFails(t *testing.T) {
	for _, c := range []struct{ what, fault, want string }{
		{"arm", "at(prepared, kill(coordinator))", "injection: wait for prepared: broken"},
		{"kill", "at(prepared, kill(coordinator))", "injection: prepared of 17 on n3: kill n2: broken"},
		{"", "at(elected, kill(coordinator))", "injection: elected of 3 on n1: nobody coordinates at this protocol point"},
		{"", "at(elected, kill(participant))", "injection: elected of 3 on n1: participant needs 1 node, and 0 can be chosen: the cluster has 3 nodes"},
	} {
		bubble(t, 3, func(t *testing.T, f *fake) {
			f.fail = func(what, _ string, _ int) error {
				if what == c.what {
					return errors.New("broken")
				}
				return nil
			}
			f.at(6*s, func() { f.reach(prepared); f.reach(Point{Name: "elected", Node: "n1", Txn: 3}) })
			v := run(t, f, t.Context(), Step{At: 5 * s, For: 4 * s, Fault: must(t, c.fault)})[0]
			time.Sleep(2 * s)
			if v.Error != c.want || v.Evidence != "" {
				t.Errorf("%s: %+v, want %s", c.fault, v, c.want)
			}
		})
	}
}

// TestPointOrder: a fault that is to lead to the point does not wait for the one
// that waits there, and what comes after it on paper comes after it in truth.
func TestPointOrder(t *testing.T) {
	bubble(t, 3, func(t *testing.T, f *fake) {
		f.killed = func(node string) {
			if node == "n1" {
				f.at(s, func() { f.reach(Point{Name: "elected", Node: "n3", Coordinator: "n3"}) })
			}
		}
		run(t, f, t.Context(),
			Step{At: 1 * s, For: 2 * s, Fault: must(t, "at(elected, kill(leader))")},
			Step{At: 1 * s, For: 5 * s, Fault: must(t, "kill(n1)")},
			Step{At: 3 * s, For: 1 * s, Fault: must(t, "kill(n2)")})
		want := "1s arm elected, 1s kill n1, 2s kill n3, 4s restart n3, 4s kill n2, 5s restart n2, 6s restart n1"
		if got := strings.Join(f.log, ", "); got != want {
			t.Errorf(" got %s\nwant %s", got, want)
		}
	})
}

func TestPointNotApplicable(t *testing.T) {
	for _, c := range []struct {
		fault string
		caps  Caps
		want  string
	}{
		{"at(prepared, kill(coordinator))", CanKill, "the system does not offer: protocol points"},
		{"at(prepared, kill(coordinator))", CanPoint, "the system does not offer: kill"},
		{"at(voted, kill(coordinator))", ^Caps(0), "the system has no protocol point voted"},
		{"at(prepared, kill(n4))", ^Caps(0), "there is no node n4: the cluster has 3 nodes"},
	} {
		bubble(t, 3, func(t *testing.T, f *fake) {
			f.caps = c.caps
			v := run(t, f, t.Context(), Step{At: s, For: s, Fault: must(t, c.fault)})[0]
			if v.NA != c.want || v.End != s || len(f.log) > 0 {
				t.Errorf("%s: %+v, log %q", c.fault, v, f.log)
			}
		})
	}
}

// TestPointTimes: the wait for the point counts.
func TestPointTimes(t *testing.T) {
	step := Step{At: 2 * s, For: 4 * s, Fault: must(t, "at(prepared, kill(all))")}
	if got := step.Problems(10 * s); got != nil {
		t.Errorf("in 10 s: %v", got)
	}
	want := "[{for the fault may last until 10s, after the end of the measured period at 9.9s: shorten it, or let it begin earlier}]"
	if got := fmt.Sprint(step.Problems(9900 * time.Millisecond)); got != want {
		t.Errorf(" got %s\nwant %s", got, want)
	}
	step.Every = 5 * s
	if got := len(Expand([]Step{step}, 1, 15*s)); got != 2 {
		t.Errorf("%d injections in 15 s, want 2", got)
	}
}
