// Package mirror is a small replicated system, made to show how one is added to
// nines: docs/adding-a-system.md walks through it.
//
// There are two nodes. The first one leads, always; the other is its mirror. A
// command is answered when both have it on disk, and a read when every command
// before it has been. So nothing that was acknowledged is lost with either disk,
// and nothing is answered while either node is down: no quorum, no election, no
// failover. The log is kept whole; a system that is to run for hours also takes
// snapshots and compacts, as package single does.
package mirror

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"nines/adapters/disk"
	"nines/adapters/machine"
	"nines/adapters/replica"
	"nines/bench"
)

// What the nodes tell each other. Payloads are never changed once sent.
type (
	// entries are commands of the log, from index first on.
	entries struct {
		first    uint64
		commands [][]byte
	}
	// stored says that the mirror has all commands up to last on its disk.
	stored struct{ last uint64 }
)

// recordCommand is the only kind of record in the log.
const recordCommand byte = 1

// A read waits until the command at index is answered, if it is not yet.
type read struct {
	index uint64
	call  replica.Call
}

// node is either of the two. One goroutine runs it and owns the second half of
// its fields.
type node struct {
	env      replica.Env
	wake     chan struct{}
	calls    *replica.Inbox[replica.Call]
	messages *replica.Inbox[any]
	stop     context.Context
	stopNow  context.CancelFunc
	running  sync.WaitGroup
	status   atomic.Pointer[bench.Status]

	log      [][]byte // all commands on this disk; index 1 comes first
	kv       *machine.KV
	commands replica.Waiters
	reads    []read // by index, rising
	mirrored uint64 // the mirror has told that it has the log up to here
	sent     uint64 // the log up to here is on its way
}

// Open is a [replica.Open]. It refuses a cluster of any size but two.
func Open(env replica.Env) (replica.Replica, error) {
	if len(env.Members) != 2 {
		return nil, fmt.Errorf("mirror: it has two nodes, not %d: %v", len(env.Members), env.Members)
	}
	n := &node{env: env, kv: machine.New(), wake: make(chan struct{}, 1)}
	n.calls = replica.NewInbox[replica.Call](n.wake)
	n.messages = replica.NewInbox[any](n.wake)
	if err := n.recover(); err != nil {
		return nil, fmt.Errorf("mirror: %w", err)
	}
	n.stop, n.stopNow = context.WithCancel(context.Background())
	env.Link.Handle(func(_ string, payload any) { n.messages.Put(payload) })
	n.running.Go(n.run)
	if n.leads() {
		env.Events(bench.Event{Kind: bench.EventLeader})
	} else {
		env.Events(bench.Event{Kind: bench.EventFollows, Detail: n.leader()})
	}
	return n, nil
}

func (n *node) leader() string { return n.env.Members[0] }
func (n *node) leads() bool    { return n.env.ID == n.leader() }
func (n *node) last() uint64   { return uint64(len(n.log)) }

// recover reads the log. What the mirror has, the leader has as well, since it
// writes first; what the leader has, the mirror may not have.
func (n *node) recover() error {
	err := n.env.Disk.Replay(func(r disk.Record) error {
		if r.Kind != recordCommand || r.Index != n.last()+1 {
			return fmt.Errorf("record of kind %d at index %d after command %d", r.Kind, r.Index, n.last())
		}
		n.log = append(n.log, r.Data)
		return nil
	})
	if err != nil {
		return fmt.Errorf("replay the log: %w", err)
	}
	if !n.leads() {
		n.apply(n.last())
	}
	n.publish()
	return nil
}

// Submit implements [replica.Replica].
func (n *node) Submit(c replica.Call) error {
	if !n.leads() {
		return &bench.NotLeaderError{Leader: n.leader()}
	}
	if !n.calls.Put(c) {
		return n.downError()
	}
	return nil
}

// Status implements [replica.Replica].
func (n *node) Status() bench.Status { return *n.status.Load() }

// Close implements [replica.Replica].
func (n *node) Close() error {
	n.stopNow()
	n.running.Wait()
	return nil
}

func (n *node) run() {
	defer n.end()
	tick := time.NewTicker(n.env.Timing.Heartbeat)
	defer tick.Stop()
	for {
		var err error
		select {
		case <-n.stop.Done():
			return
		case <-tick.C:
			n.sent = n.mirrored // what got no answer may have been lost
		case <-n.wake:
			err = n.turn(n.messages.Take(), n.calls.Take())
		}
		if err != nil {
			n.fail(err)
			return
		}
		n.send()
	}
}

// turn handles what has come since the last one.
func (n *node) turn(messages []any, calls []replica.Call) error {
	for _, m := range messages {
		switch m := m.(type) {
		case entries:
			if err := n.copy(m); err != nil {
				return err
			}
		case stored:
			n.mirrored = max(n.mirrored, m.last)
			n.sent = max(n.sent, n.mirrored)
		}
	}
	var commands [][]byte
	for _, c := range calls {
		if c.Op.Kind == bench.Read {
			n.reads = append(n.reads, read{n.last() + uint64(len(commands)), c})
			continue
		}
		n.commands.Add(c)
		commands = append(commands, c.Command().AppendTo(nil))
	}
	if err := n.write(commands); err != nil {
		return err
	}
	if n.leads() {
		n.apply(n.mirrored)
	}
	n.publish()
	return nil
}

// write appends commands to the log, durably: one forced write for all.
func (n *node) write(commands [][]byte) error {
	if len(commands) == 0 {
		return nil
	}
	records := make([]disk.Record, len(commands))
	for i, c := range commands {
		records[i] = disk.Record{Kind: recordCommand, Index: n.last() + 1 + uint64(i), Data: c}
	}
	if err := n.env.Disk.Append(records...); err != nil {
		return fmt.Errorf("append %d commands: %w", len(commands), err)
	}
	if err := n.env.Disk.Sync(); err != nil {
		return fmt.Errorf("sync %d commands: %w", len(commands), err)
	}
	n.log = append(n.log, commands...)
	return nil
}

// copy writes what the mirror does not have yet, and says how far it has come:
// also if it was told nothing new, since its last answer may have been lost.
func (n *node) copy(m entries) error {
	if next := n.last() + 1; m.first <= next {
		known := min(next-m.first, uint64(len(m.commands)))
		if err := n.write(m.commands[known:]); err != nil {
			return err
		}
		n.apply(n.last()) // on both disks
	}
	n.env.Link.Send(n.leader(), stored{n.last()}, 8)
	return nil
}

// send tells the mirror what it has not been told.
func (n *node) send() {
	for n.leads() && n.sent < n.last() {
		upto := n.last()
		if most := uint64(n.env.Batch.MaxEntries); most > 0 {
			upto = min(upto, n.sent+most)
		}
		batch := n.log[n.sent:upto]
		size := 8
		for _, c := range batch {
			size += len(c)
		}
		n.env.Link.Send(n.env.Members[1], entries{n.sent + 1, batch}, size)
		n.sent += uint64(len(batch))
	}
}

// apply applies the log up to an index, and answers whoever waited for that.
func (n *node) apply(upto uint64) {
	n.answerReads()
	for i := n.kv.Applied() + 1; i <= upto; i++ {
		cmd, reply, err := n.kv.Apply(i, n.log[i-1])
		n.commands.Answer(cmd.Session, cmd.Seq, reply, err)
		n.answerReads()
	}
}

func (n *node) answerReads() {
	for len(n.reads) > 0 && n.reads[0].index <= n.kv.Applied() {
		c := n.reads[0].call
		c.Complete(n.kv.Read(c.Op.Key), nil)
		n.reads = n.reads[1:]
	}
}

func (n *node) publish() {
	n.status.Store(&bench.Status{
		Up: true, Leader: n.leader(),
		Committed: n.kv.Applied(), Applied: n.kv.Applied(), Digest: n.kv.Digest(),
	})
}

func (n *node) downError() error {
	return fmt.Errorf("node %s has stopped: %w", n.env.ID, bench.ErrRejected)
}

// fail stops this node, and nothing else. After a kill its disk fails it too:
// that is no news.
func (n *node) fail(err error) {
	if n.stop.Err() == nil && !errors.Is(err, disk.ErrCrashed) {
		n.env.Events(bench.Event{Kind: bench.EventFailed, Detail: err.Error()})
		n.env.Log.Error("node failed", "node", n.env.ID, "err", err)
	}
}

// end leaves nobody waiting. What is in the log may be applied after a restart:
// its outcome is unknown.
func (n *node) end() {
	n.stopNow()
	for _, c := range n.calls.Close() {
		c.Complete(bench.Reply{}, n.downError())
	}
	n.commands.Fail(replica.ErrLost)
	for _, r := range n.reads {
		r.call.Complete(bench.Reply{}, replica.ErrLost)
	}
	n.messages.Close()
	n.status.Store(&bench.Status{})
}
