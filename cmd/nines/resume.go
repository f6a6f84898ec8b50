package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"nines/bench/scenario"
	"nines/results"
)

// A held run folder is used by this run alone.
type held struct {
	run  *results.Run
	lock *os.File
	undo func() bool // removes the folder if no trial is in it, and reports whether it did
}

// hold takes the lock of a folder that was just made, or undoes that.
func hold(ctx context.Context, run *results.Run, undo func() bool) (*held, error) {
	lock, err := lockFolder(ctx, run.Dir(), 0, nil)
	if err != nil {
		if !errors.Is(err, errAtWork) { // else another run is in it by now
			undo()
		}
		return nil, err
	}
	return &held{run: run, lock: lock, undo: undo}, nil
}

func (h *held) release() { _ = h.lock.Close() }

// errAtWork is why a folder cannot be had.
var errAtWork = errors.New("another nines is at work")

// lockFolder takes the lock of a folder, which a trial's process holds as well: so
// nothing of a run that was killed is still at work in it. It waits for a while for
// such a process to end; told, if not nil, is called when it has to. The error is
// errInterrupted if ctx ends first.
func lockFolder(ctx context.Context, dir string, patience time.Duration, told func()) (*os.File, error) {
	f, err := os.Open(dir)
	if err != nil {
		return nil, fmt.Errorf("lock the results folder: %w", err)
	}
	again := time.NewTicker(50 * time.Millisecond)
	defer again.Stop()
	for end := time.Now().Add(patience); ; {
		err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if !errors.Is(err, syscall.EWOULDBLOCK) || time.Now().After(end) {
			break
		}
		if told != nil {
			told()
			told = nil
		}
		select {
		case <-again.C:
		case <-ctx.Done():
			return nil, errors.Join(fmt.Errorf("%w while waiting for another nines, which is at work in %s", errInterrupted, dir), f.Close())
		}
	}
	switch {
	case err == nil:
		return f, nil
	case errors.Is(err, syscall.EWOULDBLOCK):
		err = badInput{fmt.Errorf("%w in %s: let it end", errAtWork, dir)}
	default:
		err = fmt.Errorf("lock the results folder %s: %w", dir, err)
	}
	return nil, errors.Join(err, f.Close())
}

// resume opens the folder of a run that was cut off, whose scenario counts as it
// stands there.
func (c *runCmd) resume(ctx context.Context, show *display) (*held, *scenario.Scenario, error) {
	if flags := c.besides(); len(flags) > 0 {
		return nil, nil, badInput{fmt.Errorf("--resume goes on with the scenario in %s as it is: remove %s", c.Resume, strings.Join(flags, ", "))}
	}
	lock, err := lockFolder(ctx, c.Resume, 3*told, func() { show.line("waiting for the last trial of the run to end") })
	if errors.Is(err, fs.ErrNotExist) {
		err = badInput{err}
	}
	if err != nil {
		return nil, nil, err
	}
	h := &held{lock: lock, undo: func() bool { return false }}
	s, err := h.open(c.Resume)
	if err != nil {
		h.release()
		return nil, nil, err
	}
	m := h.run.Manifest()
	for _, line := range m.Warnings() {
		show.line("warning: %s", line)
	}
	return h, s, nil
}

// open reads the manifest of a folder that is locked by now: until then another
// process may have written to it.
func (h *held) open(dir string) (s *scenario.Scenario, err error) {
	if h.run, err = results.Open(dir); err != nil {
		return nil, badInput{err}
	}
	now := results.ThisMachine(dir)
	if s, err = again(h.run, now); err != nil {
		return nil, err
	}
	return s, h.run.Resume(time.Now(), now.Kernel)
}

// besides are the flags that would change the scenario or its place.
func (c *runCmd) besides() (flags []string) {
	if c.Scenario != "" {
		flags = append(flags, c.Scenario)
	}
	for _, ch := range c.changes() {
		flags = append(flags, ch.flag)
	}
	if c.Set != nil {
		flags = append(flags, "--set")
	}
	if c.Out != "" {
		flags = append(flags, "--out")
	}
	return flags
}

// again reads the scenario of a run that this program can go on with on this machine.
func again(run *results.Run, here results.Machine) (*scenario.Scenario, error) {
	m := run.Manifest()
	if m.Search != nil {
		return nil, badInput{fmt.Errorf("%s is a search, which does not go on: begin anew with: %s", run.Dir(), strings.Join(m.Command, " "))}
	}
	if how := otherVersion(m.Versions, results.BuildVersions()); how != "" {
		return nil, badInput{fmt.Errorf("%s was begun by another version: %s; its trials would not compare: go on with that one, or begin anew with: %s",
			run.Dir(), how, strings.Join(m.Command, " "))}
	}
	if how := otherMachine(m.Machine, here); how != "" {
		return nil, badInput{fmt.Errorf("%s was begun on another machine: %s; its trials would not compare: go on with that one, or begin anew with: %s",
			run.Dir(), how, strings.Join(m.Command, " "))}
	}
	path := run.Path(results.ManifestFile)
	s, err := scenario.Parse(path, []byte(m.Scenario), catalog())
	if err != nil {
		return nil, fmt.Errorf("the scenario in %s: %w", path, err)
	}
	return s, nil
}

// otherVersion says in what two versions of the program differ, or "".
func otherVersion(was, is results.Versions) string {
	if text := differs([]pair{
		{"nines", was.Nines, is.Nines},
		{"revision", was.Revision, is.Revision},
		{"uncommitted changes", fmt.Sprint(was.Modified), fmt.Sprint(is.Modified)},
		{"Go", was.Go, is.Go},
	}); text != "" {
		return text
	}
	for _, module := range slices.Sorted(maps.Keys(was.Modules)) {
		if is.Modules[module] != was.Modules[module] {
			return fmt.Sprintf("%s %s, and this is %s", module, was.Modules[module], cmp.Or(is.Modules[module], "without"))
		}
	}
	return ""
}

// otherMachine says in what two machines differ that trials depend on, or "". That a
// machine has another kernel since it was started anew does not end a run that goes on
// for days: it is noted, and the report says so.
func otherMachine(was, is results.Machine) string {
	return differs([]pair{
		{"CPU", was.CPU, is.CPU},
		{"cores", strconv.Itoa(was.Cores), strconv.Itoa(is.Cores)},
	})
}

// pair is something as it was, and as it is now.
type pair struct{ what, was, is string }

// differs says the first that is not as it was, or "".
func differs(pairs []pair) string {
	for _, p := range pairs {
		if p.was != p.is {
			return fmt.Sprintf("%s %s, and this is %s", p.what, cmp.Or(p.was, "unknown"), cmp.Or(p.is, "unknown"))
		}
	}
	return ""
}
