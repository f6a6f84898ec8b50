package project

import (
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"

	"nines/analysis/stats"
)

// manyFaults is how many faults a year of a class are summed by the central limit
// theorem instead of one by one: so the time a year takes is bounded.
const manyFaults = 200

// simulate draws years of the compound Poisson process.
func simulate(terms []term, s Scenario, o Options) Years {
	rng := source(o, s)
	down, none := make([]float64, o.Years), 0
	quiet := make([]bool, o.Years)
	for i := range quiet {
		quiet[i] = true
	}
	for i := range terms {
		l := &terms[i].in[s]
		if l.rate > 0 {
			l.add(down, quiet, rng)
		}
	}
	budget, met := (1-o.SLO)*Year, 0
	for i, d := range down {
		if d <= budget {
			met++
		}
		if quiet[i] {
			none++
		}
	}
	n := float64(o.Years)
	mean, sd := stat.PopMeanStdDev(down, nil)
	slices.Sort(down)
	meets := float64(met) / n
	return Years{
		N: o.Years, Mean: Figure(mean), SD: Figure(sd),
		Median: Figure(stats.Quantile(down, 0.5)), P95: Figure(stats.Quantile(down, 0.95)), P99: Figure(stats.Quantile(down, 0.99)),
		Meets: Figure(meets), Error: Figure(math.Sqrt(meets * (1 - meets) / n)), None: Figure(float64(none) / n),
	}
}

// add draws one class of every year.
func (l *load) add(down []float64, quiet []bool, rng *rand.Rand) {
	faults := distuv.Poisson{Lambda: l.rate, Src: rng}
	sd := math.Sqrt(max(0, l.square-l.mean*l.mean))
	for i := range down {
		n := faults.Rand()
		if n > manyFaults {
			down[i] += max(0, n*l.mean+math.Sqrt(n)*sd*rng.NormFloat64())
			quiet[i] = quiet[i] && l.some == 0
			continue
		}
		for range int(n) {
			if d := l.draw(rng); d > 0 {
				down[i] += d
				quiet[i] = false
			}
		}
	}
}
