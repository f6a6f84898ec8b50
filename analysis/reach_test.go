package analysis

import (
	"encoding/json"
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"

	"nines/bench"
)

// silenced is a trial of 10 s of two nodes, probed every 10 ms, with faults at 4 s
// and 8 s; all are out in the stretches all, and node 2 in the stretches second.
func silenced(all, second []stretch) *trial {
	in := probed(2, 10*time.Second, msec, all...)
	for i := range in.Samples {
		for _, x := range second {
			if s := &in.Samples[i]; s.Node == 1 && s.Due >= x.from && s.Due < x.to {
				s.Outcome = bench.Unknown
			}
		}
	}
	in.Faults = []bench.Interval{
		{Fault: "f", Start: 4 * time.Second, HealFrom: 6 * time.Second, End: 6 * time.Second, For: 2 * time.Second},
		{Fault: "g", Start: 8 * time.Second, HealFrom: 9 * time.Second, End: 9 * time.Second, For: time.Second},
	}
	return newTrial(in)
}

// TestReachByHand: times are within the resolution, a period of 10 ms, for each stretch.
func TestReachByHand(t *testing.T) {
	type part struct {
		count, nodes   int
		total, longest float64
		censored       bool
	}
	for _, c := range []struct {
		name                                       string
		all, second                                []stretch
		out                                        [2]part // of the cluster, by episode
		unready                                    [2]bool
		total, partial, totalOnHeal, partialOnHeal part // of the first episode
	}{
		{name: "nothing"},
		{name: "everybody for 1 s", all: []stretch{sec(4, 5)}, out: [2]part{{count: 1, total: 1000, longest: 1000}},
			total: part{count: 1, total: 1000, longest: 1000}},
		{name: "one node until healing", second: []stretch{sec(4, 6)}, partial: part{count: 1, nodes: 1, total: 2000, longest: 2000}},
		// What is left of the second node's outage after the cluster's: 4.5 s to 6 s.
		{name: "all, then one", all: []stretch{sec(4, 4.5)}, second: []stretch{sec(4, 6)}, out: [2]part{{count: 1, total: 500, longest: 500}},
			total: part{count: 1, total: 500, longest: 500}, partial: part{count: 1, nodes: 1, total: 1500, longest: 1500}},
		{name: "one before and after all", all: []stretch{sec(4.5, 5)}, second: []stretch{sec(4, 5.8)}, out: [2]part{{count: 1, total: 500, longest: 500}},
			total: part{count: 1, total: 500, longest: 500}, partial: part{count: 2, nodes: 1, total: 1300, longest: 800}},
		{name: "on healing too", all: []stretch{sec(4, 5), sec(6, 6.2)}, second: []stretch{sec(6, 7)}, out: [2]part{{count: 2, total: 1200, longest: 1000}},
			total: part{count: 1, total: 1000, longest: 1000}, totalOnHeal: part{count: 1, total: 200, longest: 200},
			partialOnHeal: part{count: 1, nodes: 1, total: 800, longest: 800}},
		// It goes on when the next fault comes: each episode has its part.
		{name: "into the next", all: []stretch{sec(7.5, 8.3)}, out: [2]part{{count: 1, total: 500, longest: 500, censored: true}, {count: 1, total: 300, longest: 300}},
			unready: [2]bool{false, true}, totalOnHeal: part{count: 1, total: 500, longest: 500, censored: true}},
		{name: "to the end", all: []stretch{sec(4, 5), sec(8.5, 12)}, out: [2]part{{count: 1, total: 1000, longest: 1000}, {count: 1, total: 1500, longest: 1500, censored: true}},
			total: part{count: 1, total: 1000, longest: 1000}},
		{name: "before the first fault only", all: []stretch{sec(2, 3)}},
		{name: "from before the fault on", all: []stretch{sec(3, 5)}, out: [2]part{{count: 1, total: 1000, longest: 1000}},
			unready: [2]bool{true, false}, total: part{count: 1, total: 1000, longest: 1000}},
	} {
		t.Run(c.name, func(t *testing.T) {
			tr := silenced(c.all, c.second)
			e := tr.episodes(tr.probes())
			check := func(what string, got Stretches, nodes int, want part) {
				t.Helper()
				if got.Count != want.count || nodes != want.nodes || got.Censored != want.censored ||
					math.Abs(float64(got.Total)-want.total) > 10*float64(max(1, want.count)) || math.Abs(float64(got.Longest)-want.longest) > 10 {
					t.Errorf("%s: %+v at %d nodes, want %+v", what, got, nodes, want)
				}
			}
			for i := range e {
				check("out", e[i].Out, 0, c.out[i])
				if e[i].Unready != c.unready[i] {
					t.Errorf("episode %d: unready %v", i, e[i].Unready)
				}
			}
			check("total", e[0].InjectReach.Total, 0, c.total)
			check("partial", e[0].InjectReach.Partial, e[0].InjectReach.Nodes, c.partial)
			check("total on healing", e[0].HealReach.Total, 0, c.totalOnHeal)
			check("partial on healing", e[0].HealReach.Partial, e[0].HealReach.Nodes, c.partialOnHeal)
		})
	}
}

