package chaos

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// special parses the amounts of a few kinds, and reports whether this is one.
func (p *parser) special(f *fault) (is bool, err error) {
	k, a := f.kind, &f.amount
	switch k.measure {
	case lateness:
		err = p.lateness(f)
	case bandwidth:
		a.rate, err = p.rate(k)
	case pace:
		a.drift, err = p.drift(k)
	case count:
		a.n, err = p.count(k)
	case room:
		a.size, err = p.size(k)
	case offset:
		p.accept("+")
		at := p.tok.pos
		if a.d, err = p.duration(k); err == nil && a.d == 0 {
			err = p.fail(at, "%s by 0s would do nothing: want %s", k.Name, k.usage())
		}
	case flips:
		if a.d, err = p.atLeast(k, 1); err == nil {
			err = p.expect(",", k)
		}
		if err == nil {
			a.every, err = p.atLeast(k, time.Millisecond)
		}
	default:
		return false, nil
	}
	return true, err
}

// atLeast parses a time that must not be shorter.
func (p *parser) atLeast(k *kind, least time.Duration) (time.Duration, error) {
	at := p.tok.pos
	d, err := p.duration(k)
	switch {
	case err != nil:
	case least > 1 && d < least:
		err = p.fail(at, "%s with %v: the time must be %v or more", k.Name, d, least)
	case d < least:
		err = p.fail(at, "%s by %v: the time must be more than 0", k.Name, d)
	}
	return d, err
}

// drift parses a share by which a clock runs faster, or slower.
func (p *parser) drift(k *kind) (float64, error) {
	const least, most = -90, 900
	p.accept("+")
	t := p.tok
	x, err := strconv.ParseFloat(t.text, 64)
	if t.kind != number || err != nil || math.IsInf(x, 0) || math.IsNaN(x) {
		return 0, p.fail(t.pos, "found %s instead of a share such as +20%%: want %s", t, k.usage())
	}
	p.advance()
	if !p.accept("%") {
		return 0, p.fail(t.pos, "%s is no share: want a percentage, such as +20%%", t.text)
	}
	if x == 0 || x < least || x > most {
		return 0, p.fail(t.pos, "%s%% is out of range: want from %d%% to +%d%%, and not 0%%", t.text, least, most)
	}
	return x, nil
}

// sizes are the units of bytes, the greatest first.
var sizes = [...]struct {
	unit  string
	bytes int64
}{{"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}, {"B", 1}}

// size parses a number of bytes.
func (p *parser) size(k *kind) (int64, error) {
	t := p.tok
	for _, u := range sizes {
		digits, ok := strings.CutSuffix(t.text, u.unit)
		if !ok || t.kind != number {
			continue
		}
		n, err := strconv.ParseInt(digits, 10, 64)
		if err != nil {
			break
		}
		if n < 1 || n > math.MaxInt64/u.bytes {
			return 0, p.fail(t.pos, "%s is out of range: want 1B or more, or nothing after the target for no room at all", t.text)
		}
		p.advance()
		return n * u.bytes, nil
	}
	return 0, p.fail(t.pos, "found %s instead of a size such as 64KiB, 10MiB or 500B: want %s", t, k.usage())
}

func sizeText(n int64) string {
	for _, u := range sizes {
		if n%u.bytes == 0 {
			return strconv.FormatInt(n/u.bytes, 10) + u.unit
		}
	}
	return ""
}

// plus prints a number with its sign.
func plus(x float64) string {
	s := strconv.FormatFloat(x, 'f', -1, 64)
	if x > 0 {
		return "+" + s
	}
	return s
}
