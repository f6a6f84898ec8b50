package report

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"nines/analysis"
	"nines/analysis/plot"
	"nines/results"
)

// markdownReport is tables.md.
func markdownReport(m results.Manifest, summaries []analysis.Summary, b Beside) ([]byte, error) {
	var w bytes.Buffer
	fmt.Fprintf(&w, "# %s\n\n", escapeMarkdown(title(m)))
	for _, line := range append(headline(summaries), yearTexts(b.Years)...) {
		fmt.Fprintf(&w, "**%s**\n\n", escapeMarkdown(line))
	}
	for _, line := range m.Warnings() {
		fmt.Fprintf(&w, "**Warning: %s.**\n\n", escapeMarkdown(oneLine(line)))
	}
	rows := totals(summaries)
	c := newCampaign(summaries).beside(b)
	sections := answers(summaries, rows, c)
	found, searches := search(m, summaries)
	switch {
	case searches:
		sections = append(sections, knees(found, patience(summaries)), points(found, patience(summaries)))
	case calibrates(summaries):
	case explores(summaries):
		sections = append(sections, compared(rows))
	default:
		if len(sections) == 0 {
			sections = append(sections, c.short())
		}
		sections = append(append(sections, c.sideBySide()), c.tables(false)...)
		sections = append(sections, speed(rows), availability(rows), overWindows(rows), overUserWindows(rows), byKind(rows), byPart(rows), bySide(rows), steadyState(rows), burnAlerts(rows), inDoubt(rows), cost(rows), compared(rows))
	}
	sections = append(sections, failedGates(summaries), failedChecks(summaries), warnings(summaries))
	sections = append(sections, proofTables(summaries)...)
	sections = append(sections, trials(summaries))
	for i := range sections {
		if err := sections[i].markdown(&w, 2); err != nil {
			return nil, err
		}
	}
	var steps []faultStep
	if !calibrates(summaries) && !explores(summaries) { // there faults expose what is planted, here the maps say it
		steps = faultSteps(summaries)
	}
	for _, s := range steps {
		fmt.Fprintf(&w, "## %s\n\n", escapeMarkdown(s.heading()))
		for _, t := range []table{s.Medians, s.Episodes, s.ByNode, s.Evidence} {
			if err := t.markdown(&w, 3); err != nil {
				return nil, err
			}
		}
	}
	if len(m.Command) > 0 {
		fmt.Fprintf(&w, "## To repeat it\n\n```\n%s\n```\n", strings.ReplaceAll(commandLine(m.Command), "```", "'''"))
	}
	return w.Bytes(), nil
}

// answers are the tables of a run that was made to answer one question: they come
// first. There are none if it was not.
func answers(summaries []analysis.Summary, rows []total, c campaign) []table {
	all := slices.Concat([]table{controls(summaries), formulas(rows), blocking(summaries)}, policies(rows), []table{checkpoints(rows), redundancy(rows, plot.Steps(summaries))}, c.inCells(rows), toleranceTables(summaries))
	return slices.DeleteFunc(all, func(t table) bool { return len(t.Rows) == 0 })
}

func title(m results.Manifest) string {
	if name := oneLine(m.Name); name != "" {
		return name
	}
	return "run without a name"
}

// commandLine quotes the words that a shell would take apart.
func commandLine(words []string) string {
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = w
		if w == "" || strings.ContainsAny(w, " \t\n'\"\\$`|&;()<>*?[]{}!#~") {
			quoted[i] = "'" + strings.ReplaceAll(w, "'", `'\''`) + "'"
		}
	}
	return oneLine(strings.Join(quoted, " "))
}
