package bench_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"nines/bench"
)

// transfers is a source of transactions with ids from 1.
type transfers struct{ last uint64 }

func (s *transfers) Next(op *bench.Op) bool {
	s.last++
	*op = bench.Op{Kind: bench.Transact, Key: 7, Arg: s.last, Txn: &bench.Txn{
		Micros: []bench.Micro{{Kind: bench.Add, Key: 7, Arg: 1}, {Kind: bench.Read, Key: 8}},
	}}
	return true
}

// txnRecords keeps records by id.
type txnRecords struct {
	mu  sync.Mutex
	all map[uint64]bench.TxnRecord
	n   int
	err error
}

func (r *txnRecords) RecordTxn(rec bench.TxnRecord) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.all == nil {
		r.all = make(map[uint64]bench.TxnRecord)
	}
	r.all[rec.ID] = rec
	r.n++
	return r.err
}

// Every transaction that was not dropped has one record, whatever became of it: of
// these ten one fails to dial, one is rejected, one is unknown and one hangs until
// two were dropped.
func TestTxnRecords(t *testing.T) {
	records := &txnRecords{}
	reply := &bench.TxnReply{Found: []bench.Found{{Value: 3}, {Value: 4}}}
	virtually(t, func() bench.Config {
		o := open(100, 100*ms, 1)
		o.Source = &transfers{}
		return bench.Config{
			Abandon: 25 * ms, Txns: records, Open: []bench.Open{o},
			Cluster: &fake{
				dial: func(_ context.Context, _ string, session uint64) error {
					if session == 1 {
						return errors.New("nobody there")
					}
					return nil
				},
				do: func(ctx context.Context, node string, session uint64, op *bench.Op) (bench.Reply, error) {
					switch op.Arg {
					case 2:
						return bench.Reply{}, bench.ErrAborted
					case 3:
						return bench.Reply{}, errors.New("who knows")
					case 4:
						return hang(ctx, node, session, op)
					}
					return bench.Reply{Txn: reply}, nil
				},
			},
		}
	}, func(t *testing.T, samples []bench.Sample, _ bench.Stats) {
		want := map[uint64]bench.Outcome{
			1: bench.Rejected, 2: bench.Rejected, 3: bench.Unknown, 4: bench.Unknown, 5: bench.Dropped, 6: bench.Dropped,
			7: bench.OK, 8: bench.OK, 9: bench.OK, 10: bench.OK,
		}
		for _, s := range samples {
			rec, found := records.all[s.Arg]
			switch {
			case s.Outcome != want[s.Arg] || s.Kind != bench.Transact || s.Key != 7:
				t.Errorf("%+v, want it %v", s, want[s.Arg])
			case found != (s.Outcome != bench.Dropped):
				t.Errorf("transaction %d ended %v; it has a record: %v", s.Arg, s.Outcome, found)
			case found && (len(rec.Txn.Micros) != 2 || (rec.Reply == reply) != (s.Outcome == bench.OK)):
				t.Errorf("transaction %d ended %v with the record %+v", s.Arg, s.Outcome, rec)
			}
		}
		if len(samples) != 10 || records.n != 8 {
			t.Errorf("%d samples, %d records", len(samples), records.n)
		}
	})
}

// A load stops when a transaction cannot be recorded, and when nobody is there to.
func TestTxnRecorderFails(t *testing.T) {
	for why, txns := range map[string]bench.TxnRecorder{
		"no room":          &txnRecords{err: errors.New("no room")},
		"nobody to record": nil,
	} {
		synctest.Test(t, func(t *testing.T) {
			o := open(100, time.Second, 10)
			o.Source = &transfers{}
			_, _, err := load(t, t.Context(), bench.Config{Cluster: &fake{}, Txns: txns, Open: []bench.Open{o}})
			if err == nil || !strings.Contains(err.Error(), why) {
				t.Errorf("%s: %v", why, err)
			}
		})
	}
}

// A client that panics in a transaction leaves a record of what it asked for.
func TestTxnOfLostClient(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		records := &txnRecords{}
		o := open(100, 10*ms, 10)
		o.Source = &transfers{}
		_, _, err := load(t, t.Context(), bench.Config{Txns: records, Open: []bench.Open{o}, Cluster: &fake{
			do: func(context.Context, string, uint64, *bench.Op) (bench.Reply, error) { panic("oops") },
		}})
		if rec, found := records.all[1]; err == nil || !found || rec.Reply != nil || rec.Txn == nil {
			t.Errorf("%v, %+v", err, records.all)
		}
	})
}
