package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"nines/analysis"
	"nines/results"
	"nines/results/history"
)

type analyzeCmd struct {
	History  string        `arg:"" help:"A history in CSV or in Jepsen's EDN, a samples.parquet, or the folder of a trial."`
	Deadline time.Duration `placeholder:"TIME" help:"A good operation succeeds within this of when it was due. Default: 100ms, or the trial's."`
	Bin      time.Duration `placeholder:"TIME" help:"Width of a bin of interval availability. Default: 100ms, or the trial's."`
	Cutoff   time.Duration `placeholder:"TIME" help:"A user who asks for nothing for longer is inactive. Default: the 99th percentile of the times between a user's operations."`
	Period   time.Duration `placeholder:"TIME" help:"Length of the measured period. Default: up to the last operation of the load, rounded up to 100ms."`
	Faults   string        `placeholder:"FILE" help:"When there were faults: CSV (fault,start_ms,end_ms), lines of JSON, or a faults.jsonl."`
	Initial  string        `placeholder:"VALUE" help:"What a key holds that was never written, beside nil and an empty cell."`
	Check    string        `default:"" enum:",strict,serializable,none" placeholder:"KIND" help:"What the history is held to: strict (linearizable, transactions strict-serializable), serializable (transactions may be out of real time), or none. Default: strict; a trial is held to what its system declares."`
	Lease    time.Duration `placeholder:"TIME" help:"Of a history of locks: how long after sending its acquisition a holder no longer takes itself for one."`
	Name     string        `placeholder:"NAME" help:"Name of the system. Default: the file's name."`
	Out      string        `placeholder:"DIR" help:"Write a results folder with the full report, too; new or empty."`
}

// Help is what nines analyze --help says below the first line.
func (*analyzeCmd) Help() string {
	return `Prints every figure and verdict of a history as one JSON object, with the columns of summary.csv. docs/histories.md has the formats.

  nines analyze history.csv --deadline 50ms --faults faults.csv
  nines analyze store/latest/history.edn --check serializable
  nines analyze results/quickstart/trials/etcdraft-1 --deadline 20ms

Exit codes: 0 fine; 1 the history was illegal; 2 bad input; 3 internal error; 4 no figure can be believed, or the verdict is unknown.`
}

func (c *analyzeCmd) Run(ctx context.Context, t terminal) error {
	for flag, d := range map[string]time.Duration{"deadline": c.Deadline, "bin": c.Bin, "cutoff": c.Cutoff, "period": c.Period, "lease": c.Lease} {
		if d < 0 {
			return badInput{fmt.Errorf("--%s: %v is negative: want a time such as 100ms", flag, d)}
		}
	}
	in, err := c.read()
	if err != nil {
		return err
	}
	notes := notesOf(in.Facts.Elsewhere)
	if ctx.Err() != nil {
		return errInterrupted
	}
	if in.Thinned != nil && c.Out != "" {
		return badInput{fmt.Errorf("%s has %d operations, of which only a part is held: nines report makes its report in its own folder", c.History, in.Thinned.Operations)}
	}
	var sum analysis.Summary
	if c.Out == "" {
		sum = analysis.Analyze(in, analysis.Options{Cutoff: c.Cutoff})
	} else {
		var run *results.Run
		if run, sum, err = c.report(in); err != nil {
			return err
		}
		notes = append(notes, "report: "+run.Path(results.ReportFile))
	}
	operations := len(in.Samples)
	if in.Thinned != nil {
		operations = int(in.Thinned.Operations)
	}
	if err := printFound(t.out, c.History, operations, &sum); err != nil {
		return err
	}
	for _, note := range notes {
		fmt.Fprintln(t.err, note)
	}
	return verdict([]analysis.Summary{sum})
}

func notesOf(e *results.Elsewhere) []string {
	if e == nil {
		return nil
	}
	return e.Notes
}

// read reads the history, which may be a trial of ours.
func (c *analyzeCmd) read() (in analysis.Input, err error) {
	opts := history.Options{
		Name: c.Name, Deadline: c.Deadline, Bin: c.Bin, Cutoff: c.Cutoff, Period: c.Period, Initial: c.Initial, Check: history.Check(c.Check), Lease: c.Lease,
	}
	if c.Faults != "" {
		if opts.Faults, err = history.ReadFaults(c.Faults); err != nil {
			return in, readable(err)
		}
	}
	dir, err := trialOf(c.History, "")
	if err != nil {
		return in, err
	}
	if dir == "" {
		h, err := history.Read(c.History, opts)
		if err != nil {
			return in, readable(err)
		}
		return analysis.Input{Facts: h.Facts, Samples: h.Samples, Txns: h.Txns, Faults: h.Faults}, nil
	}
	if err := c.ofFile(); err != nil {
		return in, err
	}
	if in, err = analysis.LoadThinned(dir, analysis.Thinning{}, c.adjust); err != nil {
		return in, readable(err)
	}
	if c.Faults != "" {
		in.Faults = opts.Faults
	}
	return in, nil
}

