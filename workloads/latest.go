package workloads

import (
	"math/rand/v2"
	"sync/atomic"
)

// latest draws keys by their age: of n keys, the k-th youngest with probability
// in exact proportion to k^-theta, for k of 1 … n. n grows while keys are
// inserted. A key is as young as its number is high.
type latest struct {
	zipf  *zipf          // of as many keys as there were at first
	there *atomic.Uint64 // how many there are by now
}

func (l *latest) draw(rng *rand.Rand) uint64 {
	n := l.there.Load()
	z := l.zipf.of(n)
	return n - 1 - z.draw(rng)
}
