package workloads

import "nines/bench"

// queueing is a source that appends elements to queues, and takes them from
// there: a read is a take, since nothing else tells what is in a queue.
type queueing struct{ *source }

func (s *queueing) Next(op *bench.Op) bool {
	s.source.Next(op)
	if op.Kind == bench.Read {
		op.Arg = s.ids.next()
		s.transact(op, bench.Micro{Kind: bench.Pop, Key: op.Key})
		return true
	}
	s.transact(op, bench.Micro{Kind: bench.Append, Key: op.Key, Arg: s.ids.next()})
	return true
}