// ofFile refuses flags that say of a file what a trial of ours says itself.
func (c *analyzeCmd) ofFile() error {
	var lines complaints
	for _, x := range []struct {
		flag, knows string
		given       bool
	}{
		{"check", "what its system declares is what it is held to", c.Check != ""},
		{"initial", "no key that was never written holds anything", c.Initial != ""},
		{"lease", "its locks have the lease that its scenario gave them", c.Lease != 0},
		{"name", "its system has a name", c.Name != ""},
	} {
		if x.given {
			lines = append(lines, fmt.Sprintf("nines: --%s: %s is a trial of nines: %s. To say otherwise, export it and analyze the file", x.flag, c.History, x.knows))
		}
	}
	if lines == nil {
		return nil
	}
	return lines
}

// adjust has a trial of ours seen as the flags say.
func (c *analyzeCmd) adjust(f *results.Facts) {
	for _, x := range []struct {
		to *time.Duration
		of time.Duration
	}{{&f.Deadline, c.Deadline}, {&f.SLOBin, c.Bin}, {&f.Duration, c.Period}} {
		if x.of > 0 {
			*x.to = x.of
		}
	}
}

// readable makes what is wrong with a file that a user names bad input, a line for
// each place.
func readable(err error) error {
	var list history.Problems
	if !errors.As(err, &list) {
		return badInput{err}
	}
	var lines complaints
	for _, p := range list {
		lines = append(lines, p.Error())
	}
	return lines
}

// trialOf is the folder of the trial that a path names: the folder itself, the
// trial of that name in a run, or the only one; "" if it is no folder, and no
// samples.parquet in one.
func trialOf(path, name string) (dir string, err error) {
	info, err := os.Stat(path)
	if err != nil {
		return "", badInput{err}
	}
	if !info.IsDir() {
		dir = filepath.Dir(path)
		if filepath.Base(path) == results.SamplesFile && isTrial(dir) {
			return dir, nil
		}
		return "", nil
	}
	if isTrial(path) {
		return path, nil
	}
	run, err := results.Open(path)
	if err != nil {
		return "", badInput{fmt.Errorf("%w; nor is it the folder of a trial: it has no %s", err, results.FactsFile)}
	}
	var names []string
	for _, d := range run.TrialDirs() {
		names = append(names, filepath.Base(d))
		if filepath.Base(d) == name {
			return d, nil
		}
	}
	switch {
	case name != "":
		return "", badInput{fmt.Errorf("%s has no trial %s: it has %s", path, name, strings.Join(names, ", "))}
	case len(names) == 1:
		return run.TrialDirs()[0], nil
	case len(names) == 0:
		return "", badInput{fmt.Errorf("%s has no complete trial", path)}
	}
	return "", badInput{fmt.Errorf("%s has %d trials: name one, such as %s", path, len(names), run.TrialDirs()[0])}
}

func isTrial(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, results.FactsFile))
	return err == nil
}

// found is what is printed beside the columns of summary.csv.
type found struct {
	File       string             `json:"file"`
	Operations int                `json:"operations"` // all there are, probes and the like included
	Good       uint64             `json:"good"`
	PeriodMS   analysis.MS        `json:"period_ms"`
	DeadlineMS analysis.MS        `json:"deadline_ms"`
	BinMS      analysis.MS        `json:"bin_ms"`
	Due        string             `json:"due_from"` // recorded, or sent
	Checks     []analysis.Check   `json:"checks"`
	Episodes   []analysis.Episode `json:"episodes"`
	Notes      []string           `json:"notes"`
}

// printFound prints one JSON object: the columns of summary.csv, and then found.
func printFound(w io.Writer, file string, operations int, s *analysis.Summary) error {
	ms := func(d time.Duration) analysis.MS { return analysis.MS(float64(d) / float64(time.Millisecond)) }
	f := found{
		File: file, Operations: operations, Good: s.Counts.Good,
		PeriodMS: ms(s.Facts.Duration), DeadlineMS: ms(s.Facts.Deadline), BinMS: ms(s.Facts.SLOBin),
		Due: "recorded", Checks: s.Checks, Episodes: s.Episodes, Notes: notesOf(s.Facts.Elsewhere),
	}
	if e := s.Facts.Elsewhere; e != nil && !e.Due {
		f.Due = "sent"
	}
	row, err := json.Marshal(analysis.Row(s))
	if err != nil {
		return fmt.Errorf("print the figures: %w", err)
	}
	rest, err := json.Marshal(f)
	if err != nil {
		return fmt.Errorf("print the figures: %w", err)
	}
	var out bytes.Buffer
	object := append(append(row[:len(row)-1], ','), rest[1:]...)
	if err := json.Indent(&out, object, "", "  "); err != nil {
		return fmt.Errorf("print the figures: %w", err)
	}
	out.WriteByte('\n')
	_, err = out.WriteTo(w)
	return err
}
