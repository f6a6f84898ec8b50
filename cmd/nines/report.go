package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"golang.org/x/term"

	"nines/analysis"
	"nines/analysis/episodes"
	"nines/analysis/project"
	"nines/analysis/report"
	"nines/analysis/saturation"
	"nines/results"
)

type reportCmd struct {
	Dir     string `arg:"" help:"Results folder of a run."`
	Against string `xor:"print" placeholder:"DIR2" help:"Results folder of another run: hold what one measured against what the other modelled, here and in the report of DIR."`
	output
}

func (c *reportCmd) Run(ctx context.Context, t terminal) error {
	run, err := results.Open(c.Dir)
	if err != nil {
		return badInput{err}
	}
	dirs := run.TrialDirs()
	if len(dirs) == 0 {
		return badInput{fmt.Errorf("%s has no complete trial: there is nothing to report", c.Dir)}
	}
	var other report.Other
	if c.Against != "" {
		if other, err = episodesOf(c.Against); err != nil {
			return badInput{err}
		}
	}
	var all []analysis.Summary
	for _, dir := range dirs {
		if ctx.Err() != nil {
			return errInterrupted
		}
		s, err := summarize(dir)
		if err != nil {
			return badInput{err}
		}
		all = append(all, s)
	}
	years, err := writeReport(run, all, other)
	if err != nil {
		return err
	}
	if err := c.present(t.out, run, all, years); err != nil {
		return err
	}
	if c.Against != "" && !c.Quiet {
		if err := report.Agreement(t.out, episodes.Merge(episodes.Of(all), other.Set), width(t.out)); err != nil {
			return err
		}
	}
	return verdictOf(run, all)
}

// episodesOf reads those of another run.
func episodesOf(dir string) (report.Other, error) {
	run, err := results.Open(dir)
	if err != nil {
		return report.Other{}, err
	}
	set, err := episodes.Read(run.Path(results.EpisodesFile))
	if err != nil {
		return report.Other{}, err
	}
	if dir, err = filepath.Abs(dir); err != nil {
		return report.Other{}, fmt.Errorf("name the other run: %w", err)
	}
	return report.Other{Run: filepath.Base(dir), Set: set}, nil
}

// writeReport writes the files of a run that follow from its summaries, and returns
// what is projected of its systems' years. What one run measured is held against what the
// other modelled, if there is one.
func writeReport(run *results.Run, all []analysis.Summary, other report.Other) ([]*project.Projection, error) {
	var rows []results.Row
	for i := range all {
		rows = append(rows, analysis.Row(&all[i]))
	}
	if err := results.WriteSummary(run.Path(results.SummaryFile), rows); err != nil {
		return nil, err
	}
	m := run.Manifest()
	if err := results.WriteBench(run.Path(results.BenchFile), m.Machine, analysis.BenchLines(all)); err != nil {
		return nil, err
	}
	if m.Search != nil {
		if err := writeFound(run, saturation.Of(all, *m.Search)); err != nil {
			return nil, err
		}
	}
	ps, err := years(run.Dir(), all)
	if err != nil {
		return nil, err
	}
	return ps, report.Write(run.Dir(), m, all, report.Beside{Years: ps, Against: other})
}

// present prints the outcome of a run.
func (o output) present(w io.Writer, run *results.Run, all []analysis.Summary, years []*project.Projection) error {
	search := run.Manifest().Search
	if o.JSON {
		e := json.NewEncoder(w)
		e.SetIndent("", "  ")
		if search != nil {
			return e.Encode(struct {
				Dir string `json:"dir"`
				saturation.Report
			}{run.Dir(), saturation.Of(all, *search)})
		}
		return e.Encode(struct {
			Dir    string             `json:"dir"`
			Trials []analysis.Summary `json:"trials"`
		}{run.Dir(), all})
	}
	if o.Quiet {
		return nil
	}
	var err error
	if search != nil {
		err = report.TerminalKnees(w, saturation.Of(all, *search), all, width(w))
	} else {
		err = report.Terminal(w, all, report.Beside{Years: years}, width(w))
	}
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, "\nreport: %s\n", run.Path(results.ReportFile))
	return err
}

// width is that of the terminal, or what most have.
func width(w io.Writer) int {
	if f, ok := w.(*os.File); ok {
		if n, _, err := term.GetSize(int(f.Fd())); err == nil && n > 0 {
			return n
		}
	}
	return 100
}
