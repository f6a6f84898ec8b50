package main

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"nines/analysis"
	"nines/bench"
	"nines/bench/trial"
	"nines/results"
)

// TestSystemPanics: the trial of a system that takes its process down is kept
// with the reason, the stacks and the nodes' logs, and the run goes on.
func TestSystemPanics(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "run")
	out, errs, code := nines(t, short(dir, "--set", "systems=[{system: null, label: dies, panics: 300ms}, {system: null, label: lives}]")...)
	if code != exitInvalid {
		t.Errorf("exit code %d, want %d:\n%s", code, exitInvalid, errs)
	}
	const reason = "panic: null: panics on purpose"
	for what, text := range map[string]string{"the tables": strings.Join(strings.Fields(out), " "), "the lines": strings.Join(strings.Fields(errs), " ")} {
		if !strings.Contains(text, "on purpose") {
			t.Errorf("%s do not give the reason:\n%s", what, text)
		}
	}
	if got := states(t, dir); got != "dies-1 failed, lives-1 done" {
		t.Errorf("trials: %s", got)
	}
	f := facts(t, dir, "dies-1")
	if !strings.Contains(f.Failure, reason) || !f.Cut || len(f.Nodes) != 3 || time.Since(f.Started).Abs() > time.Minute {
		t.Errorf("%+v", f)
	}
	stacks, err := os.ReadFile(filepath.Join(trialDir(dir, "dies-1"), results.StacksFile))
	if err != nil || !strings.HasPrefix(string(stacks), reason) || !strings.Contains(string(stacks), "goroutine ") {
		t.Errorf("stacks: %v, %.200s", err, stacks)
	}
	if !exists(filepath.Join(trialDir(dir, "dies-1"), results.NodesDir, "n1.log")) {
		t.Error("the logs of the nodes are lost")
	}
	if got := reported(t, dir); got != "dies-1, lives-1" {
		t.Errorf("reported: %s", got)
	}
	tidy(t, dir)
}

// TestProcessIsKilled: a trial whose process is killed, as it is when memory runs
// out, is kept with that reason.
func TestProcessIsKilled(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("nobody tells which processes there are")
	}
	dir := filepath.Join(t.TempDir(), "run")
	c := flags(t, short(dir, "--systems", "null", "--duration", "1m")[1:]...)
	s := effective(t, c)
	run, _, err := c.create(s)
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error)
	go func() {
		_, err := trials(t.Context(), &held{run: run}, s, newDisplay(nil, true))
		ended <- err
	}()
	await(t, "the trial runs", func() bool { return exists(filepath.Join(trialDir(dir, "null-1.partial"), results.NodesDir)) })
	for _, pid := range children(dir) {
		if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
			t.Error(err)
		}
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if f := facts(t, dir, "null-1"); f.Failure != "the process of the trial ended with signal: killed" || !f.Cut {
		t.Errorf("%+v", f)
	}
	tidy(t, dir)
}

// TestDiscard: what a child could not tidy up itself.
func TestDiscard(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	c := flags(t, short(dir, "--systems", "null")[1:]...)
	s := effective(t, c)
	run, undo, err := c.create(s)
	if err != nil {
		t.Fatal(err)
	}
	p := plan(s)[0]
	if _, err := run.Begin(p.name, p.system.Label, p.repeat); err != nil {
		t.Fatal(err)
	}
	if undo() {
		t.Error("the folder was removed although something is in it")
	}
	if err := discard(dir, p); err != nil {
		t.Error(err)
	}
	if got := states(t, dir); got != "null-1 planned" {
		t.Errorf("trials: %s", got)
	}
	tidy(t, dir)
	if !undo() || exists(dir) {
		t.Error("the folder was left behind although nothing is in it")
	}
}

// TestNodeDoesNotComeBack: that fails the trial, which is kept with what it
// recorded.
func TestNodeDoesNotComeBack(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "run")
	c := flags(t, short(dir, "--systems", "single", "--set", "disk.kind=files", "--duration", "1s",
		"--set", "faults=[{at: 100ms, for: 700ms, fault: kill(leader)}]")[1:]...)
	s := effective(t, c)
	run, _, err := c.create(s)
	if err != nil {
		t.Fatal(err)
	}
	show := newDisplay(nil, true)
	tampered := false
	child := child{heard: func(m message) {
		if m.Phase != trial.Measuring || m.At < 300*time.Millisecond || tampered {
			return
		}
		tampered = true
		disk := filepath.Join(m.Dir, disksDir, "n1")
		if err := os.RemoveAll(disk); err != nil {
			t.Error(err)
		}
		write(t, disk, "no folder")
	}}
	if err := child.run(t.Context(), run.Dir(), "single-1"); err != nil || !tampered {
		t.Fatalf("%v; tampered: %v", err, tampered)
	}
	show.close()
	if f := facts(t, dir, "single-1"); !strings.Contains(f.Failure, "kill(leader) could not be healed: ") || f.Cut {
		t.Errorf("the failure is %q", f.Failure)
	}
	sum, err := analysis.Trial(trialDir(dir, "single-1"), analysis.Options{})
	if err != nil || sum.Valid || sum.Counts.Due < 100 {
		t.Errorf("%v: %+v", err, sum.Counts)
	}
	if got := states(t, dir); got != "single-1 failed" {
		t.Errorf("trials: %s", got)
	}
	tidy(t, dir)
}

