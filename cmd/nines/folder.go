package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"nines/bench/scenario"
	"nines/results"
)

// create makes the results folder, or leaves nothing behind; undo removes it if
// no trial is in it, and reports whether it did.
func (c *runCmd) create(s *scenario.Scenario) (run *results.Run, undo func() bool, err error) {
	dir := c.Out
	if dir == "" {
		dir = freeDir(filepath.Join("results", s.Name+"-"+time.Now().Format("20060102-150405")))
	}
	return createIn(dir, s, c.command())
}

// createIn makes a results folder for a run that the command repeats.
func createIn(dir string, s *scenario.Scenario, command []string) (run *results.Run, undo func() bool, err error) {
	text, err := s.YAML()
	if err != nil {
		return nil, nil, fmt.Errorf("write the effective scenario: %w", err)
	}
	m := results.Manifest{
		Name: s.Name, Scenario: string(text), Command: command, Seed: s.Seed,
		Versions: results.BuildVersions(), Machine: results.ThisMachine(filepath.Dir(dir)), Started: time.Now(),
	}
	for _, p := range listed(s) {
		m.Trials = append(m.Trials, results.Entry{Trial: p.name, System: p.label, Repeat: p.repeat, State: results.Planned})
	}
	_, missing := os.Lstat(dir)
	run, err = results.Create(dir, m)
	undo = func() bool {
		if run == nil && missing == nil {
			return true // what is there was there before
		}
		if err := syscall.Rmdir(filepath.Join(dir, results.TrialsDir)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return false
		}
		_ = os.Remove(filepath.Join(dir, results.ManifestFile))
		if missing != nil {
			_ = syscall.Rmdir(dir)
		}
		return true
	}
	if err != nil {
		undo()
		return nil, nil, badInput{err}
	}
	return run, undo, nil
}

// freeDir numbers a folder's name if there is one of that name.
func freeDir(dir string) string {
	free := dir
	for n := 2; ; n++ {
		if _, err := os.Lstat(free); errors.Is(err, fs.ErrNotExist) {
			return free
		}
		free = dir + "-" + strconv.Itoa(n)
	}
}

// removeReport takes away a report that could not be finished.
func removeReport(run *results.Run) {
	for _, name := range []string{
		results.SummaryFile, results.BenchFile, results.TablesFile, results.ReportFile, results.ChartsDir,
	} {
		_ = os.RemoveAll(run.Path(name))
	}
}
