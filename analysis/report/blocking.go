package report

import (
	"strconv"

	"nines/analysis"
	"nines/analysis/plot"
	"nines/analysis/stats"
)

// blocking answers: for how long is a participant in doubt if its coordinator is
// gone for so long. It is there only if the length of the fault varies.
func blocking(summaries []analysis.Summary) table {
	t := table{Title: "In doubt without a coordinator, by how long it was down", Keys: 2, Means: termDoubt, Columns: []column{
		{"system", word}, {"down ms", figure}, {"episodes", figure}, {"median ms", figure}, {"p90 ms", figure}, {"max ms", figure},
		{"locked key·s", figure}, {"others waiting", figure}, {"their key·s", figure},
	}}
	for _, c := range plot.DoubtCurves(summaries) {
		put := (&total{mark: c.Mark()}).marked
		t.explain(c.Mark())
		for _, p := range c.Points {
			longest := dash
			if n := len(p.Longest); n > 0 {
				longest = number(p.Longest[n-1])
			}
			t.add(oneLine(c.Name), number(p.Down), strconv.Itoa(len(p.Longest)), put(number(stats.Median(p.Longest))), put(number(stats.Quantile(p.Longest, 0.9))),
				put(longest), put(number(stats.Median(p.Locks)/1000)), put(whole(stats.Median(p.Txns))), put(number(stats.Median(p.Waited)/1000)))
		}
	}
	t.note("Median, p90 and max, over episodes, of the longest time that a participant was in doubt in an episode about a transaction whose coordinator was down; " +
		"and the keys that such transactions held locked, times how long (median of an episode). A transaction that only reads leaves nobody in doubt.")
	t.note("Others waiting: transactions with a living coordinator that also needed the dead node, and wait for its vote until a timeout aborts them. They come and go for as long as " +
		"the node is down, whatever the protocol.")
	return t
}
