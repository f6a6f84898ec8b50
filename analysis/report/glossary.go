package report

import (
	"regexp"
	"slices"
	"strings"
)

// A term is a figure that the page defines, and where: the heads of tables and the
// captions of charts link to it.
type term struct{ ID, Name, Value string }

// The anchors of the terms.
const (
	termLoad      = "load"
	termResponse  = "response"
	termLag       = "lag"
	termGood      = "good"
	termOutcomes  = "outcomes"
	termIntervals = "interval-availability"
	termUptime    = "user-uptime"
	termProbes    = "probes"
	termGap       = "service-gap"
	termSLO       = "slo-outage"
	termEpisode   = "episode"
	termDetect    = "detection"
	termBack      = "back"
	termLost      = "lost-ops"
	termCensored  = "censored"
	termRoles     = "roles"
	termWindows   = "mcr"
	termDowntime  = "downtime"
	termAlerts    = "alerts"
	termSteady    = "steady"
	termOutage    = "outage"
	termReach     = "partial"
	termLasting   = "lasting"
	termVerdict   = "verdict"
	termDoubt     = "in-doubt"
	termIllegal   = "illegal"
	termGates     = "gates"
	termTrials    = "trials"
	termCost      = "cost"
	termSurvives  = "tolerance"
	termKnee      = "knee"
	termModelled  = "modelled"
	termYear      = "year"
)

// ofColumn says which term the name of a column means; the first that fits counts. A
// word in it is enough, unless it ends with $: then the name is that.
var ofColumn = []struct {
	term  string
	words []string
}{
	{termLost, []string{"lost ops"}},
	{termBack, []string{"back at 95 %"}},
	{termDetect, []string{"new leader"}},
	{termReach, []string{"partial"}},
	{termLasting, []string{"lasting"}},
	{termSLO, []string{"SLO outage", "meets SLO", "SLO$"}},
	{termGap, []string{"gap", "again on healing", "serves again", "at the longest"}},
	{termModelled, []string{"modelled"}},
	{termOutage, []string{"outage", "out ms", "out median", "out p90"}},
	{termWindows, []string{"worst 1", "worst", "after each fault, ms"}},
	{termDowntime, []string{"downtime", "days a year"}},
	{termYear, []string{"nines"}},
	{termIntervals, []string{"intervals up"}},
	{termUptime, []string{"user-uptime"}},
	{termLag, []string{"lag"}},
	{termDoubt, []string{"in doubt", "key·s", "in all ms", "longest ms", "transactions", "others waiting", "participants"}},
	{termGood, []string{"success ratio", "goodput", "throughput", "answered", "in time op/s", "good", "of reads", "of others", "whole$"}},
	{termVerdict, []string{"verdict", "correct"}},
	{termGates, []string{"valid", "believed", "passed"}},
	{termCost, []string{"messages", "bytes", "syncs", "CPU µs", "forced", "writes", "delays"}},
	{termKnee, []string{"knee", "closed-loop peak", "N*", "USL", "κ", "backlog", "held, failed", "confirmed"}},
	{termSurvives, []string{"may die"}},
	{termAlerts, []string{"fired"}},
	{termSteady, []string{"MSER-5"}},
	{termOutcomes, []string{"due", "dropped", "outcome"}},
	{termResponse, []string{"p50", "p90", "p99", "max ms", "service"}},
	{termLoad, []string{"op/s$", "at op/s"}},
	{termEpisode, []string{"episodes"}},
	{termTrials, []string{"95 % interval", "measured$"}},
}

// termOf is the anchor of what a column of the table means, or "" if its name says it
// all.
func (t *table) termOf(c column) string {
	switch {
	case c.Kind == figure && ofStep.MatchString(c.Name):
		return termGap
	case c.Kind == figure && t.Means != "" && statistic.MatchString(c.Name):
		return t.Means
	}
	for _, o := range ofColumn {
		if slices.ContainsFunc(o.words, func(w string) bool {
			whole, is := strings.CutSuffix(w, "$")
			return is && c.Name == whole || !is && strings.Contains(c.Name, w)
		}) {
			return o.term
		}
	}
	return ""
}

var (
	// statistic matches columns that are named after a statistic: of what, the table says.
	statistic = regexp.MustCompile(`^(median|mean|p\d+) `)
	// ofStep matches columns that are named after a step of the schedule, such as
	// "A kill(leader)": they hold its gaps.
	ofStep = regexp.MustCompile(`^[A-Z]\d* `)
)

// ofChart says which terms a chart shows, by how its name begins; the first that fits
// counts.
var ofChart = []struct {
	name  string
	terms []string
}{
	{"latency", []string{termResponse}},
	{"heat", []string{termResponse, termOutcomes}},
	{"load", []string{termResponse, termLoad}},
	{"throughput", []string{termGood, termWindows, termRoles}},
	{"gaps", []string{termGap, termCensored}},
	{"windows", []string{termWindows, termUptime}},
	{"outage", []string{termOutage, termCensored}},
	{"in-doubt", []string{termDoubt}},
	{"episodes", []string{termEpisode, termGap, termDetect, termBack}},
	{"episode", []string{termEpisode, termGap, termDetect}},
	{"panels", []string{termEpisode, termGood, termDetect}},
	{"tolerance", []string{termSurvives}},
	{"saturation", []string{termKnee, termResponse}},
}

// termsOfChart are those that a chart links to.
func termsOfChart(name string) []term {
	for _, o := range ofChart {
		if !strings.HasPrefix(name, o.name) {
			continue
		}
		var out []term
		for _, t := range terms(nil) {
			if slices.Contains(o.terms, t.ID) {
				out = append(out, t)
			}
		}
		return out
	}
	return nil
}

// A head is a column as the page shows it.
type head struct{ Name, Class, Term string }

// Heads are the table's columns with what the page needs to know of each.
func (t table) Heads() []head {
	out := make([]head, len(t.Columns))
	for i, c := range t.Columns {
		out[i] = head{Name: c.Name, Class: c.Kind.Class()}
		if !t.NoTerms {
			out[i].Term = t.termOf(c)
		}
	}
	return out
}
