package hashiraft

import (
	"fmt"

	"nines/adapters/disk"
)

// recover reads the disk's log. snap is the snapshot beside it.
func (l *logStore) recover(snap snapshotID) error {
	l.snap = snap
	if err := l.disk.Replay(l.replay); err != nil {
		return fmt.Errorf("replay the log: %w", err)
	}
	if !l.entries.empty() && l.entries.first > snap.index+1 {
		return fmt.Errorf("the log begins at %d, behind a snapshot at %d: entries are missing", l.entries.first, snap.index)
	}
	return nil
}

func (l *logStore) replay(r disk.Record) error {
	switch r.Kind {
	case recordEntry:
		e, err := decodeEntry(r.Data)
		if err != nil {
			return err
		}
		l.entries.put(r.Index, e)
	case recordTruncate:
		n, err := decodeIndexes(r.Data, 1)
		if err != nil {
			return err
		}
		l.entries.truncate(n[0])
	case recordBounds:
		n, err := decodeIndexes(r.Data, 2)
		if err != nil {
			return err
		}
		l.entries.truncate(n[1])
		l.entries.release(n[0])
	case recordStable:
		key, value, err := decodeStable(r.Data)
		if err != nil {
			return err
		}
		l.stable[key] = value
	default:
		return fmt.Errorf("a record of unknown kind %d", r.Kind)
	}
	return nil
}
