package main

import (
	"cmp"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"

	"nines/analysis"
	"nines/results"
)

// A trial whose cluster does not recover from an episode ends with that episode.
// So does one that fails: its process dies, it hangs or does not start. The others
// are had by a further part: a trial of its own, on a fresh cluster, that
// is named after the first with a number from 2. Its folder follows from that of
// the part before, so an interrupted run knows what is missing.

// rest is the part of the trial that follows one with these facts, if there is one.
func (p planned) rest(f *results.Facts) (next planned, ok bool) {
	e := f.Episodes
	if e == nil || e.Left == 0 {
		return planned{}, false
	}
	whole := strings.TrimSuffix(p.name, partSuffix(p.part))
	p.part, p.first = e.Part+1, e.Planned-e.Left
	p.name = whole + partSuffix(p.part)
	return p, true
}

// cutShort is what a part that failed has of its episodes, in the one that it was at,
// from 1, or 0 before its first: the ones after that are left to a further part. It
// counts one as had at least, so that the parts come to an end.
func cutShort(e *results.Episodes, at int) *results.Episodes {
	if e == nil {
		return nil
	}
	short := *e
	short.Left = max(0, e.Planned-max(at, e.First+1))
	return &short
}

// partSuffix is what a part adds to the name of a trial.
func partSuffix(part int) string {
	if part == 1 {
		return ""
	}
	return "." + strconv.Itoa(part)
}

// inOrder sorts summaries as a list has their trials, and the parts of each by number.
func inOrder(all []analysis.Summary, list []planned) {
	at := make(map[string]int)
	for i, p := range list {
		at[p.name] = i
	}
	part := func(s *analysis.Summary) int {
		if e := s.Facts.Episodes; e != nil {
			return e.Part
		}
		return 1
	}
	whole := func(s *analysis.Summary) int { return at[strings.TrimSuffix(s.Facts.Trial, partSuffix(part(s)))] }
	slices.SortStableFunc(all, func(a, b analysis.Summary) int {
		return cmp.Or(cmp.Compare(whole(&a), whole(&b)), cmp.Compare(part(&a), part(&b)))
	})
}

// find returns the trial of a plan that has a name. What it goes on from, if it is
// a further part, must be in the run folder.
func find(todo []planned, dir, name string) (planned, error) {
	for _, p := range todo {
		for is := p.name == name || strings.HasPrefix(name, p.name+"."); is; {
			if p.name == name {
				return p, nil
			}
			r, err := results.ReadTrial(trialDir(dir, p.name))
			if err != nil {
				return planned{}, err
			}
			p, is = p.rest(&r.Facts)
		}
	}
	return planned{}, badInput{fmt.Errorf("%s has no trial %q", dir, name)}
}

// split divides a plan into the trials that are complete in the run folder, with
// their further parts, and those that are still to run.
func split(dir string, todo []planned) (complete, missing []planned, err error) {
	for _, p := range todo {
		for more := true; more; {
			if _, absent := os.Stat(trialDir(dir, p.name)); absent != nil {
				missing = append(missing, p)
				break
			}
			complete = append(complete, p)
			r, err := results.ReadTrial(trialDir(dir, p.name))
			if err != nil {
				return nil, nil, err
			}
			p, more = p.rest(&r.Facts)
		}
	}
	return complete, missing, nil
}
