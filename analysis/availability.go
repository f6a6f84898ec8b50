package analysis

import (
	"slices"
	"time"

	"nines/bench"
)

// timeline cuts the measured period into bins. Its percentiles are there to be
// drawn, and are given however few operations a bin has.
func (t *trial) timeline() []Bin {
	bins := make([]Bin, (t.end+TimelineBin-1)/TimelineBin)
	rest := t.load
	for i := range bins {
		from := time.Duration(i) * TimelineBin
		to := min(from+TimelineBin, t.end)
		n := within(t.due, from, to)
		bins[i] = t.bin(rest[:n])
		bins[i].Done = uint32(within(t.done, from, to))
		rest = rest[n:]
	}
	return bins
}

// bin summarises the operations that were due in one bin.
func (t *trial) bin(ops []*bench.Sample) Bin {
	b := Bin{Due: uint32(len(ops)), P50: MS(nan), P99: MS(nan), Max: MS(nan)}
	if len(ops) == 0 {
		return b
	}
	for _, s := range ops {
		if s.Good(t.Facts.Deadline) {
			b.Good++
		}
	}
	v := responses(ops)
	slices.Sort(v)
	n := len(v)
	b.P50, b.P99, b.Max = ms(v[rank(0.5, n)-1]), ms(v[rank(0.99, n)-1]), ms(v[n-1])
	return b
}

// intervalAvailability is the share of bins of Facts.SLOBin whose good ratio
// reaches Facts.SLOTarget, among those in which anything was due.
func (t *trial) intervalAvailability() float64 {
	if t.Facts.SLOBin <= 0 {
		return nan
	}
	var up, all float64
	for rest := t.load; len(rest) > 0; { // by due time
		bin := rest[0].Due / t.Facts.SLOBin
		due, good := 0, 0
		for ; due < len(rest) && rest[due].Due/t.Facts.SLOBin == bin; due++ {
			if rest[due].Good(t.Facts.Deadline) {
				good++
			}
		}
		rest = rest[due:]
		all++
		if float64(good) >= t.Facts.SLOTarget*float64(due) {
			up++
		}
	}
	return ratio(up, all)
}

// userUptime is that of Hauer et al., "Meaningful availability", NSDI 2020,
// section 4: each stretch between two consecutive operations of one user, by
// due time, is up if the first of them was good and down if not; a stretch
// longer than the cutoff is inactivity, and in neither sum. The result is
// up / (up + down), and NaN if no user asked twice. A cutoff of 0 means the
// 99th percentile (nearest rank) of all stretches.
func (t *trial) userUptime(cutoff time.Duration) float64 {
	type asked struct {
		due  time.Duration
		good bool
	}
	var up, down []time.Duration
	last := map[uint32]asked{}
	for _, s := range t.load { // by due time
		if l, ok := last[s.User]; ok && l.good {
			up = append(up, s.Due-l.due)
		} else if ok {
			down = append(down, s.Due-l.due)
		}
		last[s.User] = asked{s.Due, s.Good(t.Facts.Deadline)}
	}
	if len(up)+len(down) == 0 {
		return nan
	}
	if cutoff == 0 {
		all := slices.Concat(up, down)
		slices.Sort(all)
		cutoff = all[rank(0.99, len(all))-1]
	}
	u, d := active(up, cutoff), active(down, cutoff)
	return ratio(u, u+d)
}

// active sums the stretches up to the cutoff.
func active(stretches []time.Duration, cutoff time.Duration) float64 {
	var sum float64
	for _, s := range stretches {
		if s <= cutoff {
			sum += s.Seconds()
		}
	}
	return sum
}
