package report

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"github.com/olekukonko/tablewriter"
	"github.com/olekukonko/tablewriter/renderer"
	"github.com/olekukonko/tablewriter/tw"
)

// alignments sets figures to the right.
func (t *table) alignments() tw.CellAlignment {
	var a []tw.Align
	for _, c := range t.Columns {
		if c.Kind == figure {
			a = append(a, tw.AlignRight)
		} else {
			a = append(a, tw.AlignLeft)
		}
	}
	return tw.CellAlignment{Global: tw.AlignLeft, PerColumn: a}
}

// grid draws the table by tablewriter, which must change nothing in the cells.
func (t *table) grid(w io.Writer, r tw.Renderer, head []string, rows [][]string) error {
	cell := tw.CellConfig{Formatting: tw.CellFormatting{AutoWrap: tw.WrapNone, AutoFormat: tw.Off}, Alignment: t.alignments()}
	grid := tablewriter.NewTable(w, tablewriter.WithRenderer(r),
		tablewriter.WithHeaderAutoFormat(tw.Off), tablewriter.WithRowAutoFormat(tw.Off),
		tablewriter.WithConfig(tablewriter.Config{Header: cell, Row: cell}))
	grid.Header(head)
	for _, row := range rows {
		if err := grid.Append(row); err != nil {
			return fmt.Errorf("table %q: %w", t.Title, err)
		}
	}
	if err := grid.Render(); err != nil {
		return fmt.Errorf("table %q: %w", t.Title, err)
	}
	return nil
}

// markdown writes the table under a heading of the level; nothing if it is empty.
func (t *table) markdown(w *bytes.Buffer, level int) error {
	if len(t.Rows) == 0 {
		return nil
	}
	fmt.Fprintf(w, "%s %s\n\n", strings.Repeat("#", level), escapeMarkdown(t.Title))
	head := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		head[i] = escapeMarkdown(c.Name)
	}
	rows := make([][]string, len(t.Rows))
	for i, r := range t.Rows {
		rows[i] = make([]string, len(r))
		for j, cell := range r {
			rows[i][j] = escapeMarkdown(cell)
		}
	}
	if err := t.grid(w, renderer.NewMarkdown(), head, rows); err != nil {
		return err
	}
	w.WriteByte('\n')
	for _, n := range t.Notes {
		fmt.Fprintf(w, "- %s\n", escapeMarkdown(n))
	}
	if len(t.Notes) > 0 {
		w.WriteByte('\n')
	}
	return nil
}

// escapeMarkdown keeps names from becoming markup: Markdown passes HTML on.
func escapeMarkdown(s string) string {
	s = markdownEscapes.Replace(oneLine(s))
	if strings.HasPrefix(s, "#") {
		return `\` + s
	}
	return s
}

var markdownEscapes = strings.NewReplacer(`\`, `\\`, `|`, `\|`, "`", "\\`", `*`, `\*`, `_`, `\_`, `[`, `\[`, `]`, `\]`,
	`<`, `&lt;`, `&`, `&amp;`, `~`, `\~`)
