package project

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/stat"
)

var nan = math.NaN()

const mostYears = 10_000_000

var (
	errSLO   = errors.New("an SLO is a share of the year between 0 and 1, such as 0.9999")
	errYears = fmt.Errorf("want from 1 to %d simulated years", mostYears)
)

// Project projects a year of the system. It is an error if an option is wrong, if
// the table does not fit the cluster, or if none of its classes was measured.
func Project(s System, t Table, o Options) (*Projection, error) {
	if err := o.Validate(); err != nil {
		return nil, err
	}
	terms, missing, na, err := s.terms(t)
	if err != nil {
		return nil, fmt.Errorf("project %s: %w", s.Name, err)
	}
	if !slices.ContainsFunc(terms, func(t term) bool { return t.fit != nil }) {
		return nil, fmt.Errorf("project %s: none of its %s is of a fault that %s has a rate for (measured: %s; rated: %s)",
			s.Name, count(len(s.Episodes), "episode"), t.Name, listed(s.faults()), listed(t.faults()))
	}
	p := &Projection{System: s.Name, Nodes: s.Nodes, Modelled: s.Modelled, Resolution: Figure(s.Resolution), SLO: Figure(o.SLO), Rates: t.Name, NA: na, LeftOut: s.LeftOut}
	gs := groups(terms)
	p.NoError = withoutError(gs)
	for sc, out := range map[Scenario]*Outlook{Low: &p.Low, Mid: &p.Mid, High: &p.High} {
		*out = outlook(terms, gs, sc)
		out.Years = simulate(terms, sc, o)
	}
	p.writeClasses(terms, gs)
	p.Unmeasured, p.Unrated = unmeasured(missing), s.unrated(terms)
	p.Worst = p.Mid.Expected
	if p.Quiet() {
		p.Worst = p.Ruled
	}
	for _, u := range p.Unmeasured {
		p.Worst += u.AtWorst
	}
	p.Next = advice(p, gs)
	return p, nil
}

func outlook(terms []term, gs []*group, s Scenario) Outlook {
	var expected, variance, outages float64
	for i := range terms {
		l := &terms[i].in[s]
		expected += l.rate * l.mean
		variance += l.rate * l.square
		outages += l.rate * l.some
	}
	stdErr, freedom := errorOf(gs, s)
	lo, hi := interval(expected, stdErr, freedom)
	down := min(1, expected/Year)
	return Outlook{
		Expected: Figure(expected), SD: Figure(math.Sqrt(variance)), StdErr: Figure(stdErr), Lo: Figure(lo), Hi: Figure(hi),
		Availability: Figure(1 - down), Nines: Figure(Nines(down)), NoOutage: Figure(math.Exp(-outages)),
	}
}

func (p *Projection) writeClasses(terms []term, gs []*group) {
	for i := range terms {
		c := terms[i].cost(float64(p.Mid.Expected))
		p.LowerBound = p.LowerBound || c.Censored > 0 && c.Rate.Mid > 0
		if c.AtMost != nil {
			p.Ruled += *c.AtMost
		} else {
			p.Ruled += c.Expected
		}
		p.Classes = append(p.Classes, c)
	}
	if !p.Quiet() {
		p.Ruled = Figure(nan)
	}
	for _, g := range gs {
		p.Episodes += g.fit.N
	}
	slices.SortStableFunc(p.Classes, func(a, b Cost) int { return cmp.Compare(b.Expected, a.Expected) })
}

func unmeasured(missing []Class) []Unmeasured {
	var out []Unmeasured
	for _, c := range missing {
		u := Unmeasured{Class: c.Name, Faults: c.Faults, Rate: rates(c.Rate), AtWorst: Figure(nan), How: c.How, Source: c.Source, Assumption: c.Assumption}
		if c.Repair != nil {
			u.AtWorst, u.Repair = Figure(c.Rate.Mid*c.Repair.Mean()), c.Repair.String()
		}
		out = append(out, u)
	}
	slices.SortStableFunc(out, func(a, b Unmeasured) int {
		return cmp.Compare(orInf(b.AtWorst), orInf(a.AtWorst)) // what is not known may be worst
	})
	return out
}

func orInf(f Figure) float64 {
	if math.IsNaN(float64(f)) {
		return math.Inf(1)
	}
	return float64(f)
}

// unrated are the faults that no term took.
func (s *System) unrated(terms []term) []Unrated {
	var out []Unrated
	for _, name := range s.faults() {
		if slices.ContainsFunc(terms, func(t term) bool { return slices.Contains(t.names, name) }) {
			continue
		}
		var outages []float64
		for _, e := range s.Episodes {
			if e.Fault == name {
				outages = append(outages, e.Outage)
			}
		}
		out = append(out, Unrated{Fault: name, Episodes: len(outages), Mean: Figure(stat.Mean(outages, nil))})
	}
	return out
}

// faults are those of the episodes, each once.
func (s *System) faults() []string {
	var out []string
	for _, e := range s.Episodes {
		if !slices.Contains(out, e.Fault) {
			out = append(out, e.Fault)
		}
	}
	return out
}

func (t Table) faults() []string {
	var out []string
	for _, e := range t.Entries {
		out = append(out, slices.Concat(e.Faults, e.Leader, e.Follower)...)
	}
	return out
}

// source is that of a scenario's years: the same seed gives the same.
func source(o Options, s Scenario) *rand.Rand { return rand.New(rand.NewPCG(o.Seed, uint64(s))) }
