package episodes

import (
	"errors"
	"fmt"
	"io/fs"
	"math"
	"slices"

	"nines/analysis"
	"nines/results"
)

// A Set is the episodes of one or several runs: episodes.json.
type Set struct {
	Schema int     `json:"schema"`
	Level  float64 `json:"level"` // of all intervals
	Groups []Group `json:"groups"`
}

// A Group is the episodes with the same key, and what they show. Its figures are
// over the episodes that bit, of trials that are to be believed; if there are
// none of these, over the others, and Trusted is false.
type Group struct {
	Key
	Trusted  bool             `json:"trusted"`
	Verdict  analysis.Verdict `json:"verdict"` // the worst of the trials in the figures
	Valid    bool             `json:"valid"`   // all of these passed their gates
	Trials   int              `json:"trials"`
	Episodes int              `json:"episodes"` // in the figures
	LeftOut  int              `json:"left_out"` // not in the figures
	Unready  int              `json:"unready"`  // injected while the service was out; in the figures
	// Resolution is that of Out and of the gaps, in ms: one probe period.
	Resolution analysis.MS `json:"resolution_ms"`
	Figures[Distribution]
	Observations []Observation `json:"observations"` // all of them
}

// Analyze groups observations. Their order does not matter.
func Analyze(list []Keyed) Set {
	by := map[Key][]Observation{}
	var keys []Key
	for _, k := range list {
		if by[k.Key] == nil {
			keys = append(keys, k.Key)
		}
		by[k.Key] = append(by[k.Key], k.Observation)
	}
	slices.SortFunc(keys, Key.compare)
	set := Set{Schema: results.Schema, Level: Level}
	for _, k := range keys {
		set.Groups = append(set.Groups, group(k, by[k]))
	}
	return set
}

// Of is the episodes of a run's trials.
func Of(summaries []analysis.Summary) Set { return Analyze(Observe(summaries)) }

func group(k Key, list []Observation) Group {
	sortAll(list)
	g := Group{Key: k, Observations: list, Valid: true, Verdict: analysis.VerdictNA, Resolution: analysis.MS(math.NaN())}
	used := g.Used()
	g.Trusted = len(used) > 0 && used[0].trusted()
	g.Episodes, g.LeftOut = len(used), len(list)-len(used)
	trials := map[[2]string]bool{}
	for i := range used {
		o := &used[i]
		trials[[2]string{o.Trial, o.Started.String()}] = true
		g.Valid = g.Valid && o.Valid
		g.Verdict = worse(g.Verdict, o.Verdict)
		if o.Unready {
			g.Unready++
		}
		if r := o.Resolution; !(r <= g.Resolution) && !math.IsNaN(float64(r)) {
			g.Resolution = r
		}
	}
	g.Trials = len(trials)
	for i, d := range g.Figures.all() {
		values := make([]Bound, len(used))
		for j := range used {
			values[j] = *used[j].Figures.all()[i]
		}
		*d = distribution(values)
	}
	return g
}

// Used are the observations that the figures are over.
func (g *Group) Used() []Observation {
	var bit, ok []Observation
	for _, o := range g.Observations {
		if o.Bit {
			bit = append(bit, o)
			if o.trusted() {
				ok = append(ok, o)
			}
		}
	}
	if len(ok) == 0 {
		return bit
	}
	return ok
}

// worse is the worse of two verdicts.
func worse(a, b analysis.Verdict) analysis.Verdict {
	order := []analysis.Verdict{analysis.VerdictNA, analysis.VerdictOK, analysis.VerdictUnknown, analysis.VerdictIllegal}
	return order[max(slices.Index(order, a), slices.Index(order, b), 0)]
}

// Merge takes the episodes of several runs together.
func Merge(sets ...Set) Set {
	var all []Keyed
	for _, s := range sets {
		for _, g := range s.Groups {
			for _, o := range g.Observations {
				all = append(all, Keyed{g.Key, o})
			}
		}
	}
	return Analyze(all)
}

// Read reads the episodes of a run from a file that [Set.Write] wrote.
func Read(path string) (Set, error) {
	var s Set
	if err := results.ReadJSON(path, "set of episodes", &s); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return s, fmt.Errorf("%w; nines report on its folder makes it", err)
		}
		return s, err
	}
	return s, nil
}

// Write writes the file whole or not at all.
func (s Set) Write(path string) error { return results.WriteJSON(path, &s) }
