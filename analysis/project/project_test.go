package project

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
)

// TestSimulationAgrees: what is simulated has the moments that the formulas say, for
// classes that are summed one by one and for one of so many faults that they are not.
func TestSimulationAgrees(t *testing.T) {
	s := System{Name: "x", Episodes: append(append(outages("rare", 0, 10, 300), outages("usual", 1, 2, 3, 9)...), outages("often", 0.001, 0.02)...)}
	p := year(t, s, yearly("rare", 0.2), yearly("usual", 6), yearly("often", 5000))
	near(t, "mean", p.Mid.Years.Mean, float64(p.Mid.Expected), 0.02)
	near(t, "sd", p.Mid.Years.SD, float64(p.Mid.SD), 0.03)
	q := year(t, System{Name: "x", Episodes: outages("rare", 0, 10, 300)}, yearly("rare", 0.9))
	near(t, "no outage", q.Mid.Years.None, float64(q.Mid.NoOutage), 0.02) // exp(-0.9·2/3) = 0.549
	near(t, "no outage by hand", q.Mid.NoOutage, math.Exp(-0.6), 1e-12)
}

// TestMeetsSLO: outages of 1000 s come 2 a year, and the SLO allows 3153.6 s: up to
// three of them, which is a Poisson probability of e⁻²(1+2+2+4/3) = 0.857123.
func TestMeetsSLO(t *testing.T) {
	p := year(t, System{Name: "x", Episodes: outages("a", 1000, 1000)}, yearly("a", 2))
	want := math.Exp(-2) * (1 + 2 + 2 + 4.0/3)
	if got := float64(p.Mid.Years.Meets); math.Abs(got-want) > 4*float64(p.Mid.Years.Error) || p.Mid.Years.Error <= 0 {
		t.Errorf("%v ± %v, want %v", got, p.Mid.Years.Error, want)
	}
	near(t, "median", p.Mid.Years.Median, 2000, 1e-12) // P(N ≤ 1) = 0.406, P(N ≤ 2) = 0.677
	near(t, "p95", p.Mid.Years.P95, 5000, 1e-12)       // P(N ≤ 4) = 0.947, P(N ≤ 5) = 0.983
}

func TestSeed(t *testing.T) {
	s := System{Name: "x", Episodes: outages("a", 1, 7)}
	table := Table{Name: "t", Entries: []Entry{yearly("a", 2)}}
	run := func(seed uint64) Years {
		p, err := Project(s, table, Options{SLO: 0.99, Years: 1000, Seed: seed})
		if err != nil {
			t.Fatal(err)
		}
		return p.Mid.Years
	}
	if run(1) != run(1) {
		t.Error("the same seed gave other years")
	}
	if run(1) == run(2) {
		t.Error("another seed gave the same years")
	}
}

// TestCoverage: of 2,000 seeded sets of episodes, the interval is to hold the true E
// about 95 times in 100, within what 2,000 sets can tell (±1 %) and what skewed outages cost.
func TestCoverage(t *testing.T) {
	const sets = 2000
	for name, c := range map[string]struct {
		n      int
		draw   func(*rand.Rand) float64
		mean   float64
		lo, hi float64
	}{
		"normal, 5":     {5, func(r *rand.Rand) float64 { return 10 + r.NormFloat64() }, 10, 0.94, 0.97},
		"uniform, 10":   {10, func(r *rand.Rand) float64 { return r.Float64() }, 0.5, 0.935, 0.97},
		"lognormal, 30": {30, func(r *rand.Rand) float64 { return math.Exp(0.5 * r.NormFloat64()) }, math.Exp(0.125), 0.92, 0.96},
	} {
		rng, held := rand.New(rand.NewPCG(5, 5)), 0
		truth := 4*c.mean + 0.5*c.mean
		for range sets {
			var s System
			s.Name = name
			for range c.n {
				s.Episodes = append(s.Episodes, outages("a", c.draw(rng))...)
				s.Episodes = append(s.Episodes, outages("b", c.draw(rng))...)
			}
			p, err := Project(s, Table{Name: "t", Entries: []Entry{yearly("a", 4), yearly("b", 0.5)}}, Options{SLO: 0.99, Years: 1})
			if err != nil {
				t.Fatal(err)
			}
			if float64(p.Mid.Lo) <= truth && truth <= float64(p.Mid.Hi) {
				held++
			}
		}
		if share := float64(held) / sets; share < c.lo || share > c.hi {
			t.Errorf("%s episodes: the interval held %.3f of the time", name, share)
		}
	}
}

