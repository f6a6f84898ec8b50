package scenario

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	yaml "go.yaml.in/yaml/v4"

	"nines/bench"
)

// A Rate is operations per second, or a share of each system's knee.
type Rate struct {
	PerSecond float64 // 0 if OfKnee says it
	OfKnee    float64 // 0: PerSecond is for all systems
}

// at is the rate of a system with that knee.
func (r Rate) at(knee float64) Rate { return Rate{PerSecond: cmp.Or(r.OfKnee*knee, r.PerSecond)} }

// A Ramp takes the rate linearly to another one, from the base instant on.
type Ramp struct {
	To   Rate
	Over time.Duration
}

// A Change sets the rate from an instant on.
type Change struct {
	At time.Duration
	Rate
}

// shapes are the fields of load that make the rate change. At most one is given.
var shapes = []string{"ramp", "burst", "diurnal", "schedule"}

// A Choice is one of several values or fields of the load, for a list of them.
type Choice struct{ Name, Does, Example string }

// Spacings lists the ways in which arrivals are spaced.
func Spacings() []Choice {
	return []Choice{
		{Name: string(Constant), Does: "evenly, at the rate"},
		{Name: string(Poisson), Does: "at random, at the rate: many users who do not know of each other"},
		{Name: string(Closed), Does: "each of load.sessions sends when its last operation is done: there is no rate"},
	}
}

// Shapes lists the ways in which the rate of open arrivals can change.
func Shapes() []Choice {
	return []Choice{
		{shapes[0], "linearly from the rate to another one, over the whole period or the time given; then it stays", "ramp: {to: 4000, over: 20s}"},
		{shapes[1], "so many times the rate, for the last part of every period", "burst: {times: 4, every: 10s, for: 1s}"},
		{shapes[2], "a sine about the rate, up at first, by a share of it", "diurnal: {amplitude: 50%, period: 20s}"},
		{shapes[3], "rates from instants on, instead of load.rate", "schedule: [{at: 0s, rate: 500}, {at: 10s, rate: 2000}]"},
	}
}

// leastPeriod bounds how often a rate changes: changes that are shorter than a bin of
// the analysis would only make arrivals more uneven than they are said to be.
const leastPeriod = 100 * time.Millisecond

// shapeFields are the fields by the names in shapes.
func shapeFields(l *Load) []field {
	return []field{
		{"ramp", optional(&l.Ramp, func(r *Ramp) codec {
			return section(
				field{"to", rate(&r.To)},
				field{"over", duration(&r.Over, time.Millisecond)},
			)
		})},
		{"burst", optional(&l.Burst, func(b *bench.Burst) codec {
			return section(
				field{"times", number(&b.Times, bounds{0, 1000})},
				field{"every", duration(&b.Every, leastPeriod)},
				field{"for", duration(&b.For, time.Millisecond)},
			)
		})},
		{"diurnal", optional(&l.Diurnal, func(d *bench.Diurnal) codec {
			return section(
				field{"amplitude", share(&d.Amplitude, 0)},
				field{"period", duration(&d.Period, leastPeriod)},
			)
		})},
		{"schedule", unless(func() bool { return len(l.Schedule) == 0 }, listOf(&l.Schedule, change))},
	}
}

func change(c *Change) codec {
	return section(
		field{"at", duration(&c.At, 0)},
		field{"rate", rate(&c.Rate)},
	)
}

// optional is a part that may be missing.
func optional[T any](p **T, of func(*T) codec) codec {
	return codec{
		read: func(d *decoder, path string, n *yaml.Node) {
			*p = new(T)
			of(*p).read(d, path, n)
		},
		write: func() *yaml.Node {
			if *p == nil {
				return nil
			}
			return of(*p).write()
		},
	}
}

// Profile is how the rate goes over the measured period, once shares of a knee have
// become rates: see [Scenario.For].
func (l *Load) Profile() bench.Profile {
	p := bench.Profile{Rate: l.Rate, Burst: l.Burst, Diurnal: l.Diurnal}
	if l.Ramp != nil {
		p.Ramp = &bench.Ramp{To: l.Ramp.To.PerSecond, Over: l.Ramp.Over}
	}
	for _, c := range l.Schedule {
		p.Schedule = append(p.Schedule, bench.Change{At: c.At, Rate: c.PerSecond})
	}
	return p
}

// ofKnee reports whether any rate is a share of a knee.
func (l *Load) ofKnee() bool {
	return l.OfKnee > 0 || l.Ramp != nil && l.Ramp.To.OfKnee > 0 ||
		slices.ContainsFunc(l.Schedule, func(c Change) bool { return c.OfKnee > 0 })
}

// shapesGiven lists the shapes that stand in the file.
func (d *decoder) shapesGiven() (names []string) {
	for _, name := range shapes {
		if d.given("load." + name) {
			names = append(names, name)
		}
	}
	return names
}

