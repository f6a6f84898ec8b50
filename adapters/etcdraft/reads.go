package etcdraft

import (
	"go.etcd.io/raft/v3"

	"nines/adapters/machine"
	"nines/adapters/replica"
)

// reads is the reads in progress on a leader. Those that come while a batch is
// being confirmed make up the next one, as in etcd's server: one round of
// heartbeats serves them all.
type reads struct {
	queue []replica.Call // not yet in a batch
	batch []replica.Call // being confirmed under id
	id    uint64
	ready []confirmed
}

// confirmed is a batch that may be answered once index is applied.
type confirmed struct {
	index uint64
	calls []replica.Call
}

// next sends the next batch for confirmation. It reports whether it did, so that
// the library has messages to send.
func (r *reads) next(n *node) bool {
	if len(r.batch) > 0 || len(r.queue) == 0 {
		return false
	}
	if !n.leads {
		r.fail(n.notLeader(n.lead.Load()))
		return false
	}
	if n.term != n.state.GetTerm() {
		// Not before it has applied the entry that its term began with, and with it
		// all that was acknowledged before. The library sees to that itself, but not
		// in a cluster of one, whose commit index on disk may be an old one.
		return false
	}
	r.batch, r.queue = r.queue, nil
	// The library asks until it knows: each heartbeat carries the question again.
	r.id++
	n.rn.ReadIndex(order.AppendUint64(nil, r.id))
	return true
}

// confirm takes the library's word that the node led after the batch had come,
// and that all that was committed before is at or below an index. A word on a
// batch that has failed since comes too late.
func (r *reads) confirm(s raft.ReadState) {
	if len(r.batch) == 0 || order.Uint64(s.RequestCtx) != r.id {
		return
	}
	r.ready = append(r.ready, confirmed{s.Index, r.batch})
	r.batch = nil
}

// answer serves the batches whose index has been applied.
func (r *reads) answer(kv *machine.KV) {
	for len(r.ready) > 0 && r.ready[0].index <= kv.Applied() {
		for i := range r.ready[0].calls {
			c := &r.ready[0].calls[i]
			c.Complete(kv.Read(c.Op.Key), nil)
		}
		r.ready = r.ready[1:]
	}
}

// fail completes every read with err: none had an effect.
func (r *reads) fail(err error) {
	completeAll(r.queue, err)
	completeAll(r.batch, err)
	for _, c := range r.ready {
		completeAll(c.calls, err)
	}
	r.queue, r.batch, r.ready = nil, nil, nil
}