func TestOneEpisode(t *testing.T) {
	p := year(t, System{Name: "x", Episodes: append(outages("a", 3), outages("b", 1, 2)...)}, yearly("a", 2), yearly("b", 1))
	near(t, "E", p.Mid.Expected, 7.5, 1e-12)
	if !math.IsNaN(float64(p.Mid.StdErr)) || !math.IsNaN(float64(p.Mid.Lo)) || p.NoError != "there is only one episode of a that tells" {
		t.Errorf("standard error %v, from %v: %s", p.Mid.StdErr, p.Mid.Lo, p.NoError)
	}
	if p.Next[0].Class != "a" || !strings.Contains(p.Next[0].What, "inject a again") {
		t.Errorf("advice: %v", p.Next)
	}
	text, err := json.Marshal(p)
	if err != nil || !strings.Contains(string(text), `"standard_error_s":null`) {
		t.Errorf("%v: %s", err, text)
	}
}

func TestNoEpisodes(t *testing.T) {
	_, err := Project(System{Name: "x"}, Table{Name: "t", Entries: []Entry{yearly("a", 2)}}, Options{SLO: 0.9, Years: 1})
	if err == nil || err.Error() != "project x: none of its 0 episodes is of a fault that t has a rate for (measured: none; rated: a)" {
		t.Errorf("got %v", err)
	}
}

// TestNoOutage: 12 faults caused none, so at most 1-0.05^(1/12) = 0.220926 of them do;
// at 3 a year of 100 s each, that is up to 66.28 s.
func TestNoOutage(t *testing.T) {
	e := yearly("a", 3)
	e.Repair = Constant(100)
	p := year(t, System{Name: "x", Episodes: outages("a", make([]float64, 12)...)}, e)
	if p.Mid.Expected != 0 || p.Mid.Availability != 1 || !math.IsInf(float64(p.Mid.Nines), 1) || p.Mid.NoOutage != 1 {
		t.Errorf("%+v", p.Mid)
	}
	near(t, "share", *p.Classes[0].Share95, 0.220926, 1e-4)
	near(t, "at most", *p.Classes[0].AtMost, 66.2778, 1e-4)
	near(t, "at most, all", p.Ruled, 66.2778, 1e-4)
	text, err := json.Marshal(p)
	if err != nil || !strings.Contains(string(text), `"nines":"inf"`) {
		t.Errorf("%v: %s", err, text)
	}
}

// TestNoOutageButOverlap: a replicated system of which 12 faults at the leader and 12 at a
// follower caused no outage. Crashes that overlap are all of E: 301/1030301 of the year, as in
// TestOverlap. They are on top of what is not ruled out: of the 2 crashes a year at the leader
// and 4 at a follower at most 0.220926 cause an outage of 1/200 of a year.
func TestNoOutageButOverlap(t *testing.T) {
	e := Entry{Name: "crash", Rate: Range{2, 2, 2}, PerNode: true, Leader: []string{"kill(leader)"}, Follower: []string{"kill(follower)"},
		NodeDown: true, Repair: Constant(Year / 200)}
	none := make([]float64, 12)
	s := System{Name: "x", Nodes: 3, Quorum: true, Episodes: append(outages("kill(leader)", none...), outages("kill(follower)", none...)...)}
	p := year(t, s, e)
	overlap := 301.0 / 1030301 * Year
	near(t, "E", p.Mid.Expected, overlap, 1e-9)
	near(t, "at most", p.Ruled, overlap+0.220926*(2+4)*Year/200, 1e-4)
	near(t, "at worst", p.Worst, float64(p.Ruled), 1e-12)
	if !p.Quiet() {
		t.Error("an outage was seen")
	}
	s.Episodes[0].Outage = 1
	if q := year(t, s, e); q.Quiet() || !math.IsNaN(float64(q.Ruled)) || q.Worst != q.Mid.Expected {
		t.Errorf("with an outage of 1 s: at most %v, at worst %v of %v", q.Ruled, q.Worst, q.Mid.Expected)
	}
}

