package workloads

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"sync/atomic"
	"testing"
)

// chiSquare compares counts with the exact probabilities, and returns how many
// standard deviations above its mean the statistic lies. (With df degrees of
// freedom it has mean df and variance 2 df.) Cells that expect fewer than 10
// are put together.
func chiSquare(counts []uint64, weights []float64) float64 {
	var n, sum float64
	for i := range counts {
		n += float64(counts[i])
		sum += weights[i]
	}
	var x, df, restSaw, restWant float64
	for i, c := range counts {
		want := weights[i] / sum * n
		if want < 10 {
			restSaw, restWant = restSaw+float64(c), restWant+want
			continue
		}
		x += (float64(c) - want) * (float64(c) - want) / want
		df++
	}
	if restWant > 0 {
		x += (restSaw - restWant) * (restSaw - restWant) / restWant
		df++
	}
	df--
	return (x - df) / math.Sqrt(2*df)
}

func draws(r drawer, n uint64, total int) []uint64 {
	counts := make([]uint64, n)
	rng := rand.New(rand.NewPCG(7, 7))
	for range total {
		counts[r.draw(rng)]++
	}
	return counts
}

// The draws are seeded, so the bound of 4 standard deviations is either kept
// always or never.
func TestZipfIsExact(t *testing.T) {
	for _, c := range []struct {
		n     uint64
		theta float64
	}{{1, 0.99}, {2, 0.99}, {3, 0.5}, {10, 0.01}, {1000, 0.99}, {1000, 1}, {1000, 1 + 1e-12}, {1000, 0.2}, {1000, 1.5}, {1000, 3}, {100000, 0.99}} {
		weights := zipfWeights(c.n, c.theta)
		for name, r := range map[string]drawer{"alias": newAlias(weights), "rejection": newZipf(c.n, c.theta)} {
			t.Run(fmt.Sprintf("%s/n=%d/theta=%v", name, c.n, c.theta), func(t *testing.T) {
				counts := draws(r, c.n, 400_000)
				if c.n == 1 {
					return // it did not panic
				}
				if z := chiSquare(counts, weights); z > 4 {
					t.Errorf("chi-square lies %.1f standard deviations above its mean", z)
				}
			})
		}
	}
}

// Of n keys, the k-th youngest is drawn in proportion to k^-theta, also when there
// are more keys than at first.
func TestLatestIsExact(t *testing.T) {
	var there atomic.Uint64
	l := newKeys(&Config{Keys: 10, Distribution: Latest, Theta: 0.99}, &there)
	for _, n := range []uint64{1, 10, 11, 1000} {
		there.Store(n)
		counts := draws(l, n, 400_000)
		slices.Reverse(counts)
		if z := chiSquare(counts, zipfWeights(n, 0.99)); n > 1 && z > 4 {
			t.Errorf("of %d keys: chi-square lies %.1f standard deviations above its mean", n, z)
		}
	}
}

func TestHotspotIsExact(t *testing.T) {
	for _, c := range []struct {
		n    uint64
		keys float64
		hot  uint64 // keys that are hot
	}{{1000, 0.2, 200}, {10, 0.01, 1}, {10, 0.99, 9}, {2, 0.5, 1}, {3, 0.5, 2}, {1, 0.5, 1}} {
		const ops = 0.7
		weights := make([]float64, c.n)
		for k := range weights {
			weights[k] = ops / float64(c.hot)
			if uint64(k) >= c.hot {
				weights[k] = (1 - ops) / float64(c.n-c.hot)
			}
		}
		counts := draws(newKeys(&Config{Keys: c.n, Distribution: Hotspot, HotKeys: c.keys, HotOps: ops}, nil), c.n, 400_000)
		if z := chiSquare(counts, weights); c.n > 1 && z > 4 {
			t.Errorf("%d keys, %v of them hot: chi-square lies %.1f standard deviations above its mean", c.n, c.keys, z)
		}
	}
}

