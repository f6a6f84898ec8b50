package chaos

import (
	"slices"
	"strings"

	"nines/bench"
)

// pointed parses at(point, faults).
func (p *parser) pointed() (Fault, error) {
	k := &kind{Kind: pointedKind}
	p.advance()
	if err := p.expect("(", k); err != nil {
		return nil, err
	}
	t := p.tok
	if t.kind != word {
		return nil, p.fail(t.pos, "found %s instead of a protocol point: want %s, and points are %s",
			t, k.usage(), strings.Join(pointNames(), ", "))
	}
	if !slices.Contains(pointNames(), t.text) {
		return nil, p.fail(t.pos, "%w", bench.UnknownName("protocol point", t.text, pointNames()))
	}
	p.advance()
	if err := p.expect(",", k); err != nil {
		return nil, err
	}
	p.inPoint = true
	strike, err := p.together()
	if err != nil {
		return nil, err
	}
	return &pointed{point: t.text, strike: strike}, p.expect(")", k)
}
