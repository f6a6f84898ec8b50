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
	batch []replica.Call // being confirmed
	first uint64         // id of the first round that was asked for the batch
	last  uint64         // id of the last
	age   int            // ticks since then
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
	r.batch, r.queue = r.queue, nil
	r.first = r.last + 1
	r.ask(n.rn)
	return true
}

// ask starts a round under a new id, so that a late answer to one of an older
// batch is told apart.
func (r *reads) ask(rn *raft.RawNode) {
	r.last++
	r.age = 0
	rn.ReadIndex(order.AppendUint64(nil, r.last))
}

// tick asks again when the messages of a round may have been lost.
func (r *reads) tick(rn *raft.RawNode) {
	if len(r.batch) == 0 {
		return
	}
	if r.age++; r.age > ticksPerHeartbeat {
		r.ask(rn)
	}
}

// confirm takes the library's word that the node led when a round was asked, and
// that all that was committed then is at or below an index. Any round of the
// batch will do: where messages take longer than a round may last, the answer
// is always to an earlier one than the last.
func (r *reads) confirm(s raft.ReadState) {
	if len(r.batch) == 0 || order.Uint64(s.RequestCtx) < r.first {
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