// The share of the third-hottest of 1000 keys, by hand: 3^-0.99 / sum k^-0.99 =
// 0.33700 / 7.7289 = 4.360 %. The approximation of Gray et al. gives 5.11 %.
func TestThirdHottestKey(t *testing.T) {
	const want = 0.04360
	for name, r := range map[string]drawer{"alias": newAlias(zipfWeights(1000, 0.99)), "rejection": newZipf(1000, 0.99)} {
		const total = 1_000_000
		saw := float64(draws(r, 1000, total)[2]) / total
		if sd := math.Sqrt(want * (1 - want) / total); math.Abs(saw-want) > 4*sd {
			t.Errorf("%s: share %.4f %%, want %.4f ± %.4f %%", name, 100*saw, 100*want, 400*sd)
		}
	}
}

// The test itself must see an approximation: the inverse of Gray et al. (SIGMOD
// 1994, as in YCSB).
func TestChiSquareFindsGray(t *testing.T) {
	weights := zipfWeights(1000, 0.99)
	if z := chiSquare(draws(newGray(1000, 0.99), 1000, 400_000), weights); z < 10 {
		t.Errorf("chi-square lies only %.1f standard deviations above its mean", z)
	}
}

type gray struct{ n, alpha, zeta, eta, theta float64 }

func newGray(n uint64, theta float64) gray {
	g := gray{n: float64(n), theta: theta, alpha: 1 / (1 - theta)}
	for _, w := range zipfWeights(n, theta) {
		g.zeta += w
	}
	g.eta = (1 - math.Pow(2/g.n, 1-theta)) / (1 - (1+math.Pow(0.5, theta))/g.zeta)
	return g
}

func (g gray) draw(rng *rand.Rand) uint64 {
	u := rng.Float64()
	switch uz := u * g.zeta; {
	case uz < 1:
		return 0
	case uz < 1+math.Pow(0.5, g.theta):
		return 1
	default:
		return uint64(g.n * math.Pow(g.eta*u-g.eta+1, g.alpha))
	}
}

// Far beyond any table only the head can be compared: the hottest keys.
func TestZipfOfManyKeys(t *testing.T) {
	const n, theta, total = MaxKeys, 0.99, 500_000
	// Euler-Maclaurin: the sum to n is the sum to m, the integral from m to n,
	// and half of what the end terms differ by.
	const m = 10000
	var zeta float64
	for _, w := range zipfWeights(m, theta) {
		zeta += w
	}
	pow := func(x float64) float64 { return math.Pow(x, 1-theta) / (1 - theta) }
	zeta += pow(n) - pow(m) + (math.Pow(n, -theta)-math.Pow(m, -theta))/2
	z, rng := newZipf(n, theta), rand.New(rand.NewPCG(3, 3))
	counts, weights := make([]uint64, 101), append(zipfWeights(100, theta), zeta)
	for _, w := range weights[:100] {
		weights[100] -= w
	}
	for range total {
		k := z.draw(rng)
		if k >= n {
			t.Fatalf("drew %d of %d", k, uint64(n))
		}
		counts[min(k, 100)]++
	}
	if z := chiSquare(counts, weights); z > 4 {
		t.Errorf("chi-square lies %.1f standard deviations above its mean", z)
	}
}

func TestScramblingIsAPermutation(t *testing.T) {
	for _, n := range []uint64{1, 2, 3, 4, 6, 10, 97, 100, 1000, 1024, 65536, 99999} {
		stride := spread(n)
		seen := make([]bool, n)
		for r := range n {
			seen[r*stride%n] = true
		}
		for k, ok := range seen {
			if !ok {
				t.Fatalf("%d keys: key %d is never drawn", n, k)
			}
		}
	}
	// The ten hottest of 1000 keys are at least 30 apart (ideal: 100).
	stride := spread(1000)
	for a := range uint64(10) {
		for b := range a {
			d := (a - b) * stride % 1000
			if min(d, 1000-d) < 30 {
				t.Errorf("ranks %d and %d are keys %d apart", b, a, min(d, 1000-d))
			}
		}
	}
}

func BenchmarkKeys(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 1))
	for name, r := range map[string]drawer{"alias": newAlias(zipfWeights(1000, 0.99)), "rejection": newZipf(1000, 0.99)} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				r.draw(rng)
			}
		})
	}
}
