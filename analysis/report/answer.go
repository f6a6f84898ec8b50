package report

import (
	"fmt"
	"slices"
	"strings"

	"nines/analysis"
	"nines/analysis/plot"
)

// headline is the run in one to four sentences: what may be believed.
func headline(summaries []analysis.Summary) []string {
	if len(summaries) == 0 {
		return []string{"No trial is complete: there is nothing to report."}
	}
	if calibrates(summaries) {
		return believed(summaries)
	}
	var illegal, unknown, invalid []string
	for i := range summaries {
		s := &summaries[i]
		switch s.Verdict {
		case analysis.VerdictIllegal:
			illegal = append(illegal, trialName(s)+" ("+strings.Join(checksOf(s, analysis.VerdictIllegal), ", ")+")")
		case analysis.VerdictUnknown:
			unknown = append(unknown, trialName(s)+" ("+strings.Join(checksOf(s, analysis.VerdictUnknown), ", ")+")")
		}
		if !s.Valid {
			invalid = append(invalid, trialName(s)+" ("+strings.Join(gatesOf(s), ", ")+")")
		}
	}
	n := len(summaries)
	var out []string
	if len(illegal)+len(unknown)+len(invalid) == 0 {
		out = append(out, count(n, "trial")+": no history was found wrong, and every gate passed. The figures can be believed.")
	}
	for _, g := range []struct {
		says   string
		trials []string
	}{
		{"INCORRECT: a guarantee was broken, which voids the performance of ", illegal},
		{"UNVERIFIED: the checks came to no verdict, which is not a pass, on ", unknown},
		{"INVALID: a gate failed, so do not believe the figures of ", invalid},
	} {
		if len(g.trials) > 0 {
			out = append(out, g.says+some(g.trials)+".")
		}
	}
	if explores(summaries) {
		out = append([]string{agreement(summaries)}, out...)
	}
	if modelled(summaries) {
		out = append(out, modelledNote)
	}
	return out
}

// modelled reports whether some trial was in virtual time.
func modelled(summaries []analysis.Summary) bool {
	return slices.ContainsFunc(summaries, func(s analysis.Summary) bool { return s.Facts.Virtual })
}

const modelledNote = "MODELLED: in virtual time links, forced writes and timeouts take what the scenario says, and no processor is charged for. " +
	"Times, messages and forced writes are the protocol's; throughput is the load that was offered, and no measure of what a system can do."

// some lists the first five.
func some(names []string) string {
	if n := len(names); n > 5 {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:5], ", "), n-5)
	}
	return strings.Join(names, ", ")
}

func checksOf(s *analysis.Summary, v analysis.Verdict) []string {
	var names []string
	for _, c := range s.Checks {
		if c.Verdict == v {
			names = append(names, oneLine(c.Name))
		}
	}
	if len(names) == 0 {
		return []string{"no check says why"}
	}
	return names
}

func gatesOf(s *analysis.Summary) []string {
	var names []string
	if s.Facts.Failure != "" {
		names = append(names, "it ended early")
	}
	for _, g := range s.Gates {
		if !g.Pass {
			names = append(names, oneLine(g.Name))
		}
	}
	return names
}

func count(n int, of string) string {
	if n == 1 {
		return "1 " + of
	}
	return fmt.Sprintf("%d %ss", n, of)
}

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

type stat struct{ Name, Value, Unit string }

type faultLine struct{ Letter, Fault, Says string }

func cards(rows []total, steps []plot.Step) []card {
	out := make([]card, len(rows))
	for i := range rows {
		r := &rows[i]
		c := card{ID: systemID(r.System), Name: oneLine(r.Name), Tint: r.Tint(), Verdict: verdictBadge(r), Valid: validBadge(r), Trusted: r.mark.Trusted()}
		c.Says, c.Stats = r.says(), r.stats()
		for _, s := range steps {
			c.Faults = append(c.Faults, faultLine{s.Letter, oneLine(s.Fault), faultSays(r.Occurrences(s), string(r.mark))})
		}
		out[i] = c
	}
	return out
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

// says is the system's load and latency in a sentence.
func (r *total) says() string {
	f := &r.trials[0].Facts
	asked := offered(f) + " asked for"
	if f.Rate <= 0 {
		asked = "a closed loop"
	}
	if r.of(func(s *analysis.Summary) float64 { return float64(s.Counts.Due) }) == 0 {
		return orDash("No operation was due in the measured period. " + f.Failure)
	}
	if f.Virtual {
		asked += " (modelled)"
	}
	text := fmt.Sprintf("Answered %s op/s of %s; %s of all operations within %s of when they were due.",
		r.number(func(s *analysis.Summary) float64 { return s.Throughput }), asked,
		r.share(func(s *analysis.Summary) float64 { return s.SuccessRatio }), duration(f.Deadline))
	if f.Failure != "" {
		text += " The trial ended early: " + oneLine(f.Failure) + "."
	}
	return text
}

func (r *total) stats() []stat {
	patience := r.trials[0].Facts.Abandon
	time := func(name string, f func(*analysis.Summary) analysis.MS) stat {
		v := r.of(func(s *analysis.Summary) float64 { return float64(f(s)) })
		value, unit, _ := strings.Cut(r.marked(spoken(analysis.MS(v), patience)), " ")
		if value == ">" {
			value, unit = value+" "+unit, ""
		}
		return stat{name, value, unit}
	}
	gap := stat{"max gap", "not measured", ""}
	if r.trials[0].Gaps.Measured {
		gap = time("max gap", func(s *analysis.Summary) analysis.MS { return s.Gaps.Max })
		if r.censored() {
			gap.Value = "≥ " + gap.Value
		}
	}
	return []stat{
		time("p50", func(s *analysis.Summary) analysis.MS { return s.Response.P50 }),
		time("p99", func(s *analysis.Summary) analysis.MS { return s.Response.P99 }),
		time("p99.9", func(s *analysis.Summary) analysis.MS { return s.Response.P999 }),
		gap,
	}
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
