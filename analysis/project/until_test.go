package project

import (
	"math"
	"testing"
)

// TestSomeFaultsOnly: of three faults of 2 s two took service away for as long, and one did
// nothing; so it is presumed that 2/3 of faults cost the repair. The line is A = 0, B = 2/3, and
// its residuals are 2/3, 2/3 and -4/3. With a repair of 100 s, X is 200/3 and these: divided by
// 2/3 that is 101, 101 and 98, which 2 faults in 3 cost. Three faults a year:
//
//	E        = 3 · 2/3 · 100                = 200
//	Var      = 3 · 2/3 · (2·101² + 98²)/3   = 20004
//	P(none)  = exp(-3 · 2/3)                = 0.135335
//	Var(E)   = 3² · 100² · Var(B)           = 9 · 10⁴ · (1/3)/3, as the sample variance of 1, 1, 0 is 1/3
func TestSomeFaultsOnly(t *testing.T) {
	e := yearly("kill(leader)", 3)
	e.Repair = Constant(100)
	p := year(t, System{Name: "x", Episodes: lasting([2]float64{2, 2}, [2]float64{2, 2}, [2]float64{2, 0})}, e)
	if c := p.Classes[0]; c.Bound != RepairBound || !c.Presumed {
		t.Fatalf("%+v", c)
	}
	near(t, "E", p.Mid.Expected, 200, 1e-12)
	near(t, "sd", p.Mid.SD, math.Sqrt(20_004), 1e-12)
	near(t, "no outage", p.Mid.NoOutage, math.Exp(-2), 1e-12)
	near(t, "standard error", p.Mid.StdErr, 100, 1e-12)
	near(t, "simulated mean", p.Mid.Years.Mean, 200, 0.02)
	near(t, "simulated sd", p.Mid.Years.SD, math.Sqrt(20_004), 0.02)
	near(t, "simulated, no outage", p.Mid.Years.None, math.Exp(-2), 0.05)
}

// TestLineBelowZero: outages begin 5 s into the fault, and a repair is exponential with mean 10 s. What is
// left of it beyond 5 s, in the e^(-1/2) = 0.606531 of faults where it is so long, is
// exponential with mean 10 s again. Three faults a year:
//
//	E       = 3 · 10 · e^(-1/2)
//	Var     = 3 · 2·10² · e^(-1/2)
//	P(none) = exp(-3 · e^(-1/2))
//
// If all repairs take 4 s, there is no outage.
func TestLineBelowZero(t *testing.T) {
	e := yearly("kill(leader)", 3)
	e.Repair = Exponential(10)
	s := System{Name: "x", Episodes: lasting([2]float64{6, 1}, [2]float64{8, 3}, [2]float64{10, 5}, [2]float64{12, 7})}
	p := year(t, s, e)
	some := math.Exp(-0.5)
	near(t, "E", p.Mid.Expected, 30*some, 1e-9)
	near(t, "sd", p.Mid.SD, math.Sqrt(600*some), 1e-9)
	near(t, "no outage", p.Mid.NoOutage, math.Exp(-3*some), 1e-9)
	near(t, "simulated mean", p.Mid.Years.Mean, 30*some, 0.02)
	near(t, "simulated sd", p.Mid.Years.SD, math.Sqrt(600*some), 0.02)
	near(t, "simulated, no outage", p.Mid.Years.None, math.Exp(-3*some), 0.05)
	e.Repair = Constant(4)
	p = year(t, s, e)
	if p.Mid.Expected != 0 || p.Mid.NoOutage != 1 || p.Mid.Years.Mean != 0 || p.Mid.Years.None != 1 {
		t.Errorf("repairs of 4 s: E %v, no outage %v; simulated %v, %v", p.Mid.Expected, p.Mid.NoOutage, p.Mid.Years.Mean, p.Mid.Years.None)
	}
}
