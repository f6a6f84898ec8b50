package etcdraft

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	pb "go.etcd.io/raft/v3/raftpb"

	"nines/adapters/disk"
	"nines/adapters/machine"
	"nines/bench"
)

var members = &pb.ConfState{Voters: []uint64{1, 2, 3}}

func newStore(t *testing.T) (*disk.Disk, *disk.Store) {
	t.Helper()
	d, err := disk.New(disk.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	return d, open1(t, d)
}

func open1(t *testing.T, d *disk.Disk) *disk.Store {
	t.Helper()
	s, err := d.Open()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func entryRecord(e *pb.Entry) disk.Record {
	var enc encoder
	enc.entry(e)
	return enc.recs[0]
}

// entry has a command in it that is good for its index alone.
func entry(index, term uint64) disk.Record {
	c := machine.Command{Session: 1, Seq: index, Kind: bench.Write, Key: 1, Arg: index, Size: 8}
	return entryRecord(&pb.Entry{Type: pb.EntryNormal.Enum(), Index: &index, Term: &term, Data: c.AppendTo(nil)})
}

// entries are those of one term from one index to another.
func entries(term, from, to uint64) []disk.Record {
	var out []disk.Record
	for i := from; i <= to; i++ {
		out = append(out, entry(i, term))
	}
	return out
}

func state(term, vote, commit uint64) disk.Record {
	return numbersRecord(recordState, term, vote, commit)
}

func install(index, term uint64) disk.Record { return numbersRecord(recordInstall, index, term) }

func records(parts ...any) []disk.Record {
	var out []disk.Record
	for _, p := range parts {
		switch p := p.(type) {
		case disk.Record:
			out = append(out, p)
		case []disk.Record:
			out = append(out, p...)
		}
	}
	return out
}

// snapshotAt is what a machine leaves that has applied the entries up to index.
func snapshotAt(index, term uint64) []byte {
	b, err := encodeSnapshot(snapshotOf(index, term))
	if err != nil {
		panic(err) // it is made of what this function made
	}
	return b
}

func snapshotOf(index, term uint64) *snapshot {
	kv := machine.New()
	kv.Advance(index)
	return &snapshot{index: index, term: term, conf: members, data: kv.Snapshot()}
}

// terms prints a recovered log, such as "(1:1) 2:1 3:2": index and term of what
// it begins behind, and of each entry.
func terms(t *testing.T, r *recovered) string {
	t.Helper()
	var b strings.Builder
	first, _ := r.log.FirstIndex()
	last, _ := r.log.LastIndex()
	for i := first - 1; i <= last; i++ {
		term, err := r.log.Term(i)
		if err != nil {
			t.Fatal(err)
		}
		if i == first-1 {
			fmt.Fprintf(&b, "(%d:%d)", i, term)
			continue
		}
		fmt.Fprintf(&b, " %d:%d", i, term)
	}
	return b.String()
}

func TestRecover(t *testing.T) {
	for _, tc := range []struct {
		name       string
		log        []disk.Record
		snap, term uint64 // of the snapshot on disk; 0: none
		want       string
		commit     uint64
	}{
		{name: "nothing", want: "(1:1)", commit: 1},
		{name: "a log", log: records(entries(2, 2, 4), state(2, 1, 3)), want: "(1:1) 2:2 3:2 4:2", commit: 3},
		{
			name: "a suffix that was overwritten",
			log:  records(entries(2, 2, 6), state(2, 1, 3), entries(3, 4, 5), state(3, 2, 4)),
			want: "(1:1) 2:2 3:2 4:3 5:3", commit: 4,
		},
		{
			name: "everything was overwritten",
			log:  records(entries(2, 2, 6), entries(3, 2, 2), state(3, 2, 1)),
			want: "(1:1) 2:3", commit: 1,
		},
		{
			name: "an own snapshot within the log", snap: 4, term: 2,
			log:  records(entries(2, 2, 6), state(2, 1, 5)),
			want: "(4:2) 5:2 6:2", commit: 5,
		},
		{
			name: "an own snapshot at the end of the log", snap: 6, term: 2,
			log:  records(entries(2, 2, 6), state(2, 1, 5)),
			want: "(6:2)", commit: 6,
		},
		{
			name: "a log compacted behind its snapshot", snap: 6, term: 2,
			log:  records(state(2, 1, 6), entries(2, 5, 8), state(2, 1, 7)),
			want: "(6:2) 7:2 8:2", commit: 7,
		},
		{
			name: "a log that begins right behind the snapshot", snap: 4, term: 2,
			log:  records(entries(2, 5, 6), state(2, 1, 5)),
			want: "(4:2) 5:2 6:2", commit: 5,
		},
		{
			name: "an installed snapshot, and what came then", snap: 100, term: 5,
			log:  records(entries(2, 2, 6), state(2, 1, 5), install(100, 5), entries(5, 101, 102), state(5, 3, 101)),
			want: "(100:5) 101:5 102:5", commit: 101,
		},
		{
			name: "an installed snapshot that voids a longer log", snap: 4, term: 3,
			log:  records(entries(2, 2, 9), state(2, 1, 3), install(4, 3), entries(3, 5, 5), state(3, 3, 5)),
			want: "(4:3) 5:3", commit: 5,
		},
		{
			name: "a crash before the mark, and the log is short", snap: 100, term: 5,
			log:  records(entries(2, 2, 6), state(2, 1, 5)),
			want: "(100:5)", commit: 100,
		},
		{
			name: "a crash before the mark, and the log has another entry there", snap: 4, term: 3,
			log:  records(entries(2, 2, 9), state(2, 1, 3)),
			want: "(4:3)", commit: 4,
		},
		{
			name: "a crash before the mark, and the log has the same entry there", snap: 4, term: 2,
			log:  records(entries(2, 2, 9), state(2, 1, 3)),
			want: "(4:2) 5:2 6:2 7:2 8:2 9:2", commit: 4,
		},
		{
			name: "old records that compaction left", snap: 100, term: 5,
			log: records(entries(2, 2, 6), install(90, 4), entries(4, 91, 99), state(4, 1, 95),
				state(5, 1, 99), entries(5, 100, 101), state(5, 1, 100)),
			want: "(100:5) 101:5", commit: 100,
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			d, s := newStore(t)
			if err := s.Append(tc.log...); err != nil {
				t.Fatal(err)
			}
			if tc.snap > 0 {
				if err := s.SaveSnapshot(tc.snap, snapshotAt(tc.snap, tc.term)); err != nil {
					t.Fatal(err)
				}
			}
			r, err := recoverNode(s, members)
			if err != nil {
				t.Fatal(err)
			}
			if got := terms(t, r); got != tc.want || r.state.GetCommit() != tc.commit {
				t.Errorf("recovered %s, commit %d; want %s, commit %d", got, r.state.GetCommit(), tc.want, tc.commit)
			}
			if want := max(tc.snap, bootIndex); r.kv.Applied() != want {
				t.Errorf("the machine is at %d, want %d", r.kv.Applied(), want)
			}
			andAgain(t, d, s, r)
		})
	}
}

// andAgain appends what a recovered node might append next, and recovers that.
func andAgain(t *testing.T, d *disk.Disk, s *disk.Store, r *recovered) {
	t.Helper()
	last, _ := r.log.LastIndex()
	want := terms(t, r) + fmt.Sprintf(" %d:9 %d:9", last+1, last+2)
	if err := s.Append(records(entries(9, last+1, last+2), state(9, 1, last+1))...); err != nil {
		t.Fatal(err)
	}
	if err := s.Sync(); err != nil {
		t.Fatal(err)
	}
	if err := d.Crash(); err != nil {
		t.Fatal(err)
	}
	again, err := recoverNode(open1(t, d), members)
	if err != nil {
		t.Fatalf("after two more entries and another crash: %v", err)
	}
	if got := terms(t, again); got != want || again.state.GetCommit() != last+1 {
		t.Errorf("after two more entries and another crash: recovered %s, commit %d; want %s, commit %d", got, again.state.GetCommit(), want, last+1)
	}
}

func TestRecoverRefuses(t *testing.T) {
	for _, tc := range []struct {
		name string
		log  []disk.Record
		snap []byte // of index 4
		want string
	}{
		{"a hole in the log", records(entries(2, 2, 3), entries(2, 5, 6)), nil, "entry 5 follows entry 3: entries are missing"},
		{"a hole behind the snapshot", entries(2, 6, 7), snapshotAt(4, 2), "the log begins at 6, behind a snapshot at 4: entries are missing"},
		{"a hole at the beginning", entries(2, 3, 4), nil, "the log begins at 3, behind a snapshot at 1: entries are missing"},
		{"a short entry", []disk.Record{{Kind: recordEntry, Index: 2, Data: make([]byte, 8)}}, nil, "entry 2 has 8 bytes, and its header alone has 9"},
		{"a short state", []disk.Record{{Kind: recordState, Data: make([]byte, 23)}}, nil, "record of kind 2 has 23 bytes, not 24"},
		{"a long mark", []disk.Record{{Kind: recordInstall, Data: make([]byte, 17)}}, nil, "record of kind 3 has 17 bytes, not 16"},
		{"an unknown record", []disk.Record{{Kind: 9}}, nil, "record of unknown kind 9"},
		{"a short snapshot", nil, []byte("short"), "snapshot 4 of 5 bytes is cut short in its term or its configuration"},
		{"a snapshot whose configuration is cut short", nil, snapshotAt(4, 1)[:18], "snapshot 4 of 18 bytes is cut short in its term or its configuration"},
		{"a snapshot without a configuration", nil, slices.Concat(make([]byte, 8), []byte{2, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}), "the configuration of snapshot 4: "},
		{"a snapshot of something else", nil, make([]byte, 16), "restore snapshot 4: not a snapshot of the state machine"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, s := newStore(t)
			if err := s.Append(tc.log...); err != nil {
				t.Fatal(err)
			}
			if tc.snap != nil {
				if err := s.SaveSnapshot(4, tc.snap); err != nil {
					t.Fatal(err)
				}
			}
			if _, err := recoverNode(s, members); err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("%v, want %s", err, tc.want)
			}
		})
	}
}

