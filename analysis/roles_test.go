package analysis

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"nines/bench"
)

// rolesText is one word for each span: n1: leads 0-400, down 400-1000.
func rolesText(all []NodeRoles) string {
	var lines []string
	for _, r := range all {
		var words []string
		for _, s := range r.Spans {
			words = append(words, fmt.Sprintf("%s %v-%v", s.Role, s.From, s.To))
		}
		for _, c := range r.Cut {
			word := "cut"
			if c.Partly {
				word = "partly"
			}
			words = append(words, fmt.Sprintf("%s %v-%v", word, c.From, c.To))
		}
		lines = append(lines, r.Node+": "+strings.Join(words, ", "))
	}
	return strings.Join(lines, "; ")
}

func TestRoles(t *testing.T) {
	ev := func(at int, node string, kind bench.EventKind, detail string) bench.Event {
		return bench.Event{At: time.Duration(at) * time.Millisecond, Node: node, Kind: kind, Detail: detail}
	}
	split := func(from, to int, sides ...[]string) bench.Interval {
		return bench.Interval{Fault: "partition", Sides: sides, Start: time.Duration(from) * time.Millisecond, Injected: time.Duration(from+5) * time.Millisecond,
			HealFrom: time.Duration(to) * time.Millisecond, End: time.Duration(to+5) * time.Millisecond}
	}
	for _, c := range []struct {
		name   string
		events []bench.Event
		faults []bench.Interval
		want   string
	}{
		{"nothing is told", []bench.Event{ev(10, "n1", bench.EventSnapshot, "4")}, nil, ""},
		{"elected before the period, and killed", []bench.Event{
			ev(-900, "n1", bench.EventLeader, ""), ev(-800, "n2", bench.EventFollows, "n1"),
			ev(400, "n1", bench.EventKilled, ""), ev(600, "n2", bench.EventLeader, ""), ev(900, "n1", bench.EventRestarted, ""), ev(1200, "n1", bench.EventFollows, "n2"),
		}, nil, "n1: leads 0-400, down 400-900, no leader 900-1000; n2: follows 0-600, leads 600-1000; n3: no leader 0-1000"},
		{"out of order, and what lasted for no time", []bench.Event{
			ev(500, "n1", bench.EventFollows, "n2"), ev(200, "n1", bench.EventLeader, ""), ev(500, "n1", bench.EventLeader, ""),
		}, nil, "n1: no leader 0-200, leads 200-1000; n2: no leader 0-1000; n3: no leader 0-1000"},
		{"nobody leads", []bench.Event{ev(300, "n3", bench.EventKilled, ""), ev(700, "n3", bench.EventRestarted, "")}, nil,
			"n1: up 0-1000; n2: up 0-1000; n3: up 0-300, down 300-700, up 700-1000"},
		{"cut off from a majority", nil, []bench.Interval{split(100, 400, []string{"n1"}, []string{"n2", "n3"}), split(600, 2000, []string{"n1"}, []string{"n2"}, []string{"n3"})},
			"n1: up 0-1000, cut 105-400, cut 605-1000; n2: up 0-1000, cut 605-1000; n3: up 0-1000, cut 605-1000"},
	} {
		t.Run(c.name, func(t *testing.T) {
			in := Input{Facts: facts(time.Second), Events: c.events, Faults: c.faults}
			in.Facts.Nodes = []string{"n1", "n2", "n3"}
			if got := rolesText(newTrial(in).roles()); got != c.want {
				t.Errorf("%s\nwant %s", got, c.want)
			}
		})
	}
}

// Half of the nodes are no majority.
func TestHalfIsCutOff(t *testing.T) {
	in := Input{Facts: facts(time.Second), Faults: []bench.Interval{{Sides: [][]string{{"n1", "n2"}, {"n3", "n4"}}, HealFrom: time.Second, End: time.Second}}}
	in.Facts.Nodes = []string{"n1", "n2", "n3", "n4"}
	for _, r := range newTrial(in).roles() {
		if len(r.Cut) != 1 || r.Cut[0].Partly {
			t.Errorf("%s: %v", r.Node, r.Cut)
		}
	}
}
