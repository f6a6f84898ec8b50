package analysis

import (
	"math"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"nines/bench"
)

// sumsOf puts counts on a grid of bins of 10 ms.
func sumsOf(good, total []int64) sums {
	b := binned{end: time.Duration(len(good)) * windowBin, bin: windowBin}
	return newSums(b, append(slices.Clone(good), 0), append(slices.Clone(total), 0))
}

// TestWorstByHand has bins with 2, 2, 0, 2 and 2 operations, of which 2, 0, 0, 1
// and 2 are good.
func TestWorstByHand(t *testing.T) {
	s := sumsOf([]int64{2, 0, 0, 1, 2}, []int64{2, 2, 0, 2, 2})
	for _, c := range []struct {
		n, at int
		ratio float64
	}{
		{1, 1, 0},       // the third has no demand
		{2, 1, 0},       // 0 of 2
		{3, 1, 1.0 / 4}, // 2/4, 1/4, 3/4
		{4, 0, 3.0 / 6}, // 3/6 twice: the first counts
		{5, 0, 5.0 / 8}, //
	} {
		ratio, at, ok := s.worst(c.n)
		if !ok || ratio != c.ratio || at != c.at {
			t.Errorf("%d bins: %v at %d (%v), want %v at %d", c.n, ratio, at, ok, c.ratio, c.at)
		}
	}
	if _, _, ok := s.worst(6); ok {
		t.Error("a window longer than the period")
	}
	if _, _, ok := sumsOf(make([]int64, 3), make([]int64, 3)).worst(1); ok {
		t.Error("windows without demand count")
	}
}

// TestNotMonotone: bad, good, bad. Half of the worst two are good, a third of all.
func TestNotMonotone(t *testing.T) {
	s := sumsOf([]int64{0, 1, 0}, []int64{1, 1, 1})
	two, _, _ := s.worst(2)
	three, _, _ := s.worst(3)
	if two != 0.5 || three != 1.0/3 {
		t.Errorf("%v and %v, want 1/2 and 1/3", two, three)
	}
}

// TestWindowsByHand: an operation every 10 ms for 2 s, those due in [500, 700) bad.
// The user asks with every operation, so a bin is down if the operation at its
// start was bad.
func TestWindowsByHand(t *testing.T) {
	in := asksOf()
	in.Facts.Duration = 2 * time.Second
	for due := 0; due < 2000; due += 10 {
		in.Samples = append(in.Samples, asksOf(ask{1, due, due < 500 || due >= 700}).Samples...)
	}
	s := Analyze(in, Options{})
	for _, c := range []struct {
		length     time.Duration
		start      MS
		ops, users float64
	}{
		{10 * msec, 500, 0, 0},
		{160 * msec, 500, 0, 0},
		{320 * msec, 380, 12.0 / 32, 12.0 / 32}, // the first that holds all 20 bad bins
		{time.Second, 0, 0.8, 0.8},
		{2 * time.Second, 0, 0.9, 179.0 / 199}, // the last operation opens no stretch
	} {
		for _, l := range []struct {
			name  string
			list  []Worst
			ratio float64
		}{{"operations", s.Windows.Ops, c.ops}, {"users", s.Windows.Users, c.users}} {
			w, ok := WorstAt(l.list, c.length)
			if !ok || w.Start != c.start || math.Abs(w.Ratio-l.ratio) > 1e-12 {
				t.Errorf("%s, %v: %+v (%v), want %v from %v", l.name, c.length, w, ok, l.ratio, c.start)
			}
		}
	}
	if w, _ := WorstAt(s.Windows.Ops, 2*time.Second); w.Ratio != s.SuccessRatio {
		t.Errorf("of the whole period %v, success ratio %v", w.Ratio, s.SuccessRatio)
	}
	if _, ok := WorstAt(s.Windows.Ops, 30*msec); ok {
		t.Error("30 ms is no window of the curve")
	}
	// A tenth of 2 s, and of a year.
	if math.Abs(float64(s.Downtime)-200) > 1e-9 || math.Abs(float64(s.DowntimeYear)-36.5*24*3600*1000) > 1e-3 {
		t.Errorf("downtime %v, a year %v", s.Downtime, s.DowntimeYear)
	}
}

