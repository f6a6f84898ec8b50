package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"nines/analysis"
	"nines/analysis/project"
	"nines/analysis/project/rates"
	"nines/analysis/report"
	"nines/results"
)

type projectCmd struct {
	Results  []string `arg:"" help:"Results folders, which are merged; or CSV files of outages: class,outage_s."`
	Rates    string   `placeholder:"FILE" help:"How often faults happen, and how long their repair takes. Default: rates from the literature (see: nines list rates)."`
	SLO      float64  `default:"99.99" placeholder:"PERCENT" help:"Availability that a year is to have. Default: 99.99."`
	Outage   string   `default:"slo" enum:"slo,gap" placeholder:"KIND" help:"Which outage counts: slo, while nothing was answered in time, or gap, while nothing was answered. Default: slo."`
	Nodes    int      `placeholder:"N" help:"Size of the cluster that CSV files are of."`
	Years    int      `default:"100000" placeholder:"N" help:"Years to simulate. Default: 100000."`
	Seed     uint64   `default:"1" placeholder:"N" help:"Seed of the simulated years. Default: 1."`
	Out      string   `placeholder:"DIR" help:"Where projection.html goes. Default: the first results folder."`
	Markdown bool     `xor:"print" help:"Print the tables as Markdown."`
	JSON     bool     `xor:"print" help:"Print the projections as JSON instead of tables, times in seconds."`
	Quiet    bool     `short:"q" help:"Print nothing but errors, and the JSON if asked for."`
}

// Help explains the command.
func (projectCmd) Help() string {
	return `What the faults that were injected cost is multiplied by how often such faults happen. docs/projection.md has the model and its limits.

    nines project results/failover-20260101-120000
    nines project RUN1 RUN2 --rates rates.yaml --slo 99.95
    nines project outages.csv --rates rates.yaml --json

Exit codes: 0 fine; 2 bad input, or no system could be projected; 3 internal error; 4 one of several could not be; 130 interrupted.`
}

func (c *projectCmd) Run(ctx context.Context, t terminal) error {
	if !(c.SLO > 0 && c.SLO < 100) {
		return badInput{fmt.Errorf("--slo: %v: want a percentage of the year between 0 and 100, such as 99.99", c.SLO)}
	}
	table, err := c.table()
	if err != nil {
		return err
	}
	systems, err := c.systems(ctx)
	if err != nil {
		return err
	}
	var all []*project.Projection
	var unfit []error
	for _, s := range systems {
		p, err := project.Project(s, table, project.Options{SLO: c.SLO / 100, Years: c.Years, Seed: c.Seed})
		if err != nil {
			unfit = append(unfit, err)
			continue
		}
		all = append(all, p)
	}
	if len(all) == 0 {
		return badInput{errors.Join(unfit...)}
	}
	for _, err := range unfit { // the others have their projection
		fmt.Fprintf(t.err, "nines: %v\n", err)
	}
	if err := c.present(t, all); err != nil {
		return err
	}
	if len(unfit) > 0 {
		return ended(exitInvalid)
	}
	return nil
}

// table is the user's rates, or the built-in ones.
func (c *projectCmd) table() (project.Table, error) {
	if c.Rates == "" {
		return rates.Builtin()
	}
	data, err := os.ReadFile(c.Rates)
	if err != nil {
		return project.Table{}, badInput{fmt.Errorf("read rates: %w", err)}
	}
	table, err := rates.Parse(c.Rates, data)
	if err != nil {
		return table, complaints(strings.Split(err.Error(), "\n"))
	}
	return table, nil
}

// systems reads what was measured.
func (c *projectCmd) systems(ctx context.Context) ([]project.System, error) {
	var runs []project.Run
	var files []project.System
	for _, name := range c.Results {
		if ctx.Err() != nil {
			return nil, errInterrupted
		}
		if strings.EqualFold(filepath.Ext(name), ".csv") {
			s, err := c.outages(name)
			if err != nil {
				return nil, badInput{err}
			}
			files = append(files, s)
			continue
		}
		r, err := readRun(name)
		if err != nil {
			return nil, badInput{err}
		}
		runs = append(runs, r)
	}
	return append(project.Collect(runs, project.Outage(c.Outage)), files...), nil
}

// outages reads a CSV file as a system of its own.
func (c *projectCmd) outages(name string) (project.System, error) {
	s := project.System{Name: strings.TrimSuffix(filepath.Base(name), filepath.Ext(name)), Nodes: c.Nodes, Quorum: c.Nodes > 0}
	f, err := os.Open(name)
	if err != nil {
		return s, fmt.Errorf("read outages: %w", err)
	}
	defer f.Close()
	s.Episodes, err = project.ReadCSV(name, f)
	return s, err
}

// readRun reads the summaries of a run as they are.
func readRun(dir string) (project.Run, error) {
	run, err := results.Open(dir)
	if err != nil {
		return project.Run{}, err
	}
	out := project.Run{Dir: dir}
	for _, trial := range run.TrialDirs() {
		var s analysis.Summary
		err := results.ReadTrialSummary(trial, &s)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return out, fmt.Errorf("%s has no %s: want a run that was analysed", trial, results.TrialSummaryFile)
		case err != nil:
			return out, err
		}
		out.Summaries = append(out.Summaries, s)
	}
	if len(out.Summaries) == 0 {
		return out, fmt.Errorf("%s has no complete trial: there is nothing to project", dir)
	}
	return out, nil
}

// present prints the projections and writes their page.
func (c *projectCmd) present(t terminal, all []*project.Projection) error {
	page, err := c.page(all)
	if err != nil {
		return err
	}
	switch {
	case c.JSON:
		e := json.NewEncoder(t.out)
		e.SetIndent("", "  ")
		return e.Encode(all)
	case c.Quiet:
		return nil
	case c.Markdown:
		return report.ProjectionMarkdown(t.out, all)
	}
	if err := report.ProjectionTerminal(t.out, all, width(t.out)); err != nil {
		return err
	}
	if page != "" {
		fmt.Fprintf(t.out, "\npage: %s\n", page)
	}
	return nil
}

// page writes projection.html, unless there is no folder for it: outages from a file
// have none unless one is named.
func (c *projectCmd) page(all []*project.Projection) (string, error) {
	dir := c.Out
	if dir == "" {
		for _, name := range c.Results {
			if info, err := os.Stat(name); err == nil && info.IsDir() {
				dir = name
				break
			}
		}
	}
	if dir == "" {
		return "", nil
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", fmt.Errorf("create the folder of the page: %w", err)
	}
	return report.WriteProjection(dir, all)
}
