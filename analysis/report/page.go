package report

import (
	"bytes"
	_ "embed" // the page's template and style
	"fmt"
	"html/template"
	"strings"
	texttemplate "text/template"

	"nines/analysis"
	"nines/analysis/plot"
	"nines/results"
)

//go:embed page.html
var pageHTML string

//go:embed style.css
var styleCSS string

// A page is what the template shows. Strings are escaped by the template; the
// charts are markup of our own, in which every name is escaped already.
type page struct {
	Title, Setting string
	Style          template.CSS
	Lead           []badge
	Years          []badge // go on with the lead
	Answers        []table // of a run made to answer one question
	Glance         table
	Cards          []card
	CardNote       string
	Trouble        []trouble
	Proofs         []proof
	ProofsLeft     string // that there are more
	Overview       []drawing
	Tables         []table
	Systems        []systemPart
	Many           bool // of them: too many to be listed in the head
	Steps          []stepPart
	Terms          []term
	Run            []pair
	Command        string
	Scenario       string
	Modules        *table
}

type systemPart struct {
	ID, Name, Tint string
	Facts          []pair
	Figures        []drawing
	Several        []drawing // folded
	Open, Folded   []table
}

type stepPart struct {
	ID, Heading  string
	Figures      []drawing
	Several      []drawing // folded: those of each system
	Open, Folded []table
}

type pair struct{ Name, Value string }

// A drawing is a chart in two sizes, of which the page shows the one that fits.
type drawing struct {
	Title, Caption string
	Basis          string
	Terms          []term // that it shows
	Wide, Narrow   template.HTML
}

func drawn(c plot.Chart) (drawing, error) {
	wide, err := c.Inline(plot.Wide, "wide")
	if err != nil {
		return drawing{}, err
	}
	narrow, err := c.Inline(plot.Narrow, "narrow")
	if err != nil {
		return drawing{}, err
	}
	return drawing{Title: c.Title, Caption: c.Caption, Basis: c.Basis, Terms: termsOfChart(c.Name), Wide: template.HTML(wide), Narrow: template.HTML(narrow)}, nil
}

func drawnAll(charts ...plot.Chart) ([]drawing, error) {
	var out []drawing
	for _, c := range charts {
		d, err := drawn(c)
		if err != nil {
			return nil, err
		}
		out = append(out, d)
	}
	return out, nil
}

// htmlReport is report.html.
func htmlReport(m results.Manifest, summaries []analysis.Summary, b Beside) ([]byte, error) {
	r, ok := search(m, summaries)
	shown := summaries
	if ok {
		shown = atKnees(r, summaries)
	}
	p, err := newPage(m, shown, b)
	if err == nil && ok {
		err = p.searched(r, summaries)
	}
	if err != nil {
		return nil, err
	}
	for _, line := range m.Warnings() {
		p.Lead = append(p.Lead, badge{"Warning: " + line, "doubt"})
	}
	for _, text := range yearTexts(b.Years) {
		p.Years = append(p.Years, badge{text, "doubt"})
	}
	tmpl, err := template.New("page").Parse(pageHTML)
	if err != nil {
		return nil, fmt.Errorf("parse the page's template: %w", err)
	}
	var w bytes.Buffer
	if err := tmpl.Execute(&w, p); err != nil {
		return nil, fmt.Errorf("fill the page in: %w", err)
	}
	return w.Bytes(), nil
}

func newPage(m results.Manifest, summaries []analysis.Summary, b Beside) (*page, error) {
	css, err := style()
	if err != nil {
		return nil, err
	}
	rows, steps := totals(summaries), plot.Steps(summaries)
	c := newCampaign(summaries).beside(b)
	p := &page{
		Title: title(m), Setting: setting(m, summaries), Style: css, Lead: lead(summaries), Glance: glance(rows, steps), Cards: cards(rows, steps),
		Trouble: troubles(summaries),
		Answers: answers(summaries, rows, c),
		Tables:  []table{speed(rows), availability(rows), overWindows(rows), overUserWindows(rows), byKind(rows), steadyState(rows), inDoubt(rows), cost(rows), trials(summaries)},
		Terms:   terms(summaries), Run: runPairs(m), Command: commandLine(m.Command),
		Scenario: m.Scenario, Modules: modules(m),
	}
	var left int
	if len(rows) > plot.ManySystems { // the table says the same
		p.Cards = nil
	}
	if p.Proofs, left = proofs(summaries); left > 0 {
		p.ProofsLeft = leftOut(left)
	}
	if len(p.Answers) > 0 { // more to the point
		p.Glance, p.Cards = table{}, nil
	}
	if len(p.Cards) > 0 {
		p.CardNote = cardNote(rows)
	}
	if calibrates(summaries) { // there are no figures
		p.Tables = []table{trials(summaries)}
		return p, nil
	}
	if explores(summaries) { // the maps say it all
		p.Tables = []table{compared(rows), trials(summaries)}
		p.Overview, err = drawnAll(plot.Tolerance(summaries)...)
		return p, err
	}
	if len(summaries) == 0 {
		return p, nil
	}
	var overview []plot.Chart
	if len(rows) <= plot.ManySystems {
		overview = append(overview, plot.Percentiles(summaries))
	}
	if len(steps) > 0 {
		overview = append([]plot.Chart{plot.Gaps(summaries)}, overview...)
	}
	if c, ok := plot.Windows(summaries); ok {
		overview = append(overview, c)
	}
	overview = append(plot.Outages(summaries), overview...)
	if c, ok := plot.Load(summaries); ok {
		overview = append([]plot.Chart{c}, overview...)
	}
	if c, ok := plot.Doubt(summaries); ok {
		overview = append([]plot.Chart{c}, overview...)
	}
	p.campaign(c)
	if p.Overview, err = drawnAll(overview...); err != nil {
		return nil, err
	}
	if p.Systems, err = systemParts(rows, steps); err != nil {
		return nil, err
	}
	p.Many = len(rows) > plot.ManySystems
	for i, s := range faultSteps(summaries) {
		part, err := newStepPart(i, s, summaries)
		if err != nil {
			return nil, err
		}
		p.Steps = append(p.Steps, part)
	}
	return p, nil
}

func style() (template.CSS, error) {
	t, err := texttemplate.New("style").Parse(styleCSS)
	if err != nil {
		return "", fmt.Errorf("parse the page's style: %w", err)
	}
	var b strings.Builder
	light, dark := plot.CSS()
	if err := t.Execute(&b, struct{ Light, Dark string }{light, dark}); err != nil {
		return "", fmt.Errorf("fill the page's style in: %w", err)
	}
	return template.CSS(b.String()), nil
}

func lead(summaries []analysis.Summary) []badge {
	var out []badge
	for _, line := range headline(summaries) {
		class := "good"
		switch {
		case strings.HasPrefix(line, "INCORRECT"), strings.HasPrefix(line, "INVALID"):
			class = "bad"
		case strings.HasPrefix(line, "UNVERIFIED"), strings.HasPrefix(line, notAsTheory), line == modelledNote, len(summaries) == 0:
			class = "doubt"
		}
		out = append(out, badge{line, class})
	}
	return out
}

// campaign puts what many episodes of a fault say in front.
func (p *page) campaign(c campaign) {
	if len(p.Answers) == 0 {
		p.Answers = []table{c.short()}
		if len(c.classes) > 0 {
			p.Glance, p.Cards, p.CardNote = table{}, nil, ""
		}
	}
	p.Tables = append(append(c.tables(false), c.sideBySide()), p.Tables...)
}

// systemParts has one for each system; where these are many, with its charts and tables
// folded, and where they are still more, without charts.
func systemParts(rows []total, steps []plot.Step) ([]systemPart, error) {
	many := len(rows) > plot.ManySystems
	var parts []systemPart
	for i := range rows {
		r := &rows[i]
		part := systemPart{ID: systemID(r.System), Name: oneLine(r.Name), Tint: r.Tint(), Facts: systemFacts(r)}
		part.Folded = []table{byPart([]total{*r}), bySide([]total{*r}), burnAlerts([]total{*r}), checks(r), gates(r)}
		if by := splits(r.Typical()); many || len(by.Rows) > manyRows {
			part.Folded = append([]table{by}, part.Folded...)
		} else {
			part.Open = []table{by}
		}
		var err error
		switch {
		case !many:
			part.Figures, err = drawnAll(plot.OverTime(r.System, steps)...)
		case len(rows) <= mostOverTime:
			part.Several, err = drawnAll(plot.OverTime(r.System, steps)...)
		}
		if err != nil {
			return nil, err
		}
		parts = append(parts, part)
	}
	return parts, nil
}

// mostOverTime is for how many systems a page has room for what each was like over time.
const mostOverTime = 12

// manyRows is when a table of details is shown folded.
const manyRows = 20

func newStepPart(i int, s faultStep, summaries []analysis.Summary) (stepPart, error) {
	figure, err := drawn(plot.EpisodeStrips(summaries, s.Step))
	if err != nil {
		return stepPart{}, err
	}
	figure.Title = "System by system, from injection on"
	part := stepPart{ID: fmt.Sprintf("fault-%d", i+1), Heading: s.heading(), Figures: []drawing{figure}, Open: []table{s.Medians}}
	if err := part.drawEpisodes(summaries, s.Step); err != nil {
		return stepPart{}, err
	}
	if len(s.Episodes.Rows) > manyRows {
		part.Folded = append(part.Folded, s.Episodes)
	} else {
		part.Open = append(part.Open, s.Episodes)
	}
	part.Folded = append(part.Folded, s.ByNode, s.Evidence)
	return part, nil
}

// drawEpisodes shows them one by one; where a matrix has many cells, system by system and folded.
func (p *stepPart) drawEpisodes(summaries []analysis.Summary, s plot.Step) (err error) {
	if len(plot.Systems(summaries)) <= plot.ManySystems {
		several, err := drawnAll(plot.Episodes(summaries, s)...)
		p.Figures = append(p.Figures, several...)
		return err
	}
	p.Several, err = drawnAll(plot.PanelsBySystem(summaries, s)...)
	return err
}

// Class is the column's style class.
func (k kind) Class() string { return [...]string{"word", "figure", "prose"}[k] }

// A cell is one of a table as the page shows it.
type cell struct {
	Key         bool
	Class, Text string
}

// Cells are the table's rows with what the page needs to know of each cell.
func (t table) Cells() [][]cell {
	rows := make([][]cell, len(t.Rows))
	for i, r := range t.Rows {
		for j, text := range r {
			rows[i] = append(rows[i], cell{Key: j < t.Keys, Class: t.Columns[j].Kind.Class(), Text: text})
		}
	}
	return rows
}
