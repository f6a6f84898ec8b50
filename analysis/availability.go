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
// reaches Facts.SLOTarget, among those in which any of these operations was due.
func (t *trial) intervalAvailability(ops []*bench.Sample) float64 {
	if t.Facts.SLOBin <= 0 {
		return nan
	}
	var up, all float64
	for rest := ops; len(rest) > 0; { // by due time
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

// A userStretch is the time between two consecutive operations of one user, by
// due time: up if the first of them was good, down if not.
type userStretch struct {
	from, to time.Duration
	up       bool
}

// stretches are those between these operations of all users, in the order of their
// ends. One that is longer than the cutoff is inactivity and left out; a cutoff of 0
// means the 99th percentile (nearest rank) of all.
func (t *trial) stretches(ops []*bench.Sample, cutoff time.Duration) []userStretch {
	type asked struct {
		due  time.Duration
		good bool
	}
	out := make([]userStretch, 0, len(ops)) // all but one of each user's operations open one
	last := map[uint32]asked{}
	for _, s := range ops { // by due time
		if l, ok := last[s.User]; ok {
			out = append(out, userStretch{l.due, s.Due, l.good})
		}
		last[s.User] = asked{s.Due, s.Good(t.Facts.Deadline)}
	}
	if cutoff == 0 && len(out) > 0 {
		lengths := make([]time.Duration, len(out))
		for i, s := range out {
			lengths[i] = s.to - s.from
		}
		slices.Sort(lengths)
		cutoff = lengths[rank(0.99, len(lengths))-1]
	}
	return slices.DeleteFunc(out, func(s userStretch) bool { return s.to-s.from > cutoff })
}

// userUptime is that of Hauer et al., "Meaningful availability", NSDI 2020,
// section 4: up / (up + down), and NaN if no user asked twice.
func userUptime(stretches []userStretch) float64 {
	var up, all float64
	for _, s := range stretches {
		all += (s.to - s.from).Seconds()
		if s.up {
			up += (s.to - s.from).Seconds()
		}
	}
	return ratio(up, all)
}
