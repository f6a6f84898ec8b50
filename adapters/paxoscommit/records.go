package paxoscommit

import (
	"encoding/binary"
	"fmt"

	"nines/adapters/commit"
)

// recordEntry is the record of an entry, which takes the place of earlier ones:
// its transaction, promised ballot (8), and a vote (1, and its ballot 8) for each
// participant.
const recordEntry = commit.FirstKind

// What the first byte of a vote says.
const (
	noVote byte = iota
	abortedVote
	preparedVote
)

func (m *machine) log(e *entry) { m.Append(recordEntry, appendEntry(nil, e)) }

func appendEntry(b []byte, e *entry) []byte {
	b = commit.AppendTxn(b, e.txn)
	b = binary.LittleEndian.AppendUint64(b, e.promised)
	for _, v := range e.votes {
		kind := noVote
		if v.cast {
			kind = abortedVote
		}
		if v.prepared {
			kind = preparedVote
		}
		b = binary.LittleEndian.AppendUint64(append(b, kind), v.ballot)
	}
	return b
}

func (m *machine) readEntry(r *commit.Reader) (*entry, error) {
	e := &entry{txn: r.Txn(), promised: r.Uint64()}
	for range e.txn.Participants {
		kind := r.Byte()
		v := vote{cast: kind != noVote, prepared: kind == preparedVote, ballot: r.Uint64()}
		if kind > preparedVote || v.ballot > e.promised || !v.cast && v.ballot > 0 {
			return nil, fmt.Errorf("%w: no acceptor votes like that", commit.ErrDamaged)
		}
		e.votes = append(e.votes, v)
	}
	if len(e.votes) > m.members {
		return nil, fmt.Errorf("%w: %d participants of %d nodes", commit.ErrDamaged, len(e.votes), m.members)
	}
	e.durable = e.missing() == 0
	return e, nil
}

// Replay implements [commit.Keeper].
func (m *machine) Replay(kind byte, data []byte) error {
	if kind != recordEntry {
		return fmt.Errorf("%w: of no known kind", commit.ErrDamaged)
	}
	r := commit.NewReader(data, m.members)
	e, err := m.readEntry(r)
	if err == nil {
		err = r.Err()
	}
	if err != nil {
		return err
	}
	m.replace(e)
	return nil
}

func (m *machine) replace(e *entry) {
	if old := m.acceptor.entries[e.txn.ID]; old != nil {
		*old = *e
		return
	}
	m.acceptor.add(e)
}

// AppendState implements [commit.Keeper]: low and floor of each coordinator (8
// each), number of entries (4), these as in their records.
func (m *machine) AppendState(b []byte) []byte {
	for i := range m.lows {
		b = binary.LittleEndian.AppendUint64(b, m.lows[i])
		b = binary.LittleEndian.AppendUint64(b, m.floors[i])
	}
	b = binary.LittleEndian.AppendUint32(b, uint32(len(m.acceptor.entries)))
	for _, e := range m.acceptor.order {
		if !e.dropped {
			b = appendEntry(b, e)
		}
	}
	return b
}

// Restore implements [commit.Keeper].
func (m *machine) Restore(b []byte) error {
	r := commit.NewReader(b, m.members)
	for i := range m.lows {
		m.lows[i], m.floors[i] = r.Uint64(), r.Uint64()
	}
	for range r.Count(1) {
		e, err := m.readEntry(r)
		if err != nil {
			return err
		}
		m.replace(e)
	}
	return r.Err()
}
