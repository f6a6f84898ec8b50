package report

import (
	"math"
	"slices"

	"nines/analysis"
	"nines/analysis/stats"
)

// snapshotAxis is the axis over how many entries lie between two snapshots.
const snapshotAxis = "snapshot_every"

// checkpoints answer: what snapshots cost in throughput, and what they save when a node
// is started again. It is there only if their distance is what trials vary in.
func checkpoints(rows []total) table {
	if !varies(rows, snapshotAxis) {
		return table{}
	}
	t := table{Title: "Snapshots: throughput, and the return of a restarted node", Keys: 2, Columns: []column{
		{"system", word}, {"entries between snapshots", figure}, {"throughput op/s", figure}, {"p99 ms", figure}, {"forced writes per op", figure},
		{"restarts", figure}, {"serves again, ms", figure}, {"at the longest, ms", figure},
	}}
	system := func(r total) string { return analysis.LabelWithout(&r.trials[0].Facts, snapshotAxis) }
	for _, r := range bySystem(rows, system) {
		back := r.returns()
		longest := dash
		if n := len(back); n > 0 {
			longest = number(back[n-1])
		}
		t.add(oneLine(system(r)), axisOf(&r, snapshotAxis),
			r.number(func(s *analysis.Summary) float64 { return s.Throughput }),
			r.ms(func(s *analysis.Summary) analysis.MS { return s.Response.P99 }),
			r.number(func(s *analysis.Summary) float64 { return s.PerOp.Syncs }),
			whole(float64(len(back))), r.marked(number(stats.Median(back))), r.marked(longest))
		t.explain(r.mark)
	}
	t.modelled(rows)
	t.note("Throughput, p99 and forced writes: of the whole trial, the median over trials. Serves again: from when the fault was healed, which starts the node, until a probe of " +
		"its clients was answered; the median over restarts. It has read its snapshot and its log by then, and not always all that it missed.")
	return t
}

// bySystem puts rows of the same system together, in the order in which the systems
// come.
func bySystem(rows []total, system func(total) string) []total {
	var order []string
	for _, r := range rows {
		if name := system(r); !slices.Contains(order, name) {
			order = append(order, name)
		}
	}
	sorted := slices.Clone(rows)
	slices.SortStableFunc(sorted, func(a, b total) int {
		return slices.Index(order, system(a)) - slices.Index(order, system(b))
	})
	return sorted
}

// returns are the times from healing until a node that a fault stopped served its own
// clients again, in milliseconds, rising.
func (t *total) returns() []float64 {
	var back []float64
	for _, s := range t.trials {
		for i := range s.Episodes {
			e := &s.Episodes[i]
			for _, n := range e.ByNode {
				gap := n.Inject.Gap
				if slices.Contains(e.Nodes, n.Node) && !gap.Censored && gap.Start+gap.Length > e.HealFrom {
					back = append(back, float64(gap.Start+gap.Length-e.HealFrom))
				}
			}
		}
	}
	slices.Sort(back)
	return slices.DeleteFunc(back, math.IsNaN)
}
