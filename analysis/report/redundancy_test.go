package report

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"nines/analysis"
	"nines/analysis/plot"
	"nines/analysis/plot/plottest"
	"nines/results"
)

// replicas is one node, which takes part once, and a system of 3 and 5 nodes, each in a closed
// loop and at 500 op/s, under three faults that are healed after 3 s. N nodes do 9000/N
// op/s; a killed leader is missed for 400 ms, a minority is not, and a majority until
// 200 ms after it is back.
func replicas() (all []analysis.Summary) {
	gaps := map[string]float64{"kill(leader)": 0.4, "kill(minority)": 0, "kill(majority)": 3.2}
	for _, n := range []int{1, 3, 5} {
		for i, arrivals := range []string{"closed", "poisson"} {
			for _, fault := range []string{"kill(leader)", "kill(minority)", "kill(majority)"} {
				system, axis := "paxos", n
				stall := plottest.Stall{Fault: fault, Nodes: []string{"n1"}, From: 5, To: 8, Gap: gaps[fault]}
				if n == 1 {
					system, axis = "single", 3
					stall.Gap = 3.2
					if fault == "kill(minority)" {
						stall = plottest.Stall{Fault: fault, From: 5, To: 8, NA: "the cluster has 1 node: there is no minority"}
					}
				}
				s := plottest.Trial(plottest.Service{
					Name:   fmt.Sprintf("%s,nodes=%d,load#%d,fault=%s", system, axis, i+1, fault),
					Median: 1, Spread: 0.1, Stalls: []plottest.Stall{stall},
				}, plottest.Config{Seconds: 14, Rate: 100, Seed: 1})
				s.Facts.Variant = []results.Variable{{Name: nodesAxis, Value: fmt.Sprint(axis)}, {Name: loadAxis, Value: "{arrivals: " + arrivals + "}"}, {Name: "fault", Value: fault}}
				s.Facts.Nodes = []string{"n1", "n2", "n3", "n4", "n5"}[:n]
				if s.Facts.Arrivals, s.Facts.Rate = arrivals, 500; arrivals == "closed" {
					s.Facts.Rate = 0
				}
				if stall.NA == "" {
					s.Under = []analysis.Under{{Seconds: 5, Counts: analysis.Counts{OK: uint64(45000 / n)}}, {Fault: fault, Number: 1, Seconds: 3}}
					s.Latency = append(s.Latency, analysis.Latency{Phase: "before", Response: analysis.Quantiles{P50: analysis.MS(n), P99: analysis.MS(10 * n)}})
				}
				all = append(all, s)
			}
		}
	}
	return all
}

func redundancyOf(all []analysis.Summary) table { return redundancy(totals(all), plot.Steps(all)) }

// TestRedundancy: a line for each system and number of replicas, with what was put in.
func TestRedundancy(t *testing.T) {
	all := replicas()
	want := []string{
		"single | 1 | 9000 | 1.00 | 10.0 | 3200 ± 10 | no | n/a | n/a | 3200 ± 10 | no",
		"paxos | 3 | 3000 | 3.00 | 30.0 | 400 ± 10 | yes | none | yes | 3200 ± 10 | no",
		"paxos | 5 | 1800 | 5.00 | 50.0 | 400 ± 10 | yes | none | yes | 3200 ± 10 | no",
	}
	checkRows(t, redundancyOf(all), want)

	// Of three trials of a fault one was never out of the gap; of another fault the one trial
	// at the fixed rate failed a gate, which says nothing of the closed loop.
	again := slices.Clone(all[15:16]) // paxos, 5 nodes, 500 op/s, kill(leader)
	again[0].Facts.Repeat, again[0].Episodes = 2, slices.Clone(again[0].Episodes)
	again[0].Episodes[0].Inject.Gap.Length = 3000
	all = append(all, again...)
	all[17].Valid = false
	want[2] = "paxos | 5 | 1800 | 5.00 | 50.0 | 1700 ± 10 | 1 of 2 | none | yes | 3200 ± 10† | no†"
	got := redundancyOf(all)
	checkRows(t, got, want)
	all[12].Valid, all[13].Valid, all[14].Valid = false, false, false // all closed loops of 5 nodes
	want[2] = strings.Replace(want[2], "1800", "1800†", 1)
	got = redundancyOf(all)
	checkRows(t, got, want)
	if !slices.Contains(got.Notes, "† "+plot.MarkInvalid.Note()+".") {
		t.Errorf("the mark is not explained: %q", got.Notes)
	}
}

func checkRows(t *testing.T, tab table, want []string) {
	t.Helper()
	var got []string
	for _, r := range tab.Rows {
		got = append(got, strings.Join(r, " | "))
	}
	if !slices.Equal(got, want) {
		t.Errorf("%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// TestNoRedundancy: the table is not there for a run that does not ask for it.
func TestNoRedundancy(t *testing.T) {
	all := replicas()
	is := func(arrivals string) []analysis.Summary {
		return slices.DeleteFunc(slices.Clone(all), func(s analysis.Summary) bool { return s.Facts.Arrivals != arrivals })
	}
	for name, some := range map[string][]analysis.Summary{
		"one size": all[12:], "a closed loop only": is("closed"), "a rate only": is("poisson"), "other runs": plottest.Quickstart(), "a map of what is survived": plottest.Tolerance(),
	} {
		if tab := redundancyOf(some); len(tab.Rows) > 0 {
			t.Errorf("%s: %d rows", name, len(tab.Rows))
		}
	}
}
