package report

import (
	"fmt"
	"io"
	"os"
	"path/filepath"

	"nines/analysis"
	"nines/analysis/episodes"
	"nines/analysis/plot"
	"nines/analysis/project"
	"nines/results"
)

// Beside is what a report says that does not follow from the trials of its run.
type Beside struct {
	Years   []*project.Projection // of its systems, with rates of faults that are nobody's own
	Against Other                 // to hold what one run measured against what the other modelled
}

// Other is another run, of which there may be none.
type Other struct {
	Run string // name of its folder
	Set episodes.Set
}

// Write makes episodes.json, tables.md, charts/ and report.html in the run folder dir. Each
// file is written whole or not at all.
func Write(dir string, m results.Manifest, summaries []analysis.Summary, b Beside) error {
	tables, err := markdownReport(m, summaries, b)
	if err != nil {
		return fmt.Errorf("make the tables: %w", err)
	}
	html, err := htmlReport(m, summaries, b)
	if err != nil {
		return fmt.Errorf("make the page: %w", err)
	}
	if err := episodes.Of(summaries).Write(filepath.Join(dir, results.EpisodesFile)); err != nil {
		return err
	}
	if calibrates(summaries) { // there are no figures to draw
		summaries = nil
	}
	charts := plot.All(summaries)
	if r, ok := search(m, summaries); ok {
		charts = append([]plot.Chart{plot.Saturation(r)}, plot.All(atKnees(r, summaries))...)
	}
	if err := writeCharts(filepath.Join(dir, results.ChartsDir), charts); err != nil {
		return err
	}
	if err := write(filepath.Join(dir, results.TablesFile), tables); err != nil {
		return err
	}
	return write(filepath.Join(dir, results.ReportFile), html)
}

func writeCharts(dir string, charts []plot.Chart) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("create folder for charts: %w", err)
	}
	return plot.WriteAll(charts, func(name string, data []byte) error {
		return write(filepath.Join(dir, name), data)
	})
}

func write(path string, data []byte) error {
	return results.WriteFile(path, func(w io.Writer) error {
		_, err := w.Write(data)
		return err
	})
}
