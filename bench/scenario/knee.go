package scenario

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	yaml "go.yaml.in/yaml/v4"

	"nines/bench"
)

// A Knee is the highest rate that a system serves as it should, in operations
// per second, as it was measured on some machine.
type Knee struct {
	System string // its label or, if no system has that, its name
	Rate   float64
}

// KneeOf finds a system's knee: 0 if the scenario does not say it.
func (l *Load) KneeOf(y System) float64 {
	rate, _ := l.kneeOf(&y)
	return rate
}

func (l *Load) kneeOf(y *System) (rate float64, ok bool) {
	for _, name := range []string{y.Label, y.Name} {
		for _, k := range l.Knee {
			if k.System == name {
				return k.Rate, true
			}
		}
	}
	return 0, false
}

// For is the scenario as one of its systems meets it: with the rates that shares
// of the knee come to.
func (s *Scenario) For(y System) *Scenario {
	if !s.Load.ofKnee() {
		return s
	}
	own := *s
	l := &own.Load
	knee, _ := l.kneeOf(&y) // checked
	l.Rate, l.OfKnee = Rate{l.Rate, l.OfKnee}.at(knee).PerSecond, 0
	if l.Ramp != nil {
		l.Ramp = &Ramp{To: l.Ramp.To.at(knee), Over: l.Ramp.Over}
	}
	l.Schedule = slices.Clone(l.Schedule)
	for i := range l.Schedule {
		l.Schedule[i].Rate = l.Schedule[i].Rate.at(knee)
	}
	if l.MaxInFlight == 0 {
		l.MaxInFlight = l.mostInFlight(s.Duration)
	}
	return &own
}

// mostInFlight is how many operations may be in flight if nothing is said: as many as
// there are if none is answered, at the highest rate of the measured period.
func (l *Load) mostInFlight(period time.Duration) int {
	p := l.Profile()
	return bench.MaxInFlight(p.Peak(period), l.Abandon)
}

const ofKnee = "% of knee"

// rate is operations per second, or a share of each system's knee.
func rate(r *Rate) codec { return rateIn(&r.PerSecond, &r.OfKnee) }

func rateIn(perSecond, share *float64) codec {
	fixed := number(perSecond, bounds{0, maxRate})
	return codec{
		read: func(d *decoder, path string, n *yaml.Node) {
			percent, is := strings.CutSuffix(n.Value, ofKnee)
			if n.Kind != yaml.ScalarNode || !is {
				fixed.read(d, path, n)
				return
			}
			x, err := strconv.ParseFloat(strings.TrimSpace(percent), 64)
			if err != nil || !(x > 0 && x <= 1000) {
				d.failf(path, "%q: want a share such as 60%s, from more than 0 to 1000", n.Value, ofKnee)
				return
			}
			*perSecond, *share = 0, x/100
		},
		write: func() *yaml.Node {
			if *share == 0 {
				return fixed.write()
			}
			return textNode(decimal(math.Round(*share*1e8)/1e6) + ofKnee)
		},
	}
}

// knees is a mapping of systems to rates.
func knees(list *[]Knee) codec {
	return codec{
		read: func(d *decoder, path string, n *yaml.Node) {
			if n.Kind != yaml.MappingNode {
				d.failf(path, "found a %s: want a mapping of systems to operations per second, such as {etcdraft: 12000, paxos: 9000}", kindName(n))
				return
			}
			var fields []field
			rates := make([]Knee, 0, len(n.Content)/2)
			for name := range d.split(path, n) {
				rates = append(rates, Knee{System: name})
				fields = append(fields, field{name, number(&rates[len(rates)-1].Rate, bounds{1, maxRate})})
			}
			d.fields(path, n, fields)
			*list = inOrder(rates, n)
		},
		write: func() *yaml.Node {
			if len(*list) == 0 {
				return nil
			}
			m := &yaml.Node{Kind: yaml.MappingNode}
			for _, k := range *list {
				m.Content = append(m.Content, textNode(k.System), plainNode(decimal(k.Rate)))
			}
			return m
		},
	}
}

// inOrder puts rates into the order in which a mapping names them.
func inOrder(rates []Knee, m *yaml.Node) []Knee {
	var sorted []Knee
	for i := 0; i+1 < len(m.Content); i += 2 {
		for _, k := range rates {
			if k.System == resolve(m.Content[i]).Value && k.Rate > 0 {
				sorted = append(sorted, k)
			}
		}
	}
	return sorted
}

// checkKnee wants a knee for each system if the rate is a share of it.
func (d *decoder) checkKnee(s *Scenario) {
	if !s.Load.ofKnee() || !d.ok("load.rate", "systems") || d.anyBad("load.knee") {
		return
	}
	for i := range s.Systems {
		y := &s.Systems[i]
		if _, ok := s.Load.kneeOf(y); !ok && y.Name != "" && !d.anyBad(fmt.Sprintf("systems[%d]", i)) {
			d.failf("load.rate", "the knee of %s is not known: want load: {knee: {%s: 12000}} with what it was measured to be", y.Label, y.Label)
		}
	}
}
