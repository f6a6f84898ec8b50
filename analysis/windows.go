package analysis

import (
	"fmt"
	"slices"
	"time"

	"nines/bench"
)

// A ratio over a trial hides for how long at a stretch it was bad. So the trial
// is looked at through windows of every length: the minimal cumulative ratio of
// a length w is the least good / total of all windows of that length wholly
// inside the measured period (Hauer et al., "Meaningful availability", NSDI
// 2020, sections 4 and 5). It is not monotone in w: a window of 3 bins may be
// worse than any of 2 if the bad bins are the first and the last of it, and
// between them nothing was asked. Over the whole period it is the plain ratio.

const (
	// windowBin is the grid on which windows begin and end.
	windowBin = 10 * time.Millisecond
	// maxWindowBins widens the bins of a long trial, by tens.
	maxWindowBins = 1_000_000
)

// Windows is the worst of the trial at each length.
type Windows struct {
	BinMS MS      `json:"bin_ms"` // windows begin and end on multiples of this
	Ops   []Worst `json:"ops"`    // good operations / due ones
	Users []Worst `json:"users"`  // users' time: up / (up + down)
}

// Worst is the worst window of one length, the first of several. Lengths of
// which no window had demand are left out.
type Worst struct {
	Length MS      `json:"length_ms"`
	Start  MS      `json:"start_ms"` // since the base instant
	Ratio  float64 `json:"ratio"`
}

// WorstAt finds the worst window of a length; ok is false if there is none.
func WorstAt(list []Worst, length time.Duration) (w Worst, ok bool) {
	i := slices.IndexFunc(list, func(w Worst) bool { return w.Length == ms(length) })
	if i < 0 {
		return Worst{}, false
	}
	return list[i], true
}

// A Share is the availability that a part of the operations had. An empty field
// means all; at least one operation was due.
type Share struct {
	Kind  string  `json:"kind,omitempty"`
	Node  string  `json:"node,omitempty"`
	Phase string  `json:"phase,omitempty"` // "during 1 kill(leader)", as in Latency
	Due   uint64  `json:"due"`
	Good  uint64  `json:"good"`
	Ratio float64 `json:"ratio"`
	Worst []Worst `json:"worst,omitempty"` // at the lengths of a table
}

// tableLengths are the windows that a table has room for.
var tableLengths = []time.Duration{100 * time.Millisecond, time.Second, 10 * time.Second}

// binned is a trial on a grid of equal bins.
type binned struct {
	end, bin time.Duration
}

func (t *trial) binned() binned {
	bin := windowBin
	for t.end/bin > maxWindowBins {
		bin *= 10
	}
	return binned{t.end, bin}
}

// count is how many bins there are; the last may be cut short by the end.
func (b binned) count() int { return int((b.end + b.bin - 1) / b.bin) }

