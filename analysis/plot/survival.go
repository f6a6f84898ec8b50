package plot

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"nines/analysis"
)

// A ToleranceMap is one system in clusters of several sizes, and what was left of its
// service under each number of killed nodes and each split in two.
type ToleranceMap struct {
	System // without the number of nodes in its name
	Rows   []ToleranceRow
}

// A ToleranceRow is clusters of one size.
type ToleranceRow struct {
	Nodes  int
	Killed []Pair // by how many were dead, from 0; where the leader lived, and where it was one of them
	Split  []Pair // by how many were on the leader's side, from 1; what its clients got, and those of the other side
	// Formula is how many nodes may be dead, whichever they are, and Theory that number.
	Theory  int
	Formula string
}

// A Pair is two halves of a cell of the map. One may be missing; where nobody leads,
// the second one of Killed is.
type Pair [2]*Standing

// A Standing is what clients still got, in words that fit a cell.
type Standing struct {
	Says   string // see the constants; or the percentage of the keys that were served, as in 67
	Theory string // what it should be, in the same words
	Agrees bool   // also about which keys
	Why    string // it could not be judged
}

// What a Standing says.
const (
	BothServed   = "RW" // reads and writes
	ReadsServed  = "R"
	WritesServed = "W"
	NoneServed   = "–"
	MixedServed  = "~" // neither nor: some nodes of the side, at times, or other keys for reads than for writes
	NotJudged    = "?"
)

// ToleranceMaps has one for each system whose trials explore what it survives, by
// first appearance.
func ToleranceMaps(all []analysis.Summary) []ToleranceMap {
	var maps []ToleranceMap
	for _, s := range Systems(all) {
		if len(s.Trials[0].Tolerance) == 0 {
			continue
		}
		name := withoutNodes(s)
		i := slices.IndexFunc(maps, func(m ToleranceMap) bool { return m.Name == name })
		if i < 0 {
			i = len(maps)
			maps = append(maps, ToleranceMap{System: System{Name: name, Index: i}})
		}
		m := &maps[i]
		m.Trials = append(m.Trials, s.Trials...)
		row := toleranceRow(s.Trusted())
		at, _ := slices.BinarySearchFunc(m.Rows, row.Nodes, func(r ToleranceRow, n int) int { return cmp.Compare(r.Nodes, n) })
		m.Rows = slices.Insert(m.Rows, at, row)
	}
	return maps
}

// withoutNodes is the system's name without what a matrix over the number of nodes
// added to it.
func withoutNodes(s System) string {
	for _, v := range s.Trials[0].Facts.Variant {
		if v.Name == "nodes" {
			return strings.Replace(s.Name, ",nodes="+v.Value, "", 1)
		}
	}
	return s.Name
}

func toleranceRow(trials []*analysis.Summary) ToleranceRow {
	f := &trials[0].Facts
	n := len(f.Nodes)
	row := ToleranceRow{Nodes: n, Killed: make([]Pair, n+1), Split: make([]Pair, max(0, n-1))}
	if f.Tolerance != nil {
		row.Theory, row.Formula = f.Tolerance.Killed, f.Tolerance.Formula
	}
	for _, t := range trials {
		for i := range t.Tolerance {
			row.add(&t.Tolerance[i])
		}
	}
	return row
}

// add puts a survival into its cell. What killed and split at once is in none.
func (r *ToleranceRow) add(v *analysis.Survival) {
	living := 0
	for _, s := range v.Sides {
		if !s.Dead {
			living++
		}
	}
	switch {
	case v.Split && len(v.Down) == 0 && living == 2:
		first := 0
		if v.Leader != "" && v.Sides[1].Leads {
			first = 1
		}
		at := len(v.Sides[first].Nodes) - 1
		if at < len(r.Split) {
			r.Split[at][0] = merged(r.Split[at][0], standing(v, v.Sides[first]))
			r.Split[at][1] = merged(r.Split[at][1], standing(v, v.Sides[1-first]))
		}
	case !v.Split && len(v.Down) < len(r.Killed) && len(v.Sides) > 0: // the living stand first
		half := 0
		if v.Leader != "" && slices.Contains(v.Down, v.Leader) {
			half = 1
		}
		r.Killed[len(v.Down)][half] = merged(r.Killed[len(v.Down)][half], standing(v, v.Sides[0]))
	}
}

func standing(v *analysis.Survival, s analysis.Side) *Standing {
	if v.Unjudged != "" {
		return &Standing{Says: NotJudged, Theory: NotJudged, Why: v.Unjudged}
	}
	says := MixedServed
	if s.Reads.Partly+s.Writes.Partly == 0 {
		says = served(s.Reads.Served, s.Writes.Served, s.Reads.Keys)
	}
	return &Standing{Says: says, Theory: served(s.Reads.Theory, s.Writes.Theory, s.Reads.Keys), Agrees: s.Reads.Agrees && s.Writes.Agrees}
}

// served says what of the parts of the keys was read and written.
func served(reads, writes, keys int) string {
	switch {
	case reads == keys && writes == keys:
		return BothServed
	case reads == keys && writes == 0:
		return ReadsServed
	case reads == 0 && writes == keys:
		return WritesServed
	case reads == 0 && writes == 0:
		return NoneServed
	case reads == writes:
		return strconv.Itoa((200*reads + keys) / (2 * keys))
	}
	return MixedServed
}

// merged is what two trials say of one cell: nothing clear if they do not agree.
func merged(a, b *Standing) *Standing {
	switch {
	case a == nil || a.Says == NotJudged:
		return b
	case b.Says == NotJudged || *a == *b:
		return a
	}
	return &Standing{Says: MixedServed, Theory: a.Theory, Agrees: a.Agrees && b.Agrees}
}
