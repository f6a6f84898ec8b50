package analysis

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"nines/bench"
)

// cutting is a fault that cut links, such as "n1>n2 n3-n4" with - for both
// directions, from an instant to another in ms.
func cutting(from, to float64, links string) bench.Interval {
	at := func(ms float64) time.Duration { return time.Duration(ms * float64(time.Millisecond)) }
	c := bench.Cut{From: at(from), To: at(to)}
	for _, l := range strings.Fields(links) {
		if a, b, one := strings.Cut(l, ">"); one {
			c.Links = append(c.Links, [2]string{a, b})
			continue
		}
		a, b, _ := strings.Cut(l, "-")
		c.Links = append(c.Links, [2]string{a, b}, [2]string{b, a})
	}
	return bench.Interval{Fault: links, Start: at(from), Injected: at(from), HealFrom: at(to), End: at(to), Cuts: []bench.Cut{c}}
}

// cutText is such as "n1 off 100-200 part 200-400; n3 …", of the nodes that were cut.
func cutText(nodes []string, all [][]RoleCut) string {
	var lines []string
	for i, cuts := range all {
		line := nodes[i]
		for _, c := range cuts {
			word := "off"
			if c.Partly {
				word = "part"
			}
			line += fmt.Sprintf(" %s %v-%v", word, c.From, c.To)
		}
		if len(cuts) > 0 {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "; ")
}

// How each of five nodes stands, as the links that were cut tell.
func TestRoleCuts(t *testing.T) {
	isolated := cutting(100, 400, "n1-n2 n1-n3 n1-n4 n1-n5")
	for _, c := range []struct {
		name   string
		faults []bench.Interval
		want   string
	}{
		{"nothing", nil, ""},
		{"a node is isolated", []bench.Interval{isolated}, "n1 off 100-400"},
		{"two have a link left", []bench.Interval{cutting(100, 400, "n1-n3 n1-n4 n1-n5 n2-n3 n2-n4 n2-n5")}, "n1 off 100-400; n2 off 100-400"},
		{"a leader that hears and is not heard", []bench.Interval{cutting(100, 400, "n1>n2 n1>n3 n1>n4 n1>n5")},
			"n1 part 100-400; n2 part 100-400; n3 part 100-400; n4 part 100-400; n5 part 100-400"},
		{"a bridge", []bench.Interval{cutting(100, 400, "n1-n4 n1-n5 n2-n4 n2-n5")}, "n1 part 100-400; n2 part 100-400; n4 part 100-400; n5 part 100-400"},
		{"all but the hub have lost their quorum", []bench.Interval{cutting(100, 400, "n1-n3 n1-n4 n1-n5 n3-n4 n3-n5 n4-n5")},
			"n1 off 100-400; n3 off 100-400; n4 off 100-400; n5 off 100-400"},
		{"a chain", []bench.Interval{cutting(100, 400, "n1-n2")}, "n1 part 100-400; n2 part 100-400"},
		{"first the chain, then alone", []bench.Interval{cutting(100, 200, "n1-n2"), cutting(200, 400, "n1-n2 n1-n3 n1-n4 n1-n5")},
			"n1 part 100-200 off 200-400; n2 part 100-200"},
		{"two faults that together cut off", []bench.Interval{cutting(100, 400, "n1-n2 n1-n3"), cutting(200, 300, "n1-n4")},
			"n1 part 100-200 off 200-300 part 300-400; n2 part 100-200 part 300-400; n3 part 100-200 part 300-400"},
		{"the same link twice", []bench.Interval{cutting(100, 300, "n1-n2"), cutting(200, 400, "n1-n2")}, "n1 part 100-400; n2 part 100-400"},
		{"one link after the other", []bench.Interval{cutting(100, 400, "n1-n2 n1-n3"), cutting(100.4, 399.5, "n1-n4 n1-n5")}, "n1 off 100-399.5"},
		{"before the period and beyond it", []bench.Interval{cutting(-200, 50, "n1-n2"), cutting(900, 2000, "n3-n4")},
			"n1 part 0-50; n2 part 0-50; n3 part 900-1000; n4 part 900-1000"},
		{"nobody of this cluster", []bench.Interval{cutting(100, 400, "n1-m2")}, ""},
		{"sides, of an earlier version", []bench.Interval{{Sides: [][]string{{"n1", "n2"}, {"n3", "n4", "n5"}}, Start: 100e6, Injected: 110e6, HealFrom: 400e6, End: 420e6}},
			"n1 off 110-400; n2 off 110-400"},
		{"sides that a node joins", []bench.Interval{{Sides: [][]string{{"n1"}, {"n2"}}, Start: 100e6, Injected: 100e6, HealFrom: 400e6, End: 400e6}},
			"n1 part 100-400; n2 part 100-400"},
	} {
		in := Input{Facts: facts(time.Second), Faults: c.faults}
		in.Facts.Nodes = []string{"n1", "n2", "n3", "n4", "n5"}
		if got := cutText(in.Facts.Nodes, newTrial(in).roleCuts()); got != c.want {
			t.Errorf("%s: %s\nwant %s", c.name, got, c.want)
		}
	}
}
