package stats

import (
	"math"
	"math/bits"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// Permeability of placentas, at term and earlier (Hollander, Wolfe and Chicken
// 2014, examples 4.1, 4.3 and 4.4): the p-value of one side is 0.127, the shift
// -0.305, the interval of 96 % reaches from -0.76 to 0.15.
func placentas() (term, early []float64) {
	return []float64{0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46}, []float64{1.15, 0.88, 0.90, 0.74, 1.21}
}

func TestMannWhitney(t *testing.T) {
	term, early := placentas()
	for _, c := range []struct {
		name string
		a, b []float64
		want float64
	}{
		{"placentas", term, early, 0.2544},
		{"apart", []float64{1, 2, 3}, []float64{4, 5, 6}, 2.0 / 20},
		{"apart, four", []float64{1, 2, 3, 4}, []float64{5, 6, 7, 8}, 2.0 / 70},
		{"one each", []float64{1}, []float64{2}, 1},
		{"infinite", []float64{1, 2, 3}, []float64{inf, inf, inf}, 2.0 / 20},
		{"equal", []float64{1, 1}, []float64{1, 1, 1}, 1},
		{"NaN left out", []float64{1, nan, 2, 3}, []float64{4, 5, 6, nan}, 2.0 / 20},
		{"none", nil, []float64{1}, nan},
		{"only NaN", []float64{1}, []float64{nan}, nan},
	} {
		if got := MannWhitney(c.a, c.b); !near(got, c.want, 5e-5) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

// slowMannWhitney goes through all ways to choose the first side.
func slowMannWhitney(a, b []float64) float64 {
	all := slices.Concat(a, b)
	u := func(first uint) float64 {
		sum := 0.0
		for i, x := range all {
			for j, y := range all {
				if first>>i&1 == 1 && first>>j&1 == 0 {
					switch {
					case x > y:
						sum++
					case x == y:
						sum += 0.5
					}
				}
			}
		}
		return sum
	}
	mean := float64(len(a)*len(b)) / 2
	seen := math.Abs(u(1<<len(a)-1) - mean)
	ways, extreme := 0.0, 0.0
	for first := range uint(1) << len(all) {
		if bits.OnesCount(first) == len(a) {
			ways++
			if math.Abs(u(first)-mean) >= seen {
				extreme++
			}
		}
	}
	return extreme / ways
}

func TestMannWhitneyIsExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		side := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) float64 {
			return rapid.SampledFrom([]float64{1, 2, 3, 5, 8, 13, math.Inf(1)}).Draw(t, "v")
		}), 1, 5)
		a, b := side.Draw(t, "a"), side.Draw(t, "b")
		got, want := MannWhitney(a, b), slowMannWhitney(a, b)
		if !near(got, want, 1e-9) {
			t.Fatalf("%v, want %v", got, want)
		}
		if back := MannWhitney(b, a); !near(got, back, 1e-9) {
			t.Fatalf("%v one way, %v the other", got, back)
		}
	})
}

// Beyond where it is exact it is normal, and close to it there.
func TestMannWhitneyIsNormalAtLast(t *testing.T) {
	r := randomness(5)
	for _, tied := range []bool{false, true} {
		a, b := sample(41, r.NormFloat64), sample(41, func() float64 { return 0.4 + r.NormFloat64() })
		if tied {
			for _, x := range [][]float64{a, b} {
				for k := range x {
					x[k] = math.Round(2 * x[k])
				}
			}
		}
		if !exactly(40, 40) || exactly(41, 41) {
			t.Fatal("the bound lies elsewhere")
		}
		normal := MannWhitney(a, b)
		ranks, sum := jointRanks(a, b)
		far, all, mean := 0.0, 0.0, 41*83.0
		for s, ways := range rankSums(ranks, 41) {
			all += ways
			if math.Abs(float64(s)-mean) >= math.Abs(float64(sum)-mean) {
				far += ways
			}
		}
		if exact := far / all; math.Abs(normal/exact-1) > 0.1 {
			t.Errorf("tied %v: %v, exact is %v", tied, normal, exact)
		}
	}
}

