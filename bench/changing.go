package bench

import (
	"math/rand/v2"
	"time"
)

// PoissonProfile returns the arrivals of an inhomogeneous Poisson process with the
// profile's rate: between any two instants their number is Poisson distributed, with
// the integral of the rate as its mean, and independent of what arrives at other
// times.
//
// It is exact, by a change of time: if a process of rate 1 arrives at u1, u2, …, and Λ
// is the cumulative rate, then Λ⁻¹(u1), Λ⁻¹(u2), … is the process (Çinlar,
// Introduction to Stochastic Processes, 1975, §4.7). Thinning (Lewis and Shedler,
// 1979) would draw and throw away.
func PoissonProfile(p Profile, from, until time.Duration, rng *rand.Rand) Arrivals {
	if p.Steady() {
		return Poisson(p.Rate, from, until, rng)
	}
	c, m := along(p, from, until)
	return func() (time.Duration, bool) {
		m += rng.ExpFloat64()
		return c.reach(m)
	}
}

// ConstantProfile returns evenly spaced arrivals at the profile's rate: the n-th, from
// 0, is due when the integral of the rate since from reaches n.
func ConstantProfile(p Profile, from, until time.Duration) Arrivals {
	if p.Steady() {
		return Constant(p.Rate, from, until)
	}
	c, n := along(p, from, until)
	return func() (time.Duration, bool) {
		due, ok := c.reach(n)
		n++
		return due, ok
	}
}

// course goes along a profile.
type course struct {
	profile Profile
	until   time.Duration
	leg     leg
	next    int           // the leg after it
	before  float64       // mass of the legs before it
	last    time.Duration // that was reached: rounding must not go back
}

// along returns the course from an instant on, which is usually that of the
// warm-up, and how many arrivals are expected before it.
func along(p Profile, from, until time.Duration) (c *course, before float64) {
	warmup := leg{from: min(from, 0), rate: p.first()}
	return &course{profile: p, until: until, leg: warmup, last: from}, p.Expected(from)(from)
}

// reach returns the instant by which m arrivals are expected; it is asked for a
// growing m. ok is false if that is not before the end.
func (c *course) reach(m float64) (at time.Duration, ok bool) {
	for ; c.leg.from < c.until; c.next++ {
		all := c.leg.all()
		if x := m - c.before; x < all {
			x = c.leg.within(x)
			if x >= (c.until - c.leg.from).Seconds() { // and may be more than a Duration holds
				return 0, false
			}
			c.last = max(c.last, c.leg.from+time.Duration(x*float64(time.Second)))
			return c.last, c.last < c.until
		}
		c.before += all
		if c.leg, ok = c.profile.leg(c.next); !ok {
			c.leg.from = Never
		}
	}
	return 0, false
}
