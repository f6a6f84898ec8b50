package hashiraft

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"testing"

	"github.com/hashicorp/raft"
	"pgregory.net/rapid"

	"nines/adapters/disk"
)

// stores is a node's stores on a disk that survives crashes.
type stores struct {
	t     testing.TB
	disk  *disk.Disk
	log   *logStore
	snaps *snapshotStore
}

func newStores(t testing.TB) *stores {
	d, err := disk.New(disk.Config{SegmentBytes: 512})
	if err != nil {
		t.Fatal(err)
	}
	s := &stores{t: t, disk: d}
	s.open()
	return s
}

func (s *stores) open() {
	store, err := s.disk.Open()
	if err != nil {
		s.t.Fatal(err)
	}
	s.log = newLogStore(store, func(err error) { s.t.Errorf("the disk failed: %v", err) })
	s.snaps = newSnapshotStore(store, s.log, func(uint64, raft.Configuration) {})
	meta, _, err := s.snaps.load()
	if err != nil {
		s.t.Fatal(err)
	}
	var newest snapshotID
	if meta != nil {
		newest = snapshotID{meta.Index, meta.Term}
	}
	if err := s.log.recover(newest); err != nil {
		s.t.Fatal(err)
	}
}

func (s *stores) crash() {
	if err := s.disk.Crash(); err != nil {
		s.t.Fatal(err)
	}
	s.open()
}

func (s *stores) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

func (s *stores) save(index, term uint64, state string) {
	s.t.Helper()
	sink, err := s.snaps.Create(1, index, term, raft.Configuration{}, 1, nil)
	s.must(err)
	_, err = io.WriteString(sink, state)
	s.must(err)
	s.must(sink.Close())
}

// model is the slow twin of logStore: maps.
type model struct {
	entries     map[uint64]string // term and data
	first, next uint64
	snap        snapshotID
	state       string
	stable      map[string]uint64
}

func (m *model) cut(first, next uint64) {
	m.first, m.next = first, next
	maps.DeleteFunc(m.entries, func(i uint64, _ string) bool { return i < first || i >= next })
}

// TestLogStore performs what the library does to its stores, crashes and
// compares with maps. Everything must survive that the calls have promised.
func TestLogStore(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		s := newStores(t)
		m := &model{entries: map[uint64]string{}, first: 1, next: 1, stable: map[string]uint64{}}
		for term := uint64(1); term <= uint64(rapid.IntRange(1, 40).Draw(rt, "steps")); term++ {
			step(rt, s, m, term)
			if rapid.IntRange(0, 3).Draw(rt, "crash") == 0 {
				s.crash()
			}
			compare(rt, s, m)
		}
	})
}

func step(rt *rapid.T, s *stores, m *model, term uint64) {
	switch rapid.SampledFrom([]string{"append", "append", "conflict", "vote", "snapshot", "install", "compact", "compact"}).Draw(rt, "step") {
	case "append":
		if m.next <= m.snap.index { // behind an installed snapshot
			m.cut(m.snap.index+1, m.snap.index+1)
		}
		var logs []*raft.Log
		for range rapid.IntRange(1, 5).Draw(rt, "n") {
			data := fmt.Sprintf("entry %d of term %d", m.next, term)
			logs = append(logs, &raft.Log{Index: m.next, Term: term, Type: raft.LogCommand, Data: []byte(data)})
			m.entries[m.next] = data
			m.next++
		}
		s.must(s.log.StoreLogs(logs))
	case "conflict":
		if low := max(m.first, m.snap.index+1); low < m.next {
			from := rapid.Uint64Range(low, m.next-1).Draw(rt, "from")
			s.must(s.log.DeleteRange(from, m.next-1))
			m.cut(m.first, from)
			s.must(s.log.SetUint64([]byte("sync"), term)) // it is durable with what follows
			m.stable["sync"] = term
		}
	case "vote":
		key := rapid.SampledFrom([]string{keyTerm, "LastVoteTerm"}).Draw(rt, "key")
		s.must(s.log.SetUint64([]byte(key), term))
		m.stable[key] = term
	case "snapshot":
		if low := max(m.first, m.snap.index+1); low < m.next {
			at := rapid.Uint64Range(low, m.next-1).Draw(rt, "at")
			var l raft.Log
			s.must(s.log.GetLog(at, &l))
			m.snap, m.state = snapshotID{at, l.Term}, fmt.Sprint("state at ", at)
			s.save(at, l.Term, m.state)
		}
	case "install":
		at := max(m.next, m.snap.index) + rapid.Uint64Range(1, 5).Draw(rt, "ahead")
		m.snap, m.state = snapshotID{at, term}, fmt.Sprint("state at ", at)
		s.save(at, term, m.state)
	case "compact":
		if high := min(m.snap.index, m.next-1); high >= m.first {
			to := high
			if rapid.Bool().Draw(rt, "part") {
				to = rapid.Uint64Range(m.first, high).Draw(rt, "to")
			}
			s.must(s.log.DeleteRange(m.first, to))
			m.cut(to+1, m.next)
		}
	}
}

