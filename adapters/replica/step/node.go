package step

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"nines/adapters/disk"
	"nines/adapters/replica"
	"nines/bench"
)

// An Option tells [Open] what is special about a system.
type Option func(*options)

type options struct {
	serves func(*replica.Call) bool
	lost   error
}

// Serves names the calls that every node takes, also one that does not lead, such
// as reads that it answers from its own state.
func Serves(which func(*replica.Call) bool) Option {
	return func(o *options) { o.serves = which }
}

// errStopped completes the calls of a partitioned system whose node has stopped.
var errStopped = errors.New("the node has stopped: the outcome is unknown")

// Partitioned says that the calls which a node holds when it stops are not to be
// tried again: in a partitioned system that would be another transaction.
func Partitioned() Option {
	return func(o *options) { o.lost = errStopped }
}

// Open returns the function that opens nodes which run machines in real time, or
// in the virtual time of a testing/synctest bubble.
//
// One goroutine owns the machine; whatever has come while it took its last step
// makes up the next. Another one writes the log, and what is asked of it while it
// forces makes up its next forced write; where forcing takes no time, the first
// does that as well. A call goes to a machine that names itself its leader; other
// nodes refuse it with a hint. Changes of leader are reported as they are seen in
// the machine's Status. An error of the disk stops the node.
//
// A call that the machine has not answered when its node stops is completed with
// [replica.ErrLost], or as [Partitioned] says; a read, with a rejection.
func Open(machine New, opts ...Option) replica.Open {
	o := options{lost: replica.ErrLost, serves: func(*replica.Call) bool { return false }}
	for _, opt := range opts {
		opt(&o)
	}
	return func(env replica.Env) (replica.Replica, error) { return open(env, machine, o) }
}

// ticksPerHeartbeat is how finely a machine's clock runs, where a tick would not
// be shorter than a millisecond.
const ticksPerHeartbeat = 10

// node is one member. The fields below the line belong to the loop goroutine.
type node struct {
	env  replica.Env
	opts options
	self int
	peer map[string]int
	tick time.Duration

	wake  chan struct{} // for the loop
	msgs  *replica.Inbox[Message]
	calls *replica.Inbox[replica.Call]
	saved atomic.Uint64 // index of a snapshot that is on disk; the loop has yet to take it
	log   *writer

	leader  atomic.Pointer[string] // by the machine's last word
	stop    context.Context
	stopNow context.CancelFunc
	running sync.WaitGroup

	statusMu sync.Mutex
	status   bench.Status

	// ---
	machine Machine
	own     []Message       // to the machine itself, for its next step
	spare   []Message       // the last step's, to be filled again
	held    map[uint64]held // by session: calls that the machine has and did not answer
	saving  bool            // a snapshot is being saved
}

// held is what it takes to complete a call.
type held struct {
	attempt uint64
	read    bool
	done    replica.Completer
}

func open(env replica.Env, machine New, o options) (*node, error) {
	n := &node{
		env: env, opts: o,
		self: slices.Index(env.Members, env.ID),
		peer: make(map[string]int),
		tick: max(env.Timing.Heartbeat/ticksPerHeartbeat, time.Millisecond),
		wake: make(chan struct{}, 1),
		held: make(map[uint64]held),
	}
	if n.env.Clock == nil {
		n.env.Clock = replica.SystemClock{}
	}
	if n.self < 0 {
		return nil, fmt.Errorf("node %q is not one of the members %v", env.ID, env.Members)
	}
	for i, name := range env.Members {
		n.peer[name] = i
	}
	n.msgs, n.calls = replica.NewInbox[Message](n.wake), replica.NewInbox[replica.Call](n.wake)
	var err error
	if n.machine, err = n.recovered(machine); err != nil {
		return nil, err
	}
	n.stop, n.stopNow = context.WithCancel(context.Background())
	n.log = newWriter(env.Disk, n.deliver)
	n.leader.Store(new(string))
	n.publish()
	env.Link.Handle(n.receive)
	n.running.Go(n.run)
	n.running.Go(n.write)
	return n, nil
}

// recovered makes the machine and gives it what is on the disk.
func (n *node) recovered(machine New) (Machine, error) {
	m, err := machine(Config{
		Self: n.self, Members: n.env.Members, Rand: n.env.Rand,
		HeartbeatTicks: max(1, int(n.env.Timing.Heartbeat/n.tick)),
		ElectionTicks:  max(2, int(n.env.Timing.Election/n.tick)),
		Tick:           n.tick,
		Batch:          n.env.Batch,
	})
	if err != nil {
		return nil, err
	}
	var s Stable
	if s.Index, s.Snapshot, err = n.env.Disk.Snapshot(); err != nil {
		return nil, fmt.Errorf("load the snapshot: %w", err)
	}
	err = n.env.Disk.Replay(func(r disk.Record) error {
		s.Records = append(s.Records, r)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("replay the log: %w", err)
	}
	if err := m.Recover(s); err != nil {
		return nil, fmt.Errorf("recover from snapshot %d and %d records: %w", s.Index, len(s.Records), err)
	}
	return m, nil
}

// Submit implements [replica.Replica].
func (n *node) Submit(c replica.Call) error {
	if n.stop.Err() != nil {
		return n.downError()
	}
	if leader := *n.leader.Load(); leader != n.env.ID && !n.opts.serves(&c) {
		return &bench.NotLeaderError{Leader: leader}
	}
	if !n.calls.Put(c) {
		return n.downError()
	}
	return nil
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

// receive takes a message from the link.
func (n *node) receive(from string, payload any) {
	if i, ok := n.peer[from]; ok {
		n.msgs.Put(Message{Peer: i, Body: payload})
	}
}

// deliver sends messages from any goroutine.
func (n *node) deliver(ms []Message) {
	for _, m := range ms {
		if m.Peer == n.self {
			n.msgs.Put(m)
			continue
		}
		n.env.Link.Send(n.env.Members[m.Peer], m.Body, m.Size)
	}
}
