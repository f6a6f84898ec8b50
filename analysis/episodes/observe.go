package episodes

import (
	"cmp"
	"math"
	"slices"
	"time"

	"nines/analysis"
)

// An Observation is one episode.
type Observation struct {
	Trial   string           `json:"trial"`
	Label   string           `json:"label"`   // of the system, as the trial has it
	Started time.Time        `json:"started"` // of the trial
	Step    int              `json:"step"`
	At      analysis.MS      `json:"at_ms"` // injection, since the base instant
	Valid   bool             `json:"valid"` // the trial passed all gates
	Verdict analysis.Verdict `json:"verdict"`
	// Bit says that the fault demonstrably did something; what did not is no episode
	// of it and has no part in the figures.
	Bit bool `json:"bit"`
	// Unready says that the service was out when the fault came.
	Unready    bool        `json:"unready,omitempty"`
	Resolution analysis.MS `json:"resolution_ms"` // of Out and of the gaps; NaN without probes
	Figures[Bound]
}

// trusted reports whether the figures stand.
func (o *Observation) trusted() bool { return analysis.Stands(o.Valid, o.Verdict) }

// A Keyed observation says what it belongs to.
type Keyed struct {
	Key
	Observation
}

// Observe takes the episodes out of the trials' summaries. A fault that a system
// cannot suffer (n/a) is none, and a trial that calibrates the checkers has none.
func Observe(summaries []analysis.Summary) []Keyed {
	var out []Keyed
	for i := range summaries {
		s := &summaries[i]
		if s.Facts.Expect != "" {
			continue
		}
		for j := range s.Episodes {
			if e := &s.Episodes[j]; e.NA == "" {
				out = append(out, Keyed{keyOf(s, e), observe(s, e)})
			}
		}
	}
	return out
}

func observe(s *analysis.Summary, e *analysis.Episode) Observation {
	o := Observation{
		Trial: s.Facts.Trial, Label: s.Facts.System, Started: s.Facts.Started, Step: e.Step, At: e.Start,
		Valid: s.Valid, Verdict: s.Verdict, Bit: e.Error == "" && e.Evidence != "", Unready: e.Unready,
		Resolution: analysis.MS(math.NaN()),
	}
	if s.Gaps.Measured {
		o.Resolution = s.Gaps.Resolution
	}
	hit, others := outOfNodes(e)
	gap := func(o analysis.Outage) Bound { return Bound{float64(o.Length), o.Censored} }
	o.Figures = Figures[Bound]{
		Detect: detect(e), Out: all(e.Out), OutSLO: all(e.OutSLO), OutReads: all(e.OutReads), OutWrites: all(e.OutWrites),
		OutHit: hit, OutOthers: others, OnInject: gap(e.Inject.Gap), OnHeal: gap(e.Heal.Gap),
		Partial:       Bound{float64(e.InjectReach.Partial.Total + e.HealReach.Partial.Total), e.InjectReach.Partial.Censored || e.HealReach.Partial.Censored},
		PartialInject: all(e.InjectReach.Partial), PartialHeal: all(e.HealReach.Partial),
		Back95:     back95(e),
		Back95Heal: Bound{float64(e.HealBack), e.Censored},
		LostOps:    Bound{e.LostOps, e.Censored},
		Lasting:    Bound{Value: damage(e.Lasting)},
		InDoubt:    Bound{Value: float64(e.InDoubt.Max)},
	}
	return o
}

func all(s analysis.Stretches) Bound { return Bound{float64(s.Total), s.Censored} }

// outOfNodes are the longest times that clients of a node which was hit, and of another one,
// were out.
func outOfNodes(e *analysis.Episode) (hit, others Bound) {
	hit, others = Bound{Value: math.NaN()}, Bound{Value: math.NaN()}
	for i := range e.ByNode {
		n := &e.ByNode[i]
		worst := &others
		if slices.Contains(e.Nodes, n.Node) {
			worst = &hit
		}
		if b := all(n.Out); !(b.Value <= worst.Value) {
			*worst = b
		}
	}
	return hit, others
}

// back95 of an episode that had been back before healing threw it down for good
// reaches beyond healing.
func back95(e *analysis.Episode) Bound {
	b := Bound{float64(e.Back95), e.Censored}
	if again := float64(e.HealFrom - e.Start + e.HealBack); e.Censored && e.HealBack > 0 && again > b.Value {
		b.Value = again
	}
	return b
}

// detect is censored if the service was still out when the episode was cut short:
// until then no other leader had been chosen, however much of that time was out.
func detect(e *analysis.Episode) Bound {
	if math.IsNaN(float64(e.Detect)) && e.Out.Censored {
		return Bound{float64(e.Until - e.Start), true}
	}
	return Bound{Value: float64(e.Detect)}
}

// damage is 0 for what may be chance.
func damage(l analysis.Lasting) float64 {
	if math.IsNaN(l.Share) || l.Damaged {
		return 1 - l.Share
	}
	return 0
}

// compare makes the order of observations that of time, whatever order they came in.
func (o *Observation) compare(p *Observation) int {
	return cmp.Or(cmp.Compare(o.Label, p.Label), cmp.Compare(o.Trial, p.Trial), o.Started.Compare(p.Started),
		cmp.Compare(o.At, p.At), cmp.Compare(o.Step, p.Step))
}

func sortAll(list []Observation) {
	slices.SortStableFunc(list, func(a, b Observation) int { return a.compare(&b) })
}
