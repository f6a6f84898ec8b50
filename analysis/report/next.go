package report

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"nines/analysis/project"
)

// nextOf is what to measure next: the most urgent, and whatever there is of these, what
// would tighten the figure most.
func nextOf(p *project.Projection) table {
	t := table{Title: oneLine(p.System) + ": what to measure next", Columns: []column{{"", figure}, {"class", word}, {"what for", prose}}, Keys: 1}
	shown, left := p.Next, []project.Advice(nil)
	if len(p.Next) > mostAdvice {
		shown, left = slices.Clone(p.Next[:mostAdvice]), slices.Clone(p.Next[mostAdvice:])
		tighter := func(a project.Advice) bool { return a.Aim == project.Tighter }
		if at := slices.IndexFunc(left, tighter); at >= 0 && !slices.ContainsFunc(shown, tighter) {
			shown, left = append(shown, left[at]), slices.Delete(left, at, at+1)
		}
	}
	for i, a := range shown {
		t.add(strconv.Itoa(i+1), oneLine(a.Class), oneLine(a.What))
	}
	if len(left) > 0 {
		t.note(fmt.Sprintf("And %d more%s.", len(left), tellsLess(left)))
	}
	low, high, lo, hi := float64(p.Low.Expected), float64(p.High.Expected), float64(p.Mid.Lo), float64(p.Mid.Hi)
	if times := (high - low) / (hi - lo); times > 1 {
		t.note("What is not known of the rates widens the figure " + severalTimes(times) + " as much as that the episodes are few: rates of your own would tighten it more than more episodes of what was measured.")
	}
	return t
}

func severalTimes(x float64) string {
	if x > 100 {
		return "over 100 times"
	}
	return project.Digits(math.Round(x*10)/10) + " times"
}

const mostAdvice = 5

// tellsLess says why these were left out: each kind is in the order of what it tells.
func tellsLess(left []project.Advice) string {
	var out []string
	for _, kind := range []struct {
		aim  project.Aim
		says string
	}{
		{project.NoStdErr, "without a standard error, of classes that cost no more"},
		{project.Hidden, "of what may cost no more"},
		{project.Tighter, "which would lower the standard error by no more"},
	} {
		n := 0
		for _, a := range left {
			if a.Aim == kind.aim {
				n++
			}
		}
		switch {
		case n == len(left):
			return ", " + kind.says
		case n > 0:
			out = append(out, fmt.Sprintf("%d %s", n, kind.says))
		}
	}
	return ": " + strings.Join(out, ", ")
}
