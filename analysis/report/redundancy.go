package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"

	"nines/analysis"
	"nines/analysis/plot"
)

// The axes of the matrix over how many nodes there are, and over their load.
const (
	nodesAxis = "nodes"
	loadAxis  = "load"
)

// redundancy answers: what replicas cost in throughput and latency, how long nobody is
// served when some are killed, and whether the others serve on. It is there only if trials
// vary in the number of nodes, and each number meets two loads: a closed loop and a
// fixed rate.
func redundancy(rows []total, steps []plot.Step) table {
	t := table{Title: "Redundancy: what replicas cost, and what they survive", Keys: 2, Columns: []column{
		{"system", word}, {"replicas", figure}, {"throughput op/s", figure}, {"p50 ms", figure}, {"p99 ms", figure},
	}}
	rate := twoLoads(rows)
	if rate == "" || !varies(rows, nodesAxis) || len(steps) == 0 || len(steps) > mostClasses {
		return t
	}
	for _, s := range steps {
		name := oneLine(s.Fault)
		t.Columns = append(t.Columns, column{name + ": gap ms", figure}, column{name + ": served on", word})
	}
	for _, x := range replicated(rows) {
		t.add(x.cells(steps)...)
		t.explain(x.closed.mark)
		t.explain(x.open.mark)
	}
	t.modelled(rows)
	t.note("Before the first fault, the median over trials. Throughput: of the closed loop. P50 and p99: of the response at " + rate + ".")
	t.note("Under each fault, at " + rate + ". Gap: the longest time in which nobody was served, ± one probe period; after + once more on healing. " +
		"Served on: that time was over before the nodes were started again.")
	return t
}

// twoLoads is the rate of the second load, in words, if trials vary in it between a closed
// loop and one fixed rate; "" if not.
func twoLoads(rows []total) string {
	var loads []string
	rate, closed := "", false
	for i := range rows {
		f := &rows[i].trials[0].Facts
		if v := axisOf(&rows[i], loadAxis); !slices.Contains(loads, v) {
			loads = append(loads, v)
		}
		if f.Rate > 0 {
			rate = offered(f)
		} else {
			closed = true
		}
	}
	if len(loads) != 2 || !closed {
		return ""
	}
	return rate
}

// A cluster is a system with so many nodes, over all faults.
type cluster struct {
	system       string
	nodes        int
	closed, open total
}

// replicated are the clusters of all rows, the systems in their order, the smallest first.
func replicated(rows []total) []cluster {
	var all []cluster
	var systems []string
	for i := range rows {
		f := &rows[i].trials[0].Facts
		system := analysis.LabelWithout(f, append(analysis.ScheduleAxes(f), nodesAxis, loadAxis)...)
		k := slices.IndexFunc(all, func(x cluster) bool { return x.system == system && x.nodes == len(f.Nodes) })
		if k < 0 {
			k = len(all)
			all = append(all, cluster{system: system, nodes: len(f.Nodes)})
		}
		if !slices.Contains(systems, system) {
			systems = append(systems, system)
		}
		load := &all[k].open
		if f.Rate <= 0 {
			load = &all[k].closed
		}
		load.Trials = append(load.Trials, rows[i].Trials...)
	}
	for i := range all {
		all[i].closed, all[i].open = totalOf(all[i].closed.System), totalOf(all[i].open.System)
	}
	slices.SortStableFunc(all, func(a, b cluster) int {
		return cmp.Or(cmp.Compare(slices.Index(systems, a.system), slices.Index(systems, b.system)), cmp.Compare(a.nodes, b.nodes))
	})
	return all
}

func (x *cluster) cells(steps []plot.Step) []string {
	p50 := func(s *analysis.Summary) analysis.MS { return calm(s).P50 }
	p99 := func(s *analysis.Summary) analysis.MS { return calm(s).P99 }
	cells := []string{oneLine(x.system), strconv.Itoa(x.nodes), dash, dash, dash}
	if len(x.closed.trials) > 0 {
		cells[2] = x.closed.number(calmThroughput)
	}
	if len(x.open.trials) > 0 {
		cells[3], cells[4] = x.open.ms(p50), x.open.ms(p99)
	}
	for _, s := range steps {
		met := totalOf(x.open.meeting(s))
		if len(met.trials) == 0 {
			cells = append(cells, dash, dash)
			continue
		}
		cells = append(cells, met.out(s), met.marked(servedOn(met.Occurrences(s))))
	}
	return cells
}

// meeting is the system in those trials that have the step, whose faults alone it is
// judged by.
func (t *total) meeting(step plot.Step) plot.System {
	some := t.System
	some.Trials = nil
	for _, s := range t.Trials {
		if slices.ContainsFunc(s.Episodes, func(e analysis.Episode) bool { return step.Is(&e) }) {
			some.Trials = append(some.Trials, s)
		}
	}
	return some
}

// calmThroughput is that of before the first fault, in operations a second.
func calmThroughput(s *analysis.Summary) float64 {
	if len(s.Under) == 0 || s.Under[0].Number > 0 {
		return math.NaN()
	}
	return float64(s.Under[0].Counts.OK) / s.Under[0].Seconds
}

// servedOn says whether somebody was served again before healing: yes, no, or in how many
// of the episodes; n/a if the system cannot suffer the fault.
func servedOn(all []plot.Occurrence) string {
	yes, of := 0, 0
	for _, o := range all {
		if o.Episode.NA != "" {
			continue
		}
		if !o.Trial.Gaps.Measured {
			return dash
		}
		of++
		if gap := o.Episode.Inject.Gap; !gap.Censored && gap.Start+gap.Length < o.Episode.HealFrom {
			yes++
		}
	}
	switch {
	case of == 0:
		return "n/a"
	case yes == of:
		return "yes"
	case yes == 0:
		return "no"
	}
	return fmt.Sprintf("%d of %d", yes, of)
}
