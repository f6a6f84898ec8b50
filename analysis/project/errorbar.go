package project

import (
	"math"
	"strings"

	"nines/analysis/stats"
)

// variance is that of the group's part of E, by the gradient of E in A and B.
func (g *group) variance(s Scenario) float64 {
	var a, b float64
	for _, t := range g.terms {
		a += t.in[s].rate
		b += t.in[s].rate * t.on
	}
	if a == 0 {
		return 0
	}
	f := g.fit
	return max(0, a*a*f.vaa+2*a*b*f.vab+b*b*f.vbb)
}

func (g *group) stdErr(s Scenario) float64 { return math.Sqrt(g.variance(s)) }

// errorOf is the standard error of E, and Welch and Satterthwaite's degrees of
// freedom for it (Biometrika 34, 1947). Both are NaN if one group has no error.
func errorOf(gs []*group, s Scenario) (stdErr, freedom float64) {
	var sum, squares float64
	for _, g := range gs {
		v := g.variance(s)
		sum += v
		if v != 0 {
			squares += v * v / g.fit.freedom
		}
	}
	return math.Sqrt(sum), sum * sum / squares
}

// withoutError names the classes that have no standard error, and says why.
func withoutError(gs []*group) string {
	var one, bounds []string
	for _, g := range gs {
		switch {
		case !math.IsNaN(g.variance(Mid)):
		case g.fit.N == g.fit.Censored:
			bounds = append(bounds, g.name())
		default:
			one = append(one, g.name())
		}
	}
	var out []string
	if len(one) > 0 {
		out = append(out, "there is only one episode of "+strings.Join(one, ", ")+" that tells")
	}
	if len(bounds) > 0 {
		out = append(out, "no outage of "+strings.Join(bounds, ", ")+" was seen to end")
	}
	return strings.Join(out, "; ")
}

// interval is the one of E: Student's, and not below 0.
func interval(expected, stdErr, freedom float64) (lo, hi float64) {
	switch {
	case math.IsNaN(stdErr):
		return nan, nan
	case stdErr == 0:
		return expected, expected
	}
	half := stats.Student(freedom, Level) * stdErr
	return max(0, expected-half), expected + half
}
