package report

import (
	"bytes"
	_ "embed" // the page's template
	"fmt"
	"html/template"
	"io"
	"path/filepath"
	"strings"

	"nines/analysis/plot"
	"nines/analysis/project"
)

// ProjectionTerminal writes the tables of projections for a terminal of the given
// width in characters, and what they come to.
func ProjectionTerminal(w io.Writer, ps []*project.Projection, width int) error {
	width = max(width, leastWidth)
	for _, t := range projected(ps) {
		if err := t.terminal(w, width); err != nil {
			return err
		}
	}
	for _, p := range ps {
		if _, err := fmt.Fprintln(w, strings.Join(wrap(projectedHeadline(p), width), "\n")); err != nil {
			return fmt.Errorf("write projection: %w", err)
		}
	}
	return nil
}

// ProjectionMarkdown writes the same as Markdown.
func ProjectionMarkdown(w io.Writer, ps []*project.Projection) error {
	var b bytes.Buffer
	b.WriteString("# A year\n\n")
	for _, p := range ps {
		fmt.Fprintf(&b, "**%s**\n\n", escapeMarkdown(projectedHeadline(p)))
	}
	for _, t := range append(projected(ps), sourcesOf(ps)) {
		if err := t.markdown(&b, 2); err != nil {
			return err
		}
	}
	if _, err := w.Write(b.Bytes()); err != nil {
		return fmt.Errorf("write projection: %w", err)
	}
	return nil
}

// sourcesOf is where the rates are from, class by class.
func sourcesOf(ps []*project.Projection) table {
	t := table{
		Title:   "Rates: where they are from",
		Columns: []column{{"class", word}, {"a year", word}, {"repair", word}, {"how", prose}, {"source", prose}, {"assumption", prose}},
		Keys:    1,
		Notes:   []string{"A year: of the cluster, mid (low–high). Rates from the literature are of large clusters, and not yours: write down your own, and give them with --rates."},
	}
	seen := map[string]bool{}
	add := func(class, rate, repair, how, source, assumption string) {
		row := []string{oneLine(class), rate, orDash(repair), orDash(how), orDash(source), orDash(assumption)}
		if key := strings.Join(row, "\n"); !seen[key] {
			seen[key] = true
			t.add(row...)
		}
	}
	for _, p := range ps {
		for _, c := range p.Classes {
			add(c.Class, c.Rate.String(), c.Repair, c.How, c.Source, c.Assumption)
		}
		for _, u := range p.Unmeasured {
			add(u.Class, u.Rate.String(), u.Repair, u.How, u.Source, u.Assumption)
		}
	}
	return t
}

// ProjectionFile is the page's name.
const ProjectionFile = "projection.html"

//go:embed projection.html
var projectionHTML string

type projectionPage struct {
	Style   template.CSS
	Lead    []badge
	Figure  drawing
	Tables  []table
	Systems []projectedSystem
	Rest    []table
	Sources table
	Rates   string
}

type projectedSystem struct {
	ID, Name                string
	Classes, Evidence, Next table
}

// WriteProjection makes projection.html in dir, whole or not at all, and returns its
// path.
func WriteProjection(dir string, ps []*project.Projection) (string, error) {
	page, err := projectionHTMLOf(ps)
	if err != nil {
		return "", fmt.Errorf("make the page of the projection: %w", err)
	}
	path := filepath.Join(dir, ProjectionFile)
	return path, write(path, page)
}

func projectionHTMLOf(ps []*project.Projection) ([]byte, error) {
	css, err := style()
	if err != nil {
		return nil, err
	}
	p := projectionPage{Style: css, Tables: []table{outlooks(ps), spreads(ps)}, Rest: []table{unprojected(ps), leftOutOf(ps)}, Sources: sourcesOf(ps), Rates: oneLine(ps[0].Rates)}
	if p.Figure, err = drawn(plot.Downtime(ps)); err != nil {
		return nil, err
	}
	for i, one := range ps {
		p.Lead = append(p.Lead, badge{strings.ReplaceAll(projectedHeadline(one), " %", "\u00a0%"), confidence(one)})
		p.Systems = append(p.Systems, projectedSystem{fmt.Sprintf("system-%d", i+1), oneLine(one.System), classesOf(one), evidenceOf(one), nextOf(one)})
	}
	p.withoutTerms()
	tmpl, err := template.New("page").Parse(projectionHTML)
	if err != nil {
		return nil, fmt.Errorf("parse its template: %w", err)
	}
	if tmpl, err = tmpl.Parse(sharedBlocks()); err != nil {
		return nil, fmt.Errorf("parse the blocks of the report's template: %w", err)
	}
	var b bytes.Buffer
	if err := tmpl.ExecuteTemplate(&b, "page", p); err != nil {
		return nil, fmt.Errorf("fill it in: %w", err)
	}
	return b.Bytes(), nil
}

// withoutTerms has no table link to a definition: they are on the page of a run.
func (p *projectionPage) withoutTerms() {
	all := []*table{&p.Sources}
	for _, tables := range [][]table{p.Tables, p.Rest} {
		for i := range tables {
			all = append(all, &tables[i])
		}
	}
	for i := range p.Systems {
		s := &p.Systems[i]
		all = append(all, &s.Classes, &s.Evidence, &s.Next)
	}
	for _, t := range all {
		t.NoTerms = true
	}
}

// sharedBlocks are how report.html shows tables and figures.
func sharedBlocks() string { return pageHTML[strings.Index(pageHTML, `{{define "table"}}`):] }

// confidence is the colour of a headline: in doubt is what has no interval, is only
// a bound, or is modelled.
func confidence(p *project.Projection) string {
	if p.NoError != "" || p.LowerBound || p.Modelled {
		return "doubt"
	}
	return "good"
}
