package analysis

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"pgregory.net/rapid"

	"nines/bench"
)

const period = 10 * msec

// probed is a trial of n nodes, probed evenly after one another, with stalls
// that hit all of them.
func probed(n int, end, service time.Duration, stalls ...stretch) Input {
	in := Input{Facts: facts(end)}
	in.Facts.Nodes = nil
	for i := range n {
		in.Facts.Nodes = append(in.Facts.Nodes, fmt.Sprint("n", i+1))
		phase := period * time.Duration(i) / time.Duration(n)
		in.Samples = append(in.Samples, ops(bench.Probe, i, phase, period, -time.Second, end, service, stalls...)...)
	}
	return in
}

// TestGapsByHand works on one node, probed every 10 ms from -1 s on, that
// answers after 1 ms.
func TestGapsByHand(t *testing.T) {
	end := 2 * time.Second
	for _, c := range []struct {
		name   string
		stalls []stretch
		gaps   []Outage
	}{
		{"none", nil, nil},
		// Answers at 291 and 301; those from 310 on at 381: 80 ms less 10.
		{"80 ms", []stretch{{302 * msec, 380 * msec}}, []Outage{{Start: 311, Length: 70}}},
		// Due 300: sent just as the stall begins, so the last answer is at 291.
		{"80 ms, another phase", []stretch{{300 * msec, 380 * msec}}, []Outage{{Start: 301, Length: 80}}},
		{"three periods are not a gap", []stretch{{302 * msec, 330 * msec}}, nil},
		{"a little more is", []stretch{{302 * msec, 331 * msec}}, []Outage{{Start: 311, Length: 21}}},
		{"begins before the base", []stretch{{-500 * msec, 100 * msec}}, []Outage{{Start: 0, Length: 101}}},
		{"all before the base", []stretch{{-500 * msec, -100 * msec}}, nil},
		{"goes on at the end", []stretch{{1902 * msec, 2100 * msec}}, []Outage{{Start: 1911, Length: 89, Censored: true}}},
		{"all the time", []stretch{{-1000 * msec, 2100 * msec}}, []Outage{{Start: 0, Length: 2000, Censored: true}}},
		{"two", []stretch{{302 * msec, 380 * msec}, {1002 * msec, 2002 * msec}}, []Outage{{Start: 311, Length: 70}, {Start: 1011, Length: 989, Censored: true}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := newTrial(probed(1, end, msec, c.stalls...)).probes()
			sameOutages(t, "cluster gaps", p.cluster[0].gaps, c.gaps)
			sameOutages(t, "gaps of the node", p.nodes[0][0].gaps, c.gaps)
		})
	}
}

func sameOutages(t *testing.T, what string, got Outages, want []Outage) {
	t.Helper()
	bad := len(got.List) != len(want) || got.Count != len(want)
	var total, longest MS
	for i := range want {
		total += want[i].Length
		longest = max(longest, want[i].Length)
		if !bad {
			got.List[i].Lag = 0
			bad = got.List[i] != want[i]
		}
	}
	if bad || got.Total != total || got.Max != longest || !got.Measured {
		t.Errorf("%s: %+v, want %+v", what, got, want)
	}
}

// TestStallsAreFound is the promise of the service gap: stalls of any length and
// phase, on any number of nodes, are found to within one probe period.
func TestStallsAreFound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 5).Draw(t, "nodes")
		length := time.Duration(rapid.Int64Range(1, int64(3*time.Second)).Draw(t, "length"))
		from := time.Duration(rapid.Int64Range(int64(msec), int64(2*time.Second)).Draw(t, "from"))
		service := time.Duration(rapid.Int64Range(1, int64(5*msec)).Draw(t, "service"))
		stall := stretch{from, from + length}
		p := newTrial(probed(n, 6*time.Second, service, stall)).probes()
		for i, list := range append(p.nodes, p.cluster) {
			o := list[0]
			what := fmt.Sprintf("node %d", i+1)
			if i == n {
				what = "cluster"
			}
			found(t, what+" gap", o.gaps, stall, length)
			if want := length + 2*service - 100*msec; want > 2*period {
				found(t, what+" SLO outage", o.slo, stall, want)
			} else if want < -period && o.slo.Count > 0 {
				t.Fatalf("%s: SLO outages %+v in a stall of %v", what, o.slo, length)
			}
		}
	})
}

func found(t *rapid.T, what string, o Outages, stall stretch, length time.Duration) {
	switch {
	case o.Count == 0 && length > 4*period:
		t.Fatalf("%s of %v not found", what, length)
	case o.Count > 0 && length < 3*period/2, o.Count > 1:
		t.Fatalf("%s: %+v in a stall of %v", what, o, length)
	case o.Count == 0:
		return
	}
	got := o.List[0]
	if diff := got.Length - ms(length); diff > ms(period) || diff < -ms(period) {
		t.Fatalf("%s of %v measured as %v ms", what, length, got.Length)
	}
	if got.Start < ms(stall.from)-ms(period) || got.Start > ms(stall.from)+ms(period) {
		t.Fatalf("%s in a stall that begins at %v: begins at %v ms", what, stall.from, got.Start)
	}
}

// TestGapOfTheOnlyNode: two of three nodes do not answer at all. The cluster is
// served through the third, and a stall of that is found to within a period.
func TestGapOfTheOnlyNode(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		length := time.Duration(rapid.Int64Range(int64(4*period), int64(time.Second)).Draw(t, "length"))
		from := time.Duration(rapid.Int64Range(int64(msec), int64(time.Second)).Draw(t, "from"))
		in := probed(3, 3*time.Second, msec, stretch{from, from + length})
		for i := range in.Samples {
			if in.Samples[i].Node != 1 {
				in.Samples[i].Outcome = bench.Unknown
			}
		}
		p := newTrial(in).probes()
		found(t, "cluster gap", p.cluster[0].gaps, stretch{from, from + length}, length)
		sameOutagesRapid(t, p.nodes[0][0].gaps, 3000)
	})
}

