package plottest

import (
	"fmt"
	"strings"
	"time"

	"nines/analysis"
	"nines/results"
)

// cellFaults are those of a matrix, with how long each stops a leader; all but the last one
// do so for as long whatever the length of the fault.
var cellFaults = []struct {
	fault string
	gap   float64 // s
}{
	{"kill(leader)", 1.2}, {"isolate(leader)", 1.6}, {"one-way(leader -> rest)", 1.9}, {"kill(follower)", 0}, {"loss(leader, 20%)", 0.2}, {"slow-sync(leader, 20ms)", 0},
}

// Cells is a campaign over a matrix: each of the systems under six faults of two
// lengths, in a cell each, with so many repeats of so many episodes.
func Cells(systems []string, repeats, episodes int) []analysis.Summary {
	var all []analysis.Summary
	for repeat := 1; repeat <= repeats; repeat++ {
		for i, f := range cellFaults {
			for j, length := range []time.Duration{3 * time.Second, 6 * time.Second} {
				for k, name := range systems {
					gap := f.gap * (1 + 0.3*float64(k))
					if i == len(cellFaults)-1 { // the disk is slow for as long as the fault is there
						gap = length.Seconds()
					}
					all = append(all, cell(name, f.fault, length, gap, repeat, episodes, uint64(100*repeat+10*i+3*j+k)))
				}
			}
		}
	}
	return all
}

func cell(name, fault string, length time.Duration, gap float64, repeat, episodes int, seed uint64) analysis.Summary {
	var stalls []Stall
	for n := range episodes {
		at := 4 + 12*float64(n)
		stalls = append(stalls, Stall{Fault: fault, Nodes: []string{"n1"}, From: at, To: at + length.Seconds(), Gap: gap * (0.9 + 0.02*float64(int(seed)%7+n%5))})
	}
	slug := strings.NewReplacer(" -> ", "-", ", ", "-").Replace(fault)
	s := Trial(Service{Name: fmt.Sprintf("%s,fault=%s,for=%v", name, slug, length), Median: 1.1, Spread: 0.4, Stalls: stalls},
		Config{Seconds: 4 + 12*float64(episodes), Rate: 50, Repeat: repeat, Seed: seed})
	f := &s.Facts
	f.Trial, f.Adapter = fmt.Sprintf("%s-%d", f.System, repeat), name
	f.Variant = []results.Variable{{Name: "fault", Value: fault}, {Name: "for", Value: length.String()}}
	for i := range s.Episodes {
		s.Episodes[i].Step = 0
	}
	for i := range s.Episodes[:len(s.Episodes)-1] {
		s.Episodes[i].Until = s.Episodes[i+1].Start
	}
	s.Latency = append(s.Latency, analysis.Latency{Phase: "before", Response: analysis.Quantiles{N: 200, P50: 1.1, P99: analysis.MS(2.5 + 0.01*float64(seed%10))}})
	return s
}