func TestUnmeasured(t *testing.T) {
	b, c := yearly("b", 4), yearly("c", 1)
	b.Repair = Constant(600)
	p := year(t, System{Name: "x", Episodes: append(outages("a", 1, 2), outages("z", 5, 7)...)}, yearly("a", 2), b, c)
	if len(p.Unmeasured) != 2 || p.Unmeasured[0].Class != "c" || !math.IsNaN(float64(p.Unmeasured[0].AtWorst)) {
		t.Fatalf("unmeasured: %+v", p.Unmeasured) // what is not known may be the worst
	}
	near(t, "b at worst", p.Unmeasured[1].AtWorst, 2400, 1e-12)
	if !math.IsNaN(float64(p.Worst)) {
		t.Errorf("with all at its worst: %v", p.Worst)
	}
	if len(p.Unrated) != 1 || p.Unrated[0].Fault != "z" || p.Unrated[0].Mean != 6 || p.Unrated[0].Episodes != 2 {
		t.Errorf("unrated: %+v", p.Unrated)
	}
	near(t, "E is without them", p.Mid.Expected, 3, 1e-12)
	q := year(t, System{Name: "x", NA: []string{"c"}, Episodes: outages("a", 1, 2)}, yearly("a", 2), b, c)
	near(t, "with b at its worst", q.Worst, 2403, 1e-12)
	if len(q.NA) != 1 || q.NA[0] != "c" {
		t.Errorf("not suffered: %v", q.NA)
	}
}

// TestAdvice: ten more episodes of the class whose part of the error is largest come
// first. Of a (n = 2, s² = 2, λ = 10) the part is 100·2/2 = 100, of b (n = 4, s² = 0.5, λ = 2)
// 4·0.5/4 = 0.5. Ten more of a leave 100·2/12 + 0.5, of b 100 + 0.5·4/14.
func TestAdvice(t *testing.T) {
	s := System{Name: "x", Episodes: append(outages("a", 1, 3), outages("b", 1, 1, 1+math.Sqrt(1.5), 1+math.Sqrt(1.5))...)}
	p := year(t, s, yearly("a", 10), yearly("b", 2))
	if len(p.Next) != 2 || p.Next[0].Class != "a" || p.Next[1].Class != "b" {
		t.Fatalf("%+v", p.Next)
	}
	near(t, "after a", p.Next[0].StdErr, math.Sqrt(100*2.0/12+0.5), 1e-9)
	near(t, "after b", p.Next[1].StdErr, math.Sqrt(100+0.5*4/14), 1e-9)
}

func TestPresumedIsSaid(t *testing.T) {
	e := yearly("kill(leader)", 2)
	e.Repair = Constant(600)
	p := year(t, System{Name: "x", Episodes: lasting([2]float64{4, 1}, [2]float64{4, 1.2})}, e)
	if c := p.Classes[0]; !c.Presumed || c.IfRepair == nil || *c.IfRepair != 1200 {
		t.Errorf("%+v", c)
	}
	if !strings.Contains(p.Next[0].What, "a second duration") {
		t.Errorf("%+v", p.Next)
	}
}

func TestOptions(t *testing.T) {
	for _, o := range []Options{{SLO: 0, Years: 1}, {SLO: 1, Years: 1}, {SLO: math.NaN(), Years: 1}, {SLO: 0.9, Years: 0}, {SLO: 0.9, Years: mostYears + 1}} {
		if _, err := Project(System{Name: "x", Episodes: outages("a", 1)}, Table{Entries: []Entry{yearly("a", 1)}}, o); err == nil {
			t.Errorf("%+v was taken", o)
		}
	}
}

// BenchmarkProject is a projection of 1,000 episodes of ten classes with 10^5 simulated
// years at each of three sets of rates.
func BenchmarkProject(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 1))
	s := System{Name: "x", Nodes: 5, Quorum: true}
	var table Table
	for i := range 10 {
		e := yearly(string(rune('a'+i)), 0)
		e.Rate, e.Repair = Range{1, 2, 5}, Lognormal{5, 1}
		table.Entries = append(table.Entries, e)
		for range 100 {
			s.Episodes = append(s.Episodes, Episode{Fault: e.Name, Duration: 2 + rng.Float64(), Outage: rng.ExpFloat64()})
		}
	}
	for b.Loop() {
		if _, err := Project(s, table, Options{SLO: 0.9999, Years: 100_000, Seed: 1}); err != nil {
			b.Fatal(err)
		}
	}
}
