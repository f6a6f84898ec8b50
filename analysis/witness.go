package analysis

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"nines/bench"
)

// testify adds the operations that show that registers are illegal.
func (t *trial) testify(c *Check, r registers, bad []int) {
	if c.Verdict != VerdictIllegal {
		return
	}
	var samples []int
	for _, i := range bad {
		w := t.witness(r.sample(i))
		w.What = described(&r.ops[i])
		c.Witness = append(c.Witness, w)
		samples = append(samples, r.sample(i))
	}
	slices.SortStableFunc(c.Witness, func(a, b Witness) int { return cmp.Compare(a.Sent, b.Sent) })
	c.Under = t.under(samples)
}

// witness tells of sample i what every operation has.
func (t *trial) witness(i int) Witness {
	s := &t.Samples[i]
	w := Witness{
		What: described(s), Node: t.node(s.Node), Session: s.Session, Class: s.Class.String(), Outcome: s.Outcome.String(),
		Sent: ms(s.Sent), Done: ms(s.Done), Under: t.during(s.Sent, s.Done, called),
	}
	if s.Outcome == bench.Unknown {
		w.Done, w.Under = MS(inf), t.during(s.Sent, s.Sent, called)
	}
	return w
}

func (t *trial) node(n uint16) string {
	if int(n) < len(t.Facts.Nodes) {
		return t.Facts.Nodes[n]
	}
	return "n" + strconv.Itoa(int(n))
}

// described puts a plain operation into words.
func described(s *bench.Sample) string {
	switch {
	case s.Kind == bench.Read && s.Outcome == bench.OK:
		return fmt.Sprintf("key %d was %d", s.Key, s.Result)
	case s.Kind == bench.Read:
		return fmt.Sprintf("read key %d", s.Key)
	case s.Kind == bench.Write:
		return fmt.Sprintf("write %d to key %d", s.Arg, s.Key)
	case s.Kind == bench.CAS && s.Outcome == bench.OK && s.Result != s.Expect:
		return fmt.Sprintf("swap %d for %d in key %d, which was %d", s.Expect, s.Arg, s.Key, s.Result)
	case s.Kind == bench.CAS:
		return fmt.Sprintf("swap %d for %d in key %d", s.Expect, s.Arg, s.Key)
	}
	return fmt.Sprintf("transaction %d", s.Arg)
}

func lines(what []string) string { return strings.Join(what, "; ") }

// under says when the operations of a witness were under way, from the first to
// the last, and which faults were in force in that time.
func (t *trial) under(samples []int) string {
	from, to := bench.Never, -bench.Never
	for _, i := range samples {
		s := &t.Samples[i]
		if s.Class == bench.Preload || s.Sent == bench.Never {
			continue
		}
		from, to = min(from, s.Sent), max(to, s.Sent)
		if s.Outcome == bench.OK {
			to = max(to, s.Done)
		}
	}
	if from == bench.Never {
		return ""
	}
	return fmt.Sprintf("from %.3f s to %.3f s, %s", from.Seconds(), to.Seconds(), t.during(from, to, named))
}

// during says which faults were in force in [from, to], or which was the last
// before it.
func (t *trial) during(from, to time.Duration, name func(*span) string) string {
	var in []string
	var last *span
	for i := range t.faults {
		f := &t.faults[i]
		switch {
		case f.Start > to:
		case f.End >= from:
			in = append(in, name(f))
		case last == nil || f.End > last.End:
			last = f
		}
	}
	switch {
	case len(in) > 3:
		return fmt.Sprintf("during %s and %d other faults", strings.Join(in[:2], ", "), len(in)-2)
	case len(in) > 0:
		return "during " + strings.Join(in, ", ")
	case last != nil:
		return fmt.Sprintf("%.3f s after %s was healed", (from - last.End).Seconds(), name(last))
	case len(t.faults) > 0:
		return "before the first fault"
	}
	return "without any fault"
}

// called is a fault in short.
func called(f *span) string { return fmt.Sprintf("fault %d %s", f.index+1, f.Fault) }

// named is a fault with whom it hit and when.
func named(f *span) string {
	text := called(f)
	if len(f.Nodes) > 0 {
		text += " on " + strings.Join(f.Nodes, " ")
	}
	return text + fmt.Sprintf(" (%.3f-%.3f s)", f.Start.Seconds(), f.End.Seconds())
}
