package hashiraft

import (
	"fmt"
	"sync"

	"github.com/hashicorp/raft"

	"nines/adapters/disk"
)

// logStore is the library's LogStore and StableStore. All entries that were not
// compacted away are in memory as well, so the disk is read only by recover.
//
// The entries are contiguous. When a snapshot of another node has put a gap
// between them and the next, those before the gap are dropped: the snapshot
// covers them.
//
// An error of the disk calls failed, which silences the node. What was being
// stored then stays in memory, unsynced: the library goes on for a moment, and
// panics if it does not find what it has just appended.
type logStore struct {
	disk   *disk.Store
	failed func(error)
	stores waits

	// turn holds one token: its owner may append to the disk's log. It is no
	// mutex, because its owner may wait for the disk, and waiting for a mutex
	// would stop virtual time.
	turn    chan struct{}
	scratch []byte        // of the owner
	records []disk.Record // likewise

	mu      sync.RWMutex // guards what follows; held only for moments
	entries entries
	stable  map[string][]byte
	snap    snapshotID // the newest snapshot on disk
}

type snapshotID struct{ index, term uint64 }

func newLogStore(d *disk.Store, failed func(error)) *logStore {
	l := &logStore{disk: d, failed: failed, turn: make(chan struct{}, 1), stable: make(map[string][]byte)}
	l.turn <- struct{}{}
	return l
}

// check tells the node about an error of the disk.
func (l *logStore) check(err error) error {
	if err != nil {
		l.failed(err)
	}
	return err
}

// FirstIndex implements [raft.LogStore].
func (l *logStore) FirstIndex() (uint64, error) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	if l.entries.empty() {
		return 0, nil
	}
	return l.entries.first, nil
}

// LastIndex implements [raft.LogStore].
func (l *logStore) LastIndex() (uint64, error) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	if l.entries.empty() {
		return 0, nil
	}
	return l.entries.next - 1, nil
}

// GetLog implements [raft.LogStore].
//
// The entry at the index of the newest snapshot is always there, if only with
// its term. Without it the library cannot be healed once an answer is lost right
// after a snapshot was installed: the leader then sends the entries behind the
// snapshot again, the follower looks for the entry before them, does not find
// it, and is sent the same snapshot for ever.
func (l *logStore) GetLog(index uint64, log *raft.Log) error {
	l.mu.RLock()
	defer l.mu.RUnlock()
	switch {
	case l.entries.has(index):
		e := l.entries.at(index)
		*log = raft.Log{Index: index, Term: e.term, Type: e.kind, Data: e.data}
	case index == l.snap.index && index > 0:
		*log = raft.Log{Index: index, Type: raft.LogNoop}
	default:
		return raft.ErrLogNotFound
	}
	if index == l.snap.index {
		log.Term = l.snap.term // an entry in conflict with the snapshot is void
	}
	return nil
}

// lastForMachine returns the index of the last entry up to index that the
// library gives to the state machine. Entries that are compacted away were
// applied.
func (l *logStore) lastForMachine(index uint64) uint64 {
	l.mu.RLock()
	defer l.mu.RUnlock()
	for l.entries.has(index) {
		if k := l.entries.at(index).kind; k == raft.LogCommand || k == raft.LogConfiguration {
			break
		}
		index--
	}
	return index
}

// StoreLog implements [raft.LogStore].
func (l *logStore) StoreLog(log *raft.Log) error { return l.StoreLogs([]*raft.Log{log}) }

// StoreLogs implements [raft.LogStore]: the entries are durable when it returns.
func (l *logStore) StoreLogs(logs []*raft.Log) error {
	l.stores.begin()
	defer l.stores.end()
	<-l.turn
	err := l.append(logs)
	l.turn <- struct{}{}
	if err == nil {
		err = l.disk.Sync()
	}
	if l.check(err) != nil {
		return fmt.Errorf("store entries %d to %d: %w", logs[0].Index, logs[len(logs)-1].Index, err)
	}
	return nil
}

// append adds the entries to memory and to the disk's log. The caller has the
// turn.
func (l *logStore) append(logs []*raft.Log) error {
	l.scratch, l.records = l.scratch[:0], l.records[:0]
	l.mu.Lock()
	for _, log := range logs {
		e := entry{log.Term, log.Data, log.Type}
		l.entries.put(log.Index, e)
		from := len(l.scratch)
		l.scratch = appendEntry(l.scratch, &e)
		l.records = append(l.records, disk.Record{Kind: recordEntry, Index: log.Index, Data: l.scratch[from:]})
	}
	l.mu.Unlock()
	return l.disk.Append(l.records...)
}

// DeleteRange implements [raft.LogStore]. The library deletes either a prefix
// that a snapshot covers, or a suffix in conflict with a leader's log.
func (l *logStore) DeleteRange(from, to uint64) error {
	<-l.turn
	defer func() { l.turn <- struct{}{} }()
	l.mu.Lock()
	if to <= l.snap.index {
		l.entries.release(to + 1)
		head := l.head()
		l.mu.Unlock()
		if err := l.check(l.disk.Compact(to, head...)); err != nil {
			return fmt.Errorf("compact the log up to %d: %w", to, err)
		}
		return nil
	}
	l.entries.truncate(from)
	l.mu.Unlock()
	if err := l.check(l.disk.Append(truncateRecord(from))); err != nil { // durable with the entries that follow
		return fmt.Errorf("truncate the log at %d: %w", from, err)
	}
	return nil
}

// head is what the next segment of the disk's log has to carry on. l.mu is held.
func (l *logStore) head() []disk.Record {
	head := []disk.Record{boundsRecord(l.entries.first, l.entries.next)}
	for key, value := range l.stable {
		head = append(head, stableRecord(key, value))
	}
	return head
}

func (l *logStore) newestSnapshot() snapshotID {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return l.snap
}

func (l *logStore) setNewestSnapshot(s snapshotID) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.snap = s
}
