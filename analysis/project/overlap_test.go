package project

import (
	"math"
	"math/rand/v2"
	"testing"
)

// TestOverlap, by hand. Three nodes, 2 failures each a year of uptime, repair 1/200 of a
// year: λm = 0.01, u = 0.01/1.01 = 1/101.
//
//	share  = 3·u²·(1-u) + u³ = (3·100 + 1)/101³ = 301/1030301
//	losses = 3·w·2·u·(1-u), w = 2/1.01: a node goes down and exactly one of the other two is
//	       = 6·(2/1.01)·100/10201
func TestOverlap(t *testing.T) {
	o := NewOverlap(3, 2, Year/200)
	near(t, "share", Figure(o.Share), 301.0/1030301, 1e-12)
	near(t, "losses", Figure(o.Losses), 12/1.01*100/10201, 1e-12)
	// A loss ends when the first of two is repaired, which is after m/2 if repairs are exponential; a
	// third failure meanwhile makes it a little longer.
	if d := o.Outage() / (Year / 200); d < 0.5 || d > 0.51 {
		t.Errorf("a loss lasts %v repairs", d)
	}
	if z := NewOverlap(5, 0, 100); z.Share != 0 || z.Outage() != 0 {
		t.Errorf("nodes that never fail: %+v", z)
	}
}

// TestOverlapSimulated plays the life of nodes, failure by failure, whose repair is of
// any distribution, and holds the formula against it.
func TestOverlapSimulated(t *testing.T) {
	lognormal, err := LognormalOfMedian(Year/200, Year/40)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		n int
		r Repair
	}{{3, Exponential(Year / 100)}, {3, Constant(Year / 100)}, {3, lognormal}, {4, Exponential(Year / 50)}, {5, lognormal}} {
		const rate, years = 4.0, 60_000
		share, losses := play(c.n, rate, c.r, years)
		o := NewOverlap(c.n, rate, c.r.Mean())
		near(t, c.r.String()+": share of time", Figure(share), o.Share, 0.06)
		near(t, c.r.String()+": losses a year", Figure(losses), o.Losses, 0.06)
	}
}

// play is the share of time with a majority down, and how often that began a year.
func play(n int, rate float64, r Repair, years float64) (share, losses float64) {
	rng := rand.New(rand.NewPCG(uint64(n), 3))
	next := make([]float64, n) // when each node changes
	down := make([]bool, n)
	for i := range next {
		next[i] = rng.ExpFloat64() * Year / rate
	}
	now, end, dead, k := 0.0, years*Year, 0, (n+1)/2
	for now < end {
		i := 0
		for j := range next {
			if next[j] < next[i] {
				i = j
			}
		}
		if dead >= k {
			share += math.Min(next[i], end) - now
		}
		now = next[i]
		down[i] = !down[i]
		if down[i] {
			if dead++; dead == k {
				losses++
			}
			next[i] = now + r.Draw(rng)
		} else {
			dead--
			next[i] = now + rng.ExpFloat64()*Year/rate
		}
	}
	return share / end, losses / years
}

// TestOverlapIsAClass: it is part of E for a system with a quorum of three or more,
// and of no other.
func TestOverlapIsAClass(t *testing.T) {
	crash := Entry{Name: "crash", Rate: Range{1, 2, 4}, PerNode: true, Leader: []string{"kill(leader)"}, Follower: []string{"kill(follower)"},
		NodeDown: true, Repair: Exponential(Year / 200)}
	s := System{Name: "x", Nodes: 3, Quorum: true, Episodes: outages("kill(leader)", 0, 0)}
	p := year(t, s, crash)
	near(t, "E", p.Mid.Expected, 301.0/1030301*Year, 1e-9)
	near(t, "simulated", p.Mid.Years.Mean, 301.0/1030301*Year, 0.05)
	near(t, "simulated sd", p.Mid.Years.SD, float64(p.Mid.SD), 0.05)
	if p.Low.Expected >= p.Mid.Expected || p.Mid.Expected >= p.High.Expected {
		t.Errorf("low %v, mid %v, high %v", p.Low.Expected, p.Mid.Expected, p.High.Expected)
	}
	for _, other := range []System{{Nodes: 3}, {Nodes: 2, Quorum: true}} {
		other.Name, other.Episodes = "y", s.Episodes
		if p := year(t, other, crash); p.Mid.Expected != 0 {
			t.Errorf("%+v: E = %v", other, p.Mid.Expected)
		}
	}
}
