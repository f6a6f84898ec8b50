package commit

import (
	"fmt"
	"strings"

	"nines/bench"
)

// String is how golden scripts show it.
func (p *Prepare) String() string {
	var b strings.Builder
	verb := "prepare"
	if len(p.Txn.Participants) == 1 {
		verb = "perform"
	}
	fmt.Fprintf(&b, "%s(%v)", verb, p.Txn.ID)
	for _, m := range p.Micros {
		switch m.Kind {
		case bench.Read, bench.List, bench.Pop:
			fmt.Fprintf(&b, " %v(%d)", m.Kind, m.Key)
		case bench.CAS:
			fmt.Fprintf(&b, " cas(%d,%d,%d)", m.Key, m.Expect, m.Arg)
		default:
			fmt.Fprintf(&b, " %v(%d,%d)", m.Kind, m.Key, int64(m.Arg))
		}
	}
	return b.String()
}

// String is how golden scripts show it.
func (v *Vote) String() string {
	switch {
	case v.Refused != "":
		return fmt.Sprintf("no(%v) %s", v.ID, v.Refused)
	case v.ReadOnly:
		return fmt.Sprintf("read-only(%v)", v.ID)
	default:
		return fmt.Sprintf("yes(%v)", v.ID)
	}
}

func (d done) String() string {
	if d.Refused != "" {
		return fmt.Sprintf("done(%v) %s", d.ID, d.Refused)
	}
	return fmt.Sprintf("done(%v)", d.ID)
}
