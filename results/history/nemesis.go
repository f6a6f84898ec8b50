package history

import (
	"slices"
	"strings"
	"time"

	"nines/bench"
	"nines/results/history/edn"
)

// nemesis makes fault intervals of what the nemesis did. It logs the beginning and
// the end of each of its operations, with the same :f, so that the first says when
// injection (or healing) began and the second when it was complete.
type nemesis struct {
	open  []fault
	ended []bench.Interval
	other map[string]bool
}

// fault is one that goes on.
type fault struct {
	bench.Interval
	by      string // the :f that began it
	healing bool
}

// endings says of a word that begins a fault which one ends it. What follows the
// word, as in :start-partition, must be the same.
var endings = []struct{ begin, end string }{
	{"start", "stop"}, {"kill", "start"}, {"kill", "restart"}, {"pause", "resume"}, {"partition", "heal"}, {"start", "heal"},
}

func (n *nemesis) op(f string, v *edn.Value, at time.Duration) {
	for i := range n.open { // does it end one?
		x := &n.open[i]
		if !ends(x.by, f) {
			continue
		}
		if !x.healing {
			x.HealFrom, x.End, x.healing = at, at, true
			return
		}
		x.End = at
		n.ended = append(n.ended, x.Interval)
		n.open = slices.Delete(n.open, i, i+1)
		return
	}
	for i := range n.open { // is it the second word of one that begins?
		if x := &n.open[i]; x.by == f && !x.healing {
			x.Injected = at
			return
		}
	}
	if !slices.ContainsFunc(endings, func(e struct{ begin, end string }) bool { return begins(f, e.begin) }) {
		if n.other == nil {
			n.other = map[string]bool{}
		}
		n.other[f] = true
		return
	}
	n.open = append(n.open, fault{by: f, Interval: bench.Interval{
		Step: len(n.open) + len(n.ended), Fault: describe(f, v), Start: at, Injected: at,
	}})
}

func begins(f, word string) bool { return f == word || strings.HasPrefix(f, word+"-") }

// ends reports whether what began with one word ends with the other.
func ends(by, f string) bool {
	for _, e := range endings {
		of, began := strings.CutPrefix(by, e.begin)
		to, ended := strings.CutPrefix(f, e.end)
		if began && ended && of == to {
			return true
		}
	}
	return false
}

// all are the faults, by when they began. One that was not ended lasts on.
func (n *nemesis) all(b *builder) []bench.Interval {
	out := n.ended
	for _, x := range n.open {
		out = append(out, x.Interval)
	}
	slices.SortStableFunc(out, func(a, c bench.Interval) int { return a.Step - c.Step })
	if len(n.other) > 0 {
		var words []string
		for f := range n.other {
			words = append(words, ":"+f)
		}
		slices.Sort(words)
		b.note("what the nemesis did that neither begins nor ends a fault was left out: %s", strings.Join(words, ", "))
	}
	return out
}
