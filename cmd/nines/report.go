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
	"nines/results"
)

type reportCmd struct {
	Dir   string `arg:"" help:"Results folder of a run."`
	Quiet bool   `short:"q" help:"Print nothing but errors, and the JSON if asked for."`
	JSON  bool   `xor:"print" help:"Print the summaries as JSON instead of tables."`

	Against string `xor:"print" placeholder:"DIR2" help:"Results folder of another run: hold what one measured against what the other modelled."`
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
	if err := present(t.out, run, all, c.Quiet, c.JSON); err != nil {
		return err
	}
	if c.Against != "" && !c.Quiet {
		if err := report.Agreement(t.out, episodes.Merge(episodes.Of(all), other), width(t.out)); err != nil {
			return err
		}
	}
	return verdict(all)
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
	return report.Write(run.Dir(), m, all)
}

// present prints the outcome of a run.
func present(w io.Writer, run *results.Run, all []analysis.Summary, quiet, asJSON bool) error {
	if asJSON {
		e := json.NewEncoder(w)
		e.SetIndent("", "  ")
		return e.Encode(struct {
			Dir    string             `json:"dir"`
			Trials []analysis.Summary `json:"trials"`
		}{run.Dir(), all})
	}
	if quiet {
		return nil
	}
	if err := report.Terminal(w, all, width(w)); err != nil {
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
