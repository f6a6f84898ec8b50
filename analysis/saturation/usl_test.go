package saturation_test

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"nines/analysis/saturation"
)

func curve(u saturation.USL, sizes ...float64) (points []saturation.Point) {
	for _, n := range sizes {
		points = append(points, saturation.Point{N: n, X: u.At(n)})
	}
	return points
}

var doubling = []float64{1, 2, 4, 8, 16, 32, 64, 128, 256}

func near(t *testing.T, what string, got, want, share float64) {
	t.Helper()
	if !(math.Abs(got-want) <= share*math.Abs(want)) {
		t.Errorf("%s %g, want %g within %g of it", what, got, want, share)
	}
}

// Points that lie on the law give its coefficients back.
func TestFitRecovers(t *testing.T) {
	for _, want := range []saturation.USL{
		{Lambda: 1000, Sigma: 0.05, Kappa: 0.0002},
		{Lambda: 3, Sigma: 0.5, Kappa: 0.001},
		{Lambda: 20000, Sigma: 0.001, Kappa: 0.00003},
		{Lambda: 500, Sigma: 0.9, Kappa: 0.01},
	} {
		got := saturation.Fit(curve(want, doubling...))
		near(t, "λ", got.Lambda, want.Lambda, 1e-3)
		near(t, "σ", got.Sigma, want.Sigma, 1e-3)
		near(t, "κ", got.Kappa, want.Kappa, 1e-3)
		near(t, "N*", got.PeakN, math.Sqrt((1-want.Sigma)/want.Kappa), 1e-3)
		if got.Residual > 1e-4 || got.R2 < 0.999 || got.Doubt != "" && got.PeakN <= 256 {
			t.Errorf("%+v: residual %g, R² %g, doubt %q", want, got.Residual, got.R2, got.Doubt)
		}
	}
}

// The SPEC SDM91 benchmark on a SPARCcenter 2000, of Gunther 2007, chapter 5.
// The R package usl 2.0 gives for it, in its README: λ 89.9952, σ 0.0277285, κ
// 0.0001044, and residuals from −81.7 to 111.1.
func TestFitSPECSDM91(t *testing.T) {
	points := []saturation.Point{{1, 64.9}, {18, 995.9}, {36, 1652.4}, {72, 1853.2}, {108, 1828.9}, {144, 1775.0}, {216, 1702.2}}
	u := saturation.Fit(points)
	near(t, "λ", u.Lambda, 89.9952, 1e-4)
	near(t, "σ", u.Sigma, 0.0277285, 1e-4)
	near(t, "κ", u.Kappa, 0.0001044, 1e-3)
	near(t, "N*", u.PeakN, 96.5, 1e-3) // √(0.9722715 / 0.0001044)
	least, most := 0.0, 0.0
	for _, p := range points {
		least, most = min(least, p.X-u.At(p.N)), max(most, p.X-u.At(p.N))
	}
	near(t, "least residual", least, -81.7, 1e-2)
	near(t, "largest residual", most, 111.1, 1e-2)
	if u.Doubt != "" {
		t.Errorf("doubt: %s", u.Doubt)
	}
}

// Amdahl's law has no peak, and a straight line has no limit either.
func TestFitWithoutPeak(t *testing.T) {
	u := saturation.Fit(curve(saturation.USL{Lambda: 100, Sigma: 0.1}, doubling...))
	if u.PeakN != 0 || !strings.HasPrefix(u.Doubt, "no peak") {
		t.Errorf("peak at %g; doubt %q", u.PeakN, u.Doubt)
	}
	near(t, "limit", u.PeakX, 1000, 1e-3) // λ/σ
	u = saturation.Fit(curve(saturation.USL{Lambda: 100}, doubling...))
	if u.PeakN != 0 || u.PeakX != 0 || u.Sigma != 0 || u.Kappa != 0 {
		t.Errorf("of a straight line: %+v", u)
	}
	u = saturation.Fit(curve(saturation.USL{Lambda: 100, Sigma: 0.01, Kappa: 1e-5}, doubling...)) // N* = 315
	if !strings.Contains(u.Doubt, "beyond the 256 sessions") {
		t.Errorf("peak at %g of 256: doubt %q", u.PeakN, u.Doubt)
	}
}

func TestFitSaysThatItIsBad(t *testing.T) {
	for want, points := range map[string][]saturation.Point{
		"0 sizes":   nil,
		"3 sizes":   {{1, 10}, {2, 20}, {4, 30}, {4, 31}},
		"1 sizes":   {{1, 10}, {2, 0}, {0, 5}, {8, math.NaN()}},
		"a bad fit": {{1, 100}, {2, 3}, {4, 100}, {8, 3}, {16, 100}},
	} {
		if u := saturation.Fit(points); !strings.HasPrefix(u.Doubt, want) {
			t.Errorf("%v: doubt %q, want %s", points, u.Doubt, want)
		}
	}
}

// With 5 % of noise the fit still tells the peak's throughput.
func TestFitUnderNoise(t *testing.T) {
	want := saturation.USL{Lambda: 1000, Sigma: 0.02, Kappa: 0.0005}
	peak := want.At(math.Sqrt((1 - want.Sigma) / want.Kappa))
	for seed := range uint64(50) {
		random := rand.New(rand.NewPCG(seed, 0))
		points := curve(want, doubling...)
		for i := range points {
			points[i].X *= 1 + 0.05*random.NormFloat64()
		}
		u := saturation.Fit(points)
		if u.Doubt != "" || math.Abs(u.PeakX-peak) > 0.15*peak {
			t.Errorf("seed %d: peak %g, want about %g; doubt %q", seed, u.PeakX, peak, u.Doubt)
		}
	}
}
