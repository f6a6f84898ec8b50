package analysis

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"nines/bench"
	"nines/results"
)

// hurtProbes is a trial of n nodes in which every node's probes, writes and reads in turn
// every 10 ms, are answered after 1 ms where served says so, and else never. It has
// one fault from 4 s to 7 s, which is judged by what was due from 6 s to 6.9 s.
func hurtProbes(n int, theory results.Tolerance, fault bench.Interval, served func(node int, kind bench.Kind, at time.Duration) bool) Input {
	end := 10 * time.Second
	in := Input{Facts: facts(end)}
	in.Facts.Nodes, in.Facts.Tolerance, in.Facts.Probe = nil, &theory, period
	for node := range n {
		in.Facts.Nodes = append(in.Facts.Nodes, fmt.Sprintf("n%d", node+1))
		for i := range int(end / period) {
			due := time.Duration(i) * period
			kind := [...]bench.Kind{bench.Write, bench.Read}[i%2]
			s := bench.Sample{Due: due, Sent: due, Done: due + msec, Node: uint16(node), Class: bench.Probe, Kind: kind, Outcome: bench.OK, Key: 1<<62 | uint64(node)}
			if !served(node, kind, due) {
				s.Outcome, s.Done = bench.Unknown, due+time.Second
			}
			in.Samples = append(in.Samples, s)
		}
	}
	fault.Start, fault.Injected, fault.HealFrom, fault.End, fault.Evidence = 4*time.Second, 4*time.Second, 7*time.Second, 7*time.Second, "x"
	in.Faults = []bench.Interval{fault}
	in.Events = []bench.Event{ // n1 leads when the fault comes
		{At: -time.Second, Node: "n1", Kind: bench.EventLeader, Term: 2}, {At: -2 * time.Second, Node: "n3", Kind: bench.EventLeader, Term: 1},
		{At: 8 * time.Second, Node: "n2", Kind: bench.EventLeader, Term: 3},
	}
	return in
}

var majorityOf3 = results.Tolerance{Serve: 2, Elect: 2, Reads: 2, Killed: 1}

// told writes a survival down: the sides with reads/writes as served (+ as theory
// says, ! against it).
func told(v Survival) string {
	if v.Unjudged != "" {
		return "unjudged: " + v.Unjudged
	}
	text := ""
	for _, s := range v.Sides {
		word := strings.Join(s.Nodes, " ")
		if s.Dead {
			word += " dead"
		}
		if s.Leads {
			word += " leads"
		}
		for _, x := range []Service{s.Reads, s.Writes} {
			sign := "+"
			if !x.Agrees {
				sign = "!"
			}
			word += fmt.Sprintf(" %d~%d/%d%s", x.Served, x.Partly, x.Keys, sign)
		}
		text += "[" + word + "]"
	}
	return text
}

func during(at time.Duration) bool { return at >= 4*time.Second && at < 7*time.Second }

