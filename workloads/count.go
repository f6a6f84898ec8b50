package workloads

import "nines/bench"

// counting is a source that adds one to counters, and reads them. An add is a
// transaction of one micro-operation, and finds what was there before it.
type counting struct{ *source }

func (s *counting) Next(op *bench.Op) bool {
	s.source.Next(op)
	if op.Kind == bench.Write {
		s.transact(op, bench.Micro{Kind: bench.Add, Key: op.Key, Arg: 1})
	}
	return true
}

// transact makes op a transaction of one micro-operation. It keeps its id.
func (s *source) transact(op *bench.Op, m bench.Micro) {
	op.Kind, op.Size, op.Txn = bench.Transact, bench.MinValueSize, &bench.Txn{Micros: []bench.Micro{m}}
}
