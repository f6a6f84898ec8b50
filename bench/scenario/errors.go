package scenario

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// An Error is one thing that is wrong, and where.
type Error struct {
	File      string
	Line, Col int    // from 1; 0 if unknown
	Set       string // the path of the override that is wrong; "" if the file is
	Text      string // what is wrong, and what would be right
}

// Error returns file:line:column: text.
func (e *Error) Error() string {
	switch {
	case e.Set != "":
		return fmt.Sprintf("--set %s: %s", e.Set, e.Text)
	case e.Line == 0:
		return fmt.Sprintf("%s: %s", e.File, e.Text)
	default:
		return fmt.Sprintf("%s:%d:%d: %s", e.File, e.Line, e.Col, e.Text)
	}
}

// Errors is everything that is wrong with a scenario, in the order of the file,
// overrides last. It is never empty.
type Errors []*Error

// Error returns one line for each error.
func (es Errors) Error() string {
	lines := make([]string, len(es))
	for i, e := range es {
		lines[i] = e.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap gives errors.As the single errors.
func (es Errors) Unwrap() []error {
	list := make([]error, len(es))
	for i, e := range es {
		list[i] = e
	}
	return list
}

func (es Errors) sort() {
	slices.SortStableFunc(es, func(a, b *Error) int {
		fromFile := func(e *Error) int { return min(1, len(e.Set)) }
		return cmp.Or(cmp.Compare(fromFile(a), fromFile(b)), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Col, b.Col))
	})
}
