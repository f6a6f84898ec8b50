package history

import (
	"fmt"
	"strings"
)

// A Problem is one thing that is wrong with a file, and where.
type Problem struct {
	File   string
	Line   int    // from 1; 0 if unknown
	Col    int    // from 1, in bytes; 0 if unknown
	Column string // of a table; "" if it is not about one
	Text   string // what is wrong, and what would be right
}

// Error returns file:line: column name: text, or file:line:column: text.
func (p *Problem) Error() string {
	var b strings.Builder
	b.WriteString(p.File)
	if p.Line > 0 {
		fmt.Fprintf(&b, ":%d", p.Line)
	}
	if p.Col > 0 {
		fmt.Fprintf(&b, ":%d", p.Col)
	}
	b.WriteString(": ")
	if p.Column != "" {
		fmt.Fprintf(&b, "column %s: ", p.Column)
	}
	b.WriteString(p.Text)
	return b.String()
}

// Problems are what is wrong with a file. It is never empty.
type Problems []*Problem

// Error returns one line for each problem.
func (ps Problems) Error() string {
	lines := make([]string, len(ps))
	for i, p := range ps {
		lines[i] = p.Error()
	}
	return strings.Join(lines, "\n")
}

const (
	// probation is up to which line problems are gathered: what is wrong with so
	// many is wrong with the rest, too.
	probation = 1000
	// mostProblems bounds how many are told.
	mostProblems = 20
)

// A book gathers the problems of one file.
type book struct {
	file string
	list Problems
	more int
}

func (b *book) add(line, col int, column, format string, args ...any) {
	if len(b.list) == mostProblems {
		b.more++
		return
	}
	b.list = append(b.list, &Problem{b.file, line, col, column, fmt.Sprintf(format, args...)})
}

// enough reports whether there is no sense in reading on.
func (b *book) enough(line int) bool { return len(b.list) > 0 && line >= probation }

// err is what was gathered, or nil.
func (b *book) err() error {
	if len(b.list) == 0 {
		return nil
	}
	if b.more > 0 {
		b.list = append(b.list, &Problem{File: b.file, Text: fmt.Sprintf("%d more of the first %d lines", b.more, probation)})
	}
	return b.list
}

// quote shows what a cell holds, shortened.
func quote(cell []byte) string {
	const most = 40
	if len(cell) > most {
		return fmt.Sprintf("%q…", cell[:most])
	}
	return fmt.Sprintf("%q", cell)
}
