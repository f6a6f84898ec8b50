package chaos

import (
	"errors"
	"fmt"
	"testing"
	"time"
)

// TestTransferLeader: it bites when the node leads that was asked for.
func TestTransferLeader(t *testing.T) {
	for _, c := range []struct {
		fault    string
		change   func(*fake)
		evidence string
		err      string
	}{
		{"transfer-leader(n2)", func(*fake) {}, "n1 handed over to n2 within 15 ms (term 1 to 2)", ""},
		{"transfer-leader(n2)", func(f *fake) { f.deaf = true }, "", ""},
		{"transfer-leader(n1)", func(*fake) {}, "", "injection: n1 leads already: want transfer-leader(follower), which never names the leader"},
		{"transfer-leader(n2)", func(f *fake) { f.terms = nil }, "", "injection: no node led within 5s"},
	} {
		bubble(t, 3, func(t *testing.T, f *fake) {
			f.passing = 12 * time.Millisecond
			c.change(f)
			list := run(t, f, t.Context(), Step{At: s, For: s, Fault: must(t, c.fault)})
			if v := list[0]; v.Evidence != c.evidence || v.Error != c.err {
				t.Errorf("%s: %+v\nwant %q, %q", c.fault, v, c.evidence, c.err)
			}
		})
	}
}

// TestRemoveOverlapsKill: whichever ends last brings the node back, and it is empty
// if it had left.
func TestRemoveOverlapsKill(t *testing.T) {
	for _, c := range []struct {
		first, second string
		log           []string
		evidence      [2]string
	}{
		{
			"kill(n2)", "remove(n2)",
			[]string{"1s kill n2", "2s leave n2", "4s join n2"},
			[2]string{"n2 was down 2.00 s, and stays so for another fault", "n1 n3 remained members; n2 was down 2.00 s, then joined empty (members: n1 n2#2 n3)"},
		},
		{
			"remove(n2)", "kill(n2)",
			[]string{"1s leave n2", "4s join n2"},
			[2]string{"n1 n3 remained members; n2 was down 2.00 s, and stays so for another fault", "n2 was down 2.00 s, then joined empty (members: n1 n2#2 n3)"},
		},
	} {
		bubble(t, 3, func(t *testing.T, f *fake) {
			list := run(t, f, t.Context(),
				Step{At: 1 * s, For: 2 * s, Fault: must(t, c.first)},
				Step{At: 2 * s, For: 2 * s, Fault: must(t, c.second)},
				Step{At: 6 * s, For: 1 * s, Fault: must(t, "kill(n2)")}) // as always
			log := append(c.log, "6s kill n2", "7s restart n2")
			if fmt.Sprint(f.log) != fmt.Sprint(log) {
				t.Errorf("%s, %s: got %q\nwant %q", c.first, c.second, f.log, log)
			}
			if got := [2]string{list[0].Evidence, list[1].Evidence}; got != c.evidence {
				t.Errorf("got %q\nwant %q", got, c.evidence)
			}
		})
	}
}

// TestReplaceWaits until the new node has caught up, and not for ever; it does not
// touch a node that is held down.
func TestReplaceWaits(t *testing.T) {
	bubble(t, 3, func(t *testing.T, f *fake) {
		f.lagging = 3 * s
		list := run(t, f, t.Context(),
			Step{At: 1 * s, For: s, Fault: must(t, "replace(n2)")},
			Step{At: 10 * s, For: s, Fault: must(t, "replace({n1, n3})")},
			Step{At: 20 * s, For: 2 * s, Fault: must(t, "kill(n2)")},
			Step{At: 21 * s, For: s, Fault: must(t, "replace(n2)")})
		if v := list[0]; v.HealFrom != 2*s || v.End != 4*s || v.Evidence != "empty nodes took the places of n2 (members: n1 n2#2 n3), and had caught up 3.00 s later" {
			t.Errorf("%+v", v)
		}
		if v := list[1]; v.Injected != 13*s || v.End != 16*s || v.Evidence == "" {
			t.Errorf("one by one: %+v", v)
		}
		if v := list[3]; v.Error != "injection: replace n2: another fault holds n2 down" {
			t.Errorf("%+v", v)
		}
	})
	bubble(t, 3, func(t *testing.T, f *fake) {
		f.lagging = time.Hour
		list, err := Run(t.Context(), Config{Cluster: f, Base: f.base, Duration: 60 * s, Steps: []Step{{At: s, For: s, Fault: must(t, "replace(n2)")}}})
		if v := list[0]; err == nil || v.Error != "healing: wait for n2: it has applied 0 of 10: context deadline exceeded" || v.End != 32*s {
			t.Errorf("%v, %+v", err, v)
		}
	})
}

