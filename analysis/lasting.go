package analysis

import (
	"encoding/json"
	"math"
	"time"

	"nines/analysis/stats"
)

// Lasting is what a fault left behind: how the load was served between recovery
// and the next fault or the end of the measured period, against how it was in the
// steady state before the first fault. Of an episode that had not recovered it is
// the time from the end of healing. NaN where that time is shorter than a recovery
// is told in, or nothing was served before.
type Lasting struct {
	From  MS      `json:"from_ms"` // since the base instant
	To    MS      `json:"to_ms"`
	Share float64 `json:"share"` // of what was expected; 1 is as before
	// Noise is by how much Share may differ from 1 by chance: twice the standard
	// error of the difference of the two means of bins, which count for as many as
	// would tell as much if they were independent; and no less than 3/n, with n
	// operations in the shorter of the two times, since of n operations that were all
	// good, that share may be bad (the rule of three; Hanley and Lippman-Hand, JAMA 1983).
	Noise   float64 `json:"noise"`
	Damaged bool    `json:"damaged"` // Share is less than 1 by more than Noise
}

var noLasting = Lasting{From: MS(nan), To: MS(nan), Share: nan, Noise: nan}

// lasting compares the time after e's recovery with the baseline.
func (t *trial) lasting(f span, base baseline, e *Episode) Lasting {
	from := f.End
	if !e.Censored {
		from = max(from, f.Start+since(e.Back95), f.HealFrom+since(e.HealBack))
	}
	before := t.asked(t.calm, base, int((t.healthy()-t.calm)/base.bin))
	after := t.asked(from, base, int((f.limit-from)/base.bin))
	if !(before.served > 0) || len(before.bins) < recoveryBins || len(after.bins) < recoveryBins {
		return noLasting
	}
	l := Lasting{From: ms(from), To: ms(from + time.Duration(len(after.bins))*base.bin), Share: after.share() / before.share()}
	spread := stats.Deviation(before.bins) / before.share() * math.Sqrt(1/independent(before.bins)+1/independent(after.bins))
	l.Noise = max(2*spread, 3/min(before.asked, after.asked))
	l.Damaged = 1-l.Share > l.Noise
	return l
}

// demand is what was asked and served in some bins.
type demand struct {
	asked, served float64
	bins          []float64 // shares of those in which something was asked
}

func (s demand) share() float64 { return s.served / s.asked }

// asked counts n bins. In open loop that are operations by when they were due;
// in closed loop, where a slow system is asked for less, what was done in time
// against the rate of the baseline.
func (t *trial) asked(from time.Duration, base baseline, n int) (s demand) {
	for i := range n {
		a := from + time.Duration(i)*base.bin
		b := a + base.bin
		asked, served := float64(within(t.due, a, b)), float64(within(t.served, a, b))
		if t.Facts.Arrivals == closedLoop {
			asked, served = base.rate*base.bin.Seconds(), float64(within(t.good, a, b))
		}
		if asked == 0 {
			continue
		}
		s.asked, s.served = s.asked+asked, s.served+served
		s.bins = append(s.bins, served/asked)
	}
	return s
}

// since is a time that is 0 where there is no figure.
func since(t MS) time.Duration {
	if math.IsNaN(float64(t)) {
		return 0
	}
	return time.Duration(float64(t) * float64(time.Millisecond))
}

// independent is how many independent bins these count for: all of them where
// they do not vary.
func independent(bins []float64) float64 {
	if n := stats.EffectiveSize(bins); !math.IsNaN(n) {
		return n
	}
	return float64(len(bins))
}

type lastingJSON struct {
	From    MS   `json:"from_ms"`
	To      MS   `json:"to_ms"`
	Share   MS   `json:"share"`
	Noise   MS   `json:"noise"`
	Damaged bool `json:"damaged"`
}

// MarshalJSON writes figures that have no value as null.
func (l Lasting) MarshalJSON() ([]byte, error) {
	return json.Marshal(lastingJSON{l.From, l.To, MS(l.Share), MS(l.Noise), l.Damaged})
}

// UnmarshalJSON reads what MarshalJSON writes.
func (l *Lasting) UnmarshalJSON(b []byte) error {
	var v lastingJSON
	if err := json.Unmarshal(b, &v); err != nil {
		return err
	}
	*l = Lasting{v.From, v.To, float64(v.Share), float64(v.Noise), v.Damaged}
	return nil
}