// TestSurvival: who is served, by side and kind, and whether theory said so. Worked by
// hand: 3 nodes of which n1 leads, a majority of 2.
func TestSurvival(t *testing.T) {
	kill := func(down ...string) bench.Interval { return bench.Interval{Fault: "kill", Nodes: down, Down: down} }
	split := bench.Interval{Fault: "partition", Sides: [][]string{{"n1"}, {"n2", "n3"}}}
	alive := func(nodes ...int) func(int, bench.Kind, time.Duration) bool {
		return func(node int, _ bench.Kind, at time.Duration) bool {
			return !during(at) || slices.Contains(nodes, node)
		}
	}
	for _, c := range []struct {
		name   string
		fault  bench.Interval
		served func(int, bench.Kind, time.Duration) bool
		want   string
	}{
		{"a dead follower", kill("n3"), alive(0, 1), "[n1 n2 leads 1~0/1+ 1~0/1+][n3 dead 0~0/1+ 0~0/1+]"},
		{"a dead leader, replaced in time", kill("n1"), func(node int, _ bench.Kind, at time.Duration) bool {
			return !during(at) || node > 0 && at >= 5500*msec
		}, "[n2 n3 1~0/1+ 1~0/1+][n1 dead 0~0/1+ 0~0/1+]"},
		{"a dead leader, replaced too late", kill("n1"), func(node int, _ bench.Kind, at time.Duration) bool {
			return !during(at) || node > 0 && at >= 6500*msec
		}, "[n2 n3 0~1/1! 0~1/1!][n1 dead 0~0/1+ 0~0/1+]"},
		{"no majority", kill("n2", "n3"), alive(), "[n1 leads 0~0/1+ 0~0/1+][n2 n3 dead 0~0/1+ 0~0/1+]"},
		{"no majority, until healing answers what was due just before", kill("n2", "n3"), func(node int, _ bench.Kind, at time.Duration) bool {
			return !during(at) || at >= 6920*msec
		}, "[n1 leads 0~0/1+ 0~0/1+][n2 n3 dead 0~0/1+ 0~0/1+]"},
		{"no majority, and reads all the same", kill("n2", "n3"), func(node int, k bench.Kind, at time.Duration) bool {
			return !during(at) || node == 0 && k == bench.Read
		}, "[n1 leads 1~0/1! 0~0/1+][n2 n3 dead 0~0/1+ 0~0/1+]"},
		{"one of two that live is not served", kill("n3"), alive(0), "[n1 n2 leads 0~1/1! 0~1/1!][n3 dead 0~0/1+ 0~0/1+]"},
		{"nobody lives", kill("n1", "n2", "n3"), alive(), "[n1 n2 n3 dead 0~0/1+ 0~0/1+]"},
		{"the dead answer", kill("n3"), alive(0, 1, 2), "[n1 n2 leads 1~0/1+ 1~0/1+][n3 dead 1~0/1! 1~0/1!]"},
		{"a leader cut off", split, alive(1, 2), "[n1 leads 0~0/1+ 0~0/1+][n2 n3 1~0/1+ 1~0/1+]"},
		{"a leader cut off that reads on", split, func(node int, k bench.Kind, at time.Duration) bool {
			return !during(at) || node > 0 || k == bench.Read
		}, "[n1 leads 1~0/1! 0~0/1+][n2 n3 1~0/1+ 1~0/1+]"},
		{"both at once", bench.Interval{Fault: "both", Down: []string{"n3"}, Sides: split.Sides}, alive(), "[n1 leads 0~0/1+ 0~0/1+][n2 0~0/1+ 0~0/1+][n3 dead 0~0/1+ 0~0/1+]"},
		{"not well before", kill("n3"), func(node int, _ bench.Kind, at time.Duration) bool { return at < 3300*msec || at >= 3500*msec },
			"unjudged: before the fault 35 of 45 reads at n1 were good"},
		{"a bridge", bench.Interval{Fault: "partition", Sides: [][]string{{"n1"}, {"n2"}}}, alive(0, 1, 2), "unjudged: a node on no side reaches all, so there are no sides"},
		{"neither", bench.Interval{Fault: "slow-sync"}, alive(0, 1, 2), "unjudged: it neither killed nodes nor split them"},
		{"failed", bench.Interval{Fault: "kill", Down: []string{"n3"}, Error: "no"}, alive(0, 1, 2), "unjudged: no"},
	} {
		s := Analyze(hurtProbes(3, majorityOf3, c.fault, c.served), Options{})
		if len(s.Tolerance) != 2 {
			t.Fatalf("%s: %d survivals, want that before the fault and that of it", c.name, len(s.Tolerance))
		}
		if got := told(s.Tolerance[0]); c.name != "not well before" && got != "[n1 n2 n3 leads 1~0/1+ 1~0/1+]" {
			t.Errorf("%s: before the fault %s", c.name, got)
		}
		if got := told(s.Tolerance[1]); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.name, got, c.want)
		}
	}
}

