package report

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/olekukonko/tablewriter/renderer"
	"github.com/olekukonko/tablewriter/tw"

	"nines/analysis"
)

const (
	leastWidth = 40
	leastProse = 24 // below that, a column of prose gets a table of its own
)

// Terminal writes the tables of a run for a terminal of the given width in
// characters. A table that is too wide is folded: its columns go on below, with
// the columns that name the row repeated. Where a system has several episodes
// of a fault, it shows medians. A run that was made to answer one question gets
// that answer and what failed; the rest is in its files.
func Terminal(w io.Writer, summaries []analysis.Summary, b Beside, width int) error {
	rows := totals(summaries)
	c := newCampaign(summaries).beside(b)
	tables := answers(summaries, rows, c)
	if len(tables) == 0 {
		tables = usual(rows, faultSteps(summaries), c)
	}
	tables = append(tables, failedGates(summaries))
	if !calibrates(summaries) { // else the first table says it
		tables = append(tables, failedChecks(summaries))
	}
	for i := range tables {
		if err := tables[i].terminal(w, max(width, leastWidth)); err != nil {
			return err
		}
	}
	for _, line := range slices.Concat(headline(summaries), yearTexts(b.Years), warned(summaries)) {
		if _, err := fmt.Fprintln(w, strings.Join(wrap(line, max(width, leastWidth)), "\n")); err != nil {
			return fmt.Errorf("write tables: %w", err)
		}
	}
	return nil
}

// usual are the tables that a terminal shows of a run that compares systems.
// One of many episodes of a fault ends with what these say of it.
func usual(rows []total, steps []faultStep, c campaign) []table {
	tables := []table{speed(rows), availability(rows), overWindows(rows), inDoubt(rows), cost(rows)}
	steps = slices.DeleteFunc(steps, func(s faultStep) bool { return c.covers(s.Step) })
	for i, s := range steps {
		t := s.Episodes
		if len(s.Medians.Rows) > 0 {
			t = s.Medians
		}
		t.Title = s.heading()
		if i+1 < len(steps) { // once is enough, at the end
			t.Notes = slices.DeleteFunc(t.Notes, func(n string) bool { return n == episodeNote })
		}
		tables = append(tables, t)
	}
	return append(append(tables, c.tables(true)...), c.sideBySide(), c.short())
}

func (t *table) terminal(w io.Writer, width int) error {
	if len(t.Rows) == 0 {
		return nil
	}
	if _, err := fmt.Fprintln(w, t.Title); err != nil {
		return fmt.Errorf("write tables: %w", err)
	}
	for _, part := range t.parts(width) {
		if err := part.boxed(w); err != nil {
			return err
		}
	}
	for _, n := range t.Notes {
		if _, err := fmt.Fprintln(w, strings.Join(wrap(n, width), "\n")); err != nil {
			return fmt.Errorf("write tables: %w", err)
		}
	}
	_, err := fmt.Fprintln(w)
	return err
}

// A fold is some of a table's columns, with the width that each may have.
type fold struct {
	*table
	columns []int
	widths  []int
}

// parts folds the table, and evenly: the narrowest that takes no more parts than
// the full width does.
func (t *table) parts(width int) []fold {
	parts := t.fold(width)
	if len(parts) == 1 {
		return parts
	}
	for w := leastWidth; w < width; w++ {
		if even := t.fold(w); len(even) == len(parts) && even[0].wide() <= width {
			return even
		}
	}
	return parts
}

// wide is the width as drawn.
func (f *fold) wide() int {
	n := 1
	for _, w := range f.widths {
		n += w + 3
	}
	return n
}

// fold deals the columns out to as many parts as the width asks for.
func (t *table) fold(width int) []fold {
	natural := t.widths()
	room := width - 1
	for i := range t.Keys {
		room -= natural[i] + 3
	}
	var parts []fold
	left := -1 // no part yet
	for i := t.Keys; i < len(t.Columns); i++ {
		least := natural[i]
		if t.Columns[i].Kind == prose {
			least = min(least, leastProse)
		}
		if left < least+3 {
			part := fold{table: t}
			for k := range t.Keys {
				part.columns, part.widths = append(part.columns, k), append(part.widths, natural[k])
			}
			parts, left = append(parts, part), room
		}
		last := &parts[len(parts)-1]
		wide := natural[i]
		if t.Columns[i].Kind == prose {
			wide = max(min(wide, left-3-t.proseAfter(i, natural)), least)
		}
		last.columns, last.widths = append(last.columns, i), append(last.widths, wide)
		left -= wide + 3
	}
	return parts
}

// proseAfter is the room that later columns of prose should find.
func (t *table) proseAfter(i int, natural []int) int {
	n := 0
	for j := i + 1; j < len(t.Columns); j++ {
		if t.Columns[j].Kind == prose {
			n += min(natural[j], 2*leastProse) + 3
		}
	}
	return n
}

// widths are those that columns want: of their longest cell, and of the longest
// word of their name.
func (t *table) widths() []int {
	out := make([]int, len(t.Columns))
	for i, c := range t.Columns {
		for word := range strings.FieldsSeq(c.Name) {
			out[i] = max(out[i], utf8.RuneCountInString(word))
		}
	}
	for _, r := range t.Rows {
		for i, cell := range r {
			out[i] = max(out[i], utf8.RuneCountInString(cell))
		}
	}
	return out
}

func (f *fold) boxed(w io.Writer) error {
	part := table{Title: f.Title}
	head := make([]string, len(f.columns))
	rows := make([][]string, len(f.Rows))
	for i, c := range f.columns {
		part.Columns = append(part.Columns, f.Columns[c])
		head[i] = strings.Join(wrap(f.Columns[c].Name, f.widths[i]), "\n")
		for j, r := range f.Rows {
			cell := r[c]
			if f.Columns[c].Kind == prose {
				cell = strings.Join(wrap(cell, f.widths[i]), "\n")
			}
			rows[j] = append(rows[j], cell)
		}
	}
	style := tw.Rendition{
		Symbols: tw.NewSymbols(tw.StyleRounded),
		Settings: tw.Settings{Separators: tw.Separators{BetweenRows: tw.Off},
			Lines: tw.Lines{ShowHeaderLine: tw.On}},
	}
	return part.grid(w, renderer.NewBlueprint(style), head, rows)
}

// wrap breaks a text at spaces into lines of at most width characters; a longer
// word is broken.
func wrap(s string, width int) []string {
	var lines []string
	line := ""
	for word := range strings.FieldsSeq(s) {
		for utf8.RuneCountInString(word) > width {
			if line != "" {
				lines, line = append(lines, line), ""
			}
			r := []rune(word)
			lines, word = append(lines, string(r[:width])), string(r[width:])
		}
		switch {
		case line == "":
			line = word
		case utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) <= width:
			line += " " + word
		default:
			lines, line = append(lines, line), word
		}
	}
	if line != "" || len(lines) == 0 {
		lines = append(lines, line)
	}
	return lines
}