// TestWorstMinute: of 100 s an operation every second, those of the last 45 s bad. A
// minute is no power of the grid, and is there all the same.
func TestWorstMinute(t *testing.T) {
	in := asksOf()
	in.Facts.Duration = 100 * time.Second
	for due := 0; due < 100_000; due += 1000 {
		in.Samples = append(in.Samples, asksOf(ask{1, due, due < 55_000}).Samples...)
	}
	s := Analyze(in, Options{})
	r := Row(&s)
	ops, ok := WorstAt(s.Windows.Ops, time.Minute)
	// From 40 s on: of 60 s 15 are up, and of the users' 59 s too, as the last operation opens no stretch.
	if !ok || ops.Start != 39_010 || ops.Ratio != 15.0/60 || r.Worst60s != ops.Ratio || math.Abs(r.WorstUser60s-15.0/59) > 1e-3 {
		t.Errorf("operations %+v (%v), users %v", ops, ok, r.WorstUser60s)
	}
	if r.WorstUser1s != 0 || r.WorstUser10s != 0 {
		t.Errorf("users: %v in 1 s, %v in 10 s", r.WorstUser1s, r.WorstUser10s)
	}
	in.Facts.Duration = time.Minute
	if s := Analyze(in, Options{}); !slices.IsSortedFunc(s.Windows.Ops, func(a, b Worst) int { return sign(float64(a.Length - b.Length)) }) || s.Windows.Ops[len(s.Windows.Ops)-1].Length != 60_000 {
		t.Errorf("%+v", s.Windows.Ops)
	}
}

// TestEndsWithinABin: of 25 ms, the last 5 are in no window but the whole.
func TestEndsWithinABin(t *testing.T) {
	in := asksOf(ask{1, 0, true}, ask{1, 10, true}, ask{1, 22, false})
	in.Facts.Duration = 25 * msec
	s := Analyze(in, Options{})
	want := []Worst{{10, 0, 1}, {20, 0, 1}, {25, 0, 2.0 / 3}}
	if !slices.Equal(s.Windows.Ops, want) {
		t.Errorf("%+v, want %+v", s.Windows.Ops, want)
	}
}

// history draws operations on the grid of a millisecond.
func history(t *rapid.T) Input {
	in := Input{Facts: facts(time.Duration(rapid.IntRange(1, 300).Draw(t, "ms")) * msec)}
	n := rapid.IntRange(0, 60).Draw(t, "n")
	for i := range n {
		due := time.Duration(rapid.Int64Range(0, int64(in.Facts.Duration/msec)-1).Draw(t, "due")) * msec
		s := bench.Sample{Due: due, Sent: due, Done: due + msec, Class: bench.Main, User: rapid.Uint32Range(1, 4).Draw(t, "user"),
			Node: uint16(rapid.IntRange(0, 1).Draw(t, "node")), Kind: rapid.SampledFrom([]bench.Kind{bench.Read, bench.Write}).Draw(t, "kind"),
			Arg: uint64(i + 1), Outcome: rapid.SampledFrom([]bench.Outcome{bench.OK, bench.Unknown}).Draw(t, "outcome")}
		in.Samples = append(in.Samples, s)
	}
	return in
}