// What decodes encodes to the same bytes.
func FuzzDecodeEntry(f *testing.F) {
	f.Add(uint64(7), entry(7, 3).Data)
	f.Add(uint64(0), []byte{})
	f.Add(uint64(1), make([]byte, 9))
	f.Fuzz(func(t *testing.T, index uint64, data []byte) {
		e, err := decodeEntry(disk.Record{Kind: recordEntry, Index: index, Data: data})
		if err != nil {
			if len(data) >= 9 {
				t.Errorf("refused: %v", err)
			}
			return
		}
		if r := entryRecord(e); r.Index != index || !bytes.Equal(r.Data, data) {
			t.Errorf("%x became %x", data, r.Data)
		}
	})
}

func FuzzDecodeNumbers(f *testing.F) {
	f.Add(state(1, 2, 3).Data, 3)
	f.Add(install(1, 2).Data, 2)
	f.Add([]byte{1}, 0)
	f.Fuzz(func(t *testing.T, data []byte, n int) {
		if n < 0 || n > 100 {
			return
		}
		ns, err := decodeNumbers(disk.Record{Kind: recordState, Data: data}, n)
		if err != nil {
			return
		}
		if r := numbersRecord(recordState, ns...); !bytes.Equal(r.Data, data) {
			t.Errorf("%x became %x", data, r.Data)
		}
	})
}
