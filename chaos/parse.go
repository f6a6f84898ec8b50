package chaos

import (
	"fmt"
	"strings"

	"nines/bench"
)

// A SyntaxError says why a text is no fault.
type SyntaxError struct {
	Text string
	Pos  int // byte offset into Text of what is wrong
	Msg  string
}

func (e *SyntaxError) Error() string {
	if e.Pos == 0 {
		return fmt.Sprintf("fault %q: %s", e.Text, e.Msg)
	}
	return fmt.Sprintf("fault %q, character %d: %s", e.Text, len([]rune(e.Text[:e.Pos]))+1, e.Msg)
}

// Parse reads a fault:
//
//	fault  = stage { "," stage } | "at" "(" point "," faults ")" | "each-of" "(" faults "," faults { "," faults } ")"
//	stage  = ( faults | "one-of" "(" faults "," faults { "," faults } ")" ) [ "for" duration ]
//	faults = part { "+" part }
//	part   = name "(" [ where ] [ "," ] [ amount ] ")"
//	where  = target | target "->" target | target "|" target { "|" target }
//	target = word | "n2" | "node" number | "random" "(" number ")" | "{" node { "," node } "}"
//	amount = duration [ "±" duration ] | duration "," duration | number "%" [ "," duration ] |
//	         [ "+" | "-" ] number "%" | number unit "/s" | size | number
//
// What a part may hold depends on its name: see [Kinds]. The points are those of
// [PointWords]. For ± one may write +-.
// An error is a *[SyntaxError].
func Parse(text string) (Fault, error) {
	p := &parser{text: text}
	p.advance()
	f, err := p.fault()
	if err != nil {
		return nil, err
	}
	if p.tok.kind != end {
		return nil, p.fail(p.tok.pos, `%s does not belong here: a fault ends after ")"%s`, p.tok, goesOn(f))
	}
	return f, nil
}

// goesOn says how a text may go on after f.
func goesOn(f Fault) string {
	switch f := f.(type) {
	case *pointed:
		return "; what shall strike at the same moment stands inside at(…)"
	case eachOf:
		return "; each-of stands alone in its step"
	case oneOf:
		return `, or goes on with "," and the next`
	case sequence:
		return goesOn(f[len(f)-1].fault)
	}
	return `, or goes on with "+" and another one at the same time, or "," and the next`
}

// fault parses a whole fault.
func (p *parser) fault() (Fault, error) {
	switch p.tok.text {
	case pointedKind.Name:
		return p.pointed()
	case eachOfName:
		e, err := p.alternatives(eachOfName)
		return eachOf(e), err
	}
	return p.sequence()
}

// together parses part + part.
func (p *parser) together() (Fault, error) {
	var parts together
	for {
		f, err := p.part()
		if err != nil {
			return nil, err
		}
		parts = append(parts, f)
		if !p.accept("+") {
			break
		}
	}
	if len(parts) == 1 {
		return parts[0], nil
	}
	return parts, nil
}

// parser is a recursive-descent parser with one token of lookahead.
type parser struct {
	text string
	tok  token
	at   int // where the token after tok is looked for

	inPoint bool // inside at(…)
}

func (p *parser) advance() { p.tok, p.at = next(p.text, p.at) }

// accept skips a mark if it comes next.
func (p *parser) accept(m string) bool {
	if p.tok.kind != mark || p.tok.text != m {
		return false
	}
	p.advance()
	return true
}

func (p *parser) fail(pos int, format string, args ...any) error {
	return &SyntaxError{Text: p.text, Pos: pos, Msg: fmt.Errorf(format, args...).Error()}
}

// part parses name(where, amount).
func (p *parser) part() (*fault, error) {
	name := p.tok
	k := kindOf(name.text)
	switch {
	case name.kind == end:
		return nil, p.fail(name.pos, "a fault is missing here: there are %s", strings.Join(Names(), ", "))
	case name.text == pointedKind.Name:
		return nil, p.fail(name.pos, "%s stands alone: want %s, where F may be several faults such as %s",
			name.text, pointedKind.Usage[0], "kill(coordinator) + slow-sync(rest, 20ms)")
	case name.text == eachOfName:
		return nil, p.fail(name.pos, "each-of stands alone in its step: want each-of(F, G), where F may be several faults such as %s", "kill(leader) + slow-sync(rest, 20ms)")
	case name.text == oneOfName:
		return nil, p.fail(name.pos, "%s stands alone, or between commas: want one-of(F, G), where F may be several faults such as %s",
			name.text, "kill(leader) + slow-sync(rest, 20ms)")
	case k == nil:
		return nil, p.fail(name.pos, "%w", bench.UnknownName("fault", name.text, Names()))
	}
	p.advance()
	f := &fault{kind: k}
	if err := p.expect("(", k); err != nil {
		return nil, err
	}
	if err := p.where(f); err != nil {
		return nil, err
	}
	f.on = append(f.on, k.implied...)
	if none := p.tok.kind == mark && p.tok.text == ")"; k.measure != nothing && !(none && k.measure.optional()) {
		if none {
			return nil, p.fail(p.tok.pos, "%s does not say how much: want %s", k.Name, k.usage())
		}
		if k.shape != nobody {
			if err := p.expect(",", k); err != nil {
				return nil, err
			}
		}
		if err := p.amount(f); err != nil {
			return nil, err
		}
	}
	return f, p.expect(")", k)
}

func kindOf(name string) *kind {
	for i := range kinds {
		if kinds[i].Name == name {
			return &kinds[i]
		}
	}
	return nil
}

func (k *kind) usage() string { return strings.Join(k.Usage, " or ") }

// expect skips a mark that must come next.
func (p *parser) expect(m string, k *kind) error {
	if p.accept(m) {
		return nil
	}
	return p.fail(p.tok.pos, "found %s instead of %q: want %s", p.tok, m, k.usage())
}

// where parses the targets in the shape of the fault's kind.
func (p *parser) where(f *fault) error {
	k, start := f.kind, p.tok.pos
	if k.shape == nobody {
		return nil
	}
	if err := p.target(f); err != nil {
		return err
	}
	switch {
	case p.tok.text == "->" && (k.shape == arrow || k.shape == targetOrArrow):
		f.arrow = true
		p.advance()
		return p.target(f)
	case k.shape == arrow:
		return p.expect("->", k)
	case k.shape == sides:
		for p.accept("|") {
			if err := p.target(f); err != nil {
				return err
			}
		}
		if len(f.on) < 2 {
			return p.fail(start, "a partition has two sides or more: want %s", k.usage())
		}
	}
	return nil
}
