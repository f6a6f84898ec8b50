package plot

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"nines/analysis"
	"nines/analysis/saturation"
	"nines/analysis/stats"
)

// A kneeCurve is one system: latency over the throughput that it achieved.
type kneeCurve struct {
	System
	closed, open []kneePoint // by rising load
	knee         *kneePoint  // nil: none was found
}

type kneePoint struct {
	load     float64 // sessions, or the rate asked for
	x        float64 // op/s achieved
	p50, p99 float64 // ms; +Inf: never
	unfit    bool    // no trial of it says anything of the system
	mark     Mark    // the worst of its trials
}

// PointMark is the mark of a trial of a search.
func PointMark(s saturation.Standing) Mark {
	return MarkOf(&analysis.Summary{Valid: len(s.Gates) == 0, Verdict: s.Verdict})
}

func kneeCurves(r saturation.Report) []kneeCurve {
	var curves []kneeCurve
	for i, y := range r.Systems {
		c := kneeCurve{System: System{Name: y.Name, Index: i}}
		for _, p := range y.Closed {
			c.closed = append(c.closed, kneePoint{load: float64(p.Sessions), x: p.Throughput, p50: float64(p.P50), p99: float64(p.P99), mark: PointMark(p.Standing)})
		}
		c.open = openPoints(y.Open)
		if at := slices.IndexFunc(c.open, func(p kneePoint) bool { return p.load == y.Knee.Rate }); at >= 0 && y.Knee.State == saturation.Confirmed {
			c.knee = &c.open[at]
		}
		curves = append(curves, c)
	}
	return curves
}

// kneeTrials are the marks of all trials.
func kneeTrials(r saturation.Report) []Mark {
	var marks []Mark
	for _, y := range r.Systems {
		for _, c := range y.Closed {
			marks = append(marks, PointMark(c.Standing))
		}
		for _, o := range y.Open {
			marks = append(marks, PointMark(o.Standing))
		}
	}
	return marks
}

// kneeMarks says how many of the trials bear which mark, and what it means.
func kneeMarks(r saturation.Report) string {
	marks := kneeTrials(r)
	var b strings.Builder
	for _, m := range ranked[1:] {
		n := 0
		for _, of := range marks {
			if of == m {
				n++
			}
		}
		if n > 0 {
			fmt.Fprintf(&b, " %s (%d of %d trials): %s.", m, n, len(marks), m.Note())
		}
	}
	return b.String()
}

// openPoints are the medians at each rate, of the trials that say something of the
// system, or of all if none does.
func openPoints(trials []saturation.Open) []kneePoint {
	var out []kneePoint
	for _, o := range trials {
		if slices.ContainsFunc(out, func(p kneePoint) bool { return p.load == o.Rate }) {
			continue
		}
		var same []saturation.Open
		for _, p := range trials {
			if p.Rate == o.Rate {
				same = append(same, p)
			}
		}
		fit := slices.DeleteFunc(slices.Clone(same), func(p saturation.Open) bool { return p.Outcome == saturation.Unfit })
		p := kneePoint{load: o.Rate, unfit: len(fit) == 0}
		if !p.unfit {
			same = fit
		}
		p.x = medianOf(same, func(o saturation.Open) float64 { return o.Throughput })
		p.p50 = medianOf(same, func(o saturation.Open) float64 { return float64(o.P50) })
		p.p99 = medianOf(same, func(o saturation.Open) float64 { return float64(o.P99) })
		for _, o := range same {
			p.mark = Worse(p.mark, PointMark(o.Standing))
		}
		out = append(out, p)
	}
	slices.SortFunc(out, func(a, b kneePoint) int { return cmp.Compare(a.load, b.load) })
	return out
}

func medianOf(trials []saturation.Open, f func(saturation.Open) float64) float64 {
	var v []float64
	for _, t := range trials {
		v = append(v, f(t))
	}
	return stats.Median(v)
}