// completeShape fills in what follows from the shape: a ramp takes the measured
// period, and the first rate of a schedule is the rate.
func (d *decoder) completeShape(s *Scenario) {
	l := &s.Load
	if l.Ramp != nil && !d.given("load.ramp.over") {
		l.Ramp.Over = s.Duration
		s.derived = append(s.derived, "load.ramp.over")
	}
	if len(l.Schedule) > 0 && !d.given("load.rate") {
		l.Rate, l.OfKnee = l.Schedule[0].PerSecond, l.Schedule[0].OfKnee
	}
}

// checkShape reports what is wrong with the shape of the rate, and takes away one that
// nothing can be computed from.
func (d *decoder) checkShape(s *Scenario) {
	given := d.shapesGiven()
	if len(given) == 0 {
		return
	}
	path := "load." + given[0]
	defer func() {
		if d.anyBad(path) || len(given) > 1 {
			s.Load.Ramp, s.Load.Burst, s.Load.Diurnal, s.Load.Schedule = nil, nil, nil, nil
		}
	}()
	switch l := &s.Load; {
	case len(given) > 1:
		d.failf("load."+given[1], "the rate has one shape: want %s or %s, not both", given[0], given[1])
	case l.Arrivals == Closed && d.ok("load.arrivals"):
		d.failf(path, "closed arrivals have no rate that could change: remove it, or want arrivals: poisson or constant")
	case d.anyBad(path):
	case l.Ramp != nil:
		d.want(path, "to", "where the rate goes, as in ramp: {to: 4000}")
	case l.Burst != nil:
		d.checkBurst(path, l.Burst)
	case l.Diurnal != nil:
		d.want(path, "amplitude", "the share by which the rate swings, as in diurnal: {amplitude: 50%, period: 20s}")
		d.want(path, "period", "how long a day is, as in diurnal: {amplitude: 50%, period: 20s}")
	default:
		d.checkSchedule(path, s)
	}
}

// want reports a field that is missing.
func (d *decoder) want(path, name, what string) {
	if !d.given(join(path, name)) {
		d.failf(join(path, name), "is missing: want %s", what)
	}
}

func (d *decoder) checkBurst(path string, b *bench.Burst) {
	const example = ", as in burst: {times: 4, every: 10s, for: 1s}"
	d.want(path, "times", "how many times the rate"+example)
	d.want(path, "every", "a period"+example)
	d.want(path, "for", "how long a burst lasts"+example)
	if !d.anyBad(path) && b.For >= b.Every {
		d.failf(join(path, "for"), "%s of every %s leaves no time between bursts: want less", span(b.For), span(b.Every))
	}
}

func (d *decoder) checkSchedule(path string, s *Scenario) {
	const example = ": want schedule: [{at: 0s, rate: 500}, {at: 10s, rate: 2000}]"
	if d.given("load.rate") && s.Load.Schedule[0].Rate != (Rate{s.Load.Rate, s.Load.OfKnee}) {
		d.failf("load.rate", "the schedule says the rate: remove it, or the schedule")
	}
	for i, c := range s.Load.Schedule {
		at := fmt.Sprintf("%s[%d]", path, i)
		for _, name := range []string{"at", "rate"} {
			if !d.given(join(at, name)) {
				d.failf(join(at, name), "is missing%s", example)
			}
		}
		switch {
		case d.anyBad(at):
		case i == 0 && c.At != 0:
			d.failf(join(at, "at"), "%s: the first begins the measured period, and the warm-up has its rate: want 0s", span(c.At))
		case i == 0 && c.Rate == (Rate{}):
			d.failf(join(at, "rate"), "0: the warm-up has the first rate: want more than 0 operations per second")
		case i > 0 && c.At <= s.Load.Schedule[i-1].At:
			d.failf(join(at, "at"), "%s comes after %s: want rising times", span(c.At), span(s.Load.Schedule[i-1].At))
		case c.At >= s.Duration && d.ok("duration"):
			d.failf(join(at, "at"), "%s is not within the measured period of %s", span(c.At), span(s.Duration))
		}
	}
}

// arrivals is the name of an arrival process.
func arrivals(a *Arrivals) codec {
	c := oneOf(a, "arrival process", Constant, Poisson, Closed)
	read := c.read
	c.read = func(d *decoder, path string, n *yaml.Node) {
		if n.Kind == yaml.ScalarNode && slices.Contains(shapes, n.Value) {
			d.failf(path, "%s says how the rate changes, not how arrivals are spaced: want arrivals: poisson or constant, and %s: {…} beside it; see nines list arrivals",
				n.Value, n.Value)
			return
		}
		read(d, path, n)
	}
	return c
}
