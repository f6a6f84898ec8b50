package report

import (
	"slices"
	"time"

	"nines/analysis"
)

// userLengths are the windows of users' time that tables show: a user notices a second.
var userLengths = []time.Duration{time.Second, 10 * time.Second, time.Minute}

// overUserWindows answers: how bad did it get for users, at a stretch, and how bad by
// operations.
func overUserWindows(rows []total) table {
	t := table{Title: "User-uptime over windows", Keys: 2, Columns: []column{
		{"system", word}, {"of", word}, {"whole", figure}, {"worst 60 s", figure}, {"worst 10 s", figure}, {"worst 1 s", figure},
	}}
	seen := false
	for i := range rows {
		r := &rows[i]
		for _, of := range []struct {
			name  string
			whole func(*analysis.Summary) float64
			worst func(*analysis.Summary) []analysis.Worst
		}{
			{"users' time", func(s *analysis.Summary) float64 { return s.UserUptime }, func(s *analysis.Summary) []analysis.Worst { return s.Windows.Users }},
			{"operations", func(s *analysis.Summary) float64 { return s.SuccessRatio }, func(s *analysis.Summary) []analysis.Worst { return s.Windows.Ops }},
		} {
			seen = seen || len(of.worst(r.trials[0])) > 0
			cells := []string{oneLine(r.Name), of.name, r.share(of.whole)}
			for _, l := range slices.Backward(userLengths) {
				cells = append(cells, r.share(func(s *analysis.Summary) float64 { return worstRatio(of.worst(s), l) }))
			}
			t.add(cells...)
		}
	}
	if !seen { // made before windows were looked at
		t.Rows = nil
		return t
	}
	t.note("Worst: the least of all windows of that length, of users' time up / (up + down), of operations good / due. A dash where the measured period is no longer than the window.")
	explain(&t, rows)
	return t
}
