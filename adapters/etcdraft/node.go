package etcdraft

import (
	"context"
	"fmt"
	"log/slog"
	"math"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"go.etcd.io/raft/v3"
	pb "go.etcd.io/raft/v3/raftpb"

	"nines/adapters/machine"
	"nines/adapters/replica"
	"nines/bench"
)

// node is one member. The fields below the line belong to the loop goroutine.
type node struct {
	env replica.Env
	cfg Config
	id  uint64     // the library's: see memberID
	log *memoryLog // safe for concurrent use

	wake  chan struct{}                // for the loop
	msgs  *replica.Inbox[*pb.Message]  // from the link, and responses of the append goroutine
	calls *replica.Inbox[replica.Call] // from clients
	asks  *replica.Inbox[func()]       // of the host, to be done by the loop

	wakeWriter chan struct{} // for the append goroutine
	writes     *replica.Inbox[*pb.Message]
	compacts   *replica.Inbox[*snapshot]
	saved      chan uint64 // of capacity 1: the index of the snapshot on disk, absent while one is saved
	saving     atomic.Bool // a copy of this node's own state is being saved

	lead    atomic.Uint64 // whom the loop last knew to lead; 0: nobody
	stop    context.Context
	stopNow context.CancelFunc
	running sync.WaitGroup

	written *pb.HardState // of the append goroutine: the newest hard state that is in the log on disk

	statusMu sync.Mutex
	status   bench.Status

	// ---
	rn      *raft.RawNode
	kv      *machine.KV
	conf    *pb.ConfState // as of the last applied entry; never changed
	changes []*change     // that are wanted of it, the oldest first
	ticks   int           // of the clock
	term    uint64        // of the last applied entry
	state   *pb.HardState
	leads   bool
	waiters replica.Waiters
	parked  []replica.Call // commands that came while leadership is handed over
	reads   reads
	snapped uint64 // applied index at the last snapshot taken
}

func open(env replica.Env, cfg Config) (*node, error) {
	n := &node{
		env:        env,
		cfg:        cfg,
		id:         memberID(env, replica.Member{Node: env.ID, Life: env.Life}),
		wake:       make(chan struct{}, 1),
		wakeWriter: make(chan struct{}, 1),
		saved:      make(chan uint64, 1),
	}
	n.msgs, n.calls = replica.NewInbox[*pb.Message](n.wake), replica.NewInbox[replica.Call](n.wake)
	n.asks = replica.NewInbox[func()](n.wake)
	n.writes, n.compacts = replica.NewInbox[*pb.Message](n.wakeWriter), replica.NewInbox[*snapshot](n.wakeWriter)
	if n.env.Clock == nil {
		n.env.Clock = replica.SystemClock{}
	}
	if n.id == 0 || !env.Join && !slices.Contains(env.Members, env.ID) {
		return nil, fmt.Errorf("etcdraft: node %q is not one of the members %v", env.ID, env.Members)
	}
	r, err := recoverNode(env.Disk, founders(env))
	if err != nil {
		return nil, fmt.Errorf("etcdraft: %w", err)
	}
	n.log, n.kv, n.conf, n.state, n.written = r.log, r.kv, r.conf, r.state, r.state
	n.snapped = n.kv.Applied()
	n.saved <- n.snapped
	if n.term, err = n.log.Term(n.kv.Applied()); err != nil {
		return nil, fmt.Errorf("etcdraft: term of entry %d: %w", n.kv.Applied(), err)
	}
	n.rn, err = raft.NewRawNode(n.raftConfig())
	if err != nil {
		return nil, fmt.Errorf("etcdraft: %w", err)
	}
	n.stop, n.stopNow = context.WithCancel(context.Background())
	n.publish()
	env.Link.Handle(n.receive)
	n.running.Go(n.run)
	n.running.Go(n.write)
	return n, nil
}

