package bench_test

import (
	"encoding/binary"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.etcd.io/raft/v3"
	pb "go.etcd.io/raft/v3/raftpb"

	"nines/adapters/disk"
	"nines/adapters/machine"
	"nines/bench"
)

// BenchmarkBareEtcdraft measures three RawNodes, each with a goroutine of its
// own and the library's memory storage: messages are handed over as they are,
// and applying an entry only wakes the session that waits for it. Entries go to
// a log on a memory disk, as in the adapter, or nowhere. With a machine, they are
// commands, and every node applies them as all systems here do: what a system has to
// do that the library alone has not.
func BenchmarkBareEtcdraft(b *testing.B) {
	for _, sessions := range sessionCounts {
		for _, with := range []bareParts{{disk: true}, {}, {disk: true, machine: true}} {
			benchBareEtcdraft(b, sessions, with)
		}
	}
}

// bareParts is what a bare loop has beside the library.
type bareParts struct{ disk, machine bool }

func (p bareParts) String() string {
	disk, machine := "none", ""
	if p.disk {
		disk = "memory"
	}
	if p.machine {
		machine = "/machine=kv"
	}
	return "disk=" + disk + machine
}

func benchBareEtcdraft(b *testing.B, sessions int, with bareParts) {
	b.Run(fmt.Sprintf("system=etcdraft/sessions=%d/value=16/%v", sessions, with), func(b *testing.B) {
		c := newBareCluster(b, sessions, with)
		b.ReportAllocs()
		b.ResetTimer()
		eachSession(b, sessions, func(i int) func() error {
			return func() error { c.do(uint64(i)); return nil }
		})
	})
}

type bareCluster struct {
	with   bareParts
	nodes  []*bareRaft
	leader *bareRaft
	done   []chan struct{} // by session
	seq    []uint64        // likewise: its last command
}

// do has the leader commit the session's next command.
func (c *bareCluster) do(session uint64) {
	data := make([]byte, 16)
	binary.LittleEndian.PutUint64(data, session)
	if c.with.machine {
		c.seq[session]++
		cmd := machine.Command{Session: session, Seq: c.seq[session], Kind: bench.Write, Key: c.seq[session] * 7919 % 1000, Arg: 1, Size: 16}
		data = cmd.AppendTo(data[:0])
	}
	c.leader.put(func(n *bareRaft) { n.proposals = append(n.proposals, &pb.Entry{Data: data}) })
	<-c.done[session]
}

// bareRaft is one node. What is put in waits for the next turn of its loop.
type bareRaft struct {
	c       *bareCluster
	id      uint64
	node    *raft.RawNode
	storage *raft.MemoryStorage
	disk    *disk.Store // or nil
	kv      *machine.KV // or nil
	recs    []disk.Record
	wake    chan struct{}
	leads   atomic.Bool

	mu        sync.Mutex
	messages  []*pb.Message
	proposals []*pb.Entry
}

func newBareCluster(b *testing.B, sessions int, with bareParts) *bareCluster {
	c := &bareCluster{with: with, done: make([]chan struct{}, sessions), seq: make([]uint64, sessions)}
	for i := range c.done {
		c.done[i] = make(chan struct{}, 1)
	}
	stop := make(chan struct{})
	var running sync.WaitGroup
	for id := uint64(1); id <= 3; id++ {
		c.nodes = append(c.nodes, newBareRaft(b, c, id))
	}
	for _, n := range c.nodes {
		running.Go(func() { n.run(b, stop) })
	}
	b.Cleanup(func() {
		close(stop)
		running.Wait()
	})
	c.leader = c.nodes[0]
	for !c.leader.leads.Load() {
		time.Sleep(time.Millisecond)
	}
	return c
}

func newBareRaft(b *testing.B, c *bareCluster, id uint64) *bareRaft {
	n := &bareRaft{c: c, id: id, storage: raft.NewMemoryStorage(), wake: make(chan struct{}, 1)}
	if err := n.storage.ApplySnapshot(&pb.Snapshot{Metadata: &pb.SnapshotMetadata{
		Index: new(uint64(1)), Term: new(uint64(1)), ConfState: &pb.ConfState{Voters: []uint64{1, 2, 3}},
	}}); err != nil {
		b.Fatal(err)
	}
	var err error
	if c.with.machine {
		n.kv = machine.New()
	}
	if c.with.disk {
		d, err := disk.New(disk.Config{})
		if err != nil {
			b.Fatal(err)
		}
		if n.disk, err = d.Open(); err != nil {
			b.Fatal(err)
		}
	}
	if n.node, err = raft.NewRawNode(&raft.Config{
		ID: id, ElectionTick: 10, HeartbeatTick: 1, Storage: n.storage, Applied: 1,
		MaxSizePerMsg: 1 << 20, MaxInflightMsgs: 256, Logger: quiet{},
	}); err != nil {
		b.Fatal(err)
	}
	return n
}

