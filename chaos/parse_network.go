package chaos

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// lateness parses 20%, 10ms.
func (p *parser) lateness(f *fault) (err error) {
	a, k := &f.amount, f.kind
	if a.percent, err = p.percent(k); err != nil {
		return err
	}
	if err := p.expect(",", k); err != nil {
		return err
	}
	at := p.tok.pos
	if a.d, err = p.duration(k); err != nil {
		return err
	}
	if a.d <= 0 {
		return p.fail(at, "%s by up to %v: the time must be more than 0", k.Name, a.d)
	}
	return nil
}

// rateUnits are decimal, as those of networks are; the greatest comes first.
var rateUnits = [...]struct {
	name  string
	bytes int64
}{
	{"GB/s", 1e9}, {"MB/s", 1e6}, {"kB/s", 1e3}, {"B/s", 1},
}

// mostRate is beyond any link: more would only be rounded away.
const mostRate = 1e15

// rate parses a number of bytes a second, such as 1.5MB/s.
func (p *parser) rate(k *kind) (int64, error) {
	t := p.tok
	for _, u := range rateUnits {
		digits, ok := strings.CutSuffix(t.text, u.name)
		if !ok || t.kind != number {
			continue
		}
		x, err := strconv.ParseFloat(digits, 64)
		if err != nil {
			break
		}
		bytes := math.Round(x * float64(u.bytes))
		if bytes < 1 || bytes > mostRate {
			return 0, p.fail(t.pos, "%s is out of range: want from 1B/s to %s", t.text, rateText(mostRate))
		}
		p.advance()
		return int64(bytes), nil
	}
	return 0, p.fail(t.pos, "found %s instead of a rate in B/s, kB/s, MB/s or GB/s, such as 1MB/s: want %s", t, k.usage())
}

// rateText is a rate in the greatest unit of which it is a whole number.
func rateText(bytes int64) string {
	for _, u := range rateUnits {
		if bytes%u.bytes == 0 {
			return fmt.Sprintf("%d%s", bytes/u.bytes, u.name)
		}
	}
	panic("chaos: every number is divided by 1")
}
