package report

import (
	"slices"
	"strings"
	"unicode"
)

// A table is a grid of strings under one heading.
type table struct {
	Title   string
	Columns []column
	Rows    [][]string
	Notes   []string // below it
	Keys    int      // leading columns that name a row; repeated where the table is folded
	NoTerms bool     // its page has no definitions to link to
	Means   string   // anchor of what columns are that are named after a statistic alone; of the response if empty
}

type column struct {
	Name string
	Kind kind
}

// kind is how a column is set.
type kind int

const (
	word   kind = iota // a name: left, never broken
	figure             // right
	prose              // left, broken where room is scarce
)

func (t *table) add(cells ...string) { t.Rows = append(t.Rows, cells) }

// drop removes a key column.
func (t *table) drop(i int) {
	t.Columns = slices.Delete(t.Columns, i, i+1)
	for r := range t.Rows {
		t.Rows[r] = slices.Delete(t.Rows[r], i, i+1)
	}
	t.Keys--
}

// note adds a note unless it is there.
func (t *table) note(n string) {
	for _, have := range t.Notes {
		if have == n {
			return
		}
	}
	t.Notes = append(t.Notes, n)
}

// oneLine makes a string that came from outside fit for a cell.
func oneLine(s string) string {
	return strings.Join(strings.Fields(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == unicode.ReplacementChar {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, " "))), " ")
}
