package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"

	"golang.org/x/term"

	"nines/analysis"
	"nines/analysis/episodes"
	"nines/analysis/report"
	"nines/analysis/saturation"
	"nines/results"
)

type reportCmd struct {
	Dir     string `arg:"" help:"Results folder of a run."`
	Against string `xor:"print" placeholder:"DIR2" help:"Results folder of another run: hold what one measured against what the other modelled."`
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
	var other episodes.Set
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
		s, err := analysis.Trial(dir, analysis.Options{})
		if err != nil {
			return badInput{err}
		}
		all = append(all, s)
	}
	if err := writeReport(run, all); err != nil {
		return err
	}
	if err := c.present(t.out, run, all); err != nil {
		return err
	}
	if c.Against != "" && !c.Quiet {
		if err := report.Agreement(t.out, episodes.Merge(episodes.Of(all), other), width(t.out)); err != nil {
			return err
		}
	}
	return verdictOf(run, all)
}

// episodesOf reads those of another run.
func episodesOf(dir string) (episodes.Set, error) {
	run, err := results.Open(dir)
	if err != nil {
		return episodes.Set{}, err
	}
	return episodes.Read(run.Path(results.EpisodesFile))
}

// writeReport writes the files of a run that follow from its summaries.
func writeReport(run *results.Run, all []analysis.Summary) error {
	var rows []results.Row
	for i := range all {
		rows = append(rows, analysis.Row(&all[i]))
	}
	if err := results.WriteSummary(run.Path(results.SummaryFile), rows); err != nil {
		return err
	}
	m := run.Manifest()
	if err := results.WriteBench(run.Path(results.BenchFile), m.Machine, analysis.BenchLines(all)); err != nil {
		return err
	}
	if m.Search != nil {
		if err := writeFound(run, saturation.Of(all, *m.Search)); err != nil {
			return err
		}
	}
	ps, err := years(run.Dir(), all)
	if err != nil {
		return err
	}
	return report.Write(run.Dir(), m, all, ps...)
}

// present prints the outcome of a run.
func (o output) present(w io.Writer, run *results.Run, all []analysis.Summary) error {
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
	terminal := report.Terminal
	if search != nil {
		terminal = func(w io.Writer, all []analysis.Summary, width int) error {
			return report.TerminalKnees(w, saturation.Of(all, *search), all, width)
		}
	}
	if err := terminal(w, all, width(w)); err != nil {
		return err
	}
	_, err := fmt.Fprintf(w, "\nreport: %s\n", run.Path(results.ReportFile))
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
