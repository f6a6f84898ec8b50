package objects

import (
	"fmt"
	"strconv"
	"strings"

	"nines/analysis/linear"
	"nines/bench"
)

// tell puts an operation into words, with who performed it and when.
func (h *history) tell(o *op) string {
	s := &h.samples[o.sample]
	node := "n" + strconv.Itoa(int(s.Node))
	if int(s.Node) < len(h.nodes) {
		node = h.nodes[s.Node]
	}
	return fmt.Sprintf("%s (session %d, %s, %s)", o.what(), s.Session, node, o.span())
}

func (o *op) what() string {
	var b strings.Builder
	if o.final {
		b.WriteString("final ")
	}
	if !o.answered() {
		b.WriteString("unanswered ")
	}
	b.WriteString(o.kind.String())
	switch o.kind {
	case bench.Append:
		fmt.Fprintf(&b, " of %d", o.arg)
	case bench.Add:
		fmt.Fprintf(&b, " of %d", int64(o.arg))
	}
	switch {
	case !o.answered() || o.kind == bench.Append:
	case o.kind == bench.List:
		fmt.Fprintf(&b, " that found %d elements", len(o.found.List))
	case o.kind == bench.Pop && o.found.Value == bench.IdleValue:
		b.WriteString(" that found nothing")
	default:
		fmt.Fprintf(&b, " that found %d", o.found.Value)
	}
	return b.String()
}

func (o *op) span() string {
	if !o.answered() {
		return "from " + linear.Seconds(o.sent) + " s"
	}
	return linear.Seconds(o.sent) + "-" + linear.Seconds(o.done) + " s"
}