func (n *bareRaft) put(fill func(*bareRaft)) {
	n.mu.Lock()
	fill(n)
	n.mu.Unlock()
	select {
	case n.wake <- struct{}{}:
	default:
	}
}

func (n *bareRaft) run(b *testing.B, stop chan struct{}) {
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	if n.id == 1 {
		if err := n.node.Campaign(); err != nil {
			b.Errorf("campaign: %v", err)
		}
		n.wake <- struct{}{}
	}
	compacted := uint64(1)
	for {
		select {
		case <-stop:
			return
		case <-tick.C:
			n.node.Tick()
		case <-n.wake:
		}
		n.mu.Lock()
		messages, proposals := n.messages, n.proposals
		n.messages, n.proposals = nil, nil
		n.mu.Unlock()
		for _, m := range messages {
			_ = n.node.Step(m) // a refused message is a lost one
		}
		if len(proposals) > 0 {
			if err := n.node.Step(&pb.Message{Type: pb.MsgProp.Enum(), From: &n.id, Entries: proposals}); err != nil {
				b.Errorf("propose: %v", err)
			}
		}
		for n.node.HasReady() {
			compacted = n.handle(b, n.node.Ready(), compacted)
		}
	}
}

// handle appends, sends and applies, and cuts the log now and then, as any user
// of the library must.
func (n *bareRaft) handle(b *testing.B, rd raft.Ready, compacted uint64) uint64 {
	if err := n.log(rd.Entries); err != nil {
		b.Errorf("append: %v", err)
	}
	for _, m := range rd.Messages {
		n.c.nodes[m.GetTo()-1].put(func(to *bareRaft) { to.messages = append(to.messages, m) })
	}
	for _, e := range rd.CommittedEntries {
		if len(e.Data) > 0 {
			n.apply(b, e)
		}
		if i := e.GetIndex(); i > compacted+10_000 {
			compacted = i - 5_000
			if err := n.compact(compacted); err != nil {
				b.Errorf("compact: %v", err)
			}
		}
	}
	if rd.SoftState != nil {
		led := n.leads.Swap(rd.SoftState.RaftState == raft.StateLeader)
		if led && !n.leads.Load() { // its proposals are lost, and their sessions would wait for ever
			panic("the leader was deposed: the machine is too busy to measure anything")
		}
	}
	n.node.Advance(rd)
	return compacted
}

// apply has the leader wake the session, and every node apply the command if there
// is a machine.
func (n *bareRaft) apply(b *testing.B, e *pb.Entry) {
	session := binary.LittleEndian.Uint64(e.Data)
	if n.kv != nil {
		cmd, _, err := n.kv.Apply(e.GetIndex(), e.Data)
		if err != nil {
			b.Errorf("apply: %v", err)
		}
		session = cmd.Session
	}
	if n.leads.Load() {
		n.c.done[session] <- struct{}{}
	}
}

func (n *bareRaft) log(entries []*pb.Entry) error {
	if n.disk != nil && len(entries) > 0 {
		n.recs = n.recs[:0]
		for _, e := range entries {
			n.recs = append(n.recs, disk.Record{Index: e.GetIndex(), Data: e.GetData()})
		}
		if err := errors.Join(n.disk.Append(n.recs...), n.disk.Sync()); err != nil {
			return err
		}
	}
	return n.storage.Append(entries)
}

func (n *bareRaft) compact(index uint64) error {
	if n.disk != nil {
		if err := n.disk.Compact(index); err != nil {
			return err
		}
	}
	return n.storage.Compact(index)
}

// quiet is a logger for a library that would log to the benchmark's output.
type quiet struct{}

func (quiet) Debug(...any)              {}
func (quiet) Debugf(string, ...any)     {}
func (quiet) Info(...any)               {}
func (quiet) Infof(string, ...any)      {}
func (quiet) Warning(...any)            {}
func (quiet) Warningf(string, ...any)   {}
func (quiet) Error(...any)              {}
func (quiet) Errorf(string, ...any)     {}
func (quiet) Fatal(v ...any)            { panic(fmt.Sprint(v...)) }
func (quiet) Fatalf(f string, v ...any) { panic(fmt.Sprintf(f, v...)) }
func (quiet) Panic(v ...any)            { panic(fmt.Sprint(v...)) }
func (quiet) Panicf(f string, v ...any) { panic(fmt.Sprintf(f, v...)) }
