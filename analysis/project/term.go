package project

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"nines/analysis/stats"
)

// A load is a class in one scenario.
type load struct {
	rate         float64 // a year
	mean, square float64 // of an outage
	some         float64 // probability of any
	draw         func(*rand.Rand) float64
}

// A term is a class with what it costs.
type term struct {
	class Class
	fit   *Fit // nil: computed, not measured
	names []string
	on    float64 // mean repair, by which B counts
	note  string
	in    [3]load
}

// terms are the classes that can be projected, and those that cannot.
func (s *System) terms(t Table) (terms []term, missing []Class, na []string, err error) {
	classes, err := t.Classes(s.Nodes)
	if err != nil {
		return nil, nil, nil, err
	}
	for _, c := range classes {
		var own []Episode
		var names []string
		for _, e := range s.Episodes {
			if c.Matches(e.Fault) {
				own = append(own, e)
				if !slices.Contains(names, e.Fault) {
					names = append(names, e.Fault)
				}
			}
		}
		slices.Sort(names)
		switch {
		case len(own) > 0:
			terms = append(terms, newTerm(c, own, names))
		case slices.ContainsFunc(s.NA, c.Matches):
			na = append(na, c.Name)
		default:
			missing = append(missing, c)
		}
	}
	if err := apart(t, terms); err != nil {
		return nil, nil, nil, err
	}
	if o, ok := s.overlap(t); ok {
		terms = append(terms, o)
	}
	return terms, missing, na, nil
}

// apart wants classes to have the same episodes or none in common: else how their
// errors hang together is not known.
func apart(t Table, terms []term) error {
	for i, a := range terms {
		for _, b := range terms[:i] {
			if slices.Equal(a.names, b.names) {
				continue
			}
			for _, name := range a.names {
				if slices.Contains(b.names, name) {
					return fmt.Errorf("%s: episodes of %s would count for %q and for %q, which also have others of their own: give both the same faults, or different ones",
						t.Name, name, b.class.Name, a.class.Name)
				}
			}
		}
	}
	return nil
}

const noRepair = "repair-bound, and the rates say nothing of the repair: projected as if faults lasted as long as those that were injected"

func newTerm(c Class, own []Episode, names []string) term {
	f := NewFit(own)
	t := term{class: c, fit: &f, names: names}
	if f.Bound == RepairBound && c.Repair == nil {
		t.note = noRepair
		f.failover(own)
		f.B, f.vab, f.vbb = 0, 0, 0
	}
	l := load{mean: f.A, square: f.spread.mean(square), some: f.spread.mean(positive), draw: f.spread.draw}
	if f.Bound == RepairBound && c.Repair != nil {
		t.on = c.Repair.Mean()
		l = f.until(c.Repair)
	}
	for s := range t.in {
		t.in[s] = l
		t.in[s].rate = c.Rate.at(Scenario(s))
	}
	return t
}

// overlap is the class of crashes at the same time. A cluster of two or less has
// none: any crash costs its quorum, and is measured as what it is.
func (s *System) overlap(t Table) (term, bool) {
	if !s.Quorum || s.Nodes < 3 {
		return term{}, false
	}
	c := Class{Name: "overlapping crashes", Source: "computed: docs/projection.md, Overlapping crashes",
		Assumption: "nodes fail independently of each other: with causes in common it is more"}
	out := term{class: c, note: "computed from rates and repair times, not measured"}
	for i := range out.in {
		rate, mean := t.downing(s.Nodes, Scenario(i))
		if rate == 0 || mean == 0 {
			if Scenario(i) == Mid {
				return term{}, false
			}
			continue
		}
		o := NewOverlap(s.Nodes, rate, mean)
		d := o.Outage()
		out.in[i] = load{rate: o.Losses, mean: d, square: 2 * d * d, some: 1,
			draw: func(r *rand.Rand) float64 { return r.ExpFloat64() * d }}
		if Scenario(i) == Mid {
			out.class.How = fmt.Sprintf("%s crashes a node and year, each down for %s in the mean; %d of %d down at once",
				Digits(rate), Duration(mean), (s.Nodes+1)/2, s.Nodes)
		}
	}
	out.class.Rate = Range{out.in[Low].rate, out.in[Mid].rate, out.in[High].rate}
	return out, true
}

// cost writes a term up; all is E in the mid scenario.
func (t *term) cost(all float64) Cost {
	mid := t.in[Mid]
	yearly := func(s Scenario) Figure { return Figure(t.in[s].rate * t.in[s].mean) }
	c := Cost{
		Class: t.class.Name, Faults: t.names, Rate: rates(t.class.Rate), How: t.class.How, Note: t.note,
		Mean: Figure(mid.mean), Low: yearly(Low), Expected: yearly(Mid), High: yearly(High),
		Source: t.class.Source, Assumption: t.class.Assumption,
	}
	if all > 0 {
		c.Share = c.Expected / Figure(all)
	}
	r := t.class.Repair
	if r != nil {
		c.Repair = r.String()
	}
	f := t.fit
	if f == nil {
		c.Bound = RepairBound
		return c
	}
	c.Episodes, c.Outages, c.Censored = f.N, f.Some, f.Censored
	c.Bound, c.Presumed, c.Why = f.Bound, f.Presumed, f.Why
	c.StdErr = Figure(t.group().stdErr(Mid))
	if f.Some == 0 {
		p, most := Figure(stats.UpperIfNone(f.N, Level)), Figure(nan)
		if r != nil {
			most = p * Figure(mid.rate*r.Mean())
		}
		c.Share95, c.AtMost = &p, &most
	}
	if f.Bound == FailoverBound && f.Presumed && r != nil && f.Some > 0 {
		worse := Figure(mid.rate * r.Mean())
		c.IfRepair = &worse
	}
	return c
}

// A group is the classes whose costs are told by the same episodes: their errors
// are one.
type group struct {
	fit   *Fit
	key   string
	terms []*term
}

func (t *term) group() *group {
	return &group{fit: t.fit, key: strings.Join(t.names, "\n") + t.note, terms: []*term{t}}
}

func groups(terms []term) []*group {
	var out []*group
	for i := range terms {
		if terms[i].fit == nil {
			continue
		}
		g := terms[i].group()
		if at := slices.IndexFunc(out, func(o *group) bool { return o.key == g.key }); at >= 0 {
			out[at].terms = append(out[at].terms, &terms[i])
			continue
		}
		out = append(out, g)
	}
	return out
}

// name is that of the costliest class.
func (g *group) name() string {
	return slices.MaxFunc(g.terms, func(a, b *term) int {
		return cmp.Compare(a.in[Mid].rate*a.in[Mid].mean, b.in[Mid].rate*b.in[Mid].mean)
	}).class.Name
}

// expected is what its classes cost in a year, in seconds.
func (g *group) expected(s Scenario) (sum float64) {
	for _, t := range g.terms {
		sum += t.in[s].rate * t.in[s].mean
	}
	return sum
}
