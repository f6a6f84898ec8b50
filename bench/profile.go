package bench

import (
	"fmt"
	"math"
	"sort"
	"strings"
	"time"
)

// A Profile is the rate at which operations are meant to arrive, over time: the
// intensity of the arrival process. At most one of its four shapes is given; with
// none the rate is the same all the time. Before the base instant, in the warm-up,
// it is what it is at the base instant.
//
// Rates are operations per second.
type Profile struct {
	Rate     float64  `json:"rate"` // at first; with a schedule: its first
	Ramp     *Ramp    `json:"ramp,omitempty"`
	Burst    *Burst   `json:"burst,omitempty"`
	Diurnal  *Diurnal `json:"diurnal,omitempty"`
	Schedule []Change `json:"schedule,omitempty"` // rising instants, the first at 0
}

// A Ramp grows or falls linearly from the base instant on, and stays where it
// arrives.
type Ramp struct {
	To   float64       `json:"to"`
	Over time.Duration `json:"over_ns"`
}

// A Burst is a rate that is several times as high for a while, again and again:
// the last For of each period.
type Burst struct {
	Times float64       `json:"times"`
	Every time.Duration `json:"every_ns"`
	For   time.Duration `json:"for_ns"`
}

// A Diurnal rate swings like that of a day: rate · (1 + amplitude · sin(2πt/period)).
type Diurnal struct {
	Amplitude float64       `json:"amplitude"` // in [0, 1]
	Period    time.Duration `json:"period_ns"`
}

// A Change sets the rate from an instant on.
type Change struct {
	At   time.Duration `json:"at_ns"`
	Rate float64       `json:"rate"`
}

// Steady reports whether the rate never changes.
func (p *Profile) Steady() bool {
	return p.Ramp == nil && p.Burst == nil && p.Diurnal == nil && len(p.Schedule) == 0
}

// String describes the profile: 500 op/s, 4 × as many for 1s of every 10s.
func (p *Profile) String() string {
	text := fmt.Sprintf("%.10g op/s", p.Rate)
	switch {
	case p.Ramp != nil:
		return fmt.Sprintf("%.10g to %.10g op/s within %v", p.Rate, p.Ramp.To, p.Ramp.Over)
	case p.Burst != nil:
		return fmt.Sprintf("%s, %.10g × as many for %v of every %v", text, p.Burst.Times, p.Burst.For, p.Burst.Every)
	case p.Diurnal != nil:
		return fmt.Sprintf("%s ± %.10g %% as a sine of %v", text, 100*p.Diurnal.Amplitude, p.Diurnal.Period)
	case len(p.Schedule) > 0:
		parts := []string{fmt.Sprintf("%.10g op/s", p.first())}
		for _, c := range p.Schedule[1:] {
			parts = append(parts, fmt.Sprintf("%.10g from %v on", c.Rate, c.At))
		}
		return strings.Join(parts, ", ")
	}
	return text
}

// leg is a part of a profile in which the rate is one formula of the time x since
// its beginning, in seconds: rate + slope·x + wave·sin(2πx/length).
type leg struct {
	from, until       time.Duration // until is Never for one that goes on
	rate, slope, wave float64
}

// leg returns leg i of the profile, from 0; ok is false after the last. They join.
func (p *Profile) leg(i int) (l leg, ok bool) {
	switch {
	case p.Ramp != nil:
		slope := (p.Ramp.To - p.Rate) / p.Ramp.Over.Seconds()
		return [...]leg{{until: p.Ramp.Over, rate: p.Rate, slope: slope}, {from: p.Ramp.Over, until: Never, rate: p.Ramp.To}}[min(i, 1)], i < 2
	case p.Burst != nil:
		from := time.Duration(i/2) * p.Burst.Every
		high := from + p.Burst.Every - p.Burst.For
		if i%2 == 0 {
			return leg{from: from, until: high, rate: p.Rate}, true
		}
		return leg{from: high, until: from + p.Burst.Every, rate: p.Rate * p.Burst.Times}, true
	case p.Diurnal != nil:
		from := time.Duration(i) * p.Diurnal.Period
		return leg{from: from, until: from + p.Diurnal.Period, rate: p.Rate, wave: p.Rate * p.Diurnal.Amplitude}, true
	case i < len(p.Schedule):
		until := Never
		if i+1 < len(p.Schedule) {
			until = p.Schedule[i+1].At
		}
		return leg{from: p.Schedule[i].At, until: until, rate: p.Schedule[i].Rate}, true
	}
	return leg{until: Never, rate: p.Rate}, i == 0 && len(p.Schedule) == 0
}