// TestWindowsOfAnyHistory holds the prefix sums against counting, the whole
// period against the plain ratios, and the parts against the whole.
func TestWindowsOfAnyHistory(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := history(t)
		tr := newTrial(in)
		b := tr.binned()
		ops := tr.asking(b, nil)
		n := rapid.IntRange(1, 10).Draw(t, "bins")
		ratio, at, ok := ops.worst(n)
		wantRatio, wantAt, wantOK := counted(tr, n)
		if ok != wantOK || ok && (ratio != wantRatio || at != wantAt) {
			t.Fatalf("%d bins: %v at %d (%v), counted %v at %d (%v)", n, ratio, at, ok, wantRatio, wantAt, wantOK)
		}
		c := tr.counts()
		whole := ops.curve(nil)
		if len(whole) != min(1, int(c.Due)) || c.Due > 0 && whole[0].Ratio != float64(c.Good)/float64(c.Due) {
			t.Fatalf("whole period %+v of %+v", whole, c)
		}
		stretches := tr.stretches(tr.load, 0)
		users := using(b, stretches).curve(nil)
		if up := userUptime(stretches); math.IsNaN(up) != (len(users) == 0) || len(users) > 0 && math.Abs(users[0].Ratio-up) > 1e-9 {
			t.Fatalf("users' whole period %+v, user-uptime %v", users, up)
		}
		// Analysed apart and merged is as merged and analysed.
		reads := tr.asking(b, func(i int) bool { return tr.load[i].Kind == bench.Read })
		writes := tr.asking(b, func(i int) bool { return tr.load[i].Kind != bench.Read })
		for i := range ops.total {
			if reads.total[i]+writes.total[i] != ops.total[i] || reads.good[i]+writes.good[i] != ops.good[i] {
				t.Fatalf("edge %d: reads and writes do not add up", i)
			}
		}
		var due, good uint64
		for _, s := range tr.shares() {
			if s.Node != "" && s.Phase == "" {
				due, good = due+s.Due, good+s.Good
			}
		}
		if due != c.Due || good != c.Good {
			t.Fatalf("nodes add up to %d of %d, want %d of %d", good, due, c.Good, c.Due)
		}
	})
}

// counted finds the worst window by counting in every one.
func counted(tr *trial, n int) (ratio float64, at int, ok bool) {
	for i := 0; time.Duration(i+n)*windowBin <= tr.end; i++ {
		good, due := 0, 0
		for _, s := range tr.load {
			if s.Due >= time.Duration(i)*windowBin && s.Due < time.Duration(i+n)*windowBin {
				due++
				if s.Good(tr.Facts.Deadline) {
					good++
				}
			}
		}
		if r := float64(good) / float64(due); due > 0 && (!ok || r < ratio) {
			ratio, at, ok = r, i, true
		}
	}
	return ratio, at, ok
}

// TestStretchesAreDealtOut holds what bins get against how far a stretch reaches
// into each.
func TestStretchesAreDealtOut(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		const bin, n = 10, 12
		d, want := newDeal(n+1), make([]int64, n+1)
		for range rapid.IntRange(0, 8).Draw(t, "stretches") {
			from := time.Duration(rapid.IntRange(0, bin*n-1).Draw(t, "from"))
			to := time.Duration(rapid.IntRange(int(from), bin*n-1).Draw(t, "to"))
			d.add(from, to, bin)
			for i := range want {
				want[i] += int64(max(0, min(to, time.Duration(i+1)*bin)-max(from, time.Duration(i)*bin)))
			}
		}
		if got := d.bins(bin); !slices.Equal(got, want) {
			t.Fatalf("%v, want %v", got, want)
		}
	})
}

