package report

import (
	"math"
	"strconv"
	"strings"
	"time"

	"nines/analysis"
	"nines/analysis/plot"
)

const dash = "—"

// number writes a figure that has no unit or whose column names it.
func number(x float64) string {
	switch {
	case math.IsNaN(x):
		return dash
	case math.IsInf(x, 1):
		return "∞"
	}
	return plot.Three(x)
}

// whole writes a count; a median of counts may end in .5.
func whole(x float64) string {
	if math.IsNaN(x) {
		return dash
	}
	return strconv.FormatFloat(math.Round(x*2)/2, 'f', -1, 64)
}

// gapText writes an outage with its resolution, in a column of milliseconds.
func gapText(length, resolution float64, censored bool) string {
	switch {
	case math.IsNaN(length):
		return dash
	case length == 0:
		return "none"
	case censored:
		return "≥ " + number(length)
	case resolution > 0:
		return number(length) + " ± " + trimmed(resolution)
	}
	return number(length)
}

// trimmed writes a setting: no zeros at the end.
func trimmed(x float64) string {
	s := plot.Three(x)
	if strings.Contains(s, ".") {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	}
	return s
}

// millis writes a time in a column of milliseconds; patience is what an
// infinite one exceeds.
func millis(ms analysis.MS, patience time.Duration) string {
	if math.IsInf(float64(ms), 1) {
		return beyond(patience)
	}
	return number(float64(ms))
}

// spoken writes a time in the unit that suits it, for prose.
func spoken(ms analysis.MS, patience time.Duration) string {
	if math.IsInf(float64(ms), 1) {
		return beyond(patience)
	}
	return plot.Time(ms)
}

func beyond(patience time.Duration) string {
	if patience <= 0 {
		return "never"
	}
	return "> " + duration(patience)
}

// duration writes a setting: 100 ms, 10 s, 1.5 s.
func duration(d time.Duration) string {
	s := plot.Time(analysis.MS(float64(d) / float64(time.Millisecond)))
	digits, unit, ok := strings.Cut(s, " ")
	if !ok {
		return s
	}
	if strings.Contains(digits, ".") {
		digits = strings.TrimRight(strings.TrimRight(digits, "0"), ".")
	}
	return digits + " " + unit
}

// share writes a ratio as a percentage with two significant digits of what it
// lacks to 1, at least one decimal: 78.5 %, 99.953 %.
func share(r float64) string {
	switch {
	case math.IsNaN(r) || math.IsInf(r, 0):
		return dash
	case r >= 1:
		return "100 %"
	}
	decimals := 1 - int(math.Floor(math.Log10(1-r))) - 2
	return strconv.FormatFloat(r*100, 'f', min(max(decimals, 1), 9), 64) + " %"
}