// first is the rate at the base instant.
func (p *Profile) first() float64 {
	l, _ := p.leg(0)
	return l.rate
}

// at is the rate x seconds after the leg's beginning.
func (l *leg) at(x float64) float64 {
	r := l.rate + l.slope*x
	if l.wave != 0 {
		r += l.wave * math.Sin(2*math.Pi*x/l.seconds())
	}
	return max(0, r)
}

func (l *leg) seconds() float64 { return (l.until - l.from).Seconds() }

// mass is how many arrivals are expected in the first x seconds: the integral of at.
func (l *leg) mass(x float64) float64 {
	m := l.rate*x + l.slope*x*x/2
	if l.wave != 0 {
		turn := 2 * math.Pi / l.seconds()
		m += l.wave / turn * (1 - math.Cos(turn*x))
	}
	return max(0, m)
}

// all is the mass of the whole leg; infinite if it goes on and is not at rest.
func (l *leg) all() float64 {
	if l.until == Never {
		if l.rate == 0 {
			return 0
		}
		return math.Inf(1)
	}
	return l.mass(l.seconds())
}

// within is the inverse of mass: how many seconds of the leg hold m arrivals, of
// which there are at most all.
func (l *leg) within(m float64) float64 {
	if l.wave == 0 {
		// The root of rate·x + slope·x²/2 = m, in the form that loses no digits if
		// the slope is small.
		root := math.Sqrt(max(0, l.rate*l.rate+2*l.slope*m))
		if l.rate+root == 0 {
			return 0
		}
		return 2 * m / (l.rate + root)
	}
	// Newton's method, kept in a bracket: where the rate nears 0 its steps are wild.
	lo, hi := 0.0, l.seconds()
	x := min(hi, m/l.rate)
	for range 100 {
		off := l.mass(x) - m
		if off > 0 {
			hi = x
		} else {
			lo = x
		}
		next := x - off/l.at(x)
		if !(next > lo && next < hi) { // NaN too
			next = (lo + hi) / 2
		}
		if math.Abs(next-x) < 1e-10 {
			return next
		}
		x = next
	}
	return x
}

// Expected returns the cumulative rate: how many arrivals are expected in [0, at),
// for instants of the measured period, which ends at until. It is 0 before it.
func (p *Profile) Expected(until time.Duration) func(at time.Duration) float64 {
	var legs []leg
	before := []float64{0}
	for i := 0; ; i++ {
		l, ok := p.leg(i)
		if !ok || l.from >= until {
			break
		}
		legs = append(legs, l)
		before = append(before, before[i]+l.all())
	}
	return func(at time.Duration) float64 {
		at = min(at, until)
		i := sort.Search(len(legs), func(i int) bool { return legs[i].from > at }) - 1
		if i < 0 || at <= 0 {
			return 0
		}
		return before[i] + legs[i].mass((at - legs[i].from).Seconds())
	}
}

// Mean is the mean rate over the measured period, which is until long.
func (p *Profile) Mean(until time.Duration) float64 {
	if until <= 0 || p.Steady() {
		return p.first()
	}
	return p.Expected(until)(until) / until.Seconds()
}

// Peak is the highest rate up to until.
func (p *Profile) Peak(until time.Duration) float64 {
	peak := p.first()
	for i := 0; ; i++ {
		l, ok := p.leg(i)
		if !ok || l.from >= until {
			return peak
		}
		end := (min(l.until, max(until, 0)) - l.from).Seconds()
		peak = max(peak, l.rate, l.at(end))
		if quarter := l.seconds() / 4; l.wave != 0 {
			peak = max(peak, l.at(min(quarter, end)))
		}
	}
}