// TestInterrupted: what has finished is kept and reported, what has not leaves
// nothing.
func TestInterrupted(t *testing.T) {
	whole(t)
	dir := filepath.Join(t.TempDir(), "run")
	p := startProcess(t, short(dir, "--systems", "null,single", "--set", "duration=1s")...)
	await(t, "the second trial runs", func() bool { return exists(trialDir(dir, "single-1.partial")) })
	code, took := p.signal(t, syscall.SIGINT)
	if code != exitInterrupted || took > 10*time.Second {
		t.Errorf("exit code %d after %v", code, took)
	}
	if !strings.Contains(p.err.String(), "nines: interrupted during trial 2 of 2, single-1 (kept and reported: 1 trial; to go on: nines run --resume "+dir+")\n") {
		t.Errorf("says %s", &p.err)
	}
	if got := states(t, dir); got != "null-1 done, single-1 planned" {
		t.Errorf("trials: %s", got)
	}
	if got := reported(t, dir); got != "null-1" || !exists(filepath.Join(dir, results.ReportFile)) {
		t.Errorf("reported: %s", got)
	}
	run, err := results.Open(dir)
	if err != nil || run.Manifest().Ended != nil {
		t.Errorf("%v; the manifest says that the run came to its end", err)
	}
	tidy(t, dir)
	goesOn(t, dir, "null-1 done, single-1 done", "null-1")
}

// TestInterruptedAtOnce: nothing has finished, so there is nothing to keep.
func TestInterruptedAtOnce(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "run")
	p := startProcess(t, short(dir, "--systems", "null")...)
	await(t, "the trial runs", func() bool { return exists(trialDir(dir, "null-1.partial")) })
	code, _ := p.signal(t, syscall.SIGTERM)
	if code != exitInterrupted || !strings.Contains(p.err.String(), "(nothing was kept)") {
		t.Errorf("exit code %d: %s", code, &p.err)
	}
	if exists(dir) {
		t.Error("the folder was left behind")
	}
}

// TestInterruptedWhileHung: the process of a trial ends although its goroutines
// hang. A second signal need not wait for that.
func TestInterruptedWhileHung(t *testing.T) {
	t.Parallel()
	for name, twice := range map[string]bool{"once": false, "twice": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := filepath.Join(t.TempDir(), "run")
			p := startProcess(t, short(dir, "--set", "systems=[{system: null, hangs: 10ms}]", "--set", "duration=1m")...)
			// Operations are dropped when all sessions hang; that is told after 5 s.
			await(t, "it hangs", func() bool { return strings.Contains(p.err.String(), " failed") })
			if twice {
				if err := p.Process.Signal(os.Interrupt); err != nil {
					t.Fatal(err)
				}
				await(t, "it has been heard", func() bool { return strings.Contains(p.err.String(), "interrupted") })
			}
			code, took := p.signal(t, syscall.SIGINT)
			if code != exitInterrupted {
				t.Errorf("exit code %d after %v: %s", code, took, &p.err)
			}
			if left := len(children(dir)); twice && left == 0 && runtime.GOOS == "linux" {
				t.Errorf("it waited for the process of the trial, %v", took)
			}
			await(t, "no child runs", func() bool { return len(children(dir)) == 0 })
			if exists(trialDir(dir, "null-1.partial")) {
				t.Error("left a part of a trial")
			}
		})
	}
}

// TestKilled: when the parent is killed, the child ends by itself and leaves
// nothing of the trial.
func TestKilled(t *testing.T) {
	whole(t)
	dir := filepath.Join(t.TempDir(), "run")
	p := startProcess(t, short(dir, "--systems", "null,single", "--set", "duration=1s")...)
	await(t, "the second trial runs", func() bool { return exists(trialDir(dir, "single-1.partial")) })
	p.signal(t, syscall.SIGKILL)
	tidy(t, dir)
	if got := states(t, dir); got != "null-1 done, single-1 planned" {
		t.Errorf("trials: %s", got)
	}
	if _, errs, code := nines(t, "report", dir, "-q"); code != exitFine && code != exitInvalid {
		t.Errorf("exit code %d: %s", code, errs)
	}
}

