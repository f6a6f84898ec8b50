package report

import (
	"nines/analysis"
	"nines/analysis/plot"
)

// partitioned reports whether some of the systems have participants that can be
// in doubt.
func partitioned(systems []plot.System) bool {
	for _, s := range systems {
		for _, t := range s.Trials {
			if t.Facts.Guarantees.Partitioned {
				return true
			}
		}
	}
	return false
}

// inDoubt answers: how long did atomic commit block. It is there only if some
// system has participants.
func inDoubt(rows []total) table {
	t := table{Title: "In doubt", Keys: 1, Columns: []column{
		{"system", word}, {"transactions", figure}, {"longest ms", figure}, {"in all ms", figure}, {"locked key·s", figure},
	}}
	var with []total
	for i := range rows {
		r := &rows[i]
		if !partitioned([]plot.System{r.System}) {
			continue
		}
		with = append(with, *r)
		t.add(oneLine(r.Name),
			r.whole(func(s *analysis.Summary) float64 { return float64(s.InDoubt.Txns) }),
			r.number(func(s *analysis.Summary) float64 { return float64(s.InDoubt.Max) }),
			r.number(func(s *analysis.Summary) float64 { return float64(s.InDoubt.Total) }),
			r.number(func(s *analysis.Summary) float64 { return float64(s.InDoubt.Locks) / 1000 }))
	}
	if len(with) == 0 {
		return t
	}
	t.note(doubtNote)
	explain(&t, with)
	return t
}

const doubtNote = "In doubt: prepared by a participant that learnt the fate a heartbeat later or more. In all: summed over participants. Locked: keys, times how long."

// doubtCells are what was in doubt in an episode.
func doubtCells(e *analysis.Episode, s *analysis.Summary) []string {
	if !s.Facts.Guarantees.Partitioned || e.NA != "" {
		return []string{"n/a", "n/a", "n/a"}
	}
	return []string{whole(float64(e.InDoubt.Txns)), number(float64(e.InDoubt.Max)), number(float64(e.InDoubt.Locks) / 1000)}
}

// doubtColumns are the names of these.
var doubtColumns = []column{{"in doubt", figure}, {"in doubt longest ms", figure}, {"locked key·s", figure}}
