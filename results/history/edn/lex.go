package edn

import (
	"errors"
	"fmt"
	"io"
	"strings"
)

// maxText bounds one string, symbol or number.
const maxText = 1 << 20

func (r *Reader) fail(format string, args ...any) error {
	return &SyntaxError{r.line, r.col, fmt.Sprintf(format, args...)}
}

// cut says what is missing where the text ends.
func (r *Reader) cut(err error, want string) error {
	if errors.Is(err, io.EOF) {
		return r.fail("the text ends here: want %s", want)
	}
	return err
}

func (r *Reader) peek() (byte, error) {
	b, err := r.in.Peek(1)
	if len(b) == 0 {
		return 0, err
	}
	return b[0], nil
}

// second is the byte after the next; 0 if there is none.
func (r *Reader) second() byte {
	if b, _ := r.in.Peek(2); len(b) == 2 {
		return b[1]
	}
	return 0
}

// take consumes the byte that was peeked at.
func (r *Reader) take() byte {
	c, _ := r.in.ReadByte()
	if c == '\n' {
		r.line, r.col = r.line+1, 1
	} else {
		r.col++
	}
	return c
}

// space skips what means nothing: white space, commas, comments and discarded
// values. It returns the next byte, which is not consumed.
func (r *Reader) space() (byte, error) {
	for {
		c, err := r.peek()
		switch {
		case err != nil:
			return 0, err
		case c == ' ' || c == ',' || c >= '\t' && c <= '\r':
			r.take()
		case c == ';':
			for c != '\n' {
				r.take()
				if c, err = r.peek(); err != nil {
					return 0, err
				}
			}
		case c == '#' && r.second() == '_':
			r.take()
			r.take()
			if _, err := r.value(1); err != nil {
				return 0, err
			}
		default:
			return c, nil
		}
	}
}

// token reads a symbol, number or the name of a keyword.
func (r *Reader) token() (string, error) {
	r.text = r.text[:0]
	for {
		c, err := r.peek()
		if err != nil && err != io.EOF {
			return "", err
		}
		if err == io.EOF || c <= ' ' || strings.IndexByte(`,;"[](){}\^`, c) >= 0 {
			if len(r.text) == 0 {
				return "", r.fail("a name is missing")
			}
			return string(r.text), nil
		}
		if len(r.text) == maxText {
			return "", r.fail("a name of more than %d bytes", maxText)
		}
		r.text = append(r.text, r.take())
	}
}

// atom reads nil, a boolean, a number or a symbol.
func (r *Reader) atom(v Value) (Value, error) {
	text, err := r.token()
	if err != nil {
		return v, err
	}
	v.Text = text
	switch first := text[0]; {
	case text == "nil":
		v.Kind = Nil
	case text == "true" || text == "false":
		v.Kind = Bool
	case first >= '0' && first <= '9', (first == '-' || first == '+') && len(text) > 1 && text[1] >= '0' && text[1] <= '9':
		v.Kind = Number
		v.Text = strings.TrimPrefix(strings.TrimRight(text, "NM"), "+") // 1N is a big integer, 1M an exact decimal
	default:
		v.Kind = Symbol
	}
	return v, nil
}

var escapes = map[byte]byte{'n': '\n', 't': '\t', 'r': '\r', '"': '"', '\\': '\\', 'b': '\b', 'f': '\f', '/': '/'}

func (r *Reader) string(v Value) (Value, error) {
	v.Kind = String
	r.take()
	r.text = r.text[:0]
	for {
		c, err := r.peek()
		if err != nil {
			return v, r.cut(err, fmt.Sprintf("the quote that ends the string of line %d, column %d", v.Line, v.Col))
		}
		r.take()
		switch c {
		case '"':
			v.Text = string(r.text)
			return v, nil
		case '\\':
			next, err := r.peek()
			if err != nil {
				return v, r.cut(err, "what the backslash is for")
			}
			if plain, ok := escapes[next]; ok {
				c = plain
				r.take()
			} // else, as in \u0041, it stays as it is: strings are only told apart
		}
		if len(r.text) == maxText {
			return v, r.fail("a string of more than %d bytes", maxText)
		}
		r.text = append(r.text, c)
	}
}

// character reads \a or \newline as a symbol.
func (r *Reader) character(v Value) (Value, error) {
	v.Kind = Symbol
	r.take()
	c, err := r.peek()
	if err != nil {
		return v, r.cut(err, "a character")
	}
	r.take()
	v.Text = string(c)
	if isTag(c) {
		if next, err := r.peek(); err == nil && isTag(next) {
			rest, err := r.token()
			v.Text += rest
			return v, err
		}
	}
	return v, nil
}