func TestShift(t *testing.T) {
	term, early := placentas()
	diff, i, ok := Shift(term, early, 0.95)
	if !ok || !near(diff, -0.305, 1e-9) || !same(i, Interval{-0.76, 0.15, 0.95}, 1e-9) {
		t.Errorf("placentas: %v %v %v", diff, i, ok)
	}
	if got := shiftCoverage(10, 5, 0.95); !near(got, 0.96, 0.005) {
		t.Errorf("placentas are covered with %v, want 0.96", got)
	}
	for _, c := range []struct {
		name string
		a, b []float64
		diff float64
	}{
		{"by hand", []float64{0, 1}, []float64{10, 13}, 11}, // 9, 10, 12, 13
		{"one each", []float64{1}, []float64{4}, 3},
		{"never against ended", []float64{1, 2}, []float64{inf, inf}, inf},
		{"both never", []float64{inf}, []float64{inf}, 0},
		{"none", nil, []float64{1}, nan},
		{"NaN", []float64{nan}, []float64{1}, nan},
	} {
		diff, i, ok := Shift(c.a, c.b, 0.95)
		if ok || i.Exists() || !near(diff, c.diff, 1e-12) {
			t.Errorf("%s: %v %v %v, want %v", c.name, diff, i, ok, c.diff)
		}
	}
	// Four on each side: all sixteen differences, 1 - 2/70.
	_, i, ok = Shift(upTo(4), []float64{11, 12, 13, 14}, 0.95)
	if want := (Interval{7, 13, 0.95}); !ok || i != want || !near(shiftCoverage(4, 4, 0.95), 1-2.0/70, 1e-12) {
		t.Errorf("four: %v %v, %v", i, ok, shiftCoverage(4, 4, 0.95))
	}
	if got := ShiftSizeFor(0.95); got != 4 {
		t.Errorf("it takes %d, want 4", got)
	}
}

// The interval has what the test would not refuse, at its ends too.
func TestShiftAgreesWithMannWhitney(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		side := rapid.SliceOfN(rapid.Float64Range(0, 100), 4, 9)
		a, b := side.Draw(t, "a"), side.Draw(t, "b")
		diff, i, ok := Shift(a, b, 0.95)
		if !ok || !i.Contains(diff) {
			t.Fatalf("%v %v %v", diff, i, ok)
		}
		moved := func(by float64) float64 {
			c := slices.Clone(b)
			for k := range c {
				c[k] -= by
			}
			return MannWhitney(a, c)
		}
		const little = 1e-6
		if p := moved(i.Lo - little); p > 0.05+1e-9 {
			t.Fatalf("below %v: p = %v", i.Lo, p)
		}
		if p := moved(i.Hi + little); p > 0.05+1e-9 {
			t.Fatalf("above %v: p = %v", i.Hi, p)
		}
	})
}

func TestShiftCoversAsItSays(t *testing.T) {
	for _, c := range [][2]int{{4, 4}, {5, 10}, {10, 10}, {50, 50}} {
		n, m := c[0], c[1]
		_, got, se := measure(3, func(r *rand.Rand) (bool, bool) {
			b := sample(m, skewed(r))
			for k := range b {
				b[k] += 3
			}
			_, i, ok := Shift(sample(n, skewed(r)), b, 0.95)
			return ok, i.Contains(3)
		})
		if exact := shiftCoverage(n, m, 0.95); math.Abs(got-exact) > 3*se {
			t.Errorf("%d and %d: covered %.4f ± %.4f, want %.4f", n, m, got, se, exact)
		}
	}
}

// 0.005·4 = 0.02, 0.01·3 = 0.03, 0.03·2 = 0.06, and 0.04·1 < 0.06.
func TestHolm(t *testing.T) {
	for _, c := range []struct{ p, want []float64 }{
		{[]float64{0.01, 0.04, 0.03, 0.005}, []float64{0.03, 0.06, 0.06, 0.02}},
		{[]float64{nan, 0.01, nan, 0.04}, []float64{nan, 0.02, nan, 0.04}},
		{[]float64{0.5, 0.9}, []float64{1, 1}},
		{[]float64{nan}, []float64{nan}},
		{nil, nil},
	} {
		got := Holm(c.p)
		if !slices.EqualFunc(got, c.want, func(a, b float64) bool { return near(a, b, 1e-12) }) {
			t.Errorf("%v becomes %v, want %v", c.p, got, c.want)
		}
	}
}

func TestHolmProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := rapid.SliceOf(rapid.Float64Range(0, 1)).Draw(t, "p")
		got := Holm(p)
		for i := range p {
			if got[i] < p[i] || got[i] > min(1, p[i]*float64(len(p)))+1e-12 {
				t.Fatalf("%v becomes %v of %d", p[i], got[i], len(p))
			}
			for j := range p {
				if p[i] < p[j] && got[i] > got[j] {
					t.Fatalf("the order of %v and %v is lost", p[i], p[j])
				}
			}
		}
	})
}
