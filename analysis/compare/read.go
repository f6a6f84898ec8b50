package compare

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"nines/analysis"
	"nines/results"
)

// A Run is what a comparison reads of a run folder.
type Run struct {
	Dir      string
	Manifest results.Manifest
	Trials   []Trial // in the order of the manifest
}

// A Trial is one trial of a run.
type Trial struct {
	Summary analysis.Summary
	// Responses are nil if the trial has no latency log.
	Responses *results.Responses

	values map[string]float64
}

// Read reads the complete trials of the run folder dir as their analysis left
// them: summary.json, and latency.hlog if it is there.
func Read(dir string) (Run, error) {
	folder, err := results.Open(dir)
	if err != nil {
		return Run{}, err
	}
	r := Run{Dir: dir, Manifest: folder.Manifest()}
	for _, d := range folder.TrialDirs() {
		t, err := readTrial(d)
		if errors.Is(err, fs.ErrNotExist) {
			return Run{}, fmt.Errorf("%s has not been analyzed (nines report %s does it): %w", filepath.Base(d), dir, err)
		}
		if err != nil {
			return Run{}, err
		}
		r.Trials = append(r.Trials, t)
	}
	if len(r.Trials) == 0 {
		return Run{}, fmt.Errorf("%s has no complete trial: there is nothing to compare", dir)
	}
	return r, nil
}

func readTrial(dir string) (Trial, error) {
	var s analysis.Summary
	if err := results.ReadTrialSummary(dir, &s); err != nil {
		return Trial{}, err
	}
	responses, err := results.ReadResponses(dir, s.Counts.Due)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return Trial{}, err
	}
	return NewTrial(s, responses), nil
}

// NewTrial is a trial of which these are the summary and the response times,
// nil if these are not known.
func NewTrial(s analysis.Summary, responses *results.Responses) Trial {
	row := analysis.Row(&s)
	return Trial{Summary: s, Responses: responses, values: values(&row)}
}

// A group is the trials of a system in a cell.
type group struct {
	name   string // label of the system
	cell   string // values of the matrix
	trials []*Trial
}

// is reports whether the label is of that system: in a matrix, the cell's values
// follow its name.
func (g *group) is(system string) bool {
	return g.name == system || g.cell != "" && strings.HasPrefix(g.name, system+",")
}

func (g *group) only(where string) string {
	if g.cell != "" {
		return fmt.Sprintf("%s (%s) is in %s only", g.name, g.cell, where)
	}
	return fmt.Sprintf("%s is in %s only", g.name, where)
}

// groups are in the order in which the systems appear first.
func (r *Run) groups() []group {
	var out []group
	for i := range r.Trials {
		t := &r.Trials[i]
		f := &t.Summary.Facts
		at := slices.IndexFunc(out, func(g group) bool { return g.name == f.System })
		if at < 0 {
			at = len(out)
			out = append(out, group{name: f.System, cell: cellOf(f.Variant)})
		}
		out[at].trials = append(out[at].trials, t)
	}
	return out
}

func cellOf(variant []results.Variable) string {
	var parts []string
	for _, v := range variant {
		parts = append(parts, v.Name+"="+v.Value)
	}
	return strings.Join(parts, ",")
}
