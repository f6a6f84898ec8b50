package workloads

import (
	"math"
	"math/bits"
	"math/rand/v2"
)

// An alias table draws 0 … n-1 with any probabilities, in constant time, with
// one random word: A. J. Walker, Electronics Letters 10(8), 1974; built as in M.
// D. Vose, "A linear algorithm for generating random numbers with a given
// distribution", IEEE TSE 17(9), 1991. Its probabilities are exact to the
// rounding of a float64.
type alias []column

// A column is chosen uniformly. It stands for itself below the threshold, given
// in 2^-64, and for another above.
type column struct {
	threshold uint64
	other     uint32
}

// newAlias makes the table for probabilities in proportion to the weights.
func newAlias(weights []float64) alias {
	n := len(weights)
	var sum float64
	for i := range weights {
		sum += weights[n-1-i] // the small ones first, so that none is lost in rounding
	}
	t := make(alias, n)
	height := make([]float64, n) // of the column, where 1 is full
	var low, high []uint32       // columns that are not full, and the others
	for i, w := range weights {
		height[i] = w / sum * float64(n)
		t[i] = column{math.MaxUint64, uint32(i)}
		if height[i] < 1 {
			low = append(low, uint32(i))
		} else {
			high = append(high, uint32(i))
		}
	}
	// Fill each low column up from a high one, which may thereby become low.
	for len(low) > 0 && len(high) > 0 {
		l, h := low[len(low)-1], high[len(high)-1]
		low = low[:len(low)-1]
		t[l] = column{uint64(math.Ldexp(height[l], 64)), h}
		height[h] -= 1 - height[l]
		if height[h] < 1 {
			high = high[:len(high)-1]
			low = append(low, h)
		}
	}
	return t // what is left is full but for rounding
}

func (t alias) draw(rng *rand.Rand) uint64 {
	// The product's high word is a uniform column, its low word uniform in it.
	i, within := bits.Mul64(rng.Uint64(), uint64(len(t)))
	if c := &t[i]; within > c.threshold {
		return uint64(c.other)
	}
	return i
}