func sameOutagesRapid(t *rapid.T, o Outages, length MS) {
	if o.Count != 1 || o.Max != length || !o.List[0].Censored {
		t.Fatalf("a node that never answered: %+v", o)
	}
}

// TestBaselineOfGaps: what the probes see before the first fault is not a gap
// after it, and without a fault nothing is known to be healthy.
func TestBaselineOfGaps(t *testing.T) {
	hiccup, stall := stretch{302 * msec, 360 * msec}, stretch{1502 * msec, 1540 * msec}
	in := probed(1, 3*time.Second, msec, hiccup, stall)
	if got := newTrial(in).probes().cluster[0].gaps; got.Count != 2 || got.Threshold != 20 {
		t.Errorf("without faults: %+v, want both", got)
	}
	in.Faults = []bench.Interval{{Fault: "f", Start: time.Second, HealFrom: 2 * time.Second, End: 2 * time.Second}}
	if got := newTrial(in).probes().cluster[0].gaps; got.Count != 0 || got.Threshold != 50 {
		t.Errorf("with a hiccup of 58 ms in the baseline: %+v, want none, and a threshold of 60 - 10 ms", got)
	}
	in = probed(1, 3*time.Second, msec, stall)
	in.Faults = []bench.Interval{{Fault: "f", Start: time.Second, HealFrom: 2 * time.Second, End: 2 * time.Second}}
	if got := newTrial(in).probes().cluster[0].gaps; got.Count != 1 {
		t.Errorf("with a calm baseline: %+v, want one", got)
	}
}

// TestSLOByHand: which probes are good is all that counts.
func TestSLOByHand(t *testing.T) {
	for _, c := range []struct {
		name    string
		bad     func(node uint16, due time.Duration) bool
		cluster []Outage
		node1   []Outage
	}{
		{"none", func(uint16, time.Duration) bool { return false }, nil, nil},
		{"one probe of one node", func(n uint16, due time.Duration) bool { return n == 0 && due == 500*msec },
			nil, []Outage{{Start: 500, Length: 10}}},
		{"a node for 100 ms", func(n uint16, due time.Duration) bool { return n == 0 && due >= 500*msec && due < 600*msec },
			nil, []Outage{{Start: 500, Length: 100}}},
		{"all nodes for 100 ms", func(n uint16, due time.Duration) bool { return due >= 500*msec && due < 600*msec },
			[]Outage{{Start: 500, Length: 100}}, []Outage{{Start: 500, Length: 100}}},
		{"from before the base", func(n uint16, due time.Duration) bool { return due >= -50*msec && due < 50*msec },
			[]Outage{{Start: 0, Length: 50}}, []Outage{{Start: 0, Length: 50}}},
		{"until after the end", func(n uint16, due time.Duration) bool { return due >= 950*msec },
			[]Outage{{Start: 950, Length: 50, Censored: true}}, []Outage{{Start: 950, Length: 50, Censored: true}}},
		{"always", func(uint16, time.Duration) bool { return true },
			[]Outage{{Start: 0, Length: 1000, Censored: true}}, []Outage{{Start: 0, Length: 1000, Censored: true}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			in := probed(2, time.Second, msec)
			for i := range in.Samples {
				s := &in.Samples[i]
				if c.bad(s.Node, s.Due) {
					s.Done = s.Due + 101*msec // answered, but late
				}
			}
			p := newTrial(in).probes()
			sameOutages(t, "cluster", p.cluster[0].slo, c.cluster)
			sameOutages(t, "node 1", p.nodes[0][0].slo, c.node1)
		})
	}
}

func TestNoProbes(t *testing.T) {
	for name, in := range map[string]Input{
		"no samples": {Facts: facts(time.Second)},
		"no period":  func() Input { in := probed(1, time.Second, msec); in.Facts.Probe = 0; return in }(),
	} {
		p := newTrial(in).probes()
		if p.cluster[0].gaps.Measured || p.cluster[0].slo.Measured || same(p.cluster[0].gaps.Total, 0) {
			t.Errorf("%s: %+v", name, p.cluster)
		}
	}
}

// TestGeneratorStall: an outage tells if the probes in it were sent late.
func TestGeneratorStall(t *testing.T) {
	in := probed(1, time.Second, msec)
	for i := range in.Samples {
		if s := &in.Samples[i]; s.Due >= 400*msec && s.Due < 500*msec {
			s.Sent, s.Done = 500*msec, 501*msec
		}
	}
	g := newTrial(in).probes().cluster[0].gaps
	if g.Count != 1 || g.List[0].Lag != 90 {
		t.Errorf("%+v, want one gap with a lag of 90 ms", g)
	}
	s := Summary{Gaps: g}
	if got := newTrial(in).prober(&s); got.Pass {
		t.Errorf("gate passed: %+v", got)
	}
}

// TestOrderDoesNotMatter: samples come in the order in which sessions handed
// them over.
func TestOrderDoesNotMatter(t *testing.T) {
	in := stallTrial()
	want := encoded(t, Analyze(in, Options{}))
	rand.New(rand.NewPCG(1, 2)).Shuffle(len(in.Samples), func(i, j int) { in.Samples[i], in.Samples[j] = in.Samples[j], in.Samples[i] })
	if got := encoded(t, Analyze(in, Options{})); got != want {
		t.Error("the summary depends on the order of the samples")
	}
}