// TestRaggedEnd: node 1 is answered 10 ms after the total outage, which is no partial
// outage at it, although node 2's goes on.
func TestRaggedEnd(t *testing.T) {
	silent := func(length MS) outages {
		return outages{gaps: Outages{Measured: true, Threshold: 20, List: []Outage{{Start: 4000, Length: length}}}}
	}
	p := probeFigures{cluster: []outages{silent(500)}, nodes: [][]outages{{silent(510)}, {silent(2000)}}}
	got, _ := p.reach(span{Interval: bench.Interval{Start: 4 * time.Second, HealFrom: 6 * time.Second}, limit: 8 * time.Second})
	want := Reach{Total: Stretches{Count: 1, Total: 500, Longest: 500}, Partial: Stretches{Count: 1, Total: 1500, Longest: 1500}, Nodes: 1}
	if got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
}

// TestReachWithOwners: one owner of three is down, so that every node's clients
// miss a part of the keys and none misses all of them.
func TestReachWithOwners(t *testing.T) {
	in := ownedProbes(func(owner int, at time.Duration) bool {
		return owner == 1 && at >= time.Second && at < 1500*msec || at >= 2*time.Second && at < 2300*msec
	})
	in.Faults = []bench.Interval{
		{Fault: "kill(n2)", Start: time.Second, HealFrom: 1500 * msec, End: 1500 * msec},
		{Fault: "kill(all)", Start: 2 * time.Second, HealFrom: 2300 * msec, End: 2300 * msec},
	}
	tr := newTrial(in)
	e := tr.episodes(tr.probes())
	near := func(what string, got MS, want float64) {
		t.Helper()
		if d := math.Abs(float64(got) - want); !(d <= 30) { // three periods: each node asks the owners in turn
			t.Errorf("%s: %v ms, want %v ± 30", what, got, want)
		}
	}
	near("out with one owner down", e[0].Out.Total, 500)
	near("partial then", e[0].InjectReach.Partial.Total, 500)
	near("out with all owners down", e[1].Out.Total, 300)
	near("total then", e[1].InjectReach.Total.Total, 300)
	if e[0].InjectReach.Total.Count != 0 || e[0].InjectReach.Nodes != 3 {
		t.Errorf("with one owner down: %+v, want a partial outage at 3 nodes and no total one", e[0].InjectReach)
	}
	if e[1].InjectReach.Total.Count != 1 || e[1].InjectReach.Partial.Count != 0 {
		t.Errorf("with all owners down: %+v, want one total outage and no partial one", e[1].InjectReach)
	}
}

func TestReachWithoutProbes(t *testing.T) {
	in := offered(every(msec, 0, 10*time.Second))
	tr := newTrial(in)
	e := tr.episodes(tr.probes())[0]
	if !same(e.Out.Total, MS(nan)) || !same(e.InjectReach.Partial.Total, MS(nan)) || !same(e.HealReach.Total.Longest, MS(nan)) {
		t.Errorf("figures without probes: %+v", e)
	}
}

