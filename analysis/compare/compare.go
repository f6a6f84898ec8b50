package compare

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"nines/analysis/stats"
	"nines/bench"
	"nines/results"
)

// Runs compares run b with run a, system by system; in a matrix, cell by cell.
// What is in one of them only is named. Trials that are no evidence
// are left out, and named: see [analysis.Summary.NoEvidence].
func Runs(a, b Run) (Comparison, error) {
	c := Comparison{A: a.Dir, B: b.Dir}
	if a.Dir == b.Dir {
		return c, fmt.Errorf("both runs are %s: want two, or one with --by system", a.Dir)
	}
	ours, theirs := a.groups(), b.groups()
	for _, g := range ours {
		at := slices.IndexFunc(theirs, func(h group) bool { return h.name == g.name && h.cell == g.cell })
		if at < 0 {
			c.Unmatched = append(c.Unmatched, g.only(a.Dir))
			continue
		}
		c.pair(g.name, c.side("A", g), c.side("B", theirs[at]))
		theirs = slices.Delete(theirs, at, at+1)
	}
	for _, g := range theirs {
		c.Unmatched = append(c.Unmatched, g.only(b.Dir))
	}
	if len(c.Pairs) == 0 {
		return c, errors.New("no system is in both runs: " + strings.Join(c.Unmatched, "; "))
	}
	c.Notes = append(machines(&a.Manifest, &b.Manifest), c.Notes...)
	c.finish()
	return c, nil
}

// BySystem compares the systems of one run with the one of the label against, or
// with the first one if that is empty; in a matrix, in each cell.
func BySystem(r Run, against string) (Comparison, error) {
	c := Comparison{A: cmp.Or(against, "the first system"), B: "another"}
	var cells []string
	byCell := map[string][]group{}
	for _, g := range r.groups() {
		if byCell[g.cell] == nil {
			cells = append(cells, g.cell)
		}
		byCell[g.cell] = append(byCell[g.cell], g)
	}
	for _, cell := range cells {
		base := 0
		if against != "" {
			base = slices.IndexFunc(byCell[cell], func(g group) bool { return g.is(against) })
		}
		if base < 0 {
			return c, unknownSystem(against, byCell[cell])
		}
		var sides []Side
		for _, g := range byCell[cell] {
			sides = append(sides, c.side("", g))
		}
		for i, s := range sides {
			if i != base {
				c.pair(s.Name+" against "+sides[base].Name, sides[base], s)
			}
		}
	}
	if len(c.Pairs) == 0 {
		return c, fmt.Errorf("%s has one system only, %s: there is nothing to compare it with", r.Dir, r.Trials[0].Summary.Facts.System)
	}
	c.finish()
	return c, nil
}

func unknownSystem(name string, groups []group) error {
	var names []string
	for _, g := range groups {
		names = append(names, g.name)
	}
	return bench.UnknownName("system", name, names)
}

// side takes the trials of a group that stand, and names the others.
func (c *Comparison) side(of string, g group) Side {
	s := Side{Name: g.name}
	for _, t := range g.trials {
		name := t.Summary.Facts.Trial
		if why := t.Summary.NoEvidence(); why != "" {
			c.LeftOut = append(c.LeftOut, LeftOut{Side: of, Trial: name, Why: why})
			continue
		}
		s.trials = append(s.trials, t)
	}
	s.Trials = len(s.trials)
	return s
}

func (c *Comparison) note(format string, args ...any) {
	if n := fmt.Sprintf(format, args...); !slices.Contains(c.Notes, n) {
		c.Notes = append(c.Notes, n)
	}
}

// pair adds the rows of two sides.
func (c *Comparison) pair(name string, a, b Side) {
	p := Pair{Name: name, A: a, B: b}
	if a.Trials > 0 && b.Trials > 0 {
		for _, d := range settings(a.trials[0], b.trials[0]) {
			c.note("%s: %s", name, d)
		}
		for _, m := range Metrics() {
			if r, ok := c.row(&m, &a, &b); ok {
				p.Rows = append(p.Rows, r)
			}
		}
	}
	for _, s := range []Side{a, b} {
		if s.Trials == 0 {
			c.note("%s: nothing to compare, as no trial of %s stands.", name, s.Name)
		}
	}
	c.Pairs = append(c.Pairs, p)
}

