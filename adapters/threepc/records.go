package threepc

import (
	"fmt"

	"nines/adapters/commit"
)

// Kinds of the protocol's own records.
const (
	recordPrecommit = commit.FirstKind + iota // a part has come to the second phase: its id
)

// Replay implements [commit.Keeper].
func (m *machine) Replay(kind byte, data []byte) error {
	if kind != recordPrecommit {
		return fmt.Errorf("%w: of no known kind", commit.ErrDamaged)
	}
	r := commit.NewReader(data, len(m.members))
	id := r.ID()
	if err := r.Err(); err != nil {
		return err
	}
	if l := m.Local(id); l != nil {
		l.Protocol = precommitted
	}
	return nil
}

// AppendState implements [commit.Keeper]: the state of each part is with it.
func (m *machine) AppendState(b []byte) []byte { return b }

// Restore implements [commit.Keeper].
func (m *machine) Restore(b []byte) error {
	return commit.NewReader(b, len(m.members)).Err()
}

// Recovered implements [commit.Keeper]. A precommit record that a snapshot took in
// before it was durable is durable with the snapshot.
func (m *machine) Recovered() {
	for l := range m.InDoubt {
		if l.Protocol == precommits {
			l.Protocol = precommitted
		}
	}
}
