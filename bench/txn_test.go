package bench_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"nines/bench"
)

// moody is a cluster of one node whose every third session cannot be opened, and
// whose others answer, abort, or lose the answer.
type moody struct {
	mu    sync.Mutex
	dials int
}

func (*moody) Nodes() []string { return []string{"n1"} }
func (*moody) Close() error    { return nil }

func (m *moody) Dial(context.Context, string, uint64) (bench.Client, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.dials++; m.dials%3 == 0 {
		return nil, errors.New("refused")
	}
	return moodyClient{}, nil
}

type moodyClient struct{}

func (moodyClient) Close() error { return nil }

func (moodyClient) Do(_ context.Context, op *bench.Op) (bench.Reply, error) {
	switch op.Arg % 4 {
	case 0:
		return bench.Reply{}, bench.ErrAborted
	case 1:
		return bench.Reply{}, errors.New("lost")
	case 2:
		panic("a client that is out of order")
	default:
		return bench.Reply{Txn: &bench.TxnReply{Found: make([]bench.Found, 1)}}, nil
	}
}

// oneTxns makes transactions with rising ids, up to a last one.
type oneTxns struct{ id, last, step uint64 }

func (s *oneTxns) Next(op *bench.Op) bool {
	if s.id += s.step; s.id > s.last {
		return false
	}
	*op = bench.Op{Kind: bench.Transact, Arg: s.id, Txn: &bench.Txn{Micros: []bench.Micro{{Kind: bench.Read}}}}
	return true
}

type both struct {
	mu      sync.Mutex
	samples []bench.Sample
	txns    map[uint64]bench.TxnRecord
}

func (b *both) Record(batch []bench.Sample) error {
	b.samples = append(b.samples, batch...)
	return nil
}

func (b *both) RecordTxn(r bench.TxnRecord) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.txns[r.ID] = r
	return nil
}

// However a transaction ends, what it asked for is recorded, and what it found if
// it succeeded: also if no session could be opened, or the client panicked.
func TestTransactionsAreRecorded(t *testing.T) {
	for _, step := range []uint64{1, 4} { // the latter without panics
		synctest.Test(t, func(t *testing.T) {
			rec := &both{txns: make(map[uint64]bench.TxnRecord)}
			source := &oneTxns{last: 40, step: step}
			if step > 1 {
				source.id = 3
			}
			_, err := bench.Run(t.Context(), bench.Config{
				Cluster: &moody{}, Base: time.Now(), Recorder: rec, Txns: rec, Pacer: bench.Sleeping(time.Now()),
				Closed: []bench.Closed{{
					Class: bench.Main, Sessions: 1, Until: bench.Never,
					Source: func(int) bench.Source { return source }, Picker: func(int) bench.Picker { return bench.Pinned(0) },
				}},
			})
			if panics := step == 1; panics != (err != nil) {
				t.Error(err)
			}
			if len(rec.samples) == 0 || len(rec.txns) != len(rec.samples) {
				t.Errorf("%d transactions, %d of them recorded", len(rec.samples), len(rec.txns))
			}
			for _, s := range rec.samples {
				r, ok := rec.txns[s.Arg]
				if !ok || r.Txn == nil || (r.Reply != nil) != (s.Outcome == bench.OK) {
					t.Errorf("%+v is recorded as %+v", s, r)
				}
			}
		})
	}
}