// TestNoTimeIsLost: from the first fault on, all time without service belongs to
// some episode, and to one only.
func TestNoTimeIsLost(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var list []Outage
		var total float64
		for at := 0; at < 9000; {
			from := at + rapid.IntRange(31, 1500).Draw(t, "pause")
			if from >= 10000 {
				break
			}
			length := rapid.IntRange(31, 2500).Draw(t, "length")
			at = from + length
			list = append(list, Outage{Start: MS(from), Length: MS(length), Censored: at >= 10000})
			if at > 2000 {
				total += float64(min(at, 10000) - max(from, 2000))
			}
		}
		var got float64
		limits := []int{2000, 3000, 3500, 7000, 10000}
		for i := range limits[1:] {
			f := span{Interval: bench.Interval{Start: time.Duration(limits[i]) * msec}, limit: time.Duration(limits[i+1]) * msec}
			parts, _ := Outages{List: list}.during(f, 0)
			got += float64(sum(parts).Total)
		}
		if got != total {
			t.Errorf("%v: episodes have %v ms, want %v", list, got, total)
		}
	})
}

// TestLastingByHand: 1000 op/s, baseline 4 s, back at 5 s, so that the 5 s from
// healing on are looked at (as the fault ended at 6.1 s: 39 bins).
func TestLastingByHand(t *testing.T) {
	for _, c := range []struct {
		name     string
		stalls   []stretch
		lose     func(i int, due time.Duration) bool
		share    float64
		noise    float64 // 3/n where the baseline is all good, n = 3900
		damaged  bool
		from, to MS
	}{
		{name: "none", stalls: []stretch{sec(4, 5)}, share: 1, noise: 3. / 3900, from: 6100, to: 10000},
		{name: "one in ten is lost for ever", stalls: []stretch{sec(4, 5)}, lose: func(i int, due time.Duration) bool { return due > 4*time.Second && i%10 == 0 },
			share: 0.9, noise: 3. / 3900, damaged: true, from: 6100, to: 10000},
		// One lost of 3900 is within the rule of three.
		{name: "one is lost", stalls: []stretch{sec(4, 5)}, lose: func(i int, due time.Duration) bool { return due == 8*time.Second },
			share: 1 - 1./3900, noise: 3. / 3900, from: 6100, to: 10000},
		// One in ten was always lost, evenly: 10 in each bin of 100.
		{name: "as bad as before", lose: func(i int, due time.Duration) bool { return i%10 == 0 }, share: 1, noise: 3. / 3900, from: 6100, to: 10000},
		{name: "not recovered", stalls: []stretch{sec(4, 11)}, share: 0, noise: 3. / 3900, damaged: true, from: 6100, to: 10000},
		{name: "recovered late", stalls: []stretch{sec(4, 7)}, share: 1, noise: 3. / 3000, from: 7000, to: 10000},
		{name: "to the last 500 ms", stalls: []stretch{sec(4, 9.5)}, share: 1, noise: 3. / 500, from: 9500, to: 10000},
	} {
		t.Run(c.name, func(t *testing.T) {
			in := offered(every(msec, 0, 10*time.Second), c.stalls...)
			for i := range in.Samples {
				if s := &in.Samples[i]; c.lose != nil && c.lose(i, s.Due) {
					s.Outcome = bench.Unknown
				}
			}
			tr := newTrial(in)
			l := tr.episodes(tr.probes())[0].Lasting
			near := func(got, want float64) bool { return math.Abs(got-want) < 1e-9 || math.IsNaN(got) && math.IsNaN(want) }
			if !near(l.Share, c.share) || !near(l.Noise, c.noise) || l.Damaged != c.damaged || !same(l.From, c.from) || !same(l.To, c.to) {
				t.Errorf("%+v, want share %v, noise %v, damaged %v, from %v to %v", l, c.share, c.noise, c.damaged, c.from, c.to)
			}
		})
	}
}

// TestNoTimeLeft: where healing ended 400 ms before the end, nothing is said.
func TestNoTimeLeft(t *testing.T) {
	in := offered(every(msec, 0, 10*time.Second))
	in.Faults[0].HealFrom, in.Faults[0].End = 9*time.Second, 9600*msec
	tr := newTrial(in)
	if l := tr.episodes(tr.probes())[0].Lasting; !math.IsNaN(l.Share) || !math.IsNaN(l.Noise) || l.Damaged {
		t.Errorf("%+v, want no figures", l)
	}
}