// TestFlexibleQuorums: with quorums of 4 and 2 of 5 nodes, the leader goes on with one
// other node; without it, 4 must live. Theory alone is asked, so all are served.
func TestFlexibleQuorums(t *testing.T) {
	theory := results.Tolerance{Serve: 2, Elect: 4, Reads: 2, Killed: 1}
	all := func(int, bench.Kind, time.Duration) bool { return true }
	for _, c := range []struct {
		fault bench.Interval
		want  string // of each side, parts of the keys that should be served
	}{
		{bench.Interval{Down: []string{"n2", "n3", "n4"}}, "1 0"},
		{bench.Interval{Down: []string{"n2", "n3", "n4", "n5"}}, "0 0"},
		{bench.Interval{Down: []string{"n1"}}, "1 0"},
		{bench.Interval{Down: []string{"n1", "n2"}}, "0 0"},
		{bench.Interval{Sides: [][]string{{"n1", "n2"}, {"n3", "n4", "n5"}}}, "1 0"},
		{bench.Interval{Sides: [][]string{{"n1"}, {"n2", "n3", "n4", "n5"}}}, "0 1"},
	} {
		var got []string
		for _, s := range Analyze(hurtProbes(5, theory, c.fault, all), Options{}).Tolerance[1].Sides {
			got = append(got, fmt.Sprint(s.Writes.Theory))
		}
		if text := strings.Join(got, " "); text != c.want {
			t.Errorf("down %v, sides %v: %s, want %s", c.fault.Down, c.fault.Sides, text, c.want)
		}
	}
}

// TestLocalReads: a node that answers reads by itself does so whoever else is dead.
func TestLocalReads(t *testing.T) {
	theory := results.Tolerance{Serve: 2, Elect: 2, Reads: 1, Killed: 1}
	in := hurtProbes(3, theory, bench.Interval{Down: []string{"n1", "n2"}}, func(node int, k bench.Kind, at time.Duration) bool {
		return !during(at) || node == 2 && k == bench.Read
	})
	if got, want := told(Analyze(in, Options{}).Tolerance[1]), "[n3 1~0/1+ 0~0/1+][n1 n2 dead 0~0/1+ 0~0/1+]"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// TestOwnersSurvive: where nodes own keys, a side has the keys of its own nodes: these
// and no others.
func TestOwnersSurvive(t *testing.T) {
	owned := func(served func(node, owner int) bool) Survival {
		fault := bench.Interval{Down: []string{"n2"}}
		in := hurtProbes(3, results.Tolerance{Serve: 1, Elect: 1, Reads: 1}, fault, func(int, bench.Kind, time.Duration) bool { return true })
		in.Facts.Guarantees = results.Guarantees{Partitioned: true}
		for i := range in.Samples {
			s := &in.Samples[i]
			owner := i / 2 % 3
			s.Key |= uint64(owner) << 16
			if during(s.Due) && !served(int(s.Node), owner) {
				s.Outcome = bench.Unknown
			}
		}
		return Analyze(in, Options{}).Tolerance[1]
	}
	for _, c := range []struct {
		served func(node, owner int) bool
		want   string
	}{
		{func(node, owner int) bool { return node != 1 && owner != 1 }, "[n1 n3 2~0/3+ 2~0/3+][n2 dead 0~0/3+ 0~0/3+]"},
		{func(node, owner int) bool { return node != 1 && owner != 2 }, "[n1 n3 2~0/3! 2~0/3!][n2 dead 0~0/3+ 0~0/3+]"}, // as many, but others
		{func(node, owner int) bool { return node != 1 && owner == node }, "[n1 n3 0~2/3! 0~2/3!][n2 dead 0~0/3+ 0~0/3+]"},
	} {
		if got := told(owned(c.served)); got != c.want {
			t.Errorf("got %s, want %s", got, c.want)
		}
	}
}

// TestFaultsAtOnce: what overlaps cannot be told apart.
func TestFaultsAtOnce(t *testing.T) {
	in := hurtProbes(3, majorityOf3, bench.Interval{Fault: "a", Down: []string{"n3"}}, func(int, bench.Kind, time.Duration) bool { return true })
	second := in.Faults[0]
	second.Fault, second.Start, second.Injected = "b", 5*time.Second, 5*time.Second
	in.Faults = append(in.Faults, second)
	s := Analyze(in, Options{})
	if a, b := told(s.Tolerance[1]), told(s.Tolerance[2]); a != "unjudged: another fault was in force: b" || b != "unjudged: another fault was in force: a" {
		t.Errorf("%s; %s", a, b)
	}
}

// TestNoSurvival: other trials have none.
func TestNoSurvival(t *testing.T) {
	in := hurtProbes(3, majorityOf3, bench.Interval{Down: []string{"n3"}}, func(int, bench.Kind, time.Duration) bool { return true })
	in.Facts.Tolerance = nil
	if s := Analyze(in, Options{}); s.Tolerance != nil {
		t.Errorf("%+v", s.Tolerance)
	}
}
