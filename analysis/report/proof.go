package report

import (
	"fmt"
	"html/template"
	"math"
	"strconv"

	"nines/analysis"
)

// A proof explains why a history is illegal: which operations show it, when they
// were under way, and which fault was in force.
type proof struct {
	Title, Why, Under string
	Wide, Narrow      template.HTML // empty if there is nothing to draw
	Ops               table
}

// mostProofs bounds how many a page has: a system that is wrong is often wrong
// in every repeat.
const mostProofs = 12

// proofs are those of all trials that have one, and how many were left out.
func proofs(summaries []analysis.Summary) (out []proof, left int) {
	for i := range summaries {
		s := &summaries[i]
		for _, c := range s.Checks {
			if c.Verdict != analysis.VerdictIllegal || len(c.Witness) == 0 {
				continue
			}
			if len(out) == mostProofs {
				left++
				continue
			}
			p := proof{Title: trialName(s) + ": not " + oneLine(c.Name), Why: orDash(c.Why), Under: oneLine(c.Under), Ops: evidence(&c)}
			if c.Picture != nil && len(c.Picture.Edges) > 0 {
				p.Wide, p.Narrow = wideSketch.draw(c.Picture, oneLine(c.Why)), narrowSketch.draw(c.Picture, oneLine(c.Why))
			}
			out = append(out, p)
		}
	}
	return out, left
}

// evidence is the operations of a witness.
func evidence(c *analysis.Check) table {
	t := table{Title: "The operations that show it", Keys: 1, Columns: []column{
		{"operation", word}, {"what it did and found", prose}, {"sent s", figure}, {"done s", figure}, {"outcome", word}, {"node", word}, {"session", figure}, {"fault", prose},
	}}
	for i := range c.Witness {
		w := &c.Witness[i]
		name := oneLine(w.Name)
		if name == "" {
			name = strconv.Itoa(i + 1)
		}
		if w.Class != "main" {
			name += " (" + oneLine(w.Class) + ")"
		}
		t.add(name, orDash(w.What), instant(w.Sent), instant(w.Done), oneLine(w.Outcome), oneLine(w.Node), strconv.FormatUint(w.Session, 10), orDash(w.Under))
	}
	return t
}

// instant writes when something was, in seconds since the base instant: the
// order of operations may hang on a microsecond.
func instant(at analysis.MS) string {
	if f := float64(at); math.IsInf(f, 0) || math.IsNaN(f) {
		return dash
	}
	return strconv.FormatFloat(float64(at)/1000, 'f', 6, 64)
}

// proofTables are the proofs as tables.
func proofTables(summaries []analysis.Summary) []table {
	all, left := proofs(summaries)
	var out []table
	for _, p := range all {
		t := p.Ops
		t.Title = p.Title
		t.note(p.Why)
		if p.Under != "" {
			t.note("When: " + p.Under + ".")
		}
		out = append(out, t)
	}
	if left > 0 {
		out[len(out)-1].note(leftOut(left))
	}
	return out
}

func leftOut(n int) string {
	return fmt.Sprintf("%s more of this kind: see summary.json of each trial.", count(n, "explanation"))
}
