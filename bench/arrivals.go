package bench

import (
	"math/rand/v2"
	"time"
)

// Arrivals is an arrival process: each call returns the next instant at which
// an operation is due, never before the last one, until ok is false. It knows
// nothing of the system: that is what makes a load open-loop.
//
// It is a function and not an iter.Seq because the engine merges several
// processes by due time, for which it has to pull.
type Arrivals func() (due time.Duration, ok bool)

// Constant returns arrivals at from, from + 1/rate, and so on until before
// until, at rate operations per second. Errors do not add up: the n-th arrival
// is at n/rate, rounded down to a nanosecond.
func Constant(rate float64, from, until time.Duration) Arrivals {
	var n float64
	return func() (time.Duration, bool) {
		due := from + time.Duration(n*float64(time.Second)/rate)
		n++
		return due, due < until
	}
}

// Poisson returns arrivals whose gaps are independent and exponentially
// distributed with mean 1/rate seconds: a large population of users who do not
// know of one another. Its first arrival is one gap after from.
func Poisson(rate float64, from, until time.Duration, rng *rand.Rand) Arrivals {
	var at float64 // nanoseconds since from
	return func() (time.Duration, bool) {
		at += rng.ExpFloat64() * float64(time.Second) / rate
		due := from + time.Duration(at)
		return due, due < until
	}
}
