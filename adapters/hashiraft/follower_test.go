package hashiraft

import (
	"fmt"
	"log/slog"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hashicorp/raft"

	"nines/adapters/disk"
	"nines/adapters/machine"
	"nines/adapters/replica"
	"nines/bench"
)

// follower is a node whose leader, n2, is played by a test.
type follower struct {
	t    *testing.T
	port *tube
	disk *disk.Disk
	node *node
	id   uint64
}

func newFollower(t *testing.T) *follower {
	d, err := disk.New(disk.Config{})
	if err != nil {
		t.Fatal(err)
	}
	f := &follower{t: t, disk: d}
	f.open()
	return f
}

func (f *follower) open() {
	f.t.Helper()
	store, err := f.disk.Open()
	if err != nil {
		f.t.Fatal(err)
	}
	f.port = &tube{}
	f.node, err = open(replica.Env{
		ID: "n1", Members: []string{"n1", "n2", "n3"},
		Link: f.port, Disk: store, Rand: rand.New(rand.NewPCG(1, 1)),
		Timing: replica.Timing{Heartbeat: 100 * time.Millisecond, Election: time.Second},
		Batch:  replica.Batch{MaxEntries: 64, SnapshotEvery: 1000, Trailing: 100},
		Events: func(bench.Event) {}, Log: slog.New(slog.DiscardHandler),
	}, DefaultConfig())
	if err != nil {
		f.t.Fatal(err)
	}
}

func (f *follower) close() {
	if err := f.node.Close(); err != nil {
		f.t.Error(err)
	}
}

// restart crashes the node and starts it again.
func (f *follower) restart() {
	if err := f.disk.Crash(); err != nil {
		f.t.Fatal(err)
	}
	f.close()
	f.open()
}

var headOfN2 = raft.RPCHeader{ProtocolVersion: 3, ID: []byte("n2"), Addr: []byte("n2")}

// ask sends a request of the leader and returns the response.
func (f *follower) ask(call any, state []byte) any {
	f.t.Helper()
	f.id++
	f.port.take("n2", &request{to: "n1", id: f.id, call: call, state: state})
	m := f.port.next(f.t)
	r, ok := m.payload.(*response)
	if !ok || r.id != f.id || r.err != "" {
		f.t.Fatalf("answered with %+v", m.payload)
	}
	return r.body
}

// append sends the entries from first to last, of one term, behind an entry of
// prevTerm.
func (f *follower) append(term, prevTerm, first, last uint64) bool {
	f.t.Helper()
	r := &raft.AppendEntriesRequest{RPCHeader: headOfN2, Term: term, PrevLogEntry: first - 1, PrevLogTerm: prevTerm, LeaderCommitIndex: 1}
	for i := first; i <= last; i++ {
		r.Entries = append(r.Entries, &raft.Log{Index: i, Term: term, Type: raft.LogCommand, Data: fmt.Append(nil, i, term)})
	}
	return f.ask(r, nil).(*raft.AppendEntriesResponse).Success
}

// install sends a snapshot.
func (f *follower) install(term, index uint64) {
	f.t.Helper()
	kv := machine.New()
	kv.Advance(index)
	state := kv.Snapshot()
	r := &raft.InstallSnapshotRequest{
		RPCHeader: headOfN2, SnapshotVersion: 1, Term: term, LastLogIndex: index, LastLogTerm: term,
		Configuration: raft.EncodeConfiguration(f.node.founders()), ConfigurationIndex: 1, Size: int64(len(state)),
	}
	if !f.ask(r, state).(*raft.InstallSnapshotResponse).Success {
		f.t.Fatalf("the snapshot at %d was not installed", index)
	}
}

func (f *follower) last() uint64 {
	last, _ := f.node.log.LastIndex()
	return last
}

func TestFollower(t *testing.T) {
	for _, test := range []struct {
		name string
		do   func(*follower) bool // whether the last append was accepted
		last uint64
	}{
		{"the response to the append after a snapshot is lost", func(f *follower) bool {
			f.append(2, 1, 2, 10)
			f.install(2, 50)
			f.append(2, 2, 51, 55)
			return f.append(2, 2, 51, 55)
		}, 55},
		{"the same after a restart", func(f *follower) bool {
			f.install(2, 50)
			f.append(2, 2, 51, 55)
			f.restart()
			return f.append(2, 2, 51, 56)
		}, 56},
		{"a snapshot in the middle of entries that conflict with it", func(f *follower) bool {
			f.append(2, 1, 2, 300)
			f.install(3, 50)
			return f.append(3, 3, 51, 60)
		}, 60},
		{"the same with a restart between", func(f *follower) bool {
			f.append(2, 1, 2, 300)
			f.install(3, 50)
			f.restart()
			return f.append(3, 3, 51, 60)
		}, 60},
		{"entries in conflict, and a restart", func(f *follower) bool {
			f.append(2, 1, 2, 30)
			f.append(3, 2, 11, 12)
			f.restart()
			return f.append(3, 3, 13, 13)
		}, 13},
		{"entries that are missing", func(f *follower) bool {
			return !f.append(2, 2, 20, 30) && f.append(2, 1, 2, 30)
		}, 30},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := newFollower(t)
				defer func() { f.close() }()
				if !test.do(f) {
					t.Error("the last append was refused")
				}
				if f.last() != test.last {
					t.Errorf("the log ends at %d, want %d", f.last(), test.last)
				}
				f.restart()
				if f.last() != test.last {
					t.Errorf("the log ends at %d after a restart, want %d", f.last(), test.last)
				}
			})
		})
	}
}

// TestVoteSurvives: a node that has voted does not vote again in the term.
func TestVoteSurvives(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFollower(t)
		defer func() { f.close() }()
		vote := func(candidate string, term uint64) bool {
			head := raft.RPCHeader{ProtocolVersion: 3, ID: []byte(candidate), Addr: []byte(candidate)}
			r := f.ask(&raft.RequestVoteRequest{RPCHeader: head, Term: term, LastLogIndex: 9, LastLogTerm: 9}, nil)
			return r.(*raft.RequestVoteResponse).Granted
		}
		if !vote("n2", 7) {
			t.Fatal("no vote for the first candidate")
		}
		f.restart()
		if vote("n3", 7) || !vote("n2", 7) || !vote("n3", 8) {
			t.Error("the vote was forgotten, or lasts beyond its term")
		}
	})
}
