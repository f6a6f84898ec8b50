package paxos

import (
	"fmt"
	"strings"

	"nines/adapters/machine"
)

// What messages are in words, for scripts.

func (m *ask) String() string { return fmt.Sprintf("would you promise %v?", m.Ballot) }

func (m *answer) String() string {
	word := "no"
	if m.Yes {
		word = "yes"
	}
	return fmt.Sprintf("%s to %v, promised %v", word, m.Ballot, m.Promised)
}

func (m *prepare) String() string { return fmt.Sprintf("prepare %v above %d", m.Ballot, m.After) }

func (m *promise) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "promise %v above %d", m.Ballot, m.After)
	if m.To != whole {
		fmt.Fprintf(&b, " up to %d", m.To)
	}
	fmt.Fprintf(&b, ", commit %d", m.Commit)
	if m.Index > 0 {
		fmt.Fprintf(&b, ", snapshot %d", m.Index)
	}
	for _, v := range m.Values {
		fmt.Fprintf(&b, ", %d=%s", v.Slot, valueText(v.Value))
	}
	return b.String()
}

func (m *accept) String() string {
	return fmt.Sprintf("accept %v commit %d%s", m.Ballot, m.Commit, valuesText(m.First, m.Values))
}

func (m *accepted) String() string { return fmt.Sprintf("accepted %v up to %d", m.Ballot, m.Upto) }

func (m *hole) String() string { return fmt.Sprintf("hole in %v", m.Ballot) }

func (m *beat) String() string {
	return fmt.Sprintf("beat %v round %d commit %d", m.Ballot, m.Round, m.Commit)
}

func (m *heard) String() string { return fmt.Sprintf("heard %v round %d", m.Ballot, m.Round) }

func (m *refusal) String() string {
	return fmt.Sprintf("refuse %v, promised %v", m.Ballot, m.Promised)
}

func (m *fetch) String() string { return fmt.Sprintf("fetch above %d", m.After) }

func (m *learn) String() string {
	return fmt.Sprintf("learn commit %d%s", m.Commit, valuesText(m.First, m.Values))
}

func (m *install) String() string { return fmt.Sprintf("install snapshot %d", m.Index) }

func valuesText(first uint64, values [][]byte) string {
	var b strings.Builder
	for i, v := range values {
		fmt.Fprintf(&b, ", %d=%s", first+uint64(i), valueText(v))
	}
	return b.String()
}

// valueText is a value as what it does and the ballot it is of, such as
// "write 70 (2.0)".
func valueText(v []byte) string {
	what := "no-op"
	if !isNoop(v) {
		c, err := machine.Decode(commandOf(v))
		if err != nil {
			what = err.Error()
		} else {
			what = fmt.Sprintf("%v %d", c.Kind, c.Arg)
		}
	}
	return fmt.Sprintf("%s (%v)", what, ballotOf(v))
}