func compare(rt *rapid.T, s *stores, m *model) {
	first, _ := s.log.FirstIndex()
	last, _ := s.log.LastIndex()
	if m.first == m.next && (first != 0 || last != 0) || m.first < m.next && (first != m.first || last != m.next-1) {
		rt.Fatalf("the log has %d to %d, want %d to %d", first, last, m.first, m.next-1)
	}
	for i := uint64(0); i < m.next+5; i++ {
		var l raft.Log
		err := s.log.GetLog(i, &l)
		want, here := m.entries[i]
		switch {
		case here:
			if err != nil || string(l.Data) != want || l.Index != i {
				rt.Fatalf("entry %d is %q, %v, want %q", i, l.Data, err, want)
			}
		case i == m.snap.index && i > 0:
			if err != nil || l.Term != m.snap.term {
				rt.Fatalf("the snapshot's entry %d is of term %d, %v, want %d", i, l.Term, err, m.snap.term)
			}
		case !errors.Is(err, raft.ErrLogNotFound):
			rt.Fatalf("entry %d, which is not there, is %v, %v", i, l, err)
		}
	}
	for key, want := range m.stable {
		if got, err := s.log.GetUint64([]byte(key)); got != want || err != nil {
			rt.Fatalf("%s is %d, %v, want %d", key, got, err, want)
		}
	}
	if meta, state, err := s.snaps.load(); err != nil || meta == nil != (m.snap.index == 0) || string(state) != m.state {
		rt.Fatalf("the snapshot is %+v, %q, %v, want %v, %q", meta, state, err, m.snap, m.state)
	}
}

func TestSnapshotsDoNotGoBack(t *testing.T) {
	s := newStores(t)
	s.save(10, 2, "new")
	sink, err := s.snaps.Create(1, 5, 1, raft.Configuration{}, 1, nil)
	s.must(err)
	if err := sink.Close(); err == nil {
		t.Error("a snapshot at 5 has taken the place of one at 10")
	}
	list, err := s.snaps.List()
	if err != nil || len(list) != 1 || list[0].Index != 10 || list[0].Size != 3 {
		t.Fatalf("snapshots: %+v, %v", list, err)
	}
	if _, _, err := s.snaps.Open("1-5"); err == nil {
		t.Error("a snapshot that is not there was opened")
	}
	_, r, err := s.snaps.Open(list[0].ID)
	s.must(err)
	if b, err := io.ReadAll(r); err != nil || string(b) != "new" {
		t.Errorf("the snapshot holds %q, %v", b, err)
	}
}

func TestLogWithMissingEntriesIsRefused(t *testing.T) {
	s := newStores(t)
	s.must(s.log.StoreLog(&raft.Log{Index: 7, Term: 1}))
	s.must(s.disk.Crash())
	store, err := s.disk.Open()
	s.must(err)
	l := newLogStore(store, func(error) {})
	if err := l.recover(snapshotID{5, 1}); err == nil {
		t.Error("a log that begins at 7 behind a snapshot at 5 was taken")
	}
}

func TestFailedTermIsNotReported(t *testing.T) {
	s := newStores(t)
	failed := 0
	s.log.failed = func(error) { failed++ }
	s.must(s.disk.Crash())
	if err := s.log.SetUint64([]byte(keyTerm), 3); err != nil || failed != 1 {
		t.Errorf("setting the term on a crashed disk: %v, told the node %d times", err, failed)
	}
	if err := s.log.SetUint64([]byte("LastVoteTerm"), 3); err == nil {
		t.Error("a vote that is not on disk was not reported")
	}
	if err := s.log.StoreLog(&raft.Log{Index: 1, Term: 1}); !errors.Is(err, disk.ErrCrashed) {
		t.Errorf("storing on a crashed disk: %v", err)
	}
	if err := s.log.GetLog(1, new(raft.Log)); err != nil {
		t.Errorf("the library would panic: %v", err)
	}
}

func FuzzRecords(f *testing.F) {
	f.Add(appendEntry(nil, &entry{term: 3, kind: raft.LogConfiguration, data: []byte("x")}), uint8(recordEntry))
	f.Add(stableRecord("key", []byte("value")).Data, uint8(recordStable))
	f.Add(boundsRecord(3, 5).Data, uint8(recordBounds))
	f.Add(truncateRecord(3).Data, uint8(recordTruncate))
	f.Fuzz(func(t *testing.T, b []byte, kind uint8) {
		l := newLogStore(nil, nil)
		if l.replay(disk.Record{Kind: kind, Index: 3, Data: b}) != nil || l.entries.empty() {
			return
		}
		if again := appendEntry(nil, l.entries.at(3)); !bytes.Equal(again, b) {
			t.Errorf("%x became %x", b, again)
		}
	})
}

func FuzzSnapshot(f *testing.F) {
	b, err := encodeSnapshot(&raft.SnapshotMeta{ID: "1-2", Index: 2, Term: 1, Configuration: raft.Configuration{
		Servers: []raft.Server{{ID: "n1", Address: "n1"}},
	}}, []byte("state"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Fuzz(func(t *testing.T, b []byte) {
		m, state, err := decodeSnapshot(b)
		if err == nil && (m.Size != int64(len(state)) || !bytes.HasSuffix(b, state)) {
			t.Errorf("%+v with %d bytes of state", m, len(state))
		}
	})
}
