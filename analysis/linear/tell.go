package linear

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"nines/bench"
)

// A teller puts operations into words and keeps which it told of, so that the
// words and the witness agree. It tells an operation's circumstances once.
type teller struct {
	*history
	told map[int32]bool
}

func (h *history) teller() *teller { return &teller{h, map[int32]bool{}} }

// witness returns the indices of the operations told of, of the writes of the
// values that those found, and of what shows that the unanswered ones of all
// these took effect; it adds the latter to the words.
func (t *teller) witness(why string) (string, []int) {
	for _, op := range t.ops() {
		if s := &t.samples[op]; t.told[op] && s.Outcome == bench.OK && s.Kind != bench.Write {
			if c := t.ids.find(pair{s.Key, s.Result}); c != none {
				t.segment(c, c)
			}
		}
	}
	found := map[int32]bool{}
	queue := t.ops()
	for _, op := range queue {
		found[t.finds(op)] = true
	}
	for ; len(queue) > 0; queue = queue[1:] {
		s := &t.samples[queue[0]]
		c := t.ids.find(pair{s.Key, s.Arg})
		if s.Outcome != bench.Unknown || c == none || found[c] {
			continue
		}
		op := t.evidence(c)
		if op == none {
			continue
		}
		why += fmt.Sprintf("; %s shows that value %d was written", t.tell(op), s.Arg)
		found[c], found[t.finds(op)] = true, true
		queue = append(queue, op)
	}
	ops := t.ops()
	bad := make([]int, len(ops))
	for i, op := range ops {
		bad[i] = int(op)
	}
	return why, bad
}

// evidence returns an operation that found the value of a cluster, or none.
func (t *teller) evidence(c int32) int32 {
	cl := &t.clusters[c]
	if cl.first.op == none && cl.next != none {
		return t.clusters[cl.next].writer
	}
	return cl.first.op
}

// finds returns the cluster of the value that an operation found.
func (t *teller) finds(op int32) int32 {
	s := &t.samples[op]
	switch {
	case s.Kind == bench.Write || !takesPart(s):
		return none
	case s.Outcome == bench.Unknown:
		return t.ids.find(pair{s.Key, s.Expect})
	default:
		return t.ids.find(pair{s.Key, s.Result})
	}
}

// ops returns the operations told of, rising.
func (t *teller) ops() []int32 {
	return slices.Sorted(maps.Keys(t.told))
}

// segment counts the writers of the clusters from one to another of a chain
// among the operations told of.
func (t *teller) segment(from, to int32) {
	for c := from; ; c = t.clusters[c].next {
		if w := t.clusters[c].writer; w != none && !t.told[w] {
			t.told[w] = false
		}
		if c == to {
			return
		}
	}
}

// head returns that of a block's two extreme clusters that is earlier in its chain.
func (t *teller) head(b *block) int32 {
	for c := b.first.in; c != none; c = t.clusters[c].next {
		if c == b.last.in {
			return b.first.in
		}
	}
	return b.last.in
}

// tail returns that of a block's two extreme clusters that is later in its chain.
func (t *teller) tail(b *block) int32 {
	if t.head(b) == b.first.in {
		return b.last.in
	}
	return b.first.in
}

// tell describes an operation, with its circumstances the first time.
func (t *teller) tell(op int32) string {
	s := &t.samples[op]
	var b strings.Builder
	if s.Class == bench.Final || s.Class == bench.Preload || s.Class == bench.Probe {
		b.WriteString(s.Class.String() + " ")
	}
	switch s.Outcome {
	case bench.Unknown:
		b.WriteString("unanswered ")
	case bench.Rejected, bench.Dropped:
		b.WriteString(s.Outcome.String() + " ")
	}
	switch {
	case s.Kind == bench.Read:
		fmt.Fprintf(&b, "read of %d", s.Result)
	case s.Kind == bench.Write:
		fmt.Fprintf(&b, "write of %d", s.Arg)
	case s.Outcome == bench.OK && s.Result != s.Expect:
		fmt.Fprintf(&b, "swap of %d that found %d", s.Expect, s.Result)
	default:
		fmt.Fprintf(&b, "swap of %d for %d", s.Expect, s.Arg)
	}
	if t.told[op] {
		return "that " + b.String()
	}
	t.told[op] = true
	fmt.Fprintf(&b, " (session %d, %s, %s)", s.Session, t.node(s.Node), span(s))
	return b.String()
}

func (t *teller) node(n uint16) string {
	if int(n) < len(t.nodes) {
		return t.nodes[n]
	}
	return "n" + strconv.Itoa(int(n))
}

// span prints when an operation was under way, in seconds.
func span(s *bench.Sample) string {
	switch {
	case s.Sent == bench.Never:
		return "never sent"
	case s.Outcome == bench.Unknown:
		return "from " + Seconds(s.Sent) + " s"
	default:
		return Seconds(s.Sent) + "-" + Seconds(s.Done) + " s"
	}
}

// Seconds prints an instant of a history in seconds: at least milliseconds and at most
// nanoseconds.
func Seconds(d time.Duration) string {
	s := strconv.FormatFloat(d.Seconds(), 'f', 9, 64)
	for range 6 {
		s = strings.TrimSuffix(s, "0")
	}
	return s
}
