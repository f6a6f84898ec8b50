package trial_test

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"nines/bench"
	"nines/bench/trial"
	"nines/workloads"
)

// A cluster that does not converge is read all the same, and the trial says how
// it was.
func TestNotConverged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var got samples
		began := time.Now()
		f := &fake{closed: new(atomic.Int32), status: func(node string) bench.Status {
			s := bench.Status{Up: true, Leader: "n1", Term: 1, Applied: 7, Committed: 7}
			if node == "n3" && time.Since(began) > 2*time.Second {
				s.Applied = 5
			}
			return s
		}}
		r, err := trial.Run(t.Context(), small(t, f, &got))
		if err != nil || r.Facts.Failure != "" {
			t.Fatalf("%v, failure %q", err, r.Facts.Failure)
		}
		if note := r.Facts.Notes["converged"]; !strings.HasPrefix(note, "not within 1s: ") || !strings.Contains(note, "n3: leader \"n1\", term 1, committed 7, applied 5") {
			t.Errorf("note %q", note)
		}
		if s := r.Facts.Statuses; len(s) != 3 || s[2].Node != "n3" || s[2].Applied != 5 {
			t.Errorf("statuses %+v", s)
		}
		if n := got.count(bench.Final); n != 10+3 {
			t.Errorf("%d final reads, want 13", n)
		}
	})
}

// Reading back ends in time although nothing is answered and there are many keys.
func TestReadBackIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		f := &fake{closed: new(atomic.Int32), do: func(ctx context.Context, _ string, _ *bench.Op) (bench.Reply, error) {
			if time.Since(began) >= 3*time.Second {
				<-ctx.Done()
				return bench.Reply{}, ctx.Err()
			}
			return bench.Reply{}, nil
		}}
		cfg := small(t, f, &samples{})
		w, err := workloads.New("ycsb-a", workloads.Config{Keys: 100_000})
		if err != nil {
			t.Fatal(err)
		}
		cfg.Sources.Final = func(n int) func(int) bench.Source { return w.Final(n, 3) }
		r, err := trial.Run(t.Context(), cfg)
		if err != nil || r.Facts.Failure != "" {
			t.Fatalf("%v, failure %q", err, r.Facts.Failure)
		}
		if took := time.Since(began); took > 10*time.Second {
			t.Errorf("the trial took %v", took)
		}
		if note := r.Facts.Notes["read back"]; note != "not every key within 2s" {
			t.Errorf("note %q", note)
		}
	})
}