// lengths are the windows of a curve: powers of two and of ten of a bin, and a minute,
// that are shorter than the period.
func (b binned) lengths() []time.Duration {
	var out []time.Duration
	if time.Minute >= b.bin && time.Minute < b.end {
		out = append(out, time.Minute)
	}
	for _, base := range []time.Duration{2, 10} {
		for n := b.bin; n < b.end; n *= base {
			out = append(out, n)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// sums counts, for each edge of the grid, what was good and what there was in
// all bins before it.
type sums struct {
	binned
	good, total []int64
}

// newSums adds up what bins hold; it takes both slices over. They have room for
// one more than there are bins.
func newSums(b binned, good, total []int64) sums {
	for _, v := range [][]int64{good, total} {
		var sum int64
		for i, x := range v {
			v[i] = sum
			sum += x
		}
	}
	return sums{b, good, total}
}

// worst is the worst window of n bins, and where it begins. Windows in which
// there was nothing are skipped; ok is false if all are.
func (s sums) worst(n int) (ratio float64, at int, ok bool) {
	whole := int(s.end / s.bin) // a bin that is cut short is in no window but that of everything
	for i := 0; i+n <= whole; i++ {
		total := s.total[i+n] - s.total[i]
		if total == 0 {
			continue
		}
		if r := float64(s.good[i+n]-s.good[i]) / float64(total); !ok || r < ratio {
			ratio, at, ok = r, i, true
		}
	}
	return ratio, at, ok
}

// curve has the worst window of each length, and last the whole period.
func (s sums) curve(lengths []time.Duration) []Worst {
	var out []Worst
	for _, l := range lengths {
		if l < s.bin || l >= s.end {
			continue
		}
		if ratio, at, ok := s.worst(int(l / s.bin)); ok {
			out = append(out, Worst{ms(l), ms(time.Duration(at) * s.bin), ratio})
		}
	}
	if n := s.count(); n > 0 && s.total[n] > 0 {
		out = append(out, Worst{ms(s.end), 0, float64(s.good[n]) / float64(s.total[n])})
	}
	return out
}

// asking counts the operations of the load that are members, by due time.
func (t *trial) asking(b binned, member func(i int) bool) sums {
	n := b.count() + 1
	good, total := make([]int64, n), make([]int64, n)
	for i, s := range t.load {
		if member != nil && !member(i) {
			continue
		}
		bin := s.Due / b.bin
		total[bin]++
		if s.Good(t.Facts.Deadline) {
			good[bin]++
		}
	}
	return newSums(b, good, total)
}

// using counts the time of users, in nanoseconds: a stretch is dealt out to the
// bins that it touches.
func using(b binned, stretches []userStretch) sums {
	n := b.count() + 1
	up, all := newDeal(n), newDeal(n)
	for _, s := range stretches {
		all.add(s.from, s.to, b.bin)
		if s.up {
			up.add(s.from, s.to, b.bin)
		}
	}
	return newSums(b, up.bins(b.bin), all.bins(b.bin))
}

// A deal spreads stretches over bins, however many each one touches, in constant
// time: what fills a bin is counted by where that begins and ends.
type deal struct {
	part   []int64 // time in bins that a stretch fills in part
	change []int64 // by how many more stretches this bin is filled than the last
}

func newDeal(n int) deal { return deal{make([]int64, n), make([]int64, n)} }

func (d deal) add(from, to, bin time.Duration) {
	i, j := from/bin, to/bin
	if i == j {
		d.part[i] += int64(to - from)
		return
	}
	d.part[i] += int64((i+1)*bin - from)
	d.part[j] += int64(to - j*bin)
	d.change[i+1]++
	d.change[j]--
}

func (d deal) bins(bin time.Duration) []int64 {
	var full int64
	for i := range d.part {
		full += d.change[i]
		d.part[i] += full * int64(bin)
	}
	return d.part
}

// overWindows fills in what is seen through windows of the trial.
func (s *Summary) overWindows(t *trial, stretches []userStretch) {
	b := t.binned()
	ops := t.asking(b, nil)
	s.Windows = Windows{BinMS: ms(b.bin), Ops: ops.curve(b.lengths()), Users: using(b, stretches).curve(b.lengths())}
	s.Shares = t.shares()
	s.Alerts = t.alerts(ops)
	s.Downtime, s.DowntimeYear = downtime(s.SuccessRatio, t.end), downtime(s.SuccessRatio, year)
}

// shares are the availability by kind, by node, and by node during each fault:
// there it shows which side of a partition a client was on.
func (t *trial) shares() []Share {
	b := t.binned()
	var out []Share
	add := func(s Share, from, to int, member func(i int) bool) {
		for i := from; i < to; i++ {
			if !member(i) {
				continue
			}
			s.Due++
			if t.load[i].Good(t.Facts.Deadline) {
				s.Good++
			}
		}
		if s.Due == 0 {
			return
		}
		s.Ratio = float64(s.Good) / float64(s.Due)
		if s.Phase == "" {
			s.Worst = t.asking(b, member).curve(tableLengths)
		}
		out = append(out, s)
	}
	for kind := bench.Read; kind <= bench.Transact; kind++ {
		add(Share{Kind: kind.String()}, 0, len(t.load), func(i int) bool { return t.load[i].Kind == kind })
	}
	for n, node := range t.Facts.Nodes {
		add(Share{Node: node}, 0, len(t.load), func(i int) bool { return int(t.load[i].Node) == n })
	}
	for _, f := range t.faults {
		from, _ := slices.BinarySearch(t.due, f.Start)
		to, _ := slices.BinarySearch(t.due, f.End)
		phase := fmt.Sprintf("during %d %s", f.index+1, f.Fault)
		for n, node := range t.Facts.Nodes {
			add(Share{Node: node, Phase: phase}, from, to, func(i int) bool { return int(t.load[i].Node) == n })
		}
	}
	return out
}
