package etcdraft

import (
	"io"
	"log/slog"
	"slices"
	"sync"
	"testing"

	"go.etcd.io/raft/v3"
	pb "go.etcd.io/raft/v3/raftpb"

	"nines/adapters/disk"
	"nines/adapters/machine"
	"nines/adapters/replica"
	"nines/bench"
)

// writer is a node as far as its storage goes.
func writer(t *testing.T) (*node, *disk.Disk) {
	t.Helper()
	d, s := newStore(t)
	r, err := recoverNode(s, members)
	if err != nil {
		t.Fatal(err)
	}
	n := &node{
		env: replica.Env{
			Disk: s, Batch: replica.Batch{SnapshotEvery: 10, Trailing: 2},
			Events: func(bench.Event) {}, Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
		},
		conf: members, log: r.log, kv: r.kv, state: r.state, written: r.state,
		saved: make(chan uint64, 1),
	}
	n.saved <- 0
	return n, d
}

func (n *node) must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func incoming(index, term uint64) *pb.Snapshot { return snapshotOf(index, term).message() }

// The newest snapshot stays on disk, in whichever order they are saved.
func TestOlderSnapshotIsNotSaved(t *testing.T) {
	n, _ := writer(t)
	for _, at := range []uint64{10, 30, 20, 30, 5} {
		n.must(t, n.save(snapshotOf(at, 1)))
	}
	if index, _, err := n.env.Disk.Snapshot(); err != nil || index != 30 {
		t.Errorf("the snapshot on disk is that of %d (%v), want 30", index, err)
	}
	var saving sync.WaitGroup
	for at := uint64(40); at < 60; at++ {
		saving.Go(func() { n.must(t, n.save(snapshotOf(at, 1))) })
	}
	saving.Wait()
	if index, _, err := n.env.Disk.Snapshot(); err != nil || index != 59 {
		t.Errorf("the snapshot on disk is that of %d (%v), want 59", index, err)
	}
}

// A copy of the node's own state that is older than what it has installed since
// changes nothing.
func TestCompactAfterInstall(t *testing.T) {
	n, d := writer(t)
	var enc encoder
	write := func(m *pb.Message) {
		t.Helper()
		enc.reset()
		n.must(t, n.persist(&enc, []*pb.Message{m}))
	}
	hard := func(m *pb.Message, term, vote, commit uint64) *pb.Message {
		m.Term, m.Vote, m.Commit = &term, &vote, &commit
		m.Responses = []*pb.Message{{}} // somebody waits
		return m
	}
	var ents []*pb.Entry
	for i := uint64(2); i <= 20; i++ {
		e, err := decodeEntry(entry(i, 1))
		n.must(t, err)
		ents = append(ents, e)
	}
	write(hard(&pb.Message{Entries: ents}, 1, 1, 20))
	own := snapshotOf(15, 1)
	n.must(t, n.save(own))
	write(hard(&pb.Message{Snapshot: incoming(100, 3)}, 3, 0, 100))
	n.must(t, n.compact(own))

	check := func(log *memoryLog) {
		t.Helper()
		first, _ := log.FirstIndex()
		last, _ := log.LastIndex()
		if first != 101 || last != 100 {
			t.Errorf("the log has entries %d to %d, want none after 100", first, last)
		}
	}
	check(n.log)
	n.must(t, d.Crash())
	r, err := recoverNode(open1(t, d), members)
	n.must(t, err)
	check(r.log)
	if r.state.GetTerm() != 3 || r.state.GetCommit() != 100 || r.kv.Applied() != 100 {
		t.Errorf("recovered term %d, commit %d, applied %d; want 3, 100, 100", r.state.GetTerm(), r.state.GetCommit(), r.kv.Applied())
	}
}

// What compaction drops are entries that the snapshot has, less those kept for
// slow followers; the hard state survives.
func TestCompact(t *testing.T) {
	n, d := writer(t)
	var enc encoder
	for from := uint64(2); from < 200; from += 10 {
		m := &pb.Message{Responses: []*pb.Message{{}}}
		for i := from; i < from+10; i++ {
			e, err := decodeEntry(entry(i, 4))
			n.must(t, err)
			m.Entries = append(m.Entries, e)
		}
		m.Term, m.Vote, m.Commit = new(uint64(4)), new(uint64(2)), new(from+5)
		enc.reset()
		n.must(t, n.persist(&enc, []*pb.Message{m}))
		s := snapshotOf(from+5, 4)
		n.must(t, n.save(s))
		n.must(t, n.compact(s))
		first, _ := n.log.FirstIndex()
		if want := from + 5 - 2 + 1; first != want {
			t.Fatalf("after the snapshot at %d the log begins at %d, want %d", from+5, first, want)
		}
	}
	n.must(t, d.Crash())
	r, err := recoverNode(open1(t, d), members)
	n.must(t, err)
	if got := terms(t, r); got != "(197:4) 198:4 199:4 200:4 201:4" {
		t.Errorf("recovered %s", got)
	}
	if r.state.GetTerm() != 4 || r.state.GetVote() != 2 || r.state.GetCommit() != 197 {
		t.Errorf("recovered the state %v", r.state)
	}
}

// Nothing is forced to disk that nobody waits for.
func TestNoSyncForNobody(t *testing.T) {
	n, d := writer(t)
	var enc encoder
	before, _ := d.Cost()
	n.must(t, n.persist(&enc, []*pb.Message{{Term: new(uint64(1)), Vote: new(uint64(1)), Commit: new(uint64(1))}}))
	if after, _ := d.Cost(); after != before {
		t.Errorf("%d forced writes for a commit index", after-before)
	}
}

// done takes completions by attempt.
type done map[uint64]error

func (d done) Complete(attempt uint64, _ bench.Reply, err error) { d[attempt] = err }

// A batch of reads is confirmed by its own round, and by no other's.
func TestReadRounds(t *testing.T) {
	answered := done{}
	call := func(attempt uint64) replica.Call {
		return replica.Call{Session: attempt, Attempt: attempt, Op: bench.Op{Kind: bench.Read}, Done: answered}
	}
	round := func(id, index uint64) raft.ReadState {
		return raft.ReadState{Index: index, RequestCtx: order.AppendUint64(nil, id)}
	}
	kv := machine.New()
	kv.Advance(10)
	r := reads{batch: []replica.Call{call(1)}, id: 3}
	r.confirm(round(2, 10))
	if r.answer(kv); len(answered) > 0 {
		t.Error("a round of an older batch confirms this one")
	}
	r.confirm(round(3, 11))
	if r.answer(kv); len(answered) > 0 {
		t.Error("a read is answered before its index is applied")
	}
	r.confirm(round(3, 10)) // again: there is nothing to confirm
	kv.Advance(11)
	r.answer(kv)
	if err, ok := answered[1]; !ok || err != nil {
		t.Errorf("answered: %v", answered)
	}
	r.queue, r.batch, r.ready = []replica.Call{call(2)}, []replica.Call{call(3)}, []confirmed{{12, []replica.Call{call(4)}}}
	r.fail(bench.ErrRejected)
	for attempt := range slices.Values([]uint64{2, 3, 4}) {
		if answered[attempt] != bench.ErrRejected {
			t.Errorf("read %d: %v", attempt, answered[attempt])
		}
	}
}
