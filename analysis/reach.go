package analysis

import "slices"

// Stretches sums up stretches of time of one kind in an episode; NaN without
// probes. Total and Longest are lower bounds if it is censored: one had not ended
// when the next fault or the end of the measured period came.
type Stretches struct {
	Count    int  `json:"count"`
	Total    MS   `json:"total_ms"`
	Longest  MS   `json:"longest_ms"`
	Censored bool `json:"censored,omitempty"`
}

// Reach tells total from partial outages among those that began on one side of an
// episode. Total: no client of any node was served, of any owner where keys have
// owners. Partial: some were not, and others were. A partial outage that is
// shorter than the threshold of a gap is not told from the ragged end of a total
// one, after which the nodes' probes are answered one after the other.
type Reach struct {
	Total   Stretches `json:"total"`
	Partial Stretches `json:"partial"`
	Nodes   int       `json:"partial_nodes"` // whose clients were out for as long in a partial outage
}

var (
	noStretches = Stretches{Total: MS(nan), Longest: MS(nan)}
	noReach     = Reach{Total: noStretches, Partial: noStretches}
)

func (s *Stretches) add(o Outage) {
	s.Count++
	s.Total += o.Length
	s.Longest = max(s.Longest, o.Length)
	s.Censored = s.Censored || o.Censored
}

// during is what of the outages falls to the time of a fault, up to the next one:
// so that all episodes together have all the time without service from the first
// fault on. What goes on beyond the limit is censored there; what had begun before
// the fault counts from it, and makes it unready.
func (o Outages) during(f span, slack MS) (parts []Outage, unready bool) {
	from, to := ms(f.Start), ms(f.limit)
	for _, x := range o.List {
		end := x.Start + x.Length
		if end <= from || x.since(to, slack) {
			continue
		}
		if !x.since(from, slack) {
			x.Start, unready = from, true
		}
		if end > to {
			end, x.Censored = to, true
		}
		x.Length = end - x.Start
		parts = append(parts, x)
	}
	return parts, unready
}

// without sums up the outages of a service; where keys have owners, of the owner
// that was out for the longest.
func without(owners []outages, f span) (out, slo Stretches, unready bool) {
	out, slo = noStretches, noStretches
	for i, o := range owners {
		if !o.gaps.Measured {
			return noStretches, noStretches, false
		}
		gaps, before := o.gaps.during(f, ms(o.gapSlack))
		bad, _ := o.slo.during(f, ms(o.sloSlack))
		unready = unready || before
		if s := sum(gaps); i == 0 || s.Total > out.Total {
			out = s
		}
		if s := sum(bad); i == 0 || s.Total > slo.Total {
			slo = s
		}
	}
	return out, slo, unready
}

func sum(parts []Outage) Stretches {
	var s Stretches
	for _, o := range parts {
		s.add(o)
	}
	return s
}

// reach cuts the time of an episode at every instant at which some stream fell
// silent or was answered again.
func (p probeFigures) reach(f span) (inject, heal Reach) {
	var all [][]Outage    // of each owner, or of the cluster
	var some [][][]Outage // of each node, likewise
	var cuts []MS         // rising
	var least MS          // of a partial outage
	silent := func(o outages) []Outage {
		parts, _ := o.gaps.during(f, ms(o.gapSlack))
		for _, x := range parts {
			cuts = append(cuts, x.Start, x.Start+x.Length)
		}
		least = max(least, o.gaps.Threshold)
		return parts
	}
	for _, o := range p.cluster {
		if !o.gaps.Measured {
			return noReach, noReach
		}
		all = append(all, silent(o))
	}
	for _, node := range p.nodes {
		var lists [][]Outage
		for _, o := range node {
			lists = append(lists, silent(o))
		}
		some = append(some, lists)
	}
	slices.Sort(cuts)
	r := reacher{all: all, some: some, least: least, limit: ms(f.limit)}
	r.sides[0].before, r.sides[1].before = ms(f.HealFrom), MS(inf)
	for i := 1; i < len(cuts); i++ {
		r.slice(cuts[i-1], cuts[i])
	}
	r.flush()
	return r.sides[0].Reach, r.sides[1].Reach
}

// A reacher joins slices of time in which it is the same: everybody was out, some
// were, or nobody.
type reacher struct {
	all          [][]Outage
	some         [][][]Outage
	least, limit MS
	sides        [2]side

	// The slices that were joined:
	kind     reachKind
	from, to MS
	out      []MS // how long the clients of each node were
}

// A side of an episode has what began before an instant.
type side struct {
	Reach
	before MS
	hit    []bool // nodes whose clients were out in a partial outage
}

type reachKind int

const (
	nobodyOut reachKind = iota
	someOut
	everybodyOut
)

func (r *reacher) slice(from, to MS) {
	if to <= from {
		return
	}
	kind, out := r.at(from)
	if kind != r.kind || r.out == nil {
		r.flush()
		r.kind, r.from, r.out = kind, from, make([]MS, len(out))
	}
	r.to = to
	for i := range out {
		if out[i] {
			r.out[i] += to - from
		}
	}
}

// at says who was out at an instant, and thereby until the next cut.
func (r *reacher) at(t MS) (kind reachKind, out []bool) {
	covers := func(list []Outage) bool {
		return slices.ContainsFunc(list, func(o Outage) bool { return o.Start <= t && t < o.Start+o.Length })
	}
	out = make([]bool, len(r.some))
	for i, lists := range r.some {
		if out[i] = slices.ContainsFunc(lists, covers); out[i] {
			kind = someOut
		}
	}
	if !slices.ContainsFunc(r.all, func(l []Outage) bool { return !covers(l) }) {
		kind = everybodyOut
	}
	return kind, out
}

// flush counts what was joined.
func (r *reacher) flush() {
	s := &r.sides[0]
	if r.from >= s.before {
		s = &r.sides[1]
	}
	o := Outage{Start: r.from, Length: r.to - r.from, Censored: r.to >= r.limit}
	switch {
	case r.kind == everybodyOut:
		s.Total.add(o)
	case r.kind == someOut && o.Length >= r.least:
		s.Partial.add(o)
		if s.hit == nil {
			s.hit = make([]bool, len(r.out))
		}
		for i, length := range r.out {
			if length >= r.least && !s.hit[i] {
				s.hit[i] = true
				s.Nodes++
			}
		}
	}
}
