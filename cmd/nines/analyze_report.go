package main

import (
	"errors"
	"os"
	"time"

	"nines/analysis"
	"nines/analysis/report"
	"nines/bench"
	"nines/results"
)

// report writes a results folder with the history as its only trial, or leaves
// nothing behind.
func (c *analyzeCmd) report(in analysis.Input) (run *results.Run, sum analysis.Summary, err error) {
	_, missing := os.Lstat(c.Out)
	f := &in.Facts
	m := results.Manifest{
		Name: f.System, Scenario: "# no scenario: the history was recorded before, and analysed by the command of this run\n",
		Command:  append([]string{"nines"}, os.Args[1:]...),
		Versions: results.BuildVersions(), Machine: results.ThisMachine("."), Started: time.Now(),
		Trials: []results.Entry{{Trial: f.Trial, System: f.System, Repeat: f.Repeat, State: results.Planned}},
	}
	if run, err = results.Create(c.Out, m); err != nil {
		return nil, sum, badInput{err}
	}
	defer func() {
		if err == nil {
			return
		}
		_ = os.RemoveAll(run.Path(results.TrialsDir))
		_ = os.Remove(run.Path(results.ManifestFile))
		removeReport(run)
		if missing != nil {
			_ = os.Remove(c.Out)
		}
	}()
	dir, err := keep(run, in)
	if err != nil {
		return run, sum, err
	}
	if sum, err = analysis.Trial(dir, analysis.Options{Cutoff: c.Cutoff}); err != nil {
		return run, sum, err
	}
	if err := run.End(time.Now()); err != nil {
		return run, sum, err
	}
	_, err = writeReport(run, []analysis.Summary{sum}, report.Other{})
	return run, sum, err
}

// keep writes the files of a trial.
func keep(run *results.Run, in analysis.Input) (dir string, err error) {
	f := &in.Facts
	files, err := run.Begin(f.Trial, f.System, f.Repeat)
	if err != nil {
		return "", err
	}
	if err := record(files, in.Samples, in.Txns, f.Txns); err != nil {
		return "", errors.Join(err, files.Discard(err.Error()))
	}
	return files.Finish(*f, in.Faults, in.Events)
}

func record(files *results.Trial, samples []bench.Sample, records []bench.TxnRecord, has bool) error {
	if err := files.Samples.Record(samples); err != nil || !has {
		return err
	}
	txns, err := files.Txns()
	if err != nil {
		return err
	}
	for _, r := range records {
		if err := txns.RecordTxn(r); err != nil {
			return err
		}
	}
	return nil
}
