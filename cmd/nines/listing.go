package main

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// A listing is text in two columns, folded to a width.
type listing struct {
	width int // characters
	text  bytes.Buffer
}

func (l *listing) blank() { l.text.WriteByte('\n') }

func (l *listing) paragraph(text string) { l.row(0, 0, "", text) }

// row writes a name and, beside it in a column that begins at indent + column, a
// text. A name that does not fit stands in a line of its own.
func (l *listing) row(indent, column int, name, text string) {
	margin := strings.Repeat(" ", indent)
	rest := strings.Repeat(" ", indent+column)
	lines := wrap(text, max(20, l.width-indent-column))
	if n := utf8.RuneCountInString(name); n < column {
		lines[0] = margin + name + strings.Repeat(" ", column-n) + lines[0]
	} else {
		if name != "" {
			l.text.WriteString(margin + name + "\n")
		}
		lines[0] = rest + lines[0]
	}
	l.text.WriteString(strings.Join(lines, "\n"+rest) + "\n")
}

// wrap folds a text at spaces into lines of at most width characters; there is
// at least one. A longer word has a line of its own.
func wrap(text string, width int) []string {
	var lines []string
	line := ""
	for word := range strings.FieldsSeq(text) {
		switch {
		case line == "":
			line = word
		case utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) <= width:
			line += " " + word
		default:
			lines, line = append(lines, line), word
		}
	}
	return append(lines, line)
}