// TestFullDisk needs the right to mount a small file system: without it, see
// TestFileSizeLimit. With more room the run goes on.
func TestFullDisk(t *testing.T) {
	whole(t)
	for _, c := range []struct {
		name, size string
		args       []string
		says       string
		kept       string // trials
	}{
		{"at once", "4k", nil, "manifest.json", ""},
		{"samples", "60k", []string{"--systems", "null", "--rate", "20000"}, "samples.parquet", ""},
		{"nodes", "200k", []string{"--systems", "null,single", "--set", "disk.kind=files", "--set", "workload.value_size=2000"},
			"the nodes' disks are in the results folder", "null-1 done, single-1 planned"},
		{"report", "180k", []string{"--systems", "null"}, "then: nines report", "null-1 done"},
	} {
		at := filepath.Join(t.TempDir(), "full")
		if err := os.Mkdir(at, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := syscall.Mount("tmpfs", at, "tmpfs", 0, "size="+c.size); err != nil {
			t.Skipf("mount: %v", err)
		}
		t.Cleanup(func() {
			if err := syscall.Unmount(at, 0); err != nil {
				t.Error(err)
			}
		})
		dir := filepath.Join(at, "run")
		out, errs, code := nines(t, short(dir, c.args...)...)
		if code != exitBadInput || out != "" || !strings.Contains(errs, "no space left on device") || !strings.Contains(errs, c.says) {
			t.Errorf("%s: exit code %d, output %q:\n%s", c.name, code, out, errs)
		}
		if c.kept == "" {
			if exists(dir) {
				t.Errorf("%s: the folder was left behind", c.name)
			}
			continue
		}
		if got := states(t, dir); got != c.kept {
			t.Errorf("%s: trials: %s", c.name, got)
		}
		if exists(filepath.Join(dir, results.ReportFile)) || exists(filepath.Join(dir, results.ChartsDir)) {
			t.Errorf("%s: half a report", c.name)
		}
		tidy(t, dir)
		if err := syscall.Mount("tmpfs", at, "tmpfs", syscall.MS_REMOUNT, "size=64m"); err != nil {
			t.Fatal(err)
		}
		goesOn(t, dir, strings.ReplaceAll(c.kept, "planned", "done"), "null-1")
	}
}

// TestFileSizeLimit: no file may be as large as the second trial's samples, nor as a
// chart. To bring that about takes no rights, as a full disk does. The run ends, keeps
// the trial that had finished, and goes on when there is room.
func TestFileSizeLimit(t *testing.T) {
	whole(t)
	dir := filepath.Join(t.TempDir(), "run")
	var (
		args []string
		all  []planned
	)
	for seed := 1; len(all) == 0 || all[0].scenario.Load.Rate != 300; seed++ { // the small one first
		args = short(dir, "--systems", "null", "--set", "matrix={load.rate: [300, 20000]}", "--seed", strconv.Itoa(seed))
		all = plan(effective(t, flags(t, args[1:]...)))
	}
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	p := exec.CommandContext(t.Context(), "sh", append([]string{"-c", `ulimit -f 128 && exec "$0" "$@"`, program}, args...)...) // of 512 B
	out, err := p.CombinedOutput()
	if text := string(out); p.ProcessState.ExitCode() != exitBadInput || !strings.Contains(text, "samples.parquet") ||
		!strings.Contains(text, "file too large") || !strings.Contains(text, "the trials are kept; mend that") {
		t.Errorf("%v: %s", err, out)
	}
	if exists(filepath.Join(dir, results.ReportFile)) || exists(filepath.Join(dir, results.ChartsDir)) {
		t.Error("half a report")
	}
	first, second := all[0].name, all[1].name
	if got := states(t, dir); got != first+" done, "+second+" planned" {
		t.Errorf("trials: %s", got)
	}
	tidy(t, dir)
	goesOn(t, dir, first+" done, "+second+" done", first)
}

// goesOn resumes a run: then its trials are as wanted and reported, and the one that
// had finished is as it was, byte by byte.
func goesOn(t *testing.T, dir, want, finished string) {
	t.Helper()
	was := contents(t, trialDir(dir, finished))
	_, errs, code := nines(t, "run", "--resume", dir)
	done(t, code, errs)
	if got := states(t, dir); got != want {
		t.Errorf("after going on: %s, want %s", got, want)
	}
	if got := reported(t, dir); got != strings.ReplaceAll(want, " done", "") || !exists(filepath.Join(dir, results.ReportFile)) {
		t.Errorf("after going on it reports %s", got)
	}
	now := contents(t, trialDir(dir, finished))
	for path, text := range was {
		if now[path] != text {
			t.Errorf("going on changed %s of %s, which had finished", path, finished)
		}
	}
	if was[results.SamplesFile] == "" || was[results.FactsFile] == "" {
		t.Errorf("%s had nothing to keep", finished)
	}
	tidy(t, dir)
}

// contents are the files below a folder.
func contents(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := make(map[string]string)
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		all[strings.TrimPrefix(path, dir+"/")] = string(b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// TestDiskErrors: a disk that only says that it is full, because a fault makes it
// say so, is the system's affair.
func TestDiskErrors(t *testing.T) {
	if full(t.TempDir()) {
		t.Skip("there is little room indeed")
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	defer cancel(nil)
	n := 0
	begin := func(_ context.Context, report func(time.Time, bench.Event)) (bench.Cluster, error) {
		report(time.Time{}, bench.Event{Kind: bench.EventFailed, Detail: "append: no space left on device"})
		return nil, syscall.ENOSPC
	}
	_, err := whileRoom(begin, t.TempDir(), cancel)(ctx, func(time.Time, bench.Event) { n++ })
	if ctx.Err() != nil || n != 1 || err != syscall.ENOSPC {
		t.Errorf("%v: ended: %v; %d events passed on", err, context.Cause(ctx), n)
	}
}
