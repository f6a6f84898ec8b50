package saturation_test

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"reflect"
	"testing"

	"nines/analysis/saturation"
	"nines/results"
)

var params = results.Search{Step: 0.05, Confirm: 4, Hold: 3, MinRate: 100, MaxRate: 100_000, MaxSessions: 512}

// find runs a search to its end, and counts trials.
func find(t *testing.T, start float64, p results.Search, try func(rate float64) saturation.Outcome) (saturation.Knee, int) {
	t.Helper()
	s := saturation.NewSearch(start, p)
	for n := range 200 {
		rate, more := s.Next()
		if !more {
			return s.Knee(), n
		}
		if rate < p.MinRate || rate > p.MaxRate {
			t.Fatalf("asks for %g", rate)
		}
		s.Result(try(rate))
	}
	t.Fatalf("no end: %+v", s.Knee())
	return saturation.Knee{}, 0
}

func heldIf(ok bool) saturation.Outcome {
	if ok {
		return saturation.Held
	}
	return saturation.Failed
}

// Response times of an M/M/1 queue are exponential with mean 1/(μ−λ), so p99 is
// ln(100)/(μ−λ), and meets an SLO of T up to the rate μ − ln(100)/T. With T of
// 100 ms that is μ − 46.05.
func TestSearchMM1(t *testing.T) {
	const slo = 0.1
	for _, mu := range []float64{200, 1000, 12_345, 80_000} {
		knee := mu - math.Log(100)/slo
		for _, start := range []float64{1, mu / 3, mu, 3 * mu, 1e9} {
			k, n := find(t, start, params, func(rate float64) saturation.Outcome {
				return heldIf(rate < mu && math.Log(100)/(mu-rate) <= slo)
			})
			if k.State != saturation.Confirmed || k.Held != 3 || k.Tried != 3 || k.Limit != saturation.BySystem || len(k.Lower) != 0 {
				t.Errorf("μ %g from %g: %+v", mu, start, k)
			}
			if !(k.Rate <= knee && knee < k.Above && k.Above <= 1.06*k.Rate) { // rates have three digits
				t.Errorf("μ %g from %g: between %g and %g, want %g", mu, start, k.Rate, k.Above, knee)
			}
			if n > 40 {
				t.Errorf("μ %g from %g: %d trials", mu, start, n)
			}
		}
	}
}

// A system that follows the universal scalability law holds what its peak is.
func TestSearchUSL(t *testing.T) {
	u := saturation.USL{Lambda: 1000, Sigma: 0.05, Kappa: 0.0002}
	peak := u.At(math.Sqrt((1 - u.Sigma) / u.Kappa))
	k, _ := find(t, 0.75*peak, params, func(rate float64) saturation.Outcome { return heldIf(rate <= peak) })
	if !(k.Rate <= peak && peak < k.Above) {
		t.Errorf("%+v, want %g", k, peak)
	}
}

func TestSearchNothingHolds(t *testing.T) {
	k, n := find(t, 50_000, params, func(float64) saturation.Outcome { return saturation.Failed })
	if k.State != saturation.None || k.Rate != 0 || k.Above != 100 || k.Limit != saturation.BySystem {
		t.Errorf("%+v", k)
	}
	if n != 2*10 { // 50,000 is halved 9 times until it is below 100; each fails twice
		t.Errorf("%d trials, want 20", n)
	}
}

func TestSearchEverythingHolds(t *testing.T) {
	k, _ := find(t, 50_000, params, func(float64) saturation.Outcome { return saturation.Held })
	if k.State != saturation.Confirmed || k.Rate != 100_000 || k.Above != 0 || k.Limit != saturation.ByMaximum || k.Held != 3 {
		t.Errorf("%+v", k)
	}
}

// What the load generator could not offer is no limit of the system.
func TestSearchGeneratorsLimit(t *testing.T) {
	k, _ := find(t, 5000, params, func(rate float64) saturation.Outcome {
		if rate > 9000 {
			return saturation.Unfit
		}
		return saturation.Held
	})
	if k.State != saturation.Confirmed || k.Limit != saturation.ByGenerator || k.Rate > 9000 || k.Above <= 9000 {
		t.Errorf("%+v", k)
	}
}

func TestSearchVoid(t *testing.T) {
	k, n := find(t, 5000, params, func(float64) saturation.Outcome { return saturation.Wrong })
	if k.State != saturation.Void || n != 1 || k.Rate != 0 {
		t.Errorf("after %d trials: %+v", n, k)
	}
}

// A trial that was unfit says nothing: it does not count among the three, and the
// rate is given up only after three such. From 1000: as in TestSearchConfirms.
func TestSearchUnfit(t *testing.T) {
	for outcomes, want := range map[string]saturation.Knee{
		"hffffffff" + "uuhhuh": {State: saturation.Unfinished, Rate: 952, Above: 1000, Limit: saturation.ByGenerator, Held: 1, Tried: 1,
			Lower: []saturation.Refut{{1000, 2, 2, 3}}},
		"hffffffff" + "uuhhh":  {State: saturation.Confirmed, Rate: 1000, Above: 1050, Limit: saturation.BySystem, Held: 3, Tried: 3},
		"hffffffff" + "uuhfhh": {State: saturation.Confirmed, Rate: 1000, Above: 1050, Limit: saturation.BySystem, Held: 3, Tried: 4},
		"uuh":                  {State: saturation.Unfinished, Rate: 1000},
		"uuu":                  {State: saturation.Unfinished, Above: 1000, Limit: saturation.ByGenerator},
		"ufuu":                 {State: saturation.Unfinished, Above: 1000, Limit: saturation.BySystem},
		"hffffffff" + "uuu": {State: saturation.Unfinished, Rate: 952, Above: 1000, Limit: saturation.ByGenerator,
			Lower: []saturation.Refut{{1000, 0, 0, 3}}},
	} {
		s := saturation.NewSearch(1000, params)
		try := script(outcomes)
		for range outcomes {
			s.Result(try(0))
		}
		if k := s.Knee(); !reflect.DeepEqual(k, want) {
			t.Errorf("%s: %+v, want %+v", outcomes, k, want)
		}
	}
}

