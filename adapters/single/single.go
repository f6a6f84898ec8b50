// Package single is one node without replication: the same log, disk and state
// machine as the replicated systems, and nothing between them. What a
// replicated system costs is what it takes beyond this.
package single

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"nines/adapters/disk"
	"nines/adapters/machine"
	"nines/adapters/replica"
	"nines/bench"
)

// Kinds of log records.
const recordCommand byte = 1

// node serves its calls in turns: whatever has come while the last turn forced
// its commands to disk makes up the next one.
type node struct {
	env   replica.Env
	wake  chan struct{}
	calls *replica.Inbox[replica.Call]

	saved   chan uint64 // the index of a snapshot that has been saved
	stop    context.Context
	stopNow context.CancelFunc
	running sync.WaitGroup
	status  atomic.Pointer[bench.Status]

	// The loop's own.
	kv      *machine.KV
	index   uint64 // of the last command appended
	snapped uint64 // applied index at the last snapshot
	saving  bool   // a snapshot is being saved
}

// Open is a [replica.Open]. It refuses a cluster of more than one node.
func Open(env replica.Env) (replica.Replica, error) {
	if len(env.Members) != 1 {
		return nil, fmt.Errorf("single: it has one node, not %d: %v", len(env.Members), env.Members)
	}
	n := &node{env: env, wake: make(chan struct{}, 1), saved: make(chan uint64, 1), kv: machine.New()}
	n.calls = replica.NewInbox[replica.Call](n.wake)
	if err := n.recover(); err != nil {
		return nil, fmt.Errorf("single: %w", err)
	}
	n.stop, n.stopNow = context.WithCancel(context.Background())
	n.publish()
	n.running.Go(n.run)
	env.Events(bench.Event{Kind: bench.EventLeader, Detail: "the only node"})
	return n, nil
}

// recover restores the newest snapshot and applies the log behind it.
func (n *node) recover() error {
	index, state, err := n.env.Disk.Snapshot()
	if err != nil {
		return fmt.Errorf("load the snapshot: %w", err)
	}
	if index > 0 {
		if err := n.kv.Restore(state); err != nil {
			return fmt.Errorf("restore snapshot %d: %w", index, err)
		}
	}
	err = n.env.Disk.Replay(func(r disk.Record) error {
		if r.Kind != recordCommand {
			return fmt.Errorf("record of unknown kind %d", r.Kind)
		}
		if r.Index <= n.kv.Applied() {
			return nil
		}
		if r.Index != n.kv.Applied()+1 {
			return fmt.Errorf("command %d follows command %d: commands are missing", r.Index, n.kv.Applied())
		}
		_, _, err := n.kv.Apply(r.Index, r.Data)
		if errors.Is(err, machine.ErrCommand) {
			return fmt.Errorf("apply command %d: %w", r.Index, err)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("replay the log: %w", err)
	}
	n.index, n.snapped = n.kv.Applied(), index
	return nil
}

// Submit implements [replica.Replica].
func (n *node) Submit(c replica.Call) error {
	if !n.calls.Put(c) {
		return n.downError()
	}
	return nil
}

func (n *node) downError() error {
	return fmt.Errorf("node %s has stopped: %w", n.env.ID, bench.ErrRejected)
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
	defer n.drain()
	for {
		var err error
		select {
		case <-n.stop.Done():
			return
		case index := <-n.saved:
			n.saving = false
			err = n.compact(index)
		case <-n.wake:
			err = n.turn(n.calls.Take())
		}
		if err != nil {
			n.fail(err)
			return
		}
	}
}

// turn answers the reads from what has been acknowledged so far, and the
// commands when all of them are durable.
func (n *node) turn(calls []replica.Call) error {
	var commands []replica.Call
	var recs []disk.Record
	for _, c := range calls {
		if c.Op.Kind == bench.Read {
			c.Complete(n.kv.Read(c.Op.Key), nil)
			continue
		}
		n.index++
		commands = append(commands, c)
		recs = append(recs, disk.Record{Kind: recordCommand, Index: n.index, Data: c.Command().AppendTo(nil)})
	}
	if len(commands) == 0 {
		return nil
	}
	err := n.env.Disk.Append(recs...)
	if err == nil {
		err = n.env.Disk.Sync()
	}
	if err != nil { // they may be on disk, or not
		for i := range commands {
			commands[i].Complete(bench.Reply{}, replica.ErrLost)
		}
		return fmt.Errorf("write %d commands: %w", len(commands), err)
	}
	for i := range commands {
		_, reply, err := n.kv.Apply(recs[i].Index, recs[i].Data)
		commands[i].Complete(reply, err)
	}
	n.publish()
	n.maybeSnapshot()
	return nil
}

// maybeSnapshot copies the state machine and saves the copy in the background;
// on a slow disk there is one copy at a time.
func (n *node) maybeSnapshot() {
	every := n.env.Batch.SnapshotEvery
	if n.saving || every == 0 || n.kv.Applied()-n.snapped < every {
		return
	}
	n.snapped, n.saving = n.kv.Applied(), true
	index, state := n.snapped, n.kv.Snapshot()
	n.running.Go(func() {
		if err := n.env.Disk.SaveSnapshot(index, state); err != nil {
			n.fail(fmt.Errorf("save snapshot %d: %w", index, err))
			return
		}
		select {
		case n.saved <- index:
		case <-n.stop.Done():
		}
	})
}

func (n *node) compact(index uint64) error {
	if err := n.env.Disk.Compact(index); err != nil {
		return fmt.Errorf("compact the log to %d: %w", index, err)
	}
	n.env.Events(bench.Event{Kind: bench.EventSnapshot, Detail: fmt.Sprint(index)})
	return nil
}

func (n *node) publish() {
	n.status.Store(&bench.Status{
		Up: true, Leader: n.env.ID,
		Committed: n.kv.Applied(), Applied: n.kv.Applied(), Digest: n.kv.Digest(),
	})
}

func (n *node) fail(err error) {
	if n.stop.Err() == nil {
		n.env.Events(bench.Event{Kind: bench.EventFailed, Detail: err.Error()})
		n.env.Log.Error("node failed", "node", n.env.ID, "err", err)
	}
	n.stopNow()
}

func (n *node) drain() {
	n.stopNow()
	for _, c := range n.calls.Close() {
		c.Complete(bench.Reply{}, n.downError())
	}
	n.status.Store(&bench.Status{})
}
