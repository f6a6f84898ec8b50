package null

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

func TestDists(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for text, want := range map[string]struct {
		mean, sd time.Duration
		print    string
	}{
		"0":                   {0, 0, "0s"},
		"5ms":                 {5 * ms, 0, "5ms"},
		"constant( 5ms )":     {5 * ms, 0, "5ms"},
		"uniform(1ms, 3ms)":   {2 * ms, 577350, "uniform(1ms, 3ms)"}, // (b-a)/√12
		"uniform(1ms,1ms)":    {1 * ms, 0, "uniform(1ms, 1ms)"},
		" exponential(2ms)":   {2 * ms, 2 * ms, "exponential(2ms)"},
		"exponential(1500us)": {1500000, 1500000, "exponential(1.5ms)"},
	} {
		d, err := ParseDist(text)
		if err != nil {
			t.Error(err)
			continue
		}
		if d.String() != want.print {
			t.Errorf("%q prints as %q, want %q", text, d, want.print)
		}
		const n = 100_000
		var sum, squares float64
		for range n {
			x := float64(d.draw(rng))
			sum, squares = sum+x, squares+x*x
		}
		mean := sum / n
		sd := math.Sqrt(max(0, squares/n-mean*mean))
		if math.Abs(mean-float64(want.mean)) > 4*float64(want.sd)/math.Sqrt(n)+1 || math.Abs(sd-float64(want.sd)) > 0.03*float64(want.sd)+1 {
			t.Errorf("%q: mean %v, deviation %v", text, time.Duration(mean), time.Duration(sd))
		}
	}
}

func TestBadDists(t *testing.T) {
	for text, want := range map[string]string{
		"":                                     "invalid duration",
		"fast":                                 "invalid duration",
		"-1ms":                                 "no negative time",
		"uniform(3ms, 1ms)":                    "the end is before the start",
		"uniform(1ms)":                         "uniform takes 2 times, not 1",
		"exponential(1ms":                      "closing parenthesis",
		"exponental(1ms)":                      `did you mean "exponential"?`,
		"normal(1ms, 2ms)":                     "there are constant, exponential, uniform",
		"25h":                                  "want at most 24h",
		"uniform(0, 2562047h47m16.854775807s)": "want at most 24h",
	} {
		if _, err := ParseDist(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v, want one with %q", text, err, want)
		}
	}
}

func FuzzParseDist(f *testing.F) {
	for _, seed := range []string{"0", "5ms", "uniform(1ms, 3ms)", "exponential(2ms)", "constant(1h)", "uniform(,)", "x(", "-5s"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		d, err := ParseDist(text)
		if err != nil {
			return
		}
		if again, err := ParseDist(d.String()); err != nil || again != d {
			t.Fatalf("%q prints as %q, which is %v, %v", text, d, again, err)
		}
		if x := d.draw(rand.New(rand.NewPCG(1, 1))); x < 0 {
			t.Fatalf("%v drew %v", d, x)
		}
	})
}
