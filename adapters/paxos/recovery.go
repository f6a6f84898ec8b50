package paxos

import (
	"fmt"

	"nines/adapters/disk"
	"nines/adapters/replica/step"
)

// Recover implements [step.Machine].
func (n *node) Recover(s step.Stable) error {
	if s.Index > 0 {
		if err := n.kv.Restore(s.Snapshot); err != nil {
			return fmt.Errorf("paxos: restore snapshot %d: %w", s.Index, err)
		}
	}
	n.log.base, n.committed = s.Index, s.Index
	n.snaps = snapshots{index: s.Index, state: s.Snapshot, disk: s.Index}
	for _, r := range s.Records {
		if err := n.replay(r); err != nil {
			return fmt.Errorf("paxos: replay the log: %w", err)
		}
	}
	for slot := s.Index + 1; slot <= n.recorded; slot++ {
		if n.log.at(slot) == nil {
			return fmt.Errorf("paxos: slot %d is committed, and its value is missing", slot)
		}
		n.committed = slot
	}
	n.highest = n.promised
	n.recover()
	return nil
}

// recover applies what was known to be chosen.
func (n *node) recover() {
	var out step.Output // nobody waits for anything
	n.out = &out
	n.apply()
	n.out = nil
}

// replay takes one record. Values are in the order in which they were accepted,
// so the last one of a slot counts; one that was accepted is a promise, too.
func (n *node) replay(r disk.Record) error {
	switch r.Kind {
	case recordValue:
		if len(r.Data) < valueHeader {
			return fmt.Errorf("the value of slot %d has %d bytes, and its header alone has %d", r.Index, len(r.Data), valueHeader)
		}
		n.promised = max(n.promised, ballotOf(r.Data))
		if r.Index > n.log.base {
			n.log.put(r.Index, r.Data)
		}
	case recordPromise:
		b, err := decodeNumber(r)
		if err != nil {
			return err
		}
		n.promised = max(n.promised, Ballot(b))
	case recordCommit:
		c, err := decodeNumber(r)
		if err != nil {
			return err
		}
		n.recorded = max(n.recorded, c)
	default:
		return fmt.Errorf("record of unknown kind %d", r.Kind)
	}
	return nil
}