// TestLastingNoise: in the baseline the bins' shares are 0.8 and 1 in turn: of 40 bins the mean is
// 0.9 and the variance 0.01·40/39. After it there are 39 bins, as before.
func TestLastingNoise(t *testing.T) {
	in := offered(every(msec, 0, 10*time.Second))
	for i := range in.Samples {
		if s := &in.Samples[i]; s.Due/(100*msec)%2 == 0 && i%5 == 0 {
			s.Outcome = bench.Unknown
		}
	}
	tr := newTrial(in)
	l := tr.episodes(tr.probes())[0].Lasting
	want := 2 * math.Sqrt(0.01*40/39) / 0.9 * math.Sqrt(1./40+1./39)
	if math.Abs(l.Noise-want) > 1e-9 || l.Damaged {
		t.Errorf("%+v, want a noise of %v and no damage", l, want)
	}
}

// TestLastingNoiseOfCorrelatedBins: in blocks of 10 the bins' shares are 1 and 0.8, so that of 40
// the variance is 0.01·40/39 as above. Of 40-l pairs that lie l ≤ 10 bins apart 3l lie on both
// sides of an end of a block, so that the correlation is (40-7l)/40, and the sum over two neighbouring l
// is 73/40, 45/40, 17/40 and at last negative. So 40 bins count for 40/(2·135/40-1) = 40/5.75. After
// the fault there are 40 more, either the same or, one in ten being lost, all 0.9.
func TestLastingNoiseOfCorrelatedBins(t *testing.T) {
	for name, c := range map[string]struct {
		even  bool
		after float64
	}{"as before": {false, 40 / 5.75}, "even": {true, 40}} {
		in := offered(every(msec, 0, 10*time.Second))
		in.Faults[0].HealFrom, in.Faults[0].End = 6*time.Second, 6*time.Second
		for i := range in.Samples {
			s := &in.Samples[i]
			if bad := s.Due/time.Second%2 == 1 && i%5 == 0; bad && !(c.even && s.Due >= 6*time.Second) || c.even && s.Due >= 6*time.Second && i%10 == 0 {
				s.Outcome = bench.Unknown
			}
		}
		tr := newTrial(in)
		l := tr.episodes(tr.probes())[0].Lasting
		want := 2 * math.Sqrt(0.01*40/39) / 0.9 * math.Sqrt(5.75/40+1/c.after)
		if !same(l.From, 6000) || !same(l.To, 10000) || math.Abs(l.Share-1) > 1e-9 || math.Abs(l.Noise-want) > 1e-9 || l.Damaged {
			t.Errorf("%s: %+v, want a noise of %v and no damage", name, l, want)
		}
	}
}

// TestLastingInClosedLoop: half the rate of before is damage, although all of it
// is good.
func TestLastingInClosedLoop(t *testing.T) {
	in := offered(append(every(msec, 0, 6*time.Second), every(2*msec, 6*time.Second, 10*time.Second)...))
	in.Facts.Arrivals = closedLoop
	tr := newTrial(in)
	if l := tr.episodes(tr.probes())[0].Lasting; math.Abs(l.Share-0.5) > 0.01 || !l.Damaged {
		t.Errorf("%+v, want a share of a half", l)
	}
}

func TestWanted(t *testing.T) {
	for _, c := range []struct {
		in   bench.Interval
		want MS
	}{
		{bench.Interval{For: 3 * time.Second, Injected: 1, HealFrom: 9 * time.Second}, 3000},
		{bench.Interval{Injected: time.Second, HealFrom: 4*time.Second + 7*msec}, 3000},
		{bench.Interval{Injected: time.Second, HealFrom: 2*time.Second + 503*msec}, 1500},
		{bench.Interval{Injected: time.Second, HealFrom: time.Second}, 0},
		{bench.Interval{Injected: time.Second}, 0},
	} {
		if got := wanted(c.in); got != c.want {
			t.Errorf("%+v: %v, want %v", c.in, got, c.want)
		}
	}
}

// TestEpisodeJSON: what has no figure comes back as such.
func TestEpisodeJSON(t *testing.T) {
	in := offered(every(msec, 0, 10*time.Second))
	in.Faults[0].End = 9600 * msec
	tr := newTrial(in)
	want := tr.episodes(tr.probes())[0]
	b, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	var got Episode
	if err := json.Unmarshal(b, &got); err != nil {
		t.Fatal(err)
	}
	again, err := json.Marshal(got)
	if err != nil || string(again) != string(b) || !math.IsNaN(got.Lasting.Share) || !math.IsNaN(float64(got.Out.Total)) {
		t.Errorf("%s\ncomes back as\n%s (%v)", b, again, err)
	}
}
