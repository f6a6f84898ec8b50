package plot

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"nines/analysis"
)

// Three writes x with three significant digits and no exponent: 0.0123, 1.30,
// 98.7, 1234567.
func Three(x float64) string {
	if x == 0 || math.IsNaN(x) || math.IsInf(x, 0) {
		return strconv.FormatFloat(x, 'f', 0, 64)
	}
	// Rounding first: 9.996 has three digits as 10.0, not as 10.00.
	r, _ := strconv.ParseFloat(strconv.FormatFloat(x, 'e', 2, 64), 64)
	digits := 2 - int(math.Floor(math.Log10(math.Abs(r))))
	if digits < 0 {
		return strconv.FormatFloat(x, 'f', 0, 64)
	}
	return strconv.FormatFloat(r, 'f', digits, 64)
}

// Time writes a time in the unit that suits it: 412 µs, 1.30 ms, 4.12 s. NaN is
// a dash; +Inf is an infinity sign, for callers that know no better bound.
func Time(ms analysis.MS) string {
	f := float64(ms)
	switch a := math.Abs(f); {
	case math.IsNaN(f):
		return "—"
	case math.IsInf(f, 0):
		return "∞"
	case f == 0:
		return "0"
	case a < 0.9995:
		return Three(f*1000) + " µs"
	case a < 999.5:
		return Three(f) + " ms"
	default:
		return Three(f/1000) + " s"
	}
}

// short is for ticks: as few digits as tell the value. 0.1 ms, 10 ms, 1 s.
func short(ms float64) string {
	s := Time(analysis.MS(ms))
	number, unit, _ := strings.Cut(s, " ")
	if strings.Contains(number, ".") {
		number = strings.TrimRight(strings.TrimRight(number, "0"), ".")
	}
	return strings.TrimSpace(number + " " + unit)
}

// count is for rates on an axis: 0, 500, 2k, 2.5k, 1M.
func count(x float64) string {
	for _, u := range []struct {
		at   float64
		unit string
	}{{1e9, "G"}, {1e6, "M"}, {1e3, "k"}} {
		if math.Abs(x) >= u.at {
			return strconv.FormatFloat(math.Round(x/u.at*100)/100, 'f', -1, 64) + u.unit
		}
	}
	return strconv.FormatFloat(math.Round(x*1000)/1000, 'f', -1, 64)
}

// percent writes a quantile as a percentage: 50 %, 99.9 %.
func percent(q float64) string { return fmt.Sprintf("%.6g %%", q*100) }

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }
