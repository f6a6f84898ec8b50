package project

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"
)

// lasting are episodes of kill(leader) by duration and outage.
func lasting(pairs ...[2]float64) []Episode {
	var out []Episode
	for _, p := range pairs {
		out = append(out, Episode{Fault: "kill(leader)", Duration: p[0], Outage: p[1]})
	}
	return out
}

func TestBounds(t *testing.T) {
	for name, c := range map[string]struct {
		episodes []Episode
		bound    Bound
		presumed bool
		why      string
	}{
		"the outage does not grow":       {lasting([2]float64{2, 1.1}, [2]float64{2, 1}, [2]float64{2, 1.2}, [2]float64{6, 1}, [2]float64{6, 1.1}, [2]float64{6, 1.2}), FailoverBound, false, "over faults of 2 s to 6 s"},
		"it lasts as long":               {lasting([2]float64{2, 2.1}, [2]float64{2, 2}, [2]float64{6, 6.1}, [2]float64{6, 6}), RepairBound, false, "grows by 1.00 s"},
		"one duration, ended before":     {lasting([2]float64{2, 1}, [2]float64{2, 1.5}), FailoverBound, true, "2 of 2 outages ended before the fault did"},
		"one duration, lasted":           {lasting([2]float64{2, 2}, [2]float64{2, 2.1}), RepairBound, true, "2 of 2 outages lasted until it was healed"},
		"two durations, two episodes":    {lasting([2]float64{2, 1}, [2]float64{4, 1}), FailoverBound, true, "2 episodes cannot tell"},
		"too noisy to tell, ended early": {lasting([2]float64{2, 0.1}, [2]float64{2, 1.7}, [2]float64{3, 0.1}, [2]float64{3, 2.5}), FailoverBound, true, "decides nothing"},
		"durations not known":            {outages("kill(leader)", 1, 2), FailoverBound, true, "not known"},
		"no outage, one duration":        {lasting([2]float64{2, 0}), FailoverBound, true, "no fault caused an outage"},
		"no outage":                      {lasting([2]float64{2, 0}, [2]float64{4, 0}), FailoverBound, false, "no fault caused an outage"},
	} {
		f := NewFit(c.episodes)
		if f.Bound != c.bound || f.Presumed != c.presumed || !strings.Contains(f.Why, c.why) {
			t.Errorf("%s: %s, presumed %v: %s", name, f.Bound, f.Presumed, f.Why)
		}
	}
}

// TestTwoFailoversAreNoRepair: of a partition of 1 s, 0.55 s were out until a new leader was chosen, and
// 0.4 s at healing, when another one was. 0.95 s together are over nine tenths of the fault, but both
// ended by themselves. The same 0.95 s in one outage lasted until healing. An outage on
// healing that was not seen to end says nothing of the one before; one of the injection may have
// lasted for as long as the fault.
func TestTwoFailoversAreNoRepair(t *testing.T) {
	for _, c := range []struct {
		name string
		e    Episode
		want Bound
	}{
		{"two failovers", Episode{Duration: 1, Outage: 0.95, Later: 0.4}, FailoverBound},
		{"one outage", Episode{Duration: 1, Outage: 0.95}, RepairBound},
		{"one outage and a failover", Episode{Duration: 1, Outage: 1.4, Later: 0.4}, RepairBound},
		{"on healing, not seen to end", Episode{Duration: 1, Outage: 3.55, Later: 3, Censored: true}, FailoverBound},
		{"on injection, not seen to end", Episode{Duration: 5, Outage: 2, Censored: true}, RepairBound},
	} {
		f := NewFit([]Episode{c.e, c.e})
		if f.Bound != c.want || !f.Presumed {
			t.Errorf("%s: %s (%s), want %s", c.name, f.Bound, f.Why, c.want)
		}
	}
}

// TestBoundsAreTold: of 500 seeded sets of 20 episodes of each kind, the wrong
// bound is told from the slope for less than 2 %, which is what a 99 % interval promises.
func TestBoundsAreTold(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 7))
	wrong := map[Bound]int{}
	const sets = 500
	for range sets {
		for _, truth := range []Bound{FailoverBound, RepairBound} {
			var all []Episode
			for i := range 20 {
				e := Episode{Duration: float64(2 + 4*(i%2)), Outage: 1.2 + 0.3*rng.NormFloat64()}
				if truth == RepairBound {
					e.Outage = e.Duration + 0.3*rng.NormFloat64()
				}
				all = append(all, e)
			}
			if f := NewFit(all); f.Bound != truth {
				wrong[truth]++
			}
		}
	}
	if wrong[FailoverBound] > sets/50 || wrong[RepairBound] > sets/50 {
		t.Errorf("of %d each, told wrongly: %v", sets, wrong)
	}
}

