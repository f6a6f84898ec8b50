package hashiraft

import (
	"fmt"
	"io"
	"strconv"
	"sync"
	"sync/atomic"

	"github.com/hashicorp/raft"

	"nines/adapters/machine"
	"nines/adapters/replica"
	"nines/bench"
)

// fsm is the library's BatchingFSM around the shared state machine.
type fsm struct {
	answer func([]applied) // who has asked for these commands
	events func(bench.Event)

	mu sync.RWMutex // held for a batch
	kv *machine.KV
	// The configuration as of the last applied entry, and the index of its own.
	conf      raft.Configuration
	confIndex uint64

	index   atomic.Uint64 // kv.Applied
	awaited atomic.Bool   // somebody waits for index to rise
	risen   chan struct{} // of capacity 1

	done []applied // of the batch in hand
	none []any     // the library's responses, which nobody reads: all nil
}

func newFSM(answer func([]applied), events func(bench.Event)) *fsm {
	return &fsm{answer: answer, events: events, kv: machine.New(), risen: make(chan struct{}, 1)}
}

// ApplyBatch implements [raft.BatchingFSM].
func (f *fsm) ApplyBatch(logs []*raft.Log) []any {
	f.done = f.done[:0]
	f.mu.Lock()
	for _, l := range logs {
		if l.Type != raft.LogCommand {
			f.kv.Advance(l.Index)
			if l.Type == raft.LogConfiguration {
				f.conf, f.confIndex = raft.DecodeConfiguration(l.Data), l.Index
			}
			continue
		}
		c, reply, err := f.kv.Apply(l.Index, l.Data)
		f.done = append(f.done, applied{l.Term, c.Session, c.Seq, reply, err})
	}
	f.index.Store(f.kv.Applied())
	f.mu.Unlock()
	f.rise()
	f.answer(f.done)
	for len(f.none) < len(logs) {
		f.none = append(f.none, nil)
	}
	return f.none[:len(logs)]
}

func (f *fsm) rise() {
	if !f.awaited.Load() {
		return
	}
	select {
	case f.risen <- struct{}{}:
	default:
	}
}

// wait waits until everything up to index is applied. False means that stop or
// lost was closed before. It is for one goroutine.
func (f *fsm) wait(index uint64, stop, lost <-chan struct{}) bool {
	f.awaited.Store(true)
	defer f.awaited.Store(false)
	for f.index.Load() < index {
		select {
		case <-f.risen:
		case <-lost:
			return false
		case <-stop:
			return false
		}
	}
	return true
}

// Apply implements [raft.FSM].
func (f *fsm) Apply(l *raft.Log) any { return f.ApplyBatch([]*raft.Log{l})[0] }

// learn takes the configuration of a snapshot.
func (f *fsm) learn(index uint64, c raft.Configuration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if index > f.confIndex {
		f.conf, f.confIndex = c, index
	}
}

// voters are those of the committed configuration, as far as it is applied here.
func (f *fsm) voters() (all []replica.Member) {
	f.mu.RLock()
	defer f.mu.RUnlock()
	for _, s := range f.conf.Servers {
		if s.Suffrage == raft.Voter {
			all = append(all, memberOf(s))
		}
	}
	return all
}

func (f *fsm) read(key uint64) bench.Reply {
	f.mu.RLock()
	defer f.mu.RUnlock()
	return f.kv.Read(key)
}

// state returns the index of the last applied entry and the digest there.
func (f *fsm) state() (index, digest uint64) {
	f.mu.RLock()
	defer f.mu.RUnlock()
	return f.kv.Applied(), f.kv.Digest()
}

// Snapshot implements [raft.FSM]. The state is encoded at once: nothing is
// applied meanwhile.
func (f *fsm) Snapshot() (raft.FSMSnapshot, error) {
	f.mu.RLock()
	defer f.mu.RUnlock()
	return &fsmSnapshot{index: f.kv.Applied(), state: f.kv.Snapshot(), events: f.events}, nil
}

// Restore implements [raft.FSM].
func (f *fsm) Restore(r io.ReadCloser) error {
	b, err := io.ReadAll(r)
	if err != nil {
		return fmt.Errorf("read a snapshot: %w", err)
	}
	if err := f.restore(b); err != nil {
		return fmt.Errorf("restore a snapshot: %w", err)
	}
	f.rise()
	f.events(bench.Event{Kind: bench.EventInstalled, Detail: strconv.FormatUint(f.index.Load(), 10)})
	return nil
}

func (f *fsm) restore(b []byte) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.kv.Restore(b); err != nil {
		return err
	}
	f.index.Store(f.kv.Applied())
	return nil
}

// fsmSnapshot is an encoded state.
type fsmSnapshot struct {
	index  uint64
	state  []byte
	events func(bench.Event)
}

// Persist implements [raft.FSMSnapshot].
func (s *fsmSnapshot) Persist(sink raft.SnapshotSink) error {
	if _, err := sink.Write(s.state); err != nil {
		return fmt.Errorf("write a snapshot: %w", err)
	}
	if err := sink.Close(); err != nil {
		return fmt.Errorf("write a snapshot: %w", err)
	}
	s.events(bench.Event{Kind: bench.EventSnapshot, Detail: strconv.FormatUint(s.index, 10)})
	return nil
}

// Release implements [raft.FSMSnapshot].
func (s *fsmSnapshot) Release() {}
