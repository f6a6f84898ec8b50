package chaos

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// amount parses what the kind measures.
func (p *parser) amount(f *fault) (err error) {
	k, a := f.kind, &f.amount
	switch k.measure {
	case percentage:
		a.percent, err = p.percent(k)
	case lateness:
		err = p.lateness(f)
	case bandwidth:
		a.rate, err = p.rate(k)
	case pace:
		a.drift, err = p.drift(k)
	case count:
		a.n, err = p.count(k.usage())
	case room:
		a.size, err = p.size(k)
	case offset:
		a.d, err = p.offset(k)
	case flips:
		if a.d, err = p.atLeast(k, 1); err == nil {
			err = p.expect(",", k)
		}
		if err == nil {
			a.every, err = p.atLeast(k, time.Millisecond)
		}
	default:
		if a.d, err = p.atLeast(k, max(1, k.shortest)); err == nil && k.measure == spread {
			a.jitter, err = p.jitter(k, a.d)
		}
	}
	return err
}

// jitter parses ± and by how much a time varies, if it does.
func (p *parser) jitter(k *kind, d time.Duration) (time.Duration, error) {
	if !p.accept("±") && !p.accept("+-") {
		return 0, nil
	}
	at := p.tok.pos
	j, err := p.duration(k)
	if err == nil && (j < 0 || j > d) {
		err = p.fail(at, "a time of %v ± %v would be negative at times: the second must be from 0 to %v", d, j, d)
	}
	return j, err
}

// offset parses a time forward or back.
func (p *parser) offset(k *kind) (time.Duration, error) {
	p.accept("+")
	at := p.tok.pos
	d, err := p.duration(k)
	if err == nil && d == 0 {
		err = p.fail(at, "%s by 0s would do nothing: want %s", k.Name, k.usage())
	}
	return d, err
}

func (p *parser) duration(k *kind) (time.Duration, error) {
	t := p.tok
	d, err := time.ParseDuration(t.text)
	if t.kind != number || err != nil {
		return 0, p.fail(t.pos, "found %s instead of a time such as 20ms or 1.5s: want %s", t, k.usage())
	}
	p.advance()
	return d, nil
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

// count parses a number of nodes.
func (p *parser) count(want string) (int, error) {
	t := p.tok
	n, err := strconv.Atoi(t.text)
	if t.kind != number || err != nil || n < 1 || n > maxNodes {
		return 0, p.fail(t.pos, "found %s instead of how many nodes: want %s", t, want)
	}
	p.advance()
	return n, nil
}

// percent parses a share of all.
func (p *parser) percent(k *kind) (float64, error) {
	t := p.tok
	x, err := p.share(k, "20%")
	if err == nil && (x <= 0 || x > 100) {
		err = p.fail(t.pos, "%s%% is out of range: want more than 0%% and at most 100%%", t.text)
	}
	return x, err
}

// drift parses a share by which a clock runs faster, or slower.
func (p *parser) drift(k *kind) (float64, error) {
	const least, most = -90, 900
	p.accept("+")
	t := p.tok
	x, err := p.share(k, "+20%")
	if err == nil && (x == 0 || x < least || x > most) {
		err = p.fail(t.pos, "%s%% is out of range: want from %d%% to +%d%%, and not 0%%", t.text, least, most)
	}
	return x, err
}

// share parses a number and %.
func (p *parser) share(k *kind, such string) (float64, error) {
	t := p.tok
	x, err := strconv.ParseFloat(t.text, 64)
	if t.kind != number || err != nil || math.IsInf(x, 0) || math.IsNaN(x) {
		return 0, p.fail(t.pos, "found %s instead of a share such as %s: want %s", t, such, k.usage())
	}
	p.advance()
	if !p.accept("%") {
		return 0, p.fail(t.pos, "%s is no share: want a percentage, such as %s", t.text, such)
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
