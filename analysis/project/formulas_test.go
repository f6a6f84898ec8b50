package project

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
)

func near(t *testing.T, what string, got Figure, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(float64(got)-want) <= tolerance*math.Abs(want)) {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}

func outages(fault string, values ...float64) []Episode {
	var out []Episode
	for _, v := range values {
		out = append(out, Episode{Fault: fault, Duration: math.NaN(), Outage: v})
	}
	return out
}

func yearly(name string, rate float64) Entry {
	return Entry{Name: name, Rate: Range{rate, rate, rate}, Faults: []string{name}}
}

func year(t *testing.T, s System, entries ...Entry) *Projection {
	t.Helper()
	p, err := Project(s, Table{Name: "test", Entries: entries}, Options{SLO: 0.9999, Years: 20_000, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestFormulas: two classes, worked by hand.
//
//	a: λ = 4, outages 1, 2, 3:   mean 2, s² = 1, n = 3, E[d²] = (1+4+9)/3 = 14/3
//	b: λ = 0.5, outages 0, 100:  mean 50, s² = 5000, n = 2, E[d²] = 5000, half have any
//
//	E      = 4·2 + 0.5·50                     = 33 s
//	Var    = 4·14/3 + 0.5·5000                = 2518.667, sd = 50.186
//	SE²    = 16·1/3 + 0.25·5000/2             = 630.333, SE = 25.106
//	A      = 1 - 33/31536000                  = 1 - 1.046423e-6
//	nines  = -log₁₀ 1.046423e-6               = 5.98029
//	P(none)= exp(-(4·1 + 0.5·0.5))            = exp(-4.25) = 0.014264
//	freedom= 630.333² / (5.333²/2 + 625²/1)   = 397320.1 / 390639.2 = 1.017103
func TestFormulas(t *testing.T) {
	p := year(t, System{Name: "x", Episodes: append(outages("a", 1, 2, 3), outages("b", 0, 100)...)}, yearly("a", 4), yearly("b", 0.5))
	near(t, "E", p.Mid.Expected, 33, 1e-12)
	near(t, "sd", p.Mid.SD, 50.18632, 1e-6)
	near(t, "standard error", p.Mid.StdErr, 25.10644, 1e-6)
	near(t, "A", p.Mid.Availability, 1-33/31_536_000.0, 1e-15)
	near(t, "nines", p.Mid.Nines, 5.98029, 1e-5)
	near(t, "P(no outage)", p.Mid.NoOutage, 0.0142642, 1e-5)
	// Student's t of 1.0171 degrees of freedom is 12.2 or so (12.706 for 1, 4.303 for 2).
	if half := float64(p.Mid.Hi-33) / 25.10644; half < 11.5 || half > 12.7 {
		t.Errorf("the interval reaches %v standard errors", half)
	}
	if p.Mid.Lo != 0 {
		t.Errorf("the interval begins at %v, below no downtime at all", p.Mid.Lo)
	}
	if p.Classes[0].Class != "b" || p.Classes[1].Class != "a" {
		t.Errorf("the costliest first: %v", p.Classes)
	}
	near(t, "share of b", p.Classes[0].Share, 25.0/33, 1e-12)
	near(t, "standard error of a", p.Classes[1].StdErr, 4/math.Sqrt(3), 1e-12)
	if p.Low.Expected != p.Mid.Expected || p.High.Expected != p.Mid.Expected {
		t.Error("one rate has no range")
	}
}

// TestRange: low and high rates scale E, and nothing else of the outages.
func TestRange(t *testing.T) {
	e := yearly("a", 0)
	e.Rate = Range{1, 4, 10}
	p := year(t, System{Name: "x", Episodes: outages("a", 1, 2, 3)}, e)
	near(t, "low", p.Low.Expected, 2, 1e-12)
	near(t, "mid", p.Mid.Expected, 8, 1e-12)
	near(t, "high", p.High.Expected, 20, 1e-12)
	near(t, "low standard error", p.Low.StdErr, 1/math.Sqrt(3), 1e-12)
	near(t, "high standard error", p.High.StdErr, 10/math.Sqrt(3), 1e-12)
}

// TestSharedEpisodes: two classes that the same episodes tell have the same error,
// not two independent ones: (2+3)·s/√n = 5/√3, and not √(4+9)/√3.
func TestSharedEpisodes(t *testing.T) {
	crash, restart := yearly("crash", 2), yearly("restart", 3)
	crash.Faults, restart.Faults = []string{"kill(leader)"}, []string{"kill(*)"}
	p := year(t, System{Name: "x", Episodes: outages("kill(leader)", 1, 2, 3)}, crash, restart)
	near(t, "standard error", p.Mid.StdErr, 5/math.Sqrt(3), 1e-12)
	if p.Episodes != 3 {
		t.Errorf("%d episodes, counted twice", p.Episodes)
	}
}

func TestPartlySharedEpisodesAreRefused(t *testing.T) {
	a, b := yearly("a", 2), yearly("b", 3)
	a.Faults, b.Faults = []string{"kill(leader)"}, []string{"kill(*)"}
	_, err := Project(System{Name: "x", Episodes: append(outages("kill(leader)", 1), outages("kill(n2)", 1)...)},
		Table{Name: "t", Entries: []Entry{a, b}}, Options{SLO: 0.9, Years: 1})
	if err == nil || !strings.Contains(err.Error(), `episodes of kill(leader) would count for "a" and for "b"`) {
		t.Errorf("got %v", err)
	}
}

// TestRoles: of 3 nodes at 2 crashes each a year, 2 hit the leader and 4 a
// follower. The leader's cost 10 s, a follower's none: E = 20.
func TestRoles(t *testing.T) {
	e := Entry{Name: "crash", Rate: Range{1, 2, 4}, PerNode: true, Leader: []string{"kill(leader)"}, Follower: []string{"kill(follower)"}}
	s := System{Name: "x", Nodes: 3, Episodes: append(outages("kill(leader)", 10, 10), outages("kill(follower)", 0, 0)...)}
	p := year(t, s, e)
	near(t, "E", p.Mid.Expected, 20, 1e-12)
	near(t, "leader", p.Classes[0].Rate.Mid, 2, 1e-12)
	near(t, "follower", p.Classes[1].Rate.Mid, 4, 1e-12)
	near(t, "follower, high", p.Classes[1].Rate.High, 8, 1e-12)
	s.Nodes = 0
	if _, err := Project(s, Table{Name: "t", Entries: []Entry{e}}, Options{SLO: 0.9, Years: 1}); err == nil || !strings.Contains(err.Error(), "give --nodes") {
		t.Errorf("a rate per node of an unknown number of nodes: %v", err)
	}
	e.PerNode = false
	_, err := Project(s, Table{Name: "t", Entries: []Entry{e}}, Options{SLO: 0.9, Years: 1})
	if err == nil || !strings.Contains(err.Error(), `the rate of "crash" is shared out between leader and followers, and how many nodes there are is not known: give --nodes`) {
		t.Errorf("a rate that is shared out among an unknown number of nodes: %v", err)
	}
}

// TestRepairs holds the moments of each distribution against draws of it, and
// against what was asked for.
func TestRepairs(t *testing.T) {
	byMedian, err := LognormalOfMedian(180, 1440)
	if err != nil {
		t.Fatal(err)
	}
	byMean, err := LognormalOfMean(100, 250)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "mean of a lognormal by its mean", Figure(byMean.Mean()), 100, 1e-12)
	near(t, "p95 of it", Figure(math.Exp(byMean.Mu+z95*byMean.Sigma)), 250, 1e-12)
	near(t, "median of a lognormal by its median", Figure(math.Exp(byMedian.Mu)), 180, 1e-12)
	near(t, "p95 of it", Figure(math.Exp(byMedian.Mu+z95*byMedian.Sigma)), 1440, 1e-12)
	near(t, "empirical", Figure(Empirical{1, 2, 6}.Mean()), 3, 1e-12)
	// Mean of 1, 2, 6 is 3, of their squares 41/3; over 2 there is one of them.
	p, mean, square := Empirical{1, 2, 6}.Above(0)
	near(t, "empirical, above 0", Figure(p+mean+square), 1+3+41.0/3, 1e-12)
	p, mean, square = Empirical{1, 2, 6}.Above(2)
	near(t, "empirical, above 2", Figure(p+mean+square), (1+6+36)/3.0, 1e-12)
	rng := rand.New(rand.NewPCG(1, 1))
	for _, r := range []Repair{Constant(5), Exponential(30), byMean, Empirical{1, 2, 6}, Lognormal{Mu: 1}} {
		for _, least := range []float64{-7, 0, 1.5, r.Mean() * 0.9} {
			var sum [3]float64
			const n = 400_000
			for range n {
				if v := r.Draw(rng); v > least {
					sum[0]++
					sum[1] += v
					sum[2] += v * v
				}
			}
			p, mean, square := r.Above(least)
			for k, want := range []float64{p, mean, square} {
				near(t, fmt.Sprintf("%s: moment %d above %v", r, k, least), Figure(sum[k]/n), want, 0.01*float64(k+1))
			}
			if least <= 0 {
				near(t, r.String()+": mean", Figure(mean), r.Mean(), 1e-12)
			}
		}
	}
	for _, bad := range [][2]float64{{0, 1}, {2, 1}, {1, 4}, {math.NaN(), 1}} {
		if l, err := LognormalOfMean(bad[0], bad[1]); err == nil {
			t.Errorf("mean %v, p95 %v: %v", bad[0], bad[1], l)
		}
	}
	if l, err := LognormalOfMedian(2, 1); err == nil {
		t.Errorf("a p95 below the median: %v", l)
	}
}

func TestDurationText(t *testing.T) {
	for s, want := range map[float64]string{
		0: "0", 2e-6: "2 µs", 0.0123: "12.3 ms", 0.9999: "1 s", 42: "42 s", 89.9: "89.9 s", 90: "1.5 min", 3156: "52.6 min", 9000: "2.5 h", 86400 * 3: "3 d", math.NaN(): "—",
	} {
		if got := Duration(s); got != want {
			t.Errorf("%v s: %q, want %q", s, got, want)
		}
	}
}

func TestMatches(t *testing.T) {
	for _, c := range []struct {
		pattern, text string
		want          bool
	}{
		{"kill(leader)", "kill(leader)", true}, {"kill(leader)", "kill(leader) ", false}, {"*", "", true}, {"*", "a/b", true},
		{"loss(leader, *)", "loss(leader, 50%)", true}, {"loss(leader, *)", "loss(leader, 50%", false}, {"a*a", "a", false}, {"a*a", "aa", true},
		{"*b*c", "abcbc", true}, {"*b*d*c", "abcbc", false}, {"a*b*b", "ab", false}, {"x[*", "x[1]", true},
	} {
		if got := matches(c.pattern, c.text); got != c.want {
			t.Errorf("%q of %q: %v", c.pattern, c.text, got)
		}
	}
}
