package plot

import (
	"fmt"
	"math"
	"strings"

	"nines/analysis"
)

// basis is what a chart rests on: how many of what, at what level the interval is that
// is drawn, and how finely time is resolved.
func basis(n, interval, resolution string) string {
	return "n = " + n + ". " + interval + ". Resolution: " + resolution + "."
}

const noInterval = "No interval is drawn"

// oneTrial is what a chart over time of one system rests on.
func oneTrial(s System, t *analysis.Summary, resolution string) string {
	return basis(fmt.Sprintf("%d operations of %s", t.Counts.Due, oneOf(len(s.Trials))), noInterval, resolution)
}

func oneOf(trials int) string {
	if trials == 1 {
		return "1 trial"
	}
	return fmt.Sprintf("1 of %d trials", trials)
}

// trialsEach is how many trials stand for each of the systems.
func trialsEach(systems []System) string {
	return fromTo(systems, "trial", func(s System) int { return len(s.Trusted()) })
}

// operationsEach is how many operations were due in all trials of each.
func operationsEach(systems []System) string {
	return fromTo(systems, "operation", func(s System) int {
		n := 0
		for _, t := range s.Trusted() {
			n += int(t.Counts.Due)
		}
		return n
	})
}

func fromTo(systems []System, what string, of func(System) int) string {
	least, most := math.MaxInt, 0
	for _, s := range systems {
		n := of(s)
		least, most = min(least, n), max(most, n)
	}
	switch {
	case most == 1 && least == 1:
		return "1 " + what
	case least >= most:
		return fmt.Sprintf("%d %ss", most, what)
	}
	return fmt.Sprintf("%d to %d %ss", least, most, what)
}

// probePeriod is the resolution of gaps: the longest probe period of the systems.
func probePeriod(systems []System) string {
	longest := 0.0
	for _, s := range systems {
		for _, t := range s.Trials {
			if t.Gaps.Measured {
				longest = max(longest, float64(t.Gaps.Resolution)) // NaN is not larger
			}
		}
	}
	if longest == 0 {
		return "none, there were no probes"
	}
	return "one probe period, " + short(longest)
}

// episodesEach is how many episodes of a step each system had.
func episodesEach(systems []System, step Step) string {
	var had []string
	for _, s := range systems {
		n := 0
		for _, o := range s.Occurrences(step) {
			if o.Episode.NA == "" {
				n++
			}
		}
		if n > 0 {
			had = append(had, fmt.Sprintf("%d of %s", n, plain(s.Name)))
		}
	}
	if len(had) == 0 {
		return "0 episodes"
	}
	return strings.Join(had, ", ") + " (episodes)"
}
