package report

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"nines/analysis"
	"nines/analysis/plot"
	"nines/analysis/stats"
	"nines/results"
)

// A faultStep is one step of the schedule as all systems met it.
type faultStep struct {
	plot.Step
	Medians  table // by system; empty unless some system has several episodes
	Episodes table // one row each
	Evidence table
	ByNode   table // of the typical episode of each system
}

func faultSteps(summaries []analysis.Summary) []faultStep {
	var out []faultStep
	systems := plot.Systems(summaries)
	for _, step := range plot.Steps(summaries) {
		out = append(out, faultStep{
			Step: step, Medians: stepMedians(systems, step), Episodes: stepEpisodes(systems, step),
			Evidence: stepEvidence(systems, step), ByNode: stepNodes(systems, step),
		})
	}
	return out
}

func (s *faultStep) heading() string { return s.Letter + "  " + oneLine(s.Fault) }

// mostListed are the episodes of a system that a table lists one by one: more of
// them nobody reads, and the page of a campaign would be nothing else.
const mostListed = 50

// listed are the first episodes of a step in all trials, trusted or not.
func listed(s plot.System, step plot.Step) []plot.Occurrence {
	all := everyOccurrence(s, step)
	return all[:min(len(all), mostListed)]
}

func everyOccurrence(s plot.System, step plot.Step) []plot.Occurrence {
	var out []plot.Occurrence
	for _, t := range s.Trials {
		for i := range t.Episodes {
			if step.Is(&t.Episodes[i]) {
				out = append(out, plot.Occurrence{Trial: t, Episode: &t.Episodes[i]})
			}
		}
	}
	return out
}

// noteUnlisted says how many episodes of a step the table does not list.
func (t *table) noteUnlisted(systems []plot.System, step plot.Step) {
	n := 0
	for _, s := range systems {
		n += max(0, len(everyOccurrence(s, step))-mostListed)
	}
	if n > 0 {
		t.note(fmt.Sprintf("The first %d of each system; %d more are in %s.", mostListed, n, results.EpisodesFile))
	}
}

const episodeNote = "Times from the start of injection. Gap: the longest without a completed probe that began before healing (heal gap: after). " +
	"SLO outage: likewise, without a good probe. Resolution (±): one probe period."

// stepEpisodes has no column for the repeat where there is but one.
func stepEpisodes(systems []plot.System, step plot.Step) table {
	t := table{Title: "Every episode", Notes: []string{episodeNote}, Keys: 2, Columns: []column{
		{"system", word}, {"repeat", figure}, {"hit", word}, {"new leader ms", figure}, {"gap ms", figure}, {"heal gap ms", figure},
		{"SLO outage ms", figure}, {"back at 95 % ms", figure}, {"lost ops", figure},
	}}
	repeats := 1
	for _, s := range systems {
		for _, o := range listed(s, step) {
			t.addEpisode(o)
			repeats = max(repeats, o.Trial.Facts.Repeat)
		}
	}
	t.noteUnlisted(systems, step)
	t.addApart(systems, step)
	if partitioned(systems) {
		t.addDoubt(systems, step)
	}
	if repeats == 1 {
		t.drop(1)
	}
	return t
}

// addDoubt adds to every episode what was in doubt.
func (t *table) addDoubt(systems []plot.System, step plot.Step) {
	t.Columns = append(t.Columns, doubtColumns...)
	t.note(doubtNote)
	row := 0
	for _, s := range systems {
		for _, o := range listed(s, step) {
			put := (&total{mark: plot.MarkOf(o.Trial)}).marked
			for _, c := range doubtCells(o.Episode, o.Trial) {
				if c != "n/a" {
					c = put(c)
				}
				t.Rows[row] = append(t.Rows[row], c)
			}
			row++
		}
	}
}

func (t *table) addEpisode(o plot.Occurrence) {
	e, s := o.Episode, o.Trial
	name, repeat := oneLine(s.Facts.System), strconv.Itoa(s.Facts.Repeat)
	if e.NA != "" {
		t.add(name, repeat, "n/a", "n/a", "n/a", "n/a", "n/a", "n/a", "n/a")
		t.note(name + ": n/a, " + oneLine(e.NA) + ".")
		return
	}
	mark := plot.MarkOf(s)
	put := (&total{mark: mark}).marked
	t.add(name, repeat, orDash(strings.Join(e.Nodes, " ")), t.leader(s, put(number(float64(e.Detect)))),
		put(t.gap(e.Inject.Gap, s)), put(t.gap(e.Heal.Gap, s)), put(t.outage(e.Inject.SLO)), put(t.back(e)),
		put(whole(math.Round(e.LostOps))))
	t.explain(mark)
	if e.Error != "" {
		t.note(fmt.Sprintf("%s: the fault went wrong: %s.", trialName(s), oneLine(e.Error)))
	}
	for _, g := range []analysis.Outage{e.Inject.Gap, e.Heal.Gap} {
		if g.Length > 0 && g.Lag > g.Length/2 {
			t.note(fmt.Sprintf("%s: in a gap of %s the load generator itself was up to %s late.", trialName(s), plot.Time(g.Length), plot.Time(g.Lag)))
		}
	}
}

// leader is when there was a new one: n/a where nodes own parts of the keys, each
// of which leads its own.
func (t *table) leader(s *analysis.Summary, after string) string {
	if s.Facts.Guarantees.Partitioned {
		return "n/a"
	}
	return after
}

