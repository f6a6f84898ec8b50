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

// create makes the results folder.
func (c *runCmd) create(s *scenario.Scenario) (run *results.Run, undo func() bool, err error) {
	return createIn(c.Out, s, c.command())
}

// createIn makes the results folder of a run that the command repeats, with all
// trials planned.
func createIn(dir string, s *scenario.Scenario, command []string) (run *results.Run, undo func() bool, err error) {
	m := results.Manifest{Command: command}
	for _, p := range listed(s) {
		m.Trials = append(m.Trials, results.Entry{Trial: p.name, System: p.label, Repeat: p.repeat, State: results.Planned})
	}
	return createRun(dir, s, m)
}

// createRun makes the results folder of a scenario, or leaves nothing behind;
// undo removes it if no trial is in it, and reports whether it did. Without dir
// it has a name of its own. It fills in what m says of scenario, program and
// machine.
func createRun(dir string, s *scenario.Scenario, m results.Manifest) (run *results.Run, undo func() bool, err error) {
	text, err := s.YAML()
	if err != nil {
		return nil, nil, fmt.Errorf("write the effective scenario: %w", err)
	}
	if dir == "" {
		dir = freeDir(filepath.Join("results", s.Name+"-"+time.Now().Format("20060102-150405")))
	}
	m.Name, m.Scenario, m.Seed = s.Name, string(text), s.Seed
	m.Versions, m.Machine, m.Started = results.BuildVersions(), results.ThisMachine(filepath.Dir(dir)), time.Now()
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
		results.FoundFile, results.KneeFile,
	} {
		_ = os.RemoveAll(run.Path(name))
	}
}
