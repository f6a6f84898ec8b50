package plot

import (
	"fmt"
	"slices"

	"nines/analysis"
	"nines/analysis/episodes"
)

// A FaultClass is a class of faults with its name.
type FaultClass struct {
	episodes.Class
	Name string // as short as tells the classes of a run apart
}

// Classes are the classes of a set in its order. What differs between them is in
// their names, and that they are modelled.
func Classes(set episodes.Set) []FaultClass {
	var out []FaultClass
	for _, g := range set.Groups {
		c := g.Class()
		if !slices.ContainsFunc(out, func(f FaultClass) bool { return f.Class == c }) {
			out = append(out, FaultClass{Class: c})
		}
	}
	for i := range out {
		c := &out[i]
		short := episodes.Class{Fault: plain(c.Fault), Virtual: c.Virtual}
		for _, o := range out {
			if o.Fault == c.Fault && o.For != c.For {
				short.For = c.For
			}
			if o.Fault == c.Fault && o.Load() != c.Load() {
				short.Rate, short.OfKnee = c.Rate, c.OfKnee
			}
		}
		c.Name = short.String()
	}
	return out
}

// GroupSystem is the system of a group, with the trials that its episodes come
// from. Its colour is the system's own, unless a matrix has several of it.
func GroupSystem(all []analysis.Summary, set episodes.Set, g *episodes.Group) System {
	names := groupNames(all, set)
	s := System{Name: groupName(set, g), Index: slices.Index(names, groupName(set, g))}
	for i := range all {
		t := &all[i]
		if slices.ContainsFunc(g.Observations, func(o episodes.Observation) bool {
			return o.Trial == t.Facts.Trial && o.Label == t.Facts.System
		}) {
			s.Trials = append(s.Trials, t)
		}
	}
	return s
}

// groupName is the system, with the size of its cluster where that differs.
func groupName(set episodes.Set, g *episodes.Group) string {
	for _, o := range set.Groups {
		if o.System == g.System && o.Nodes != g.Nodes {
			return fmt.Sprintf("%s, %d nodes", plain(g.System), g.Nodes)
		}
	}
	return plain(g.System)
}

// groupNames are in the order of the run's systems.
func groupNames(all []analysis.Summary, set episodes.Set) []string {
	var names []string
	for _, s := range Systems(all) {
		found := false
		for i := range set.Groups {
			g := &set.Groups[i]
			if len(g.Observations) > 0 && g.Observations[0].Label == s.Name {
				found = true
				if name := groupName(set, g); !slices.Contains(names, name) {
					names = append(names, name)
				}
			}
		}
		if !found { // it has no episodes, and keeps its colour
			names = append(names, plain(s.Name))
		}
	}
	return names
}
