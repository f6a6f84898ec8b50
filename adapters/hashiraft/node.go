package hashiraft

import (
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/hashicorp/raft"

	"nines/adapters/disk"
	"nines/adapters/replica"
	"nines/bench"
)

// node is one member.
type node struct {
	env replica.Env
	cfg Config

	log       *logStore
	fsm       *fsm
	transport *transport
	raft      *raft.Raft
	proposals *proposals
	reads     *replica.Inbox[replica.Call]
	asks      asks // of the goroutine that serves reads
	readsWake chan struct{}
	matched   []answered // of the state machine's goroutine

	started  atomic.Bool // the library runs: there may be events
	stop     chan struct{}
	stopOnce sync.Once
	why      error          // of stop, if the node stopped by itself; set before that is closed
	down     raft.Future    // that the library has stopped; set by a goroutine of running
	running  sync.WaitGroup // not the library
}

func open(env replica.Env, cfg Config) (*node, error) {
	if !env.Join && !slices.Contains(env.Members, env.ID) {
		return nil, fmt.Errorf("node %q is not one of the members %v", env.ID, env.Members)
	}
	n := &node{
		env:       env,
		cfg:       cfg,
		proposals: newProposals(),
		readsWake: make(chan struct{}, 1),
		stop:      make(chan struct{}),
	}
	n.reads = replica.NewInbox[replica.Call](n.readsWake)
	n.log = newLogStore(env.Disk, n.fail)
	n.fsm = newFSM(n.answer, n.report)
	n.transport = newTransport(env, cfg)
	if err := n.start(); err != nil {
		n.halt(nil)
		return nil, errors.Join(err, n.Close())
	}
	return n, nil
}

// start reads the disk and starts the library on it.
func (n *node) start() error {
	snaps := newSnapshotStore(n.env.Disk, n.log, n.fsm.learn)
	meta, _, err := snaps.load()
	if err != nil {
		return fmt.Errorf("load the snapshot: %w", err)
	}
	var newest snapshotID
	if meta != nil {
		newest = snapshotID{meta.Index, meta.Term}
		n.fsm.learn(meta.ConfigurationIndex, meta.Configuration)
	}
	if err := n.log.recover(newest); err != nil {
		return err
	}
	conf := n.cfg.library(n.env)
	if !n.env.Join { // else somebody tells it who belongs to the cluster
		err = raft.BootstrapCluster(conf, n.log, n.log, snaps, n.transport, n.founders())
		if err != nil && !errors.Is(err, raft.ErrCantBootstrap) {
			return fmt.Errorf("bootstrap: %w", err)
		}
	}
	if n.raft, err = raft.NewRaft(conf, n.fsm, n.log, n.log, snaps, n.transport); err != nil {
		return err
	}
	n.running.Go(n.end)
	n.started.Store(true)
	n.raft.RegisterObserver(raft.NewObserver(nil, false, n.observe))
	if n.raft.State() == raft.Leader { // an only member may have been quicker
		n.gain()
	}
	n.transport.serve(n.steady)
	n.running.Go(n.propose)
	n.running.Go(n.read)
	select {
	case <-n.stop:
		return n.why
	default:
		return nil
	}
}

// end tells the library to stop when the node does.
func (n *node) end() {
	<-n.stop
	n.down = n.raft.Shutdown()
}

// steady reports whether this node follows in term.
func (n *node) steady(term uint64) bool {
	return n.raft.State() == raft.Follower && n.raft.CurrentTerm() == term
}

// Submit implements [replica.Replica].
func (n *node) Submit(c replica.Call) error {
	select {
	case <-n.stop:
		return n.downError()
	default:
	}
	switch {
	case c.Op.Kind != bench.Read:
		cmd := c.Command()
		if !n.proposals.add(c, cmd.AppendTo(make([]byte, 0, cmd.Len()))) {
			return n.notLeader()
		}
	case n.cfg.Reads == ReadLocal:
		c.Complete(n.fsm.read(c.Op.Key), nil)
	case n.proposals.leads() == nil:
		return n.notLeader()
	case !n.reads.Put(c):
		return n.downError()
	}
	return nil
}

func (n *node) notLeader() error {
	leader, _ := n.raft.LeaderWithID()
	if leader == n.transport.LocalAddr() {
		leader = "" // not yet, or no longer
	}
	return &bench.NotLeaderError{Leader: string(leader)}
}

func (n *node) downError() error {
	return fmt.Errorf("node %s has stopped: %w", n.env.ID, bench.ErrRejected)
}

// propose is the goroutine that gives commands to the library, which may block.
func (n *node) propose() {
	var batch [][]byte
	for {
		select {
		case <-n.stop:
			return
		case <-n.proposals.wake:
		}
		// The answers to one batch wake many sessions at once. Let all of them ask
		// before the next is taken: twice as many commands share a forced write.
		runtime.Gosched()
		batch = n.proposals.take(batch[:0])
		for _, data := range batch {
			n.raft.ApplyLog(raft.Log{Data: data}, 0)
		}
		clear(batch)
	}
}

// answer completes the calls for commands that were applied. The state machine's
// goroutine calls it.
func (n *node) answer(done []applied) {
	n.matched = n.proposals.match(done, n.matched[:0])
	for i := range n.matched {
		m := &n.matched[i]
		m.call.Complete(m.reply, m.err)
	}
	clear(n.matched)
}

// Status implements [replica.Replica]. Applied counts entries behind the last
// command that are none, such as the one that a leader begins its term with.
func (n *node) Status() bench.Status {
	select {
	case <-n.stop:
		return bench.Status{}
	default:
	}
	leader, _ := n.raft.LeaderWithID()
	committed := n.raft.CommitIndex()
	applied, digest := n.fsm.state()
	if n.log.lastForMachine(committed) <= applied {
		applied = max(applied, committed)
	}
	return bench.Status{
		Up:        true,
		Leader:    string(leader),
		Term:      n.raft.CurrentTerm(),
		Committed: max(committed, applied),
		Applied:   applied,
		Digest:    digest,
	}
}

// report hands on an event of a running node.
func (n *node) report(e bench.Event) {
	select {
	case <-n.stop:
	default:
		if n.started.Load() {
			n.env.Events(e)
		}
	}
}

// fail stops the node because of an error of its disk; Close still has to be
// called. That the host has crashed the disk is no news.
func (n *node) fail(err error) {
	if n.halt(err) && n.started.Load() && !errors.Is(err, disk.ErrCrashed) && !errors.Is(err, disk.ErrClosed) {
		n.env.Events(bench.Event{Kind: bench.EventFailed, Detail: err.Error()})
		n.env.Log.Error("node failed", "node", n.env.ID, "err", err)
	}
}

// halt silences the node, and tells the library to stop without waiting for
// that: it may be the library that calls. It reports whether it was the first.
func (n *node) halt(why error) (first bool) {
	n.stopOnce.Do(func() {
		first = true
		n.why = why
		n.transport.silence()
		close(n.stop)
		failReads(n.reads.Close(), n.downError())
		n.proposals.close(n.downError())
	})
	return first
}

// Close implements [replica.Replica].
func (n *node) Close() error {
	n.halt(nil)
	n.running.Wait()
	err := n.transport.Close()
	if n.down != nil {
		err = errors.Join(err, n.down.Error())
	}
	if err != nil {
		return fmt.Errorf("stop node %s: %w", n.env.ID, err)
	}
	return nil
}
