package main

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"

	"nines/adapters"
	"nines/bench/scenario"
	"nines/chaos"
)

// planned is one trial of a scenario.
type planned struct {
	name   string // of its folder
	system scenario.System
	repeat int // from 1
}

// plan lists the trials in the order in which they run: repeat by repeat, so
// that a drift of the machine meets every system alike; in the order of the
// scenario at first, and at random after that, so that none always follows the
// same other one.
func plan(s *scenario.Scenario) []planned {
	var all []planned
	for r := 1; r <= s.Repeat; r++ {
		order := rand.New(rand.NewPCG(s.Seed, uint64(r))).Perm(len(s.Systems))
		for i := range s.Systems {
			if r > 1 {
				i = order[i]
			}
			sys := s.Systems[i]
			all = append(all, planned{fmt.Sprintf("%s-%d", sys.Label, r), sys, r})
		}
	}
	return all
}

// nodesOf is how many nodes a system has in the scenario.
func nodesOf(s *scenario.Scenario, y scenario.System) int {
	if sys, err := adapters.Lookup(y.Name); err == nil && sys.Nodes > 0 {
		return sys.Nodes
	}
	return s.Nodes
}

// starting is what a trial takes beside its warm-up and measured period, about:
// to start, to fill the keys, to read them back, and to be analysed.
const starting = 2 * time.Second

// outline says what a run will do.
func outline(s *scenario.Scenario) []string {
	all := time.Duration(len(plan(s))) * (s.Warmup + s.Duration + starting)
	first := fmt.Sprintf("%s: %s; %s for %s each", s.Name, cast(s), offered(s), span(s.Duration))
	if s.Warmup > 0 {
		first += fmt.Sprintf(" after %s of warm-up", span(s.Warmup))
	}
	if s.Repeat > 1 {
		first += fmt.Sprintf(", %d times", s.Repeat)
	}
	first += fmt.Sprintf("; about %s in all", span(all.Round(time.Second)))
	if len(s.Faults) == 0 {
		return []string{first, "no faults"}
	}
	faults := make([]string, len(s.Faults))
	for i, f := range s.Faults {
		faults[i] = step(f)
	}
	return []string{first, "faults: " + strings.Join(faults, ", ")}
}

// cast is who takes part: single (1 node), etcdraft and hashiraft (3 nodes).
func cast(s *scenario.Scenario) string {
	var parts, group []string
	for i, y := range s.Systems {
		group = append(group, y.Label)
		n := nodesOf(s, y)
		if i+1 < len(s.Systems) && nodesOf(s, s.Systems[i+1]) == n {
			continue
		}
		parts = append(parts, fmt.Sprintf("%s (%s)", strings.Join(group, ", "), plural(n, "node")))
		group = nil
	}
	return strings.Join(parts, ", ")
}

// offered is the load.
func offered(s *scenario.Scenario) string {
	if s.Load.Arrivals == scenario.Closed {
		return fmt.Sprintf("%s in a closed loop of %s", s.Workload.Name, plural(s.Load.Sessions, "session"))
	}
	return fmt.Sprintf("%s at %s op/s", s.Workload.Name, strconv.FormatFloat(s.Load.Rate, 'f', -1, 64))
}

func step(f chaos.Step) string {
	when := "at " + span(f.At)
	if f.Every > 0 {
		when = fmt.Sprintf("from %s every %s", span(f.At), span(f.Every))
	}
	return fmt.Sprintf("%s %s for %s", f.Fault, when, span(f.For))
}

// span writes a time as scenarios do, without the zeros that package time adds:
// 2m, not 2m0s.
func span(d time.Duration) string {
	text := d.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return strconv.Itoa(n) + " " + what + "s"
}
