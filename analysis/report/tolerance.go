package report

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"nines/analysis"
	"nines/analysis/plot"
)

// explores reports whether trials are there to find out what a system survives: they
// measure nothing else.
func explores(summaries []analysis.Summary) bool {
	return slices.ContainsFunc(summaries, func(s analysis.Summary) bool { return len(s.Tolerance) > 0 })
}

// toleranceTables answer: how many nodes may be dead, which side of a split still
// serves, and is that what theory says.
func toleranceTables(summaries []analysis.Summary) []table {
	if !explores(summaries) {
		return nil
	}
	maps := plot.ToleranceMaps(summaries)
	killed := standings("Still served with so many nodes killed", maps, 0, func(r plot.ToleranceRow) []plot.Pair { return r.Killed })
	killed.note("RW: reads and writes; R, W: only these; a number: percent of the keys; " + plot.NoneServed + ": nothing; " + plot.MixedServed + ": neither nor; " +
		plot.NotJudged + ": could not be judged. Where it depends on it: if the leader lived / if it was one of the dead.")
	killed.note("May die: how many nodes may, whichever they are, with every key still read and written, as the protocol says.")
	for _, m := range maps {
		if t := m.Trials[0].Facts.Tolerance; t != nil {
			killed.note(oneLine(m.Name) + ": " + oneLine(t.Formula) + " (" + oneLine(t.Source) + ").")
		}
	}
	split := standings("Still served when split in two", maps, 1, func(r plot.ToleranceRow) []plot.Pair { return r.Split })
	split.note("Columns: how many nodes were on the leader's side. Clients of the leader's side / of the other side. Where nodes own keys nobody leads: the first side / the other.")
	return []table{killed, split, differences(summaries), unjudged(summaries)}
}

// standings is a map as a table.
func standings(title string, maps []plot.ToleranceMap, first int, pairs func(plot.ToleranceRow) []plot.Pair) table {
	t := table{Title: title, Keys: 2, Columns: []column{{"system", word}, {"nodes", figure}}}
	if first == 0 {
		t.Columns = append(t.Columns, column{"may die", figure})
	}
	lead, most := len(t.Columns), 0
	for _, m := range maps {
		for _, r := range m.Rows {
			most = max(most, len(pairs(r)))
		}
	}
	for k := range most {
		t.Columns = append(t.Columns, column{strconv.Itoa(k + first), word})
	}
	for _, m := range maps {
		mark := m.Mark()
		t.explain(mark)
		for _, r := range m.Rows {
			cells := []string{oneLine(m.Name) + string(mark), strconv.Itoa(r.Nodes)}
			if first == 0 {
				cells = append(cells, strconv.Itoa(r.Theory))
			}
			for _, p := range pairs(r) {
				cells = append(cells, p.String())
			}
			for len(cells) < len(t.Columns) {
				cells = append(cells, "")
			}
			if len(pairs(r)) > 0 && len(cells) > lead {
				t.add(cells...)
			}
		}
	}
	return t
}

// agreement says in a line how much was compared with theory, and how much agrees.
func agreement(summaries []analysis.Summary) string {
	judged, differ, not := 0, 0, 0
	for i := range summaries {
		for _, v := range summaries[i].Tolerance {
			switch {
			case v.Unjudged != "":
				not++
			case agrees(v):
				judged++
			default:
				judged++
				differ++
			}
		}
	}
	text := fmt.Sprintf("AS THEORY SAYS: under %s every side got the reads and writes that its protocol promises, and no others.", count(judged, "fault"))
	if differ > 0 {
		text = fmt.Sprintf("%s: %d of %s left clients with more or less than the protocol promises (marked !).", notAsTheory, differ, count(judged, "fault"))
	}
	if not > 0 {
		text += fmt.Sprintf(" %s could not be judged.", count(not, "fault"))
	}
	return text
}

// notAsTheory begins the line of a run in which something was not as theory says.
const notAsTheory = "NOT AS THEORY SAYS"

func agrees(v analysis.Survival) bool {
	return !slices.ContainsFunc(v.Sides, func(s analysis.Side) bool { return !s.Reads.Agrees || !s.Writes.Agrees })
}

// differences lists what was measured otherwise than theory says.
func differences(summaries []analysis.Summary) table {
	t := table{Title: "Where measurement and theory differ", Keys: 1, Columns: []column{
		{"system", word}, {"fault", prose}, {"led before", word}, {"clients of", prose}, {"kind", word}, {"good", figure}, {"measured", prose}, {"theory", word},
	}}
	for i := range summaries {
		s := &summaries[i]
		for _, v := range s.Tolerance {
			for _, side := range v.Sides {
				who := strings.Join(side.Nodes, " ")
				if side.Dead {
					who += " (dead)"
				}
				for _, x := range []struct {
					kind string
					of   analysis.Service
				}{{"reads", side.Reads}, {"writes", side.Writes}} {
					if v.Unjudged == "" && !x.of.Agrees {
						t.add(oneLine(trialName(s)), faultName(v), orDash(v.Leader), oneLine(who), x.kind, fmt.Sprintf("%d of %d", x.of.Good, x.of.Due), keyParts(x.of), yesNo(x.of.Theory, x.of.Keys))
					}
				}
			}
		}
	}
	if len(t.Rows) > 0 {
		t.note("Good: of the probes in the last third of the fault. Each difference is a fault of the system, of its theory as declared, or of the measurement: look into it.")
	}
	return t
}

// unjudged lists the faults of which nothing can be said.
func unjudged(summaries []analysis.Summary) table {
	t := table{Title: "Not judged", Keys: 1, Columns: []column{{"system", word}, {"fault", prose}, {"why", prose}}}
	for i := range summaries {
		for _, v := range summaries[i].Tolerance {
			if v.Unjudged != "" {
				t.add(oneLine(trialName(&summaries[i])), faultName(v), oneLine(v.Unjudged))
			}
		}
	}
	return t
}

func faultName(v analysis.Survival) string {
	if v.Fault == "" {
		return "none"
	}
	return oneLine(v.Fault)
}

// keyParts says which parts of the keys were served.
func keyParts(x analysis.Service) string {
	text := yesNo(x.Served, x.Keys)
	if x.Partly > 0 && x.Keys == 1 {
		return "some nodes, or at times"
	}
	if x.Partly > 0 {
		text += fmt.Sprintf(", %d partly", x.Partly)
	}
	return text
}

// yesNo writes a number of parts; where there is one, in a word.
func yesNo(n, keys int) string {
	switch {
	case keys > 1:
		return fmt.Sprintf("%d of %d owners", n, keys)
	case n == 1:
		return "served"
	}
	return "not served"
}
