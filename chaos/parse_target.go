package chaos

import (
	"slices"
	"strconv"
	"strings"

	"nines/bench"
)

// target parses one way to name nodes, and adds it to the fault's targets.
func (p *parser) target(f *fault) error {
	s, err := p.selector(f.kind)
	f.on = append(f.on, s)
	return err
}

func (p *parser) selector(k *kind) (selector, error) {
	t := p.tok
	if t.kind == mark && t.text == "{" {
		return p.list(k)
	}
	if t.kind != word {
		return selector{}, p.fail(t.pos, "found %s instead of a target: want %s, and targets are %s",
			t, k.usage(), strings.Join(targetNames(), ", "))
	}
	if k.rolling && t.text == rollingWord {
		p.advance()
		return selector{role: rolling}, nil
	}
	for _, w := range counted {
		if w.Name == t.text {
			p.advance()
			return p.counted(k, w.Name, w.role)
		}
	}
	for _, w := range words {
		if w.Name == t.text {
			if w.at && !p.inPoint {
				return selector{}, p.fail(t.pos, "%s has a meaning only at a protocol point: want at(prepared, kill(%s)), say", t, w.Name)
			}
			p.advance()
			return selector{role: w.role}, nil
		}
	}
	n, err := p.node()
	return selector{role: listed, nodes: []int{n}}, err
}

// list parses {n1, n3}.
func (p *parser) list(k *kind) (selector, error) {
	s := selector{role: listed}
	p.advance()
	for {
		at := p.tok.pos
		n, err := p.node()
		if err != nil {
			return s, err
		}
		if slices.Contains(s.nodes, n) {
			return s, p.fail(at, "n%d stands in the list twice", n)
		}
		s.nodes = append(s.nodes, n)
		if !p.accept(",") {
			break
		}
	}
	slices.Sort(s.nodes)
	return s, p.expect("}", k)
}

// node parses n2 or node 2.
func (p *parser) node() (int, error) {
	t := p.tok
	digits, isNode := strings.CutPrefix(t.text, "n")
	p.advance()
	if t.text == "node" && p.tok.kind == number {
		digits = p.tok.text
		p.advance()
	}
	if !isNode || digits == "" || strings.Trim(digits, "0123456789") != "" {
		return 0, p.fail(t.pos, "%w", bench.UnknownName("target", t.text, targetNames()))
	}
	n, err := strconv.Atoi(digits)
	if err != nil || n < 1 || n > maxNodes {
		return 0, p.fail(t.pos, "there is no node %s: nodes are numbered from 1, n1, n2, …", digits)
	}
	return n, nil
}

// maxNodes bounds the numbers that a fault may name; it is beyond any cluster.
const maxNodes = 1000

// counted parses (2) after the name of a role.
func (p *parser) counted(k *kind, name string, r role) (selector, error) {
	if !p.accept("(") {
		return selector{}, p.fail(p.tok.pos, "%s needs how many nodes: want %s(2)", name, name)
	}
	n, err := p.count(name + "(2)")
	if err != nil {
		return selector{}, err
	}
	return selector{role: r, count: n}, p.expect(")", k)
}
