package bench

import (
	"testing"
	"time"
)

// TestPreciseBeforeItsBase: a warm-up is due before the base instant, and does not
// wait for it.
func TestPreciseBeforeItsBase(t *testing.T) {
	const ahead = 20 * time.Second // no machine stalls for so long
	p := Precise(time.Now().Add(ahead))
	for _, until := range []time.Duration{-2 * ahead, -ahead + time.Millisecond, -ahead + 2*time.Millisecond} {
		if now := p.Wait(until); now < until || now >= 0 {
			t.Fatalf("a wait until %v ended at %v", until, now)
		}
	}
}
