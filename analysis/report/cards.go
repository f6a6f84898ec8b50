package report

import (
	"fmt"
	"slices"
	"strings"

	"nines/analysis"
	"nines/analysis/episodes"
	"nines/analysis/plot"
	"nines/analysis/stats"
)

// A card is the answer for one system.
type card struct {
	ID, Name, Tint string
	Verdict        badge
	Valid          badge
	Trusted        bool // otherwise the figures are dimmed
	Says           string
	Stats          []stat
	Faults         []faultLine
}

// A badge is a word with a colour: good, bad or doubtful.
type badge struct{ Text, Class string }

// A stat is a figure with its 95 % interval, or a dash for it, and what defines it.
type stat struct{ Name, Value, Unit, Range, Term string }

type faultLine struct{ Letter, Fault, Says, Term string }

func cards(rows []total, steps []plot.Step) []card {
	out := make([]card, len(rows))
	for i := range rows {
		r := &rows[i]
		c := card{ID: systemID(r.System), Name: oneLine(r.Name), Tint: r.Tint(), Verdict: verdictBadge(r), Valid: validBadge(r), Trusted: r.mark.Trusted()}
		c.Says, c.Stats = r.says(), r.stats()
		for _, s := range steps {
			c.Faults = append(c.Faults, faultLine{s.Letter, oneLine(s.Fault), faultSays(r.Occurrences(s), string(r.mark)), termGap})
		}
		out[i] = c
	}
	return out
}

// cardNote says what the intervals on the cards are of.
func cardNote(rows []total) string {
	text := fmt.Sprintf("Below each figure is its %g %% interval: of the median between trials, from %d of them on", 100*episodes.Level, stats.SampleSizeFor(0.5, episodes.Level))
	if slices.ContainsFunc(rows, func(r total) bool { return len(r.trials) == 1 }) {
		text += "; in a single trial, of what was in time, by batch means or a block bootstrap"
	}
	return text + ". " + dash + ": none."
}

func systemID(s plot.System) string { return fmt.Sprintf("system-%d", s.Index+1) }

func verdictBadge(r *total) badge {
	switch v := r.verdict(); {
	case strings.Contains(v, "illegal"):
		return badge{"incorrect", "bad"}
	case strings.Contains(v, "unknown"):
		return badge{"unverified", "doubt"}
	case v == "n/a":
		return badge{"no guarantee to check", "doubt"}
	}
	return badge{"correct", "good"}
}

func validBadge(r *total) badge {
	switch r.valid() {
	case "yes":
		return badge{"gates passed", "good"}
	case "no":
		return badge{"gate failed", "bad"}
	}
	return badge{"gate failed in some trials", "doubt"}
}

// says is what was asked of the system, in a sentence.
func (r *total) says() string {
	f := &r.trials[0].Facts
	asked := "A closed loop"
	if f.Rate > 0 {
		asked = "Asked for: " + offered(f)
		if share := ofKnee(f); share != "" {
			asked += ", " + share + " of its knee"
		}
	}
	if r.of(func(s *analysis.Summary) float64 { return float64(s.Counts.Due) }) == 0 {
		return orDash("No operation was due in the measured period. " + f.Failure)
	}
	if f.Virtual {
		asked += " (modelled)"
	}
	text := fmt.Sprintf("%s. In time is what was done within %s of when it was due.", asked, duration(f.Deadline))
	if f.Failure != "" {
		text += " The trial ended early: " + oneLine(f.Failure) + "."
	}
	return text
}

func (r *total) stats() []stat {
	name, unit := "throughput", "op/s"
	if r.trials[0].Facts.Virtual { // no measure of what a system can do
		name = "answered"
	}
	if r.number(throughput) == dash {
		unit = ""
	}
	out := []stat{
		{name, r.number(throughput), unit, r.range95(throughput, number), termGood},
		{"in time", r.share(successRatio), "", r.interval(), termGood},
	}
	for _, p := range []struct {
		name string
		of   func(*analysis.Summary) float64
	}{
		{"p50", func(s *analysis.Summary) float64 { return float64(s.Response.P50) }},
		{"p99", func(s *analysis.Summary) float64 { return float64(s.Response.P99) }},
		{"p99.9", func(s *analysis.Summary) float64 { return float64(s.Response.P999) }},
	} {
		out = append(out, r.timeStat(p.name, termResponse, p.of))
	}
	gap := stat{"max gap", "not measured", "", dash, termGap}
	if r.trials[0].Gaps.Measured {
		gap = r.timeStat("max gap", termGap, func(s *analysis.Summary) float64 { return float64(s.Gaps.Max) })
		if r.censored() {
			gap.Value, gap.Range = "≥ "+gap.Value, dash
		}
	}
	return append(out, gap)
}

// timeStat is one in the unit that suits it.
func (r *total) timeStat(name, term string, of func(*analysis.Summary) float64) stat {
	say := func(ms float64) string { return spoken(analysis.MS(ms), r.trials[0].Facts.Abandon) }
	value, unit, _ := strings.Cut(r.marked(say(r.of(of))), " ")
	if value == ">" {
		value, unit = value+" "+unit, ""
	}
	return stat{name, value, unit, r.range95(of, say), term}
}

// faultSays is what one fault did, in half a sentence.
func faultSays(all []plot.Occurrence, mark string) string {
	if len(all) == 0 {
		return "did not come to it"
	}
	if plot.TypicalOccurrence(all) == nil {
		return "n/a: " + orDash(all[0].Episode.NA)
	}
	inject, heal := plot.GapSpread(all, plot.OnInject), plot.GapSpread(all, plot.OnHeal)
	text := inject.Text()
	switch {
	case len(inject.Values) == 0:
		return "no probes, so not measured"
	case inject.Highest() == 0:
		text = "no gap" + overThreshold(inject)
	default:
		text = "out for " + text + mark
	}
	if heal.Highest() > 0 {
		text += "; on healing out again for " + heal.Text() + mark
	}
	for _, o := range all {
		if o.Episode.Censored {
			return text + "; had not recovered"
		}
	}
	return text
}

func overThreshold(s plot.Spread) string {
	if s.Threshold <= 0 {
		return ""
	}
	return " over " + spoken(analysis.MS(s.Threshold), 0)
}
