package history

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"

	"nines/bench"
)

const (
	// buffered is what a row has at most, as a rule.
	buffered = 1 << 20
	// maxLine bounds one that has the lists of a transaction: a list of 16 MB, with
	// elements of 8 bytes, has so much text.
	maxLine = 64 << 20
)

// A table reads a file of comma-separated values (RFC 4180), but that a cell cannot
// go on in the next line. Its first row has the names of the columns.
type table struct {
	in    *bufio.Reader
	book  *book
	line  int
	cells [][]byte
	plain []byte // of cells that are quoted, without the quotes
	long  []byte // a row that is longer than what is buffered
}

// next reads the next row that is not empty; cells are valid until the one after.
func (t *table) next() (cells [][]byte, err error) {
	for {
		row, err := t.in.ReadSlice('\n')
		if errors.Is(err, bufio.ErrBufferFull) {
			row, err = t.rest(row)
		}
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			t.book.add(t.line+1, 0, "", "a line of more than %d MB", maxLine>>20)
			return nil, t.book.err()
		case err != nil && (!errors.Is(err, io.EOF) || len(row) == 0):
			return nil, err
		}
		t.line++
		if t.line == 1 {
			row = bytes.TrimPrefix(row, bom)
		}
		row = bytes.TrimRight(row, "\r\n")
		if len(row) == 0 {
			continue
		}
		t.split(row)
		return t.cells, nil
	}
}

// rest reads the rest of a long row.
func (t *table) rest(begin []byte) (row []byte, err error) {
	t.long = append(t.long[:0], begin...)
	for err = bufio.ErrBufferFull; errors.Is(err, bufio.ErrBufferFull) && len(t.long) <= maxLine; {
		var more []byte
		more, err = t.in.ReadSlice('\n')
		t.long = append(t.long, more...)
	}
	if len(t.long) > maxLine {
		return nil, bufio.ErrBufferFull
	}
	return t.long, err
}

// split cuts a row into cells, and trims spaces that are not quoted.
func (t *table) split(row []byte) {
	t.cells, t.plain = t.cells[:0], t.plain[:0]
	if bytes.IndexByte(row, '"') < 0 { // as almost always
		for {
			i := bytes.IndexByte(row, ',')
			if i < 0 {
				t.cells = append(t.cells, bytes.TrimSpace(row))
				return
			}
			t.cells = append(t.cells, bytes.TrimSpace(row[:i]))
			row = row[i+1:]
		}
	}
	t.plain = slices.Grow(t.plain, len(row)) // so that it does not move
	for first, rest := true, row; first || rest != nil; first = false {
		var cell []byte
		cell, rest = t.cell(rest, len(row)-len(rest))
		t.cells = append(t.cells, cell)
	}
}

// cell cuts the first cell off a row; rest is nil if it was the last.
func (t *table) cell(row []byte, at int) (cell, rest []byte) {
	text := bytes.TrimLeft(row, " \t")
	if len(text) == 0 || text[0] != '"' {
		cell, rest, more := bytes.Cut(row, []byte(","))
		if !more {
			rest = nil
		} else if rest == nil {
			rest = []byte{}
		}
		return bytes.TrimSpace(cell), rest
	}
	from := len(t.plain)
	for i := 1; i < len(text); i++ {
		if text[i] != '"' {
			t.plain = append(t.plain, text[i])
			continue
		}
		if i+1 < len(text) && text[i+1] == '"' {
			t.plain = append(t.plain, '"')
			i++
			continue
		}
		after := bytes.TrimLeft(text[i+1:], " \t")
		if len(after) > 0 && after[0] != ',' {
			t.book.add(t.line, at+1, "", "text after a quoted cell: want a comma, or two quotes for one within the cell")
		}
		if j := bytes.IndexByte(after, ','); j >= 0 {
			return t.plain[from:], after[j+1:]
		}
		return t.plain[from:], nil
	}
	t.book.add(t.line, at+1, "", "a quote that is not closed in this line")
	return t.plain[from:], nil
}

// header finds the places of the wanted columns. Columns of other names are left
// alone, and returned.
func (t *table) header(columns []wanted) (places []int, others []string) {
	head, err := t.next()
	if err != nil {
		t.book.add(0, 0, "", "it is empty: want a first row with the names of the columns: %s", needed(columns))
		return nil, nil
	}
	places = make([]int, len(columns))
	for i := range places {
		places[i] = -1
	}
	var given []string
	for at, cell := range head {
		name := strings.ToLower(string(cell))
		i := slices.IndexFunc(columns, func(c wanted) bool { return c.name == name })
		switch {
		case i < 0:
			others = append(others, name)
		case places[i] >= 0:
			t.book.add(t.line, 0, name, "the table has two columns of this name: remove one")
		default:
			places[i] = at
		}
		given = append(given, name)
	}
	for i, c := range columns {
		if places[i] >= 0 || c.optional {
			continue
		}
		hint := ""
		if near := bench.Nearest(c.name, others); near != "" {
			hint = "; is it the column \"" + near + "\"?"
		}
		t.book.add(t.line, 0, c.name, "it is missing: the first row has %s; want %s%s", strings.Join(given, ","), needed(columns), hint)
	}
	return places, others
}

// wanted is a column of a table.
type wanted struct {
	name     string
	optional bool
}

func needed(columns []wanted) string {
	var all []string
	for _, c := range columns {
		if !c.optional {
			all = append(all, c.name)
		}
	}
	return strings.Join(all, ",")
}