// TestTimeScales: a history that goes k times slower has outages k times as long,
// and the same ratios.
func TestTimeScales(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		from := time.Duration(rapid.IntRange(1, 500).Draw(t, "from")) * msec
		stall := stretch{from, from + time.Duration(rapid.IntRange(1, 400).Draw(t, "length"))*msec}
		in := probed(rapid.SampledFrom([]int{1, 2, 4}).Draw(t, "nodes"), time.Second, msec, stall) // which divide a period
		in.Samples = append(in.Samples, ops(bench.Main, 0, 0, 7*msec, 0, time.Second, msec, stall)...)
		k := time.Duration(rapid.IntRange(2, 9).Draw(t, "times"))
		slow := in
		slow.Samples = slices.Clone(in.Samples)
		for i := range slow.Samples {
			s := &slow.Samples[i]
			s.Due, s.Sent, s.Done = k*s.Due, k*s.Sent, k*s.Done
		}
		f := &slow.Facts
		f.Duration, f.Deadline, f.Probe, f.Abandon = k*f.Duration, k*f.Deadline, k*f.Probe, k*f.Abandon
		a, b := newTrial(in), newTrial(slow)
		x, y := a.probes().cluster[0], b.probes().cluster[0]
		scaled(t, "gaps", x.gaps, y.gaps, MS(k))
		scaled(t, "SLO outages", x.slo, y.slo, MS(k))
		if a.counts() != b.counts() || math.Abs(userUptime(a.stretches(a.load, 0))-userUptime(b.stretches(b.load, 0))) > 1e-12 {
			t.Fatalf("ratios differ: %+v, %+v", a.counts(), b.counts())
		}
	})
}

func scaled(t *rapid.T, what string, a, b Outages, k MS) {
	if a.Count != b.Count || math.Abs(float64(k*a.Total-b.Total)) > 1e-6 || math.Abs(float64(k*a.Max-b.Max)) > 1e-6 {
		t.Fatalf("%s: %+v, and %v times as long: %+v", what, a, k, b)
	}
}

// TestShares: a fault cuts off n2 from 2 s to 3 s, and writes are half of the
// load of each node: 1000 operations, of which 50 are lost.
func TestShares(t *testing.T) {
	in := Input{Facts: facts(5 * time.Second)}
	for i, due := range every(5*msec, 0, 5*time.Second) {
		s := bench.Sample{Due: due, Sent: due, Done: due + msec, Class: bench.Main, Outcome: bench.OK, Node: uint16(i % 2), Arg: uint64(i + 1)}
		if s.Kind = bench.Read; i%4 < 2 {
			s.Kind = bench.Write
		}
		if s.Node == 1 && due >= 2*time.Second && due < 3*time.Second && s.Kind == bench.Write {
			s.Outcome = bench.Unknown
		}
		in.Samples = append(in.Samples, s)
	}
	in.Faults = []bench.Interval{
		{Fault: "f", NA: "not this one"},
		{Fault: "cut", Start: 2 * time.Second, HealFrom: 3 * time.Second, End: 3 * time.Second},
		// Overlaps the other, and had not healed at the end.
		{Fault: "late", Start: 2500 * msec},
	}
	got := newTrial(in).shares()
	want := []Share{
		{Kind: "read", Due: 500, Good: 500, Ratio: 1},
		{Kind: "write", Due: 500, Good: 450, Ratio: 0.9},
		{Node: "n1", Due: 500, Good: 500, Ratio: 1},
		{Node: "n2", Due: 500, Good: 450, Ratio: 0.9},
		{Node: "n1", Phase: "during 2 cut", Due: 100, Good: 100, Ratio: 1},
		{Node: "n2", Phase: "during 2 cut", Due: 100, Good: 50, Ratio: 0.5},
		{Node: "n1", Phase: "during 3 late", Due: 250, Good: 250, Ratio: 1},
		{Node: "n2", Phase: "during 3 late", Due: 250, Good: 225, Ratio: 0.9},
	}
	if len(got) != len(want) {
		t.Fatalf("%d shares, want %d: %+v", len(got), len(want), got)
	}
	for i, w := range want {
		g := got[i]
		g.Worst = nil
		if g.Kind != w.Kind || g.Node != w.Node || g.Phase != w.Phase || g.Due != w.Due || g.Good != w.Good || g.Ratio != w.Ratio {
			t.Errorf("%+v, want %+v", g, w)
		}
	}
	// Of n2 in any 1 s: one operation in 10 ms, every other one a write.
	if w, ok := WorstAt(got[3].Worst, time.Second); !ok || w.Start != 1990 || w.Ratio != 0.5 {
		t.Errorf("worst second of n2: %+v (%v), want 1/2 from 1990 ms, where a read precedes the first loss", w, ok)
	}
}