// TestAddWaits: nodes that join have bitten when all of them had caught up, within the time
// of the fault; healing has them leave in any case, and waits no longer.
func TestAddWaits(t *testing.T) {
	for _, c := range []struct {
		lagging  time.Duration
		evidence string
	}{
		{3 * s, "members: n1 n2 n3 spare-1 spare-2; spare-1 caught up within 3.00 s, and had applied 10 entries when it left; " +
			"spare-2 caught up within 3.00 s, and had applied 10 entries when it left"},
		{5 * s, ""}, // when they have left
		{time.Hour, ""},
	} {
		bubble(t, 3, func(t *testing.T, f *fake) {
			f.lagging, f.behind = c.lagging, 7
			v := run(t, f, t.Context(), Step{At: s, For: 4 * s, Fault: must(t, "add(2)")})[0]
			if v.Evidence != c.evidence || v.Error != "" || v.HealFrom != 5*s || v.End != 5*s {
				t.Errorf("lagging %v: %+v, want %q", c.lagging, v, c.evidence)
			}
		})
	}
}

// TestMemberFails: a change that was not confirmed is undone, since it may have
// taken effect.
func TestMemberFails(t *testing.T) {
	for _, c := range []struct{ fault, failing, want, last string }{
		{"remove({n1, n2})", "leave n2", "injection: remove n2: boom", "1s join n2"},
		{"add(2)", "join spare-2", "injection: add spare-2: boom", "1s leave spare-1"},
		{"replace({n1, n2})", "join n2", "injection: replace n2: boom", "1s join n2"},
	} {
		bubble(t, 4, func(t *testing.T, f *fake) {
			f.fail = func(what, node string, n int) error {
				if what+" "+node == c.failing && n == 0 {
					return errors.New("boom")
				}
				return nil
			}
			list, _ := Run(t.Context(), Config{Cluster: f, Base: f.base, Duration: 60 * s, Steps: []Step{{At: s, For: s, Fault: must(t, c.fault)}}})
			if v := list[0]; v.Error[:len(c.want)] != c.want || f.log[len(f.log)-1] != c.last && c.fault != "add(2)" {
				t.Errorf("%+v, want %q; %q", v, c.want, f.log)
			}
		})
	}
}

// TestSpares: faults that overlap share the spares that there are.
func TestSpares(t *testing.T) {
	bubble(t, 3, func(t *testing.T, f *fake) {
		list := run(t, f, t.Context(),
			Step{At: 1 * s, For: 4 * s, Fault: must(t, "add(1)")},
			Step{At: 2 * s, For: 1 * s, Fault: must(t, "add(1)")},
			Step{At: 4 * s, For: 1 * s, Fault: must(t, "add(2)")},
			Step{At: 6 * s, For: 1 * s, Fault: must(t, "add(2)")})
		var got []string
		for _, v := range list {
			got = append(got, fmt.Sprint(v.Nodes, v.Error))
		}
		want := []string{"[spare-1]", "[spare-2]", "[]injection: 2 spare nodes wanted, and 1 of 2 not in the cluster already", "[spare-1 spare-2]"}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("got %q\nwant %q", got, want)
		}
	})
}