// TestRepairBound: the outage is the repair and half a second more, so that with an
// exponential repair of mean 100 s
//
//	mean d  = 100.5
//	E[d²]   = 0.25 + 2·0.5·100 + 2·100² = 20100.25
//
// and E = 3·100.5, Var = 3·20100.25, whatever the durations of the faults were.
func TestRepairBound(t *testing.T) {
	e := yearly("kill(leader)", 3)
	e.Repair = Exponential(100)
	p := year(t, System{Name: "x", Episodes: lasting([2]float64{2, 2.5}, [2]float64{3, 3.5}, [2]float64{5, 5.5}, [2]float64{7, 7.5})}, e)
	near(t, "E", p.Mid.Expected, 301.5, 1e-9)
	near(t, "sd", p.Mid.SD, math.Sqrt(3*20100.25), 1e-9)
	if p.Mid.StdErr > 1e-6 || p.Classes[0].Bound != RepairBound || p.Classes[0].Presumed {
		t.Errorf("a perfect line: standard error %v, %v", p.Mid.StdErr, p.Classes[0])
	}
	near(t, "simulated mean", p.Mid.Years.Mean, 301.5, 0.02)
	near(t, "simulated sd", p.Mid.Years.SD, math.Sqrt(3*20100.25), 0.02)
}

// TestExtrapolation: the standard error at a repair of r seconds is that of a
// least-squares line there. Of x = 1, 2, 3 and y = 1, 3, 4: b = 1.5, a = -1/3; residuals
// -1/6, 1/3, -1/6, so s² = (1/36+4/36+1/36)/1 = 1/6; Sxx = 2, x̄ = 2. At r = 12,
// mean 17.667 and variance 1/6·(1/3 + 10²/2) = 8.3889.
func TestExtrapolation(t *testing.T) {
	x, y := []float64{1, 2, 3}, []float64{1, 3, 4}
	l := fitLine(x, y)
	near(t, "b", Figure(l.b), 1.5, 1e-12)
	near(t, "a", Figure(l.a), -1.0/3, 1e-12)
	f := Fit{vaa: l.vaa, vab: l.vab, vbb: l.vbb, freedom: l.freedom}
	g := group{fit: &f, terms: []*term{{on: 12, in: [3]load{{}, {rate: 2}, {}}}}}
	near(t, "variance at 12, twice a year", Figure(g.variance(Mid)), 4*(1.0/3+50)/6, 1e-12)
}

// TestNoRepairGiven: a repair-bound class whose repair is not known is projected as
// measured, and says so.
func TestNoRepairGiven(t *testing.T) {
	p := year(t, System{Name: "x", Episodes: lasting([2]float64{2, 2}, [2]float64{2, 2}, [2]float64{4, 4}, [2]float64{4, 4})}, yearly("kill(leader)", 1))
	near(t, "E", p.Mid.Expected, 3, 1e-12)
	if c := p.Classes[0]; c.Bound != RepairBound || c.Note != noRepair {
		t.Errorf("%+v", c)
	}
	near(t, "standard error", p.Mid.StdErr, math.Sqrt(4.0/3/4), 1e-12)
}

// TestCensored: outages 1, 2+, 3 (the second was seen for 2 s only). Kaplan and
// Meier: S = 2/3 from 1 on, 0 from 3 on, for at 3 one is at risk and ends. Restricted mean to 3:
// 1 + 2/3·2 = 7/3, over the 2 of what was seen. E[d²] = 1/3·1 + 2/3·9 = 19/3.
func TestCensored(t *testing.T) {
	all := outages("a", 1, 2, 3)
	all[1].Censored = true
	p := year(t, System{Name: "x", Episodes: all}, yearly("a", 1))
	near(t, "E", p.Mid.Expected, 7.0/3, 1e-12)
	near(t, "sd", p.Mid.SD, math.Sqrt(19.0/3), 1e-12)
	if !p.LowerBound || p.Classes[0].Censored != 1 {
		t.Error("it is not marked as a lower bound")
	}
	if !(p.Mid.StdErr > 0) {
		t.Errorf("standard error %v", p.Mid.StdErr)
	}
}

// TestAllCensored: what was seen is all there is: 1+, 2+ and 3+ give at least 2.
func TestAllCensored(t *testing.T) {
	all := outages("a", 1, 2, 3)
	for i := range all {
		all[i].Censored = true
	}
	p := year(t, System{Name: "x", Episodes: all}, yearly("a", 5))
	near(t, "E", p.Mid.Expected, 10, 1e-12)
	if !p.LowerBound || !math.IsNaN(float64(p.Mid.StdErr)) || !strings.Contains(p.NoError, "no outage of a was seen to end") {
		t.Errorf("lower bound %v, standard error %v: %s", p.LowerBound, p.Mid.StdErr, p.NoError)
	}
	if p.Next[0].Class != "a" || !strings.Contains(p.Next[0].What, "watch longer") {
		t.Errorf("advice: %v", p.Next)
	}
}