func (n *node) raftConfig() *raft.Config {
	option := raft.ReadOnlySafe
	if n.cfg.Reads == ReadLease {
		option = raft.ReadOnlyLeaseBased
	}
	maxBytes := uint64(math.MaxUint64)
	if n.env.Batch.MaxBytes > 0 {
		maxBytes = uint64(n.env.Batch.MaxBytes)
	}
	return &raft.Config{
		ID:                        n.id,
		ElectionTick:              int(n.env.Timing.Election / n.tick()),
		HeartbeatTick:             int(n.env.Timing.Heartbeat / n.tick()),
		Storage:                   n.log,
		Applied:                   n.kv.Applied(),
		AsyncStorageWrites:        true,
		MaxSizePerMsg:             maxBytes,
		MaxInflightMsgs:           256,
		PreVote:                   n.cfg.PreVote,
		CheckQuorum:               n.cfg.CheckQuorum,
		ReadOnlyOption:            option,
		StepDownOnRemoval:         true,
		DisableProposalForwarding: true, // the shared code forwards, for every system
		Logger:                    logger{n.env.Log},
	}
}

func (n *node) tick() time.Duration {
	return max(n.env.Timing.Heartbeat/ticksPerHeartbeat, time.Millisecond)
}

// Submit implements [replica.Replica].
func (n *node) Submit(c replica.Call) error {
	if n.stop.Err() != nil {
		return n.downError()
	}
	local := c.Op.Kind == bench.Read && n.cfg.Reads == ReadLocal
	if lead := n.lead.Load(); lead != n.id && !local {
		return n.notLeader(lead)
	}
	if !n.calls.Put(c) {
		return n.downError()
	}
	return nil
}

func (n *node) notLeader(lead uint64) error {
	return &bench.NotLeaderError{Leader: n.name(lead)}
}

func (n *node) downError() error {
	return fmt.Errorf("node %s has stopped: %w", n.env.ID, bench.ErrRejected)
}

// Status implements [replica.Replica].
func (n *node) Status() bench.Status {
	n.statusMu.Lock()
	defer n.statusMu.Unlock()
	return n.status
}

// Close implements [replica.Replica].
func (n *node) Close() error {
	n.stopNow()
	n.running.Wait()
	return nil
}

// fail stops the node because of err; Close still has to be called.
func (n *node) fail(err error) {
	if n.stop.Err() == nil {
		n.env.Events(bench.Event{Kind: bench.EventFailed, Detail: err.Error()})
		n.env.Log.Error("node failed", "node", n.env.ID, "err", err)
	}
	n.stopNow()
}

// receive takes a message from the link. One for a member that this node was
// before it lost its disk is not for this one.
func (n *node) receive(_ string, payload any) {
	if m, ok := payload.(*pb.Message); ok && m.GetTo() == n.id {
		n.msgs.Put(m)
	}
}

// deliver sends a message of the library to whom it is for. Messages are never
// changed after this, so nodes of one process may share them.
func (n *node) deliver(m *pb.Message) {
	if m.GetTo() == n.id {
		n.msgs.Put(m)
		return
	}
	n.env.Link.Send(n.name(m.GetTo()), m, wireSize(m))
}

// logger hands the library's log on; what it says at information level is
// detail here.
type logger struct{ to *slog.Logger }

func (l logger) Debug(v ...any)              {}
func (l logger) Debugf(string, ...any)       {}
func (l logger) Info(v ...any)               { l.to.Debug(fmt.Sprint(v...)) }
func (l logger) Infof(f string, v ...any)    { l.to.Debug(fmt.Sprintf(f, v...)) }
func (l logger) Warning(v ...any)            { l.to.Warn(fmt.Sprint(v...)) }
func (l logger) Warningf(f string, v ...any) { l.to.Warn(fmt.Sprintf(f, v...)) }
func (l logger) Error(v ...any)              { l.to.Error(fmt.Sprint(v...)) }
func (l logger) Errorf(f string, v ...any)   { l.to.Error(fmt.Sprintf(f, v...)) }
func (l logger) Fatal(v ...any)              { panic(fmt.Sprint(v...)) }
func (l logger) Fatalf(f string, v ...any)   { panic(fmt.Sprintf(f, v...)) }
func (l logger) Panic(v ...any)              { panic(fmt.Sprint(v...)) }
func (l logger) Panicf(f string, v ...any)   { panic(fmt.Sprintf(f, v...)) }
