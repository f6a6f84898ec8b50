package workloads

import (
	"math"
	"math/rand/v2"
	"slices"
	"sync/atomic"

	"nines/bench"
)

// Distribution names a distribution of keys.
type Distribution string

// The distributions.
const (
	Uniform          Distribution = "uniform"
	Zipfian          Distribution = "zipfian"
	ScrambledZipfian Distribution = "scrambled-zipfian"
	Hotspot          Distribution = "hotspot"
	Latest           Distribution = "latest"
)

// Distributions lists the names.
func Distributions() []string {
	return []string{string(Uniform), string(Zipfian), string(ScrambledZipfian), string(Hotspot), string(Latest)}
}

func (d Distribution) validate() error {
	if slices.Contains(Distributions(), string(d)) {
		return nil
	}
	return bench.UnknownName("distribution", string(d), Distributions())
}

// keys draws keys in [0, n).
type keys struct {
	n      uint64
	ranks  drawer // draws the rank of a key, 0 the hottest; nil: uniform
	stride uint64 // rank r is key r*stride mod n; 1 where nothing is spread
}

// maxTable is the most keys for which a table of 16 bytes a key is kept: what
// fits into a core's cache. It is five times as fast as drawing without one.
const maxTable = 1 << 16

// newKeys makes what draws the keys. there is how many there are by now, where
// keys are inserted.
func newKeys(cfg *Config, there *atomic.Uint64) drawer {
	switch cfg.Distribution {
	case Uniform:
		return &keys{n: cfg.Keys, stride: 1}
	case Hotspot:
		return newHotspot(cfg)
	case Latest:
		return &latest{zipf: newZipf(cfg.Keys, cfg.Theta), there: there}
	}
	k := &keys{n: cfg.Keys, stride: 1}
	if cfg.Keys <= maxTable {
		k.ranks = newAlias(zipfWeights(cfg.Keys, cfg.Theta))
	} else {
		k.ranks = newZipf(cfg.Keys, cfg.Theta)
	}
	if cfg.Distribution == ScrambledZipfian {
		k.stride = spread(cfg.Keys)
	}
	return k
}

// A drawer draws keys. It may be used from many goroutines.
type drawer interface{ draw(*rand.Rand) uint64 }

func (k *keys) draw(rng *rand.Rand) uint64 {
	if k.ranks == nil {
		return rng.Uint64N(k.n)
	}
	rank := k.ranks.draw(rng)
	if k.stride == 1 {
		return rank
	}
	return rank * k.stride % k.n // the product is below 2^64: see MaxKeys
}

// spread returns a stride that is prime to n, so that stepping by it reaches
// every key once: unlike a hash, which gives some keys to two ranks and thereby
// changes the distribution. It is near n divided by the golden ratio, which
// keeps any number of first steps far apart (Knuth, TAOCP 3, section 6.4).
func spread(n uint64) uint64 {
	s := max(1, uint64(math.Round(float64(n)/math.Phi)))
	for gcd(s, n) != 1 {
		s++
	}
	return s
}

func gcd(a, b uint64) uint64 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}
