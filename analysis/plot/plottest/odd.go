package plottest

import (
	"fmt"
	"math"

	"nines/analysis"
	"nines/results"
)

// Hour is one system for an hour with a fault every five minutes.
func Hour() []analysis.Summary {
	s := Service{Name: "etcdraft", Median: 1.1, Spread: 0.4}
	for i := range 11 {
		from := 300 * float64(i+1)
		s.Stalls = append(s.Stalls, Stall{Fault: "kill(leader)", Nodes: []string{"n1"}, From: from, To: from + 4, Gap: 1.1 + 0.05*float64(i)})
	}
	t := Trial(s, Config{Seconds: 3600, Rate: 100, Seed: 1})
	for i := range t.Episodes {
		t.Episodes[i].Step = 0
	}
	return []analysis.Summary{t}
}

// Many is nine systems with long names, five nodes and six kinds of fault.
func Many() []analysis.Summary {
	var all []analysis.Summary
	faults := []string{"kill(leader)", "one-way(leader -> rest)", "delay(leader -> rest, 50ms ± 10ms)", "loss(any, 20%)",
		"kill(leader) + slow-sync(follower, 20ms)", "partition(majority | minority)"}
	for i := range 9 {
		s := Service{Name: fmt.Sprintf("etcdraft prevote=%t reads=lease %d", i%2 == 0, i), Median: 0.8 + 0.2*float64(i), Spread: 0.4}
		for j, f := range faults {
			at := 5 + 9*float64(j)
			s.Stalls = append(s.Stalls, Stall{Fault: f, Nodes: []string{"n3"}, From: at, To: at + 4, Gap: 0.3 * float64(j) * (1 + float64(i)/9), HealGap: 0.02 * float64(i*j)})
		}
		all = append(all, Trial(s, Config{Seconds: 60, Rate: 300, Seed: uint64(i)}))
	}
	return all
}

// Hostile is a run whose names try to break out of every format.
func Hostile() []analysis.Summary {
	all := Quickstart()
	names := []string{`<script>alert(1)</script>`, "a|b\nc \x00 \xff & `code` ]]> <!--", `../../etc/passwd" onload="x`}
	for i := range all {
		s := &all[i]
		s.Facts.System, s.Facts.Trial, s.Facts.Workload = names[i], names[i], names[i]
		s.Facts.Settings = map[string]string{names[0]: names[1]}
		s.Checks[0].Why, s.Gates[0].Saw, s.Gates[0].Do, s.Gates[0].Pass = names[1], names[0], names[2], false
		s.Valid = false
		for j := range s.Episodes {
			s.Episodes[j].Fault, s.Episodes[j].Evidence, s.Episodes[j].Error = names[0], names[1], names[2]
			s.Episodes[j].Nodes = []string{names[0], names[1]}
		}
	}
	return all
}

// Empty is a trial that ended before anything was due.
func Empty() []analysis.Summary {
	s := analysis.Summary{Schema: results.Schema, Verdict: analysis.VerdictUnknown}
	nan := analysis.MS(math.NaN())
	q := analysis.Quantiles{Mean: nan, P50: nan, P90: nan, P99: nan, P999: nan, P9999: nan, Max: nan}
	s.Facts = results.Facts{System: "broken", Trial: "broken-1", Repeat: 1, Failure: "cluster did not start: n2: disk full"}
	s.Response, s.Service, s.Lag = q, q, q
	s.SuccessRatio, s.IntervalAvailability, s.UserUptime = math.NaN(), math.NaN(), math.NaN()
	s.Throughput, s.Goodput = math.NaN(), math.NaN()
	return []analysis.Summary{s}
}

// OneSample is a trial with a single operation and no faults.
func OneSample() []analysis.Summary {
	return []analysis.Summary{Trial(Service{Name: "null", Median: 0.01}, Config{Seconds: 1, Rate: 1, Seed: 3})}
}

// Never is a trial in which no operation succeeded.
func Never() []analysis.Summary {
	return []analysis.Summary{Trial(Service{Name: "dead", Median: 1, Stalls: []Stall{
		{Fault: "kill(all)", From: 0, To: 2, NeverBack: true},
	}}, Config{Seconds: 4, Rate: 200, Seed: 3})}
}
