package chaos

// sequence parses stage, stage; a single one is itself.
func (p *parser) sequence() (Fault, error) {
	var s sequence
	for {
		at := p.tok.pos
		st, err := p.stage()
		if err != nil {
			return nil, err
		}
		s = append(s, st)
		if p.accept(",") {
			continue
		}
		switch {
		case len(s) > 1:
			return s, nil
		case st.lasts > 0:
			return nil, p.fail(at, "for says how long a part of a sequence lasts, and %s stands alone: its step says for how long", st.fault)
		}
		return st.fault, nil
	}
}

// stage parses faults, or one-of(…), and how long they last.
func (p *parser) stage() (s stage, err error) {
	if p.tok.text == oneOfName {
		var o []Fault
		o, err = p.alternatives(oneOfName)
		s.fault = oneOf(o)
	} else {
		s.fault, err = p.together()
	}
	if err != nil || p.tok.kind != word || p.tok.text != "for" {
		return s, err
	}
	p.advance()
	at := p.tok.pos
	s.lasts, err = p.duration(&kind{Kind: Kind{Usage: []string{Compositions()[1].Usage}}})
	if err == nil && s.lasts <= 0 {
		err = p.fail(at, "for %v: the time must be more than 0", s.lasts)
	}
	return s, err
}

// alternatives parses name(faults, faults).
func (p *parser) alternatives(name string) ([]Fault, error) {
	k := &kind{Kind: Kind{Name: name, Usage: []string{name + "(F, G)"}}}
	start := p.tok.pos
	p.advance()
	if err := p.expect("(", k); err != nil {
		return nil, err
	}
	var o []Fault
	for {
		f, err := p.together()
		if err != nil {
			return nil, err
		}
		o = append(o, f)
		if !p.accept(",") {
			break
		}
	}
	if p.tok.kind == mark && p.tok.text == ")" && len(o) < 2 {
		return nil, p.fail(start, "%s has one fault, and nothing to choose: want %s(F, G)", name, name)
	}
	return o, p.expect(")", k)
}
