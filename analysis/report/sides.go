package report

import (
	"nines/analysis/episodes"
	"nines/analysis/plot"
)

// A sideColumn is one figure of the table of whom a fault hit, and on which side of it.
type sideColumn struct {
	name string
	of   func(*outageRow) (*episodes.Distribution, episodes.Estimate)
}

func medianOf(f func(*outageRow) *episodes.Distribution) func(*outageRow) (*episodes.Distribution, episodes.Estimate) {
	return func(r *outageRow) (*episodes.Distribution, episodes.Estimate) { d := f(r); return d, d.Median }
}

func p90Of(f func(*outageRow) *episodes.Distribution) func(*outageRow) (*episodes.Distribution, episodes.Estimate) {
	return func(r *outageRow) (*episodes.Distribution, episodes.Estimate) { d := f(r); return d, d.P90 }
}

var sideColumns = []sideColumn{
	{"gap on injection median ms", medianOf(func(r *outageRow) *episodes.Distribution { return &r.OnInject })},
	{"gap on healing median ms", medianOf(func(r *outageRow) *episodes.Distribution { return &r.OnHeal })},
	{"gap on healing p90 ms", p90Of(func(r *outageRow) *episodes.Distribution { return &r.OnHeal })},
	{"partial on injection median ms", medianOf(func(r *outageRow) *episodes.Distribution { return &r.PartialInject })},
	{"partial on healing median ms", medianOf(func(r *outageRow) *episodes.Distribution { return &r.PartialHeal })},
	{"node hit: out median ms", medianOf(func(r *outageRow) *episodes.Distribution { return &r.OutHit })},
	{"node hit: out p90 ms", p90Of(func(r *outageRow) *episodes.Distribution { return &r.OutHit })},
	{"other nodes: out median ms", medianOf(func(r *outageRow) *episodes.Distribution { return &r.OutOthers })},
	{"other nodes: out p90 ms", p90Of(func(r *outageRow) *episodes.Distribution { return &r.OutOthers })},
	{"reads out median ms", medianOf(func(r *outageRow) *episodes.Distribution { return &r.OutReads })},
	{"writes out median ms", medianOf(func(r *outageRow) *episodes.Distribution { return &r.OutWrites })},
	{"back at 95 % after healing median ms", medianOf(func(r *outageRow) *episodes.Distribution { return &r.Back95Heal })},
}

// sides answers of a class of faults: on injection or on healing, whose clients, reads or
// writes.
func (c campaign) sides(class plot.FaultClass) table {
	t := table{Title: "Outage of " + oneLine(class.Name) + ", by side, node and kind", Keys: 1, Columns: []column{{"system", word}, {"episodes", figure}}, Means: termOutage}
	for _, col := range sideColumns {
		t.Columns = append(t.Columns, column{col.name, figure})
	}
	for _, r := range c.rows(class) {
		cells := []string{r.name(), r.count()}
		for _, col := range sideColumns {
			d, e := col.of(&r)
			cells = append(cells, r.marked(r.quantile(d, e)))
		}
		t.add(cells...)
		t.explain(r.mark)
	}
	t.note("Gap: the longest in which nobody was served that began before healing, or at or after it. Partial: clients of some nodes were out while others were served. " +
		"Node hit, other nodes: all the time in which clients of that node were not served, total outages included; of several nodes the one that was out for the longest. " +
		"Reads, writes: by the probes of one kind, to two probe periods. Back at 95 %: counted from healing.")
	t.note("[lo, hi]: as above.")
	return t
}
