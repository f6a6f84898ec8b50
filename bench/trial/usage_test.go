package trial_test

import (
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"nines/bench"
	"nines/bench/trial"
	"nines/results"
)

// nothing forgets what it is told.
type nothing struct{}

func (nothing) Record([]bench.Sample) error { return nil }

// TestUsage: stock is taken when the measured period begins, and when it ends.
func TestUsage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := small(t, &fake{closed: new(atomic.Int32)}, nothing{})
		var base time.Time
		cfg.Began = func(_ bench.Cluster, at time.Time) { base = at }
		var began time.Duration
		cfg.Usage = func() func() *results.Usage {
			began = time.Since(base)
			return func() *results.Usage { return &results.Usage{Generator: time.Since(base)} }
		}
		got, err := trial.Run(t.Context(), cfg)
		if err != nil || got.Facts.Failure != "" {
			t.Fatal(err, got.Facts.Failure)
		}
		if u := got.Facts.Usage; began != 0 || u == nil || u.Generator != cfg.Facts.Duration {
			t.Errorf("began at %v, ended with %+v; want the measured period", began, u)
		}
		cfg = small(t, &fake{closed: new(atomic.Int32)}, nothing{})
		if got, err := trial.Run(t.Context(), cfg); err != nil || got.Facts.Usage != nil {
			t.Errorf("where it is not measured: %+v, %v", got.Facts.Usage, err)
		}
	})
}
