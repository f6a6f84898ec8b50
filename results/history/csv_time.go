package history

import (
	"math"
	"strconv"
	"time"

	"nines/bench"
)

// instant reads a time in ms, to the nanosecond. An empty cell is never.
func instant(text []byte) (at time.Duration, ok bool) {
	if len(text) == 0 {
		return bench.Never, true
	}
	rest, negative := text, false
	if rest[0] == '-' {
		rest, negative = rest[1:], true
	}
	var whole, part int64
	digits := 0
	for len(rest) > 0 && rest[0]-'0' <= 9 && digits < 13 {
		whole = whole*10 + int64(rest[0]-'0')
		rest, digits = rest[1:], digits+1
	}
	if len(rest) > 0 && rest[0] == '.' {
		rest = rest[1:]
		for scale := int64(time.Millisecond) / 10; len(rest) > 0 && rest[0]-'0' <= 9 && scale > 0; scale /= 10 {
			part += int64(rest[0]-'0') * scale
			rest, digits = rest[1:], digits+1
		}
	}
	const most = math.MaxInt64/int64(time.Millisecond) - 1
	if len(rest) > 0 || digits == 0 || whole > most {
		return rounded(text)
	}
	at = time.Duration(whole*int64(time.Millisecond) + part)
	if negative {
		at = -at
	}
	return at, true
}

// rounded reads a time that has more digits than nanoseconds, or an exponent.
func rounded(text []byte) (time.Duration, bool) {
	f, err := strconv.ParseFloat(string(text), 64)
	ns := math.Round(f * float64(time.Millisecond))
	if err != nil || !(math.Abs(ns) < math.MaxInt64/2) {
		return 0, false
	}
	return time.Duration(ns), true
}
