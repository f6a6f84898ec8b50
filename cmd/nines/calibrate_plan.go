package main

import (
	"fmt"
	"strings"
	"time"

	"nines/analysis/calibration"
)

// An experiment of a calibration is scenarios, run as any other, and what is
// judged of their trials. A scenario's name is that of its folder.
type experiment struct {
	scenarios []string // YAML
	// sampled is of how many of the first trials of each scenario the operations are judged too.
	sampled int
	judge   func([]calibration.Trial) []calibration.Part
}

// A calibrationPlan is what is known, of which the scenarios are made.
type calibrationPlan struct {
	queues    calibration.Queues
	arrivals  calibration.Arrivals
	omission  calibration.Omission // in virtual time
	outages   calibration.Outages
	ladder    calibration.Ladder
	hurried   calibration.Omission // the omission in real time
	recording calibration.Recording
}

func standardPlan() calibrationPlan {
	p := calibrationPlan{
		queues:    calibration.StandardQueues(),
		omission:  calibration.StandardOmission(10 * time.Second),
		outages:   calibration.StandardOutages(),
		ladder:    calibration.StandardLadder(),
		hurried:   calibration.StandardOmission(3 * time.Second),
		recording: calibration.StandardRecording(),
	}
	p.arrivals = calibration.Arrivals{Rate: p.queues.Rate, Duration: p.queues.Duration}
	return p
}

// part titles checks.
func part(name, title, bound string, checks []calibration.Check) calibration.Part {
	return calibration.Part{Name: name, Title: title, Bound: bound, Checks: checks}
}

// experiments are those that are scenarios, in the order in which they run.
func (p calibrationPlan) experiments() []experiment {
	return []experiment{
		{[]string{p.queueScenario()}, 1, func(t []calibration.Trial) []calibration.Part {
			return []calibration.Part{
				part("queues", p.queues.Title(), p.queues.Bound(), p.queues.Judge(t)),
				part("arrivals", p.arrivals.Title(), p.arrivals.Bound(), p.arrivals.Judge(t)),
			}
		}},
		{[]string{stallScenario(p.omission, "stall", "virtual")}, 1, func(t []calibration.Trial) []calibration.Part {
			return []calibration.Part{part("stall", p.omission.Title(false), p.omission.Bound(false), p.omission.JudgeVirtual(t))}
		}},
		{[]string{p.outageScenario()}, len(p.outages.Rates), func(t []calibration.Trial) []calibration.Part {
			return []calibration.Part{part("outages", p.outages.Title(), p.outages.Bound(), p.outages.Judge(t))}
		}},
		{[]string{stallScenario(p.hurried, "open-loop", "real"), closedScenario(p.hurried)}, 1, func(t []calibration.Trial) []calibration.Part {
			return []calibration.Part{part("omission", p.hurried.Title(true), p.hurried.Bound(true), p.hurried.JudgeReal(t))}
		}},
		{[]string{p.ladderScenario()}, len(p.ladder.Rates), func(t []calibration.Trial) []calibration.Part {
			return []calibration.Part{part("generator", p.ladder.Title(), p.ladder.Bound(), p.ladder.Judge(t))}
		}},
	}
}

func (p calibrationPlan) queueScenario() string {
	var b strings.Builder
	fmt.Fprintf(&b, "name: queues\ntime: virtual\nnodes: 1\nduration: %v\nwarmup: 5s\n", p.queues.Duration)
	fmt.Fprintf(&b, "load: {arrivals: poisson, rate: %g}\nworkload: {name: ycsb-a, keys: 100}\nprobes: {rate: 0}\nsystems:\n", p.queues.Rate)
	for _, q := range p.queues.List {
		label, service := "md1", q.Service.String()
		if q.Law == calibration.Markov {
			label, service = "mm1", fmt.Sprintf("exponential(%v)", q.Service)
		}
		fmt.Fprintf(&b, "  - {system: null, label: %s-load-%.2g, servers: 1, service: %s}\n", label, q.Load(), service)
	}
	return b.String()
}

func stallScenario(o calibration.Omission, name, passes string) string {
	return omissionScenario(o, name, passes, fmt.Sprintf("arrivals: constant, rate: %g", o.Rate))
}

func closedScenario(o calibration.Omission) string {
	return omissionScenario(o, "closed-loop", "real", fmt.Sprintf("arrivals: closed, sessions: %d", o.Sessions))
}

func omissionScenario(o calibration.Omission, name, passes, load string) string {
	return fmt.Sprintf("name: %s\ntime: %s\nnodes: 3\nduration: %v\nwarmup: 500ms\n", name, passes, o.Duration) +
		fmt.Sprintf("load: {%s, deadline: %v}\nworkload: {name: ycsb-a, keys: 100}\nprobes: {rate: 0}\n", load, o.Deadline) +
		fmt.Sprintf("systems: [{system: null, service: %v, stalls: %q}]\n", o.Service, o.Stall)
}

func (p calibrationPlan) outageScenario() string {
	var stalls, rates []string
	for _, s := range p.outages.Stalls {
		stalls = append(stalls, s.String())
	}
	for _, r := range p.outages.Rates {
		rates = append(rates, fmt.Sprintf("%g", r))
	}
	return fmt.Sprintf("name: outages\ntime: virtual\nnodes: %d\nduration: %v\nwarmup: 1s\n", p.outages.Nodes, p.outages.Duration) +
		fmt.Sprintf("load: {arrivals: constant, rate: 100, deadline: %v}\nworkload: {name: ycsb-a, keys: 100}\n", p.outages.Deadline) +
		fmt.Sprintf("systems: [{system: null, stalls: %q}]\nmatrix: {probes.rate: [%s]}\n", strings.Join(stalls, ", "), strings.Join(rates, ", "))
}

func (p calibrationPlan) ladderScenario() string {
	var rates []string
	for _, r := range p.ladder.Rates {
		rates = append(rates, fmt.Sprintf("%g", r))
	}
	return fmt.Sprintf("name: generator\nnodes: 3\nduration: %v\nwarmup: 300ms\n", p.ladder.Duration) +
		fmt.Sprintf("load: {arrivals: poisson, deadline: %v}\nworkload: {name: ycsb-a}\nprobes: {rate: 0}\n", p.ladder.Deadline) +
		fmt.Sprintf("systems: [null]\nmatrix: {load.rate: [%s]}\n", strings.Join(rates, ", "))
}
