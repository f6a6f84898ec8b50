package report

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"nines/analysis"
	"nines/analysis/stats"
)

// policies answer: which balancing policy keeps which share of the operations good, and
// how fast, under each fault; a table for each system. They are there only if the policy
// is what trials vary in.
func policies(rows []total) (tables []table) {
	if !varies(rows, policyAxes...) {
		return nil
	}
	lines := policyLines(rows)
	for from, to := 0, 0; from < len(lines); from = to {
		for to = from; to < len(lines) && lines[to].system == lines[from].system; to++ {
		}
		tables = append(tables, policyTable(lines[from:to]))
	}
	return tables
}

// policyTable is that of one system.
func policyTable(lines []policyLine) table {
	t := table{Title: "Balancing policies, fault by fault: " + lines[0].system, Keys: 2, Columns: []column{
		{"fault", word}, {"policy", word}, {"good", figure}, {"of reads", figure}, {"of others", figure},
		{"p99 ms", figure}, {"goodput op/s", figure}, {"tries per op", figure}, {"on hit node", figure},
	}}
	var rows []total
	for _, x := range lines {
		t.add(x.cells()...)
		t.explain(x.mark)
		rows = append(rows, x.total)
	}
	t.modelled(rows)
	t.note("Of the operations that were due while the fault was in force, or before the first fault. Good: within the deadline. " +
		"P99: of the response; what never succeeded is beyond any time.")
	t.note("Tries per op: how often a node was asked for an operation, retries and hedges included. " +
		"On hit node: the share of the operations that a node which the fault hit served, or was the last to be asked for.")
	if slices.ContainsFunc(lines, func(x policyLine) bool { return strings.Contains(x.fault, "delay(") }) {
		t.note("A delay is one of links: what a node answers by itself, as it does local reads, is as fast as ever. Only what it has to ask others for is slow.")
	}
	t.note("A node that refuses at once has little outstanding, and so draws what looks for the least: compare least-loaded with round-robin where a node is dead.")
	return t
}

// policyAxes are the names of an axis over policies.
var policyAxes = []string{"policy", "load.policy"}

// A policyLine is a system with a policy under a fault.
type policyLine struct {
	total
	fault, system, policy string
	number                int // of the fault
	under                 []*analysis.Under
}

// policyLines are those of all rows, by system and then by fault; policies stay in
// their order.
func policyLines(rows []total) (lines []policyLine) {
	var systems []string
	for i := range rows {
		r := &rows[i]
		system := oneLine(analysis.LabelWithout(&r.trials[0].Facts, policyAxes...))
		if !slices.Contains(systems, system) {
			systems = append(systems, system)
		}
		for _, u := range r.trials[0].Under {
			x := policyLine{total: *r, fault: cmp.Or(oneLine(u.Fault), "none"), system: system, policy: oneLine(axisOf(r, policyAxes...)), number: u.Number}
			for _, s := range r.trials {
				if k := slices.IndexFunc(s.Under, func(o analysis.Under) bool { return o.Number == u.Number && o.Fault == u.Fault }); k >= 0 {
					x.under = append(x.under, &s.Under[k])
				}
			}
			lines = append(lines, x)
		}
	}
	slices.SortStableFunc(lines, func(a, b policyLine) int {
		return cmp.Or(cmp.Compare(slices.Index(systems, a.system), slices.Index(systems, b.system)),
			cmp.Compare(a.number, b.number), strings.Compare(a.fault, b.fault))
	})
	return lines
}

func (x *policyLine) cells() []string {
	over := func(a func(*analysis.Under) uint64, b func(*analysis.Under) uint64) float64 {
		return x.median(func(u *analysis.Under) float64 { return outOf(a(u), b(u)) })
	}
	due := func(u *analysis.Under) uint64 { return u.Counts.Due }
	sent := func(u *analysis.Under) uint64 { return u.Counts.Due - u.Counts.Dropped }
	cells := []string{
		share(over(func(u *analysis.Under) uint64 { return u.Counts.Good }, due)),
		share(over(func(u *analysis.Under) uint64 { return u.Reads.Good }, func(u *analysis.Under) uint64 { return u.Reads.Due })),
		share(over(func(u *analysis.Under) uint64 { return u.Others.Good }, func(u *analysis.Under) uint64 { return u.Others.Due })),
		millis(analysis.MS(x.median(func(u *analysis.Under) float64 { return float64(u.P99) })), x.trials[0].Facts.Abandon),
		number(x.median(func(u *analysis.Under) float64 { return float64(u.Counts.Good) / u.Seconds })),
		number(over(func(u *analysis.Under) uint64 { return u.Tries }, sent)),
		share(over(func(u *analysis.Under) uint64 { return u.OnHit }, sent)),
	}
	for i := range cells {
		cells[i] = x.marked(cells[i])
	}
	return append([]string{x.fault, x.policy}, cells...)
}

func (x *policyLine) median(f func(*analysis.Under) float64) float64 {
	v := make([]float64, len(x.under))
	for i, u := range x.under {
		v[i] = f(u)
	}
	return stats.Median(v)
}

// outOf is a of b; NaN of nothing.
func outOf(a, b uint64) float64 {
	if b == 0 {
		return math.NaN()
	}
	return float64(a) / float64(b)
}