// script answers a search trial by trial.
func script(outcomes string) func(float64) saturation.Outcome {
	i := 0
	return func(float64) saturation.Outcome {
		i++
		return map[byte]saturation.Outcome{'h': saturation.Held, 'f': saturation.Failed, 'u': saturation.Unfit}[outcomes[i-1]]
	}
}

// From 1000: 1500 fails twice, then 1220, 1100 and 1050 fail, each twice, so
// that the bracket is 1000 to 1050, and 1000 is to be confirmed.
func TestSearchConfirms(t *testing.T) {
	const bracket = "h" + "ff" + "ff" + "ff" + "ff"
	for _, c := range []struct {
		then        string
		state       saturation.State
		rate, above float64
		held, tried int
		lowered     int
	}{
		{"hhh", saturation.Confirmed, 1000, 1050, 3, 3, 0},
		{"hh", saturation.Unfinished, 1000, 1050, 2, 2, 0},
		{"hfh", saturation.Unfinished, 1000, 1050, 2, 3, 0},
		{"fhhh", saturation.Confirmed, 1000, 1050, 3, 4, 0},
		{"hhfh", saturation.Confirmed, 1000, 1050, 3, 4, 0},
		{"ff" + "hfhh", saturation.Confirmed, 952, 1000, 3, 4, 1},         // 1000/1.05
		{"hhff" + "hhh", saturation.Confirmed, 952, 1000, 3, 3, 1},        // one failure is borne, and not two
		{"fhf" + "fhhf" + "hhh", saturation.Confirmed, 907, 952, 3, 3, 2}, // 952/1.05
		{"ffffffffffff", saturation.Unconfirmed, 0, 784, 0, 2, 6},         // 864, 823, 784 ...
		{"h", saturation.Unfinished, 1000, 1050, 1, 1, 0},
	} {
		s := saturation.NewSearch(1000, params)
		try := script(bracket + c.then)
		for range bracket + c.then {
			rate, more := s.Next()
			if !more {
				t.Errorf("%s: over too early: %+v", c.then, s.Knee())
				break
			}
			s.Result(try(rate))
		}
		_, more := s.Next()
		k := s.Knee()
		if more != (c.state == saturation.Unfinished) || k.State != c.state || k.Rate != c.rate || k.Above != c.above ||
			k.Held != c.held || k.Tried != c.tried || len(k.Lower) != c.lowered {
			t.Errorf("%s: %+v, more %t", c.then, k, more)
		}
	}
}

// What a manifest of before says of a search is still the search that it was: three
// trials, of which one may fail.
func TestOlderSearch(t *testing.T) {
	var p results.Search
	err := json.Unmarshal([]byte(`{"slo_p99_ns": 100000000, "step": 0.05, "confirm": 3, "min_rate_ops_s": 100, "max_rate_ops_s": 100000, "max_sessions": 512}`), &p)
	if err != nil {
		t.Fatal(err)
	}
	for then, want := range map[string]saturation.Knee{
		"hhh": {State: saturation.Confirmed, Rate: 1000, Above: 1050, Limit: saturation.BySystem, Held: 3, Tried: 3},
		"hfh": {State: saturation.Confirmed, Rate: 1000, Above: 1050, Limit: saturation.BySystem, Held: 2, Tried: 3},
		"hh":  {State: saturation.Unfinished, Rate: 1000, Above: 1050, Limit: saturation.BySystem, Held: 2, Tried: 2},
	} {
		s := saturation.NewSearch(1000, p)
		try := script("hffffffff" + then)
		for range "hffffffff" + then {
			s.Result(try(0))
		}
		if k := s.Knee(); !reflect.DeepEqual(k, want) {
			t.Errorf("%s: %+v, want %+v", then, k, want)
		}
	}
}

// One spurious failure at each rate changes nothing: it takes two.
func TestSearchForgivesOne(t *testing.T) {
	seen := map[float64]bool{}
	k, _ := find(t, 3000, params, func(rate float64) saturation.Outcome {
		first := !seen[rate]
		seen[rate] = true
		return heldIf(!first && rate <= 7777)
	})
	if k.State != saturation.Confirmed || k.Rate > 7777 || k.Above <= 7777 || len(k.Lower) != 0 {
		t.Errorf("%+v", k)
	}
}

// Where the outcome is a matter of chance near the knee, and of bad luck once in
// ten elsewhere, the search ends, is confirmed, and is seldom far off.
func TestSearchUnderNoise(t *testing.T) {
	const knee, seeds = 10_000.0, 200
	far := 0
	for seed := range uint64(seeds) {
		random := rand.New(rand.NewPCG(seed, 1))
		k, _ := find(t, 5000, params, func(rate float64) saturation.Outcome {
			return heldIf(rate*(1+0.03*random.NormFloat64()) <= knee && random.Float64() > 0.1)
		})
		if k.State != saturation.Confirmed || k.Held != 3 || k.Tried > 4 {
			t.Errorf("seed %d: %+v", seed, k)
		}
		if math.Abs(k.Rate-knee) > 0.1*knee {
			far++
		}
	}
	if far > seeds/10 {
		t.Errorf("%d of %d knees are off by more than a tenth", far, seeds)
	}
}
