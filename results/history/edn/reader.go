package edn

import (
	"bufio"
	"fmt"
	"io"
)

// maxDepth bounds how deep values lie in each other, and so the stack.
const maxDepth = 64

// A SyntaxError says what is wrong, and where.
type SyntaxError struct {
	Line, Col int
	Text      string
}

func (e *SyntaxError) Error() string { return fmt.Sprintf("%d:%d: %s", e.Line, e.Col, e.Text) }

// A Reader reads values one after the other.
type Reader struct {
	in        *bufio.Reader
	line, col int // of the next byte
	text      []byte
}

// NewReader returns a Reader of r.
func NewReader(r io.Reader) *Reader {
	return &Reader{in: bufio.NewReaderSize(r, 1<<16), line: 1, col: 1}
}

// Each calls do with every element of the text: the elements of its first value
// if that is a vector or a list, of which only one is held at a time, and else its
// values one after the other. It stops at the first error: a [*SyntaxError], that
// of the underlying reader, or that of do.
func (r *Reader) Each(do func(*Value) error) error {
	closing, err := r.enter()
	for err == nil {
		var c byte
		c, err = r.space()
		switch {
		case err == io.EOF && closing != 0:
			return r.fail("the text ends within its outermost list: want %q", closing)
		case err != nil:
		case closing != 0 && c == closing:
			r.take()
			closing = 0 // what follows is read too
		default:
			var v Value
			if v, err = r.value(0); err == nil {
				err = do(&v)
			}
		}
	}
	if err == io.EOF {
		return nil
	}
	return err
}

// enter opens the outermost vector or list and returns what closes it; 0 says that
// there is none.
func (r *Reader) enter() (closing byte, err error) {
	for {
		c, err := r.space()
		switch {
		case err != nil:
			return 0, err
		case c == '[' || c == '(':
			r.take()
			return closers[c], nil
		case c != '#' || !isTag(r.second()):
			return 0, nil
		}
		r.take()
		if _, err := r.token(); err != nil {
			return 0, err
		}
	}
}

var closers = map[byte]byte{'[': ']', '(': ')', '{': '}'}

// isTag reports whether a # followed by c begins a tag.
func isTag(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

// value reads one value; the next byte begins it, or a tag or metadata before it.
func (r *Reader) value(depth int) (Value, error) {
	if depth > maxDepth {
		return Value{}, r.fail("values lie more than %d deep in each other", maxDepth)
	}
	for {
		c, err := r.space()
		if err != nil {
			return Value{}, r.cut(err, "a value")
		}
		at := Value{Line: r.line, Col: r.col}
		switch c {
		case '[', '(', '{':
			return r.items(at, depth)
		case '"':
			return r.string(at)
		case '\\':
			return r.character(at)
		case ':':
			r.take()
			at.Kind = Keyword
			at.Text, err = r.token()
			return at, err
		case ']', ')', '}':
			return at, r.fail("%q closes nothing", c)
		case '^': // metadata: a value before the value
			r.take()
			if _, err := r.value(depth + 1); err != nil {
				return at, err
			}
		case '#':
			set, err := r.hash(&at)
			if set || err != nil {
				if err != nil {
					return at, err
				}
				return r.items(at, depth)
			}
		default:
			return r.atom(at)
		}
	}
}

// hash reads a # and, if it begins a tag or a symbolic value, that; set says that
// the items of a set follow.
func (r *Reader) hash(at *Value) (set bool, err error) {
	r.take()
	switch c, err := r.peek(); {
	case err != nil:
		return false, r.cut(err, "a tag or a set")
	case c == '{':
		at.Kind = Set
		return true, nil
	case c == '#': // ##Inf: the token that follows is a symbol
		r.take()
		return false, nil
	case isTag(c):
		_, err := r.token()
		return false, err
	default:
		return false, r.fail("%q after # is none of a tag, a set or a comment", c)
	}
}

// items reads a collection.
func (r *Reader) items(v Value, depth int) (Value, error) {
	c, _ := r.peek()
	r.take()
	closing := closers[c]
	switch {
	case v.Kind == Set:
	case c == '[':
		v.Kind = Vector
	case c == '(':
		v.Kind = List
	default:
		v.Kind = Map
	}
	for {
		c, err := r.space()
		switch {
		case err != nil:
			return v, r.cut(err, fmt.Sprintf("the %q that closes what line %d, column %d opens", closing, v.Line, v.Col))
		case c == closing:
			if v.Kind == Map && len(v.Items)%2 != 0 {
				return v, r.fail("the map that begins in line %d, column %d has a key without a value", v.Line, v.Col)
			}
			r.take()
			return v, nil
		}
		item, err := r.value(depth + 1)
		if err != nil {
			return v, err
		}
		v.Items = append(v.Items, item)
	}
}
