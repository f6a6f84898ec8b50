package trial_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"nines/bench"
	"nines/bench/trial"
	"nines/results"
	"nines/workloads"
)

// txnRecords keeps what it gets.
type txnRecords struct {
	mu   sync.Mutex
	list []bench.TxnRecord
	err  error
}

func (r *txnRecords) RecordTxn(t bench.TxnRecord) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.list = append(r.list, t)
	return r.err
}

// answer is the reply of a system that finds nothing.
func answer(_ context.Context, _ string, op *bench.Op) (bench.Reply, error) {
	if op.Txn == nil {
		return bench.Reply{}, nil
	}
	return bench.Reply{Txn: &bench.TxnReply{Found: make([]bench.Found, len(op.Txn.Micros))}}, nil
}

// bank is a small trial of transfers, in a system whose nodes own the accounts.
func bank(t *testing.T, f *fake, rec bench.Recorder, txns bench.TxnRecorder) trial.Config {
	t.Helper()
	w, err := workloads.New("bank", workloads.Config{Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	cfg := small(t, f, rec)
	cfg.Sources = trial.Sources{
		Main: func(int) bench.Source { return w.Source() }, Probe: w.Probe,
		Preload: w.Preload, Final: func(n int) func(int) bench.Source { return w.Final(n, 3) },
	}
	cfg.Facts.Guarantees = results.Guarantees{Partitioned: true, Txns: "strict-serializable"}
	cfg.Txns = txns
	return cfg
}

// Every transaction of every phase is recorded, and its sample has its id.
func TestTransactionsAreRecorded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var got samples
		var txns txnRecords
		f := &fake{closed: new(atomic.Int32), do: answer, status: func(string) bench.Status { return bench.Status{Up: true} }}
		r, err := trial.Run(t.Context(), bank(t, f, &got, &txns))
		if err != nil || r.Facts.Failure != "" {
			t.Fatalf("%v, failure %q", err, r.Facts.Failure)
		}
		ids := make(map[uint64]bench.TxnRecord)
		for _, rec := range txns.list {
			ids[rec.ID] = rec
		}
		classes := make(map[bench.Class]int)
		for _, s := range got {
			if s.Kind != bench.Transact {
				continue
			}
			classes[s.Class]++
			if rec, ok := ids[s.Arg]; !ok || rec.Reply == nil || rec.Txn.Micros[0].Key != s.Key {
				t.Errorf("%+v is recorded as %+v", s, rec)
			}
		}
		want := map[bench.Class]int{bench.Preload: 1, bench.Main: 300, bench.Final: 1}
		if fmt.Sprint(classes) != fmt.Sprint(want) || len(txns.list) != 302 {
			t.Errorf("%v transactions and %d records, want %v", classes, len(txns.list), want)
		}
		if note := r.Facts.Notes["converged"]; note != "0s after the load had ended" {
			t.Errorf("note %q", note)
		}
	})
}

// Where nodes own parts of the keys, no leader is waited for, and the end is when
// nothing is in doubt or locked.
func TestPartitioned(t *testing.T) {
	for _, tc := range []struct {
		name          string
		status        func(node string, since time.Duration) bench.Status
		failure, note string
	}{
		{
			"a node is down", func(node string, _ time.Duration) bench.Status { return bench.Status{Up: node != "n2"} },
			"start: not all nodes are up after 1s: n1: 0 in doubt, 0 locks; n2 is down", "",
		},
		{
			"in doubt for a while", func(node string, since time.Duration) bench.Status {
				s := bench.Status{Up: true, Leader: node, Term: uint64(since)}
				if node == "n3" && since < 3500*time.Millisecond {
					s.InDoubt, s.Locks = 1, 2
				}
				return s
			}, "", "after the load had ended",
		},
		{
			"in doubt for good", func(node string, _ time.Duration) bench.Status {
				s := bench.Status{Up: true}
				if node == "n3" {
					s.InDoubt = 1
				}
				return s
			}, "", "not within 1s: n1: 0 in doubt, 0 locks; n2: 0 in doubt, 0 locks; n3: 1 in doubt, 0 locks",
		},
		{
			"locked for good", func(node string, _ time.Duration) bench.Status {
				return bench.Status{Up: true, Locks: 3}
			}, "", "not within 1s: n1: 0 in doubt, 3 locks",
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				began := time.Now()
				f := &fake{closed: new(atomic.Int32), do: answer, status: func(node string) bench.Status { return tc.status(node, time.Since(began)) }}
				r, err := trial.Run(t.Context(), bank(t, f, &samples{}, &txnRecords{}))
				if err != nil || !strings.HasPrefix(r.Facts.Failure, tc.failure) || (r.Facts.Failure == "") != (tc.failure == "") {
					t.Fatalf("%v, failure %q", err, r.Facts.Failure)
				}
				if note := r.Facts.Notes["converged"]; !strings.Contains(note, tc.note) {
					t.Errorf("note %q", note)
				}
			})
		})
	}
}

// A trial whose transactions cannot be recorded ends.
func TestTransactionsThatCannotBeRecorded(t *testing.T) {
	for _, rec := range []bench.TxnRecorder{nil, &txnRecords{err: errors.New("disk full")}} {
		synctest.Test(t, func(t *testing.T) {
			f := &fake{closed: new(atomic.Int32), do: answer}
			r, err := trial.Run(t.Context(), bank(t, f, &samples{}, rec))
			want := "disk full"
			if rec == nil {
				want = "nobody to record it"
			}
			if err != nil || !strings.Contains(r.Facts.Failure, want) {
				t.Errorf("%v, failure %q", err, r.Facts.Failure)
			}
		})
	}
}

// Nodes without a leader converge when they have applied the same, and each
// takes itself for the leader.
func TestLeaderless(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		f := &fake{closed: new(atomic.Int32), status: func(node string) bench.Status {
			s := bench.Status{Up: true, Leader: node, Applied: 7, Committed: 7, Digest: 9}
			if node == "n2" && time.Since(began) < 3500*time.Millisecond {
				s.Applied, s.Digest = 5, 8
			}
			return s
		}}
		cfg := small(t, f, &samples{})
		cfg.Facts.Guarantees = results.Guarantees{Replicated: true, Leaderless: true}
		r, err := trial.Run(t.Context(), cfg)
		if err != nil || r.Facts.Failure != "" {
			t.Fatalf("%v, failure %q", err, r.Facts.Failure)
		}
		if note := r.Facts.Notes["converged"]; !strings.HasSuffix(note, "after the load had ended") || note[0] == '0' {
			t.Errorf("note %q", note)
		}
	})
}
