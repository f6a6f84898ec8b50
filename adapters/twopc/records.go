package twopc

import (
	"encoding/binary"
	"fmt"

	"nines/adapters/commit"
)

// Kinds of the coordinator's records.
const (
	recordDecided = commit.FirstKind + iota // the decision: fate (1), transaction, awaited (1 for each participant)
	recordEnd                               // all have acknowledged it: its id
)

func appendDecided(b []byte, o *commit.Open) []byte {
	c := of(o)
	b = commit.AppendTxn(append(b, byte(c.fate)), o.Txn)
	for _, a := range c.awaited {
		if a {
			b = append(b, 1)
		} else {
			b = append(b, 0)
		}
	}
	return b
}

func readDecided(r *commit.Reader) *commit.Open {
	c := &coordination{fate: fate(r.Byte()), logged: true, durable: true}
	o := &commit.Open{Txn: r.Txn(), Protocol: c}
	for _, b := range r.Bytes(len(o.Txn.Participants)) {
		c.awaited = append(c.awaited, b != 0)
	}
	n := len(c.awaited)
	c.asked, c.voted = make([]bool, n), make([]bool, n)
	return o
}

// Replay implements [commit.Keeper].
func (m *machine) Replay(kind byte, data []byte) error {
	r := commit.NewReader(data, len(m.members))
	switch kind {
	case recordDecided:
		o := readDecided(r)
		if err := r.Err(); err != nil {
			return err
		}
		m.Reopen(o)
	case recordEnd:
		id := r.ID()
		if err := r.Err(); err != nil {
			return err
		}
		if o := m.Opened(id.Seq); o != nil {
			m.Close(o)
		}
	default:
		return fmt.Errorf("%w: of no known kind", commit.ErrDamaged)
	}
	return nil
}

// AppendState implements [commit.Keeper]: the number (4) of decisions that are not
// acknowledged, and their records.
func (m *machine) AppendState(b []byte) []byte {
	at, n := len(b), 0
	b = append(b, 0, 0, 0, 0)
	for o := range m.AllOpen {
		if of(o).fate != undecided {
			b = appendDecided(b, o)
			n++
		}
	}
	binary.LittleEndian.PutUint32(b[at:], uint32(n))
	return b
}

// Restore implements [commit.Keeper].
func (m *machine) Restore(b []byte) error {
	r := commit.NewReader(b, len(m.members))
	for range r.Count(1) {
		m.Reopen(readDecided(r))
	}
	return r.Err()
}

// Recovered implements [commit.Keeper]: what was decided is told again, what was
// not is aborted.
func (m *machine) Recovered() {
	for o := range m.AllOpen {
		m.settle(o.Txn.ID, of(o).fate == committed)
		m.remind(o)
		m.finish(o)
	}
	for l := range m.InDoubt {
		if l.Txn.ID.Node != m.self {
			continue
		}
		m.Abort(l)
		for _, p := range l.Txn.Participants {
			if p != m.self {
				m.Send(p, decision{ID: l.Txn.ID}, commit.AboutSize)
			}
		}
	}
}
