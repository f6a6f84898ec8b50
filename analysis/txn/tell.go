package txn

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"nines/bench"
)

// A teller puts transactions into words, and draws the picture that goes with
// them. It tells a transaction's circumstances once.
type teller struct {
	*history
	order []int32 // those told of, until they are named
	told  map[int32]bool
	keys  map[int32]bool // that matter
	edges []Edge         // between operations
}

func (h *history) teller() *teller {
	return &teller{history: h, told: map[int32]bool{}, keys: map[int32]bool{}}
}

// about notes that a key matters.
func (t *teller) about(k int32) { t.keys[k] = true }

// tell names a transaction, with its circumstances the first time.
func (t *teller) tell(n int32) string {
	name := t.name(n)
	if t.told[n] {
		return name
	}
	t.told[n] = true
	return fmt.Sprintf("%s (%s)", name, t.circumstances(n))
}

// name numbers transactions in the order in which they are told of.
func (t *teller) name(n int32) string {
	at := slices.Index(t.order, n)
	if at < 0 {
		t.order, at = append(t.order, n), len(t.order)
	}
	return "T" + strconv.Itoa(at+1)
}

func (t *teller) circumstances(n int32) string {
	o := &t.ops[n]
	s := &t.samples[o.sample]
	var b strings.Builder
	if s.Class != bench.Main {
		b.WriteString(s.Class.String() + ", ")
	}
	switch o.outcome {
	case bench.Unknown:
		b.WriteString("unanswered, ")
	case bench.Rejected:
		b.WriteString("rejected, ")
	}
	fmt.Fprintf(&b, "%s, %s", t.who(s), span(s))
	return b.String()
}

func (h *history) who(s *bench.Sample) string {
	node := "n" + strconv.Itoa(int(s.Node))
	if int(s.Node) < len(h.nodes) {
		node = h.nodes[s.Node]
	}
	return fmt.Sprintf("session %d, %s", s.Session, node)
}

// span prints when an operation was under way.
func span(s *bench.Sample) string {
	if s.Outcome == bench.Unknown {
		return "from " + seconds(s.Sent) + " s"
	}
	return seconds(s.Sent) + "-" + seconds(s.Done) + " s"
}

// seconds prints at least milliseconds and at most nanoseconds.
func seconds(d time.Duration) string {
	s := strconv.FormatFloat(d.Seconds(), 'f', 9, 64)
	for range 6 {
		s = strings.TrimSuffix(s, "0")
	}
	return s
}

// listed prints a list; of a long one, its ends.
func listed(list []uint64) string {
	const most = 8
	var parts []string
	for i, e := range list {
		if len(list) > most && i == 2 {
			parts = append(parts, "…")
		}
		if len(list) <= most || i < 2 || i >= len(list)-4 {
			parts = append(parts, strconv.FormatUint(e, 10))
		}
	}
	if len(list) > most {
		return fmt.Sprintf("[%s] (%d)", strings.Join(parts, " "), len(list))
	}
	return "[" + strings.Join(parts, " ") + "]"
}

// what says what a transaction did to the keys that matter.
func (t *teller) what(n int32) []string {
	o := &t.ops[n]
	var lines []string
	rest := 0
	for i, m := range o.txn.Micros {
		if k := t.keyOf.find(m.Key, 0); !t.keys[k] {
			rest++
			continue
		}
		var found *bench.Found
		if o.outcome == bench.OK {
			found = &o.found[i]
		}
		lines = append(lines, told(m, found))
	}
	if rest > 0 {
		lines = append(lines, fmt.Sprintf("and %d on other keys", rest))
	}
	return lines
}

func told(m bench.Micro, found *bench.Found) string {
	switch m.Kind {
	case bench.Append:
		return fmt.Sprintf("append %d to key %d", m.Arg, m.Key)
	case bench.Write:
		return fmt.Sprintf("write %d to key %d", m.Arg, m.Key)
	case bench.CAS:
		return fmt.Sprintf("swap %d for %d in key %d", m.Expect, m.Arg, m.Key)
	case bench.Add:
		if found == nil {
			return fmt.Sprintf("add %d to key %d", int64(m.Arg), m.Key)
		}
		return fmt.Sprintf("add %d to key %d, which was %d", int64(m.Arg), m.Key, int64(found.Value))
	case bench.List:
		if found != nil {
			return fmt.Sprintf("key %d was %s", m.Key, listed(found.List))
		}
	case bench.Read:
		if found != nil {
			return fmt.Sprintf("key %d was %d", m.Key, int64(found.Value))
		}
	}
	return fmt.Sprintf("read key %d", m.Key)
}

// link draws an edge.
func (t *teller) link(from, to, k int32, kind, label, why string) {
	if k != none {
		t.about(k)
	}
	t.edges = append(t.edges, Edge{From: int(from), To: int(to), Kind: kind, Label: label, Why: why})
}

// picture is what was told, in the order of time.
func (t *teller) picture() (Picture, []int) {
	var p Picture
	var bad []int
	at := map[int]int{}
	ops := slices.Clone(t.order)
	slices.SortFunc(ops, func(a, b int32) int { return cmp.Compare(a, b) })
	for _, n := range ops {
		o := &t.ops[n]
		s := &t.samples[o.sample]
		at[int(n)] = len(p.Nodes)
		who := t.who(s)
		if s.Class != bench.Main {
			who = s.Class.String() + ", " + who
		}
		p.Nodes = append(p.Nodes, Node{Name: t.name(n), Who: who, What: t.what(n), Fate: o.outcome.String(), Sent: o.sent, Done: o.done, Index: int(o.sample)})
		bad = append(bad, int(o.sample))
	}
	for _, e := range t.edges {
		e.From, e.To = at[e.From], at[e.To]
		p.Edges = append(p.Edges, e)
	}
	slices.Sort(bad)
	return p, bad
}