func (t *table) gap(o analysis.Outage, s *analysis.Summary) string {
	if o.Censored && o.Length > 0 {
		t.note(boundNote)
	}
	return gapText(float64(o.Length), float64(s.Gaps.Resolution), o.Censored)
}

// outage writes one whose resolution stands elsewhere.
func (t *table) outage(o analysis.Outage) string {
	if o.Censored && o.Length > 0 {
		t.note(boundNote)
	}
	return gapText(float64(o.Length), 0, o.Censored)
}

const boundNote = "≥, >, not seen: it had not ended or recovered when the next fault or the end of the trial came."

// back writes when throughput had recovered.
func (t *table) back(e *analysis.Episode) string {
	back := number(float64(e.Back95))
	if e.Censored {
		t.note(boundNote)
		if back == dash {
			return "not seen"
		}
		return "> " + back
	}
	if e.Back95 == 0 {
		return "never below"
	}
	return back
}

// stepMedians sums the episodes of each system up.
func stepMedians(systems []plot.System, step plot.Step) table {
	t := table{Title: "Medians", Notes: []string{episodeNote}, Keys: 1, Columns: []column{
		{"system", word}, {"episodes", figure}, {"new leader ms", figure}, {"gap ms", figure}, {"gap range ms", figure},
		{"heal gap ms", figure}, {"back at 95 % ms", figure}, {"lost ops", figure},
	}}
	several := false
	for _, s := range systems {
		if s.Elsewhere(step) {
			continue
		}
		all := s.Occurrences(step)
		several = several || len(all) > 1
		t.addMedians(s, all)
	}
	if !several {
		t.Rows = nil
		return t
	}
	t.addApartMedians(systems, step)
	return t
}

func (t *table) addMedians(s plot.System, all []plot.Occurrence) {
	if plot.TypicalOccurrence(all) == nil {
		t.add(oneLine(s.Name), "n/a", "n/a", "n/a", "n/a", "n/a", "n/a", "n/a")
		return
	}
	sum := total{System: s, mark: s.Mark()}
	t.explain(sum.mark)
	gap, heal := plot.GapSpread(all, plot.OnInject), plot.GapSpread(all, plot.OnHeal)
	span := dash
	if n := len(gap.Values); n > 0 {
		span = number(gap.Values[0]) + "–" + number(gap.Values[n-1])
	}
	of := func(f func(*analysis.Episode) float64) float64 {
		var v []float64
		for _, o := range all {
			v = append(v, f(o.Episode))
		}
		return stats.Median(v)
	}
	t.add(oneLine(s.Name), strconv.Itoa(len(all)),
		t.leader(all[0].Trial, sum.marked(number(of(func(e *analysis.Episode) float64 { return float64(e.Detect) })))),
		sum.marked(gapText(gap.Median, gap.Resolution, gap.Censored)), sum.marked(span),
		sum.marked(gapText(heal.Median, heal.Resolution, heal.Censored)),
		sum.marked(unless(math.Inf(1), "not seen", of(back95))),
		sum.marked(whole(math.Round(of(func(e *analysis.Episode) float64 { return e.LostOps })))))
}

// back95 is when an episode had recovered: never, as far as it was seen, if it
// is censored. So a median over episodes is too long rather than too short.
func back95(e *analysis.Episode) float64 {
	if e.Censored {
		return math.Inf(1)
	}
	return float64(e.Back95)
}

// unless writes x, or the words if it has that value.
func unless(value float64, words string, x float64) string {
	if x == value {
		return words
	}
	return number(x)
}

func stepEvidence(systems []plot.System, step plot.Step) table {
	repeats := 1
	t := table{Title: "Evidence that the fault bit", Keys: 2, Columns: []column{{"system", word}, {"repeat", figure}, {"evidence", prose}}}
	for _, s := range systems {
		for _, o := range listed(s, step) {
			evidence := oneLine(o.Episode.Evidence)
			switch {
			case o.Episode.NA != "":
				evidence = "n/a: " + oneLine(o.Episode.NA)
			case evidence == "":
				evidence = "none: it did not bite"
			}
			t.add(oneLine(s.Name), strconv.Itoa(o.Trial.Facts.Repeat), evidence)
			repeats = max(repeats, o.Trial.Facts.Repeat)
		}
	}
	t.noteUnlisted(systems, step)
	if repeats == 1 {
		t.drop(1)
	}
	return t
}

// stepNodes tells partial from total outages: what the clients of each node saw.
func stepNodes(systems []plot.System, step plot.Step) table {
	t := table{Title: "What clients of each node saw, in the typical episode", Keys: 2, Columns: []column{
		{"system", word}, {"node", word}, {"gap ms", figure}, {"heal gap ms", figure}, {"SLO outage ms", figure}, {"heal SLO outage ms", figure},
	}}
	for _, s := range systems {
		o := plot.TypicalOccurrence(s.Occurrences(step))
		if o == nil {
			continue
		}
		one := total{mark: plot.MarkOf(o.Trial)}
		t.explain(one.mark)
		for _, n := range o.Episode.ByNode {
			t.add(oneLine(s.Name), oneLine(n.Node), one.marked(t.gap(n.Inject.Gap, o.Trial)), one.marked(t.gap(n.Heal.Gap, o.Trial)),
				one.marked(t.outage(n.Inject.SLO)), one.marked(t.outage(n.Heal.SLO)))
		}
	}
	return t
}