// row compares one metric, if either side has it.
func (c *Comparison) row(m *Metric, a, b *Side) (Row, bool) {
	x, y := a.of(m), b.of(m)
	if len(x)+len(y) == 0 {
		return Row{}, false
	}
	r := Row{Metric: m.Name, NA: len(x), NB: len(y), metric: m, Says: Nothing}
	r.A, r.B = Number(c.figure(m, a, x)), Number(c.figure(m, b, y))
	d, i, _ := stats.Shift(x, y, Level)
	r.Change = Change{Number(d), Number(i.Lo), Number(i.Hi)}
	d, i, _ = stats.Shift(logs(x), logs(y), Level)
	r.Percent = Change{percent(d), percent(i.Lo), percent(i.Hi)}
	r.P = Number(math.NaN())
	if r.varies = !equal(x, y); r.varies && leastP(len(x), len(y)) <= Alpha {
		r.P = Number(stats.MannWhitney(x, y))
	}
	return r, true
}

// equal reports whether all values of both sides are one.
func equal(x, y []float64) bool {
	all := slices.Concat(x, y)
	return slices.Min(all) == slices.Max(all)
}

// logs turn factors into shifts. Where there is a factor at all, no figure is
// negative; 0 is infinitely far from all that is more.
func logs(x []float64) []float64 {
	out := make([]float64, len(x))
	for i, v := range x {
		out[i] = math.Log(v)
	}
	return out
}

func percent(shift float64) Number { return Number(100 * math.Expm1(shift)) }

// of are the values of a metric, rising, of the trials that have it.
func (s *Side) of(m *Metric) []float64 {
	var out []float64
	for _, t := range s.trials {
		if v, ok := t.values[m.Name]; ok && !math.IsNaN(v) {
			out = append(out, v)
		}
	}
	slices.Sort(out)
	return out
}

// figure is what stands for a side: the median of the trials' values, the mean
// of the two in the middle; for response percentiles the one of all operations
// together.
func (c *Comparison) figure(m *Metric, s *Side, rising []float64) float64 {
	n := len(rising)
	switch {
	case m.Quantile == 1 && n > 0:
		return rising[n-1]
	case m.Quantile > 0 && s.Trials > 1:
		return c.merged(m.Quantile, s)
	}
	return stats.Median(rising)
}

// merged is a quantile of all operations of a side, NaN where there are too few or a
// trial has no latency log.
func (c *Comparison) merged(q float64, s *Side) float64 {
	var all []*results.Responses
	for _, t := range s.trials {
		if t.Responses == nil {
			c.note("%s has no %s, so that its percentiles cannot be merged with others: nines report makes it.", t.Summary.Facts.Trial, results.LatencyFile)
			return math.NaN()
		}
		all = append(all, t.Responses)
	}
	sum, err := results.MergeResponses(all)
	if err != nil {
		c.note("The percentiles of %s cannot be merged: %v.", s.Name, err)
		return math.NaN()
	}
	n := int(sum.Due())
	if !stats.Supported(q, Level, n) {
		return math.NaN()
	}
	d := sum.At(uint64(stats.Rank(q, n)))
	if d == bench.Never {
		return math.Inf(1)
	}
	return float64(d) / 1e6
}

// finish adjusts the p-values for all rows of all pairs, and says what they
// allow to say.
func (c *Comparison) finish() {
	var rows []*Row
	var ps []float64
	for i := range c.Pairs {
		for j := range c.Pairs[i].Rows {
			r := &c.Pairs[i].Rows[j]
			rows, ps = append(rows, r), append(ps, float64(r.P))
			c.Rows++
			if r.varies {
				c.Varying++
			}
			if !math.IsNaN(float64(r.P)) {
				c.Tests++
			}
		}
	}
	for i, p := range stats.Holm(ps) {
		r := rows[i]
		r.Adjusted = Number(p)
		if p <= Alpha {
			r.Says = r.metric.says(float64(r.Change.Value))
		}
	}
}

func (m *Metric) says(change float64) Says {
	switch {
	case change == 0 || math.IsNaN(change):
		return Differs // of ranks, though not in the middle
	case m.Wish == Neither:
		return Differs
	case (change > 0) == (m.Wish == More):
		return Better
	}
	return Worse
}

// leastP is the least p-value that n trials and m can have, 2/C(n+m, n). Where
// that is too much to tell sides apart whatever they are, as it is where all
// values are equal, there is no test, and none to adjust for (Tarone,
// Biometrics 46, 1990).
func leastP(n, m int) float64 {
	ways := 1.0
	for k := 1; k <= n; k++ {
		ways *= float64(m+k) / float64(k)
	}
	return min(1, 2/ways)
}

// TrialsFor are the least numbers of trials on each side with which a change has
// an interval, and with which the sides can be told apart in spite of so many
// tests.
func TrialsFor(tests int) (interval, difference int) {
	difference = 1
	for leastP(difference, difference)*float64(max(1, tests)) > Alpha {
		difference++
	}
	return stats.ShiftSizeFor(Level), difference
}
