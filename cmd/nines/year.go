package main

import (
	"math"

	"nines/analysis"
	"nines/analysis/project"
	"nines/analysis/project/rates"
)

// years are what the page of a run says of a year of its systems, with the built-in
// rates. Only those are in it of which something can be said: that had a fault at two
// lengths at least, and so many episodes that there is a standard error.
func years(dir string, all []analysis.Summary) ([]*project.Projection, error) {
	table, err := rates.Builtin()
	if err != nil {
		return nil, err
	}
	var out []*project.Projection
	for _, s := range project.Collect([]project.Run{{Dir: dir, Summaries: all}}, project.SLOOutage) {
		if !twoLengths(s.Episodes) {
			continue
		}
		// The mean of a year needs no simulated one.
		p, err := project.Project(s, table, project.Options{SLO: 0.9999, Years: 1, Seed: 1})
		if err == nil && p.NoError == "" { // else nines project says what is missing
			out = append(out, p)
		}
	}
	return out, nil
}

// twoLengths reports whether some fault was injected for two lengths of time.
func twoLengths(episodes []project.Episode) bool {
	type lengths struct{ least, most float64 }
	of := map[string]lengths{}
	for _, e := range episodes {
		l, ok := of[e.Fault]
		if !ok {
			l = lengths{math.Inf(1), 0}
		}
		l.least, l.most = min(l.least, e.Duration), max(l.most, e.Duration)
		if of[e.Fault] = l; l.most > 1.25*l.least { // not by how exactly it was timed
			return true
		}
	}
	return false
}
