package project

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"nines/analysis"
)

// Outage is which outage of an episode counts.
type Outage string

// The outages: see docs/measurement.md.
const (
	SLOOutage Outage = "slo" // for how long of users' asking nothing was answered in time
	Gap       Outage = "gap" // how long nothing was answered
)

// A Run is the summaries of a results folder.
type Run struct {
	Dir       string
	Summaries []analysis.Summary
}

// Collect merges runs, system by system. Trials of the same system, number of
// nodes, settings and cell of a matrix are one system; what a matrix varies of how long faults
// last does not set them apart, nor do repeats and folders. Trials in virtual time are systems of
// their own.
//
// The outage of an episode is all the time without service from its injection to the
// next fault or the end of the measured period: what goes on beyond that is cut off there, and
// censored. An episode that was injected while the service was out is left out: its outage is
// of an earlier fault, too.
func Collect(runs []Run, which Outage) []System {
	var out []System
	at := map[string]int{}
	names := map[string]int{}
	for _, r := range runs {
		for i := range r.Summaries {
			s := &r.Summaries[i]
			k := key(s)
			j, ok := at[k]
			if !ok {
				j, at[k] = len(out), len(out)
				sys := system(s)
				if names[sys.Name]++; names[sys.Name] > 1 {
					sys.Name += fmt.Sprintf(", settings %d", names[sys.Name])
				}
				out = append(out, sys)
			}
			out[j].take(r.Dir, s, which)
		}
	}
	return out
}

// Name is what the system of a trial is called in its projection. Where settings alone set
// systems apart, the others have a number in theirs.
func Name(s *analysis.Summary) string {
	name := label(s) + fmt.Sprintf(" (%s)", count(len(s.Facts.Nodes), "node"))
	if s.Facts.Virtual {
		name += ", modelled"
	}
	return name
}

func system(s *analysis.Summary) System {
	f := &s.Facts
	return System{Name: Name(s), Nodes: len(f.Nodes), Quorum: f.Guarantees.Replicated, Modelled: f.Virtual}
}

// label is the system's without the length of faults, which a matrix may vary.
func label(s *analysis.Summary) string {
	return analysis.LabelWithout(&s.Facts, analysis.ScheduleAxes(&s.Facts)...)
}

// key is what trials must have in common to be of one system. The deadline is part
// of what an SLO outage is.
func key(s *analysis.Summary) string {
	f := &s.Facts
	parts := []string{label(s), f.Adapter, f.Host, fmt.Sprint(len(f.Nodes), f.Virtual, f.Deadline)}
	for _, k := range slices.Sorted(maps.Keys(f.Settings)) {
		parts = append(parts, k+"="+f.Settings[k])
	}
	return strings.Join(parts, "\n")
}

// take adds the episodes of a trial, or why they do not count.
func (s *System) take(dir string, t *analysis.Summary, which Outage) {
	f := &t.Facts
	name := dir + ": " + f.Trial
	if why := t.NoEvidence(); why != "" {
		s.LeftOut = append(s.LeftOut, name+": "+why)
		return
	}
	for i := range t.Episodes {
		e := &t.Episodes[i]
		episode, why := outageOf(e, which)
		switch {
		case e.NA != "":
			if !slices.Contains(s.NA, e.Fault) {
				s.NA = append(s.NA, e.Fault)
			}
		case why != "":
			s.LeftOut = append(s.LeftOut, fmt.Sprintf("%s: %s at %s: %s", name, e.Fault, Duration(float64(e.Start)/1000), why))
		default:
			s.Episodes = append(s.Episodes, episode)
			s.Resolution = max(s.Resolution, float64(t.Gaps.Resolution)/1000)
		}
	}
}

func outageOf(e *analysis.Episode, which Outage) (Episode, string) {
	all, inject := e.OutSLO, e.Inject.SLO
	if which == Gap {
		all, inject = e.Out, e.Inject.Gap
	}
	out := Episode{
		Fault: e.Fault, Duration: float64(e.HealFrom-e.Start) / 1000,
		Outage: float64(all.Total) / 1000, Later: later(all, inject), Censored: all.Censored,
	}
	switch {
	case e.Error != "":
		return out, "the fault failed: " + e.Error
	case math.IsNaN(out.Outage):
		return out, "outages were not measured: the trial had no probes"
	case e.Unready:
		return out, "the service was out already when it was injected, by an earlier fault"
	case !(out.Duration > 0) || math.IsInf(out.Duration, 0):
		out.Duration = math.NaN()
	}
	return out, ""
}

// later is what of all outages is not of the one that began before healing, in seconds.
func later(all analysis.Stretches, inject analysis.Outage) float64 {
	const micro = 1e6 // below are errors of rounding
	return math.Round(max(0, float64(all.Total-inject.Length))/1000*micro) / micro
}
