package workloads

import (
	"math"
	"math/rand/v2"
)

// hotspot draws one of the hot keys 0 … hot-1 with a given probability, and else
// one of the others; either way each of them is as likely. It is the hotspot of
// YCSB, where the shares of keys and of operations are given.
type hotspot struct {
	n, hot uint64
	ops    float64
}

// newHotspot takes at least one key for hot, and at least one for cold if there
// are two.
func newHotspot(cfg *Config) *hotspot {
	hot := max(1, uint64(math.Round(cfg.HotKeys*float64(cfg.Keys))))
	return &hotspot{n: cfg.Keys, hot: min(hot, max(1, cfg.Keys-1)), ops: cfg.HotOps}
}

func (h *hotspot) draw(rng *rand.Rand) uint64 {
	if h.hot == h.n || rng.Float64() < h.ops {
		return rng.Uint64N(h.hot)
	}
	return h.hot + rng.Uint64N(h.n-h.hot)
}
