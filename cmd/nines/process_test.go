package main

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"nines/results"
)

// short is a run of trials that take hardly a second. What load the machine has
// decides whether they are valid.
func short(dir string, args ...string) []string {
	return append([]string{"run", "steady", "--duration", "600ms", "--rate", "300", "--set", "warmup=0s",
		"--set", "load.abandon=1s", "--set", "settle=5s", "--set", "disk.kind=memory", "--set", "workload.keys=50",
		"--out", dir}, args...)
}

// whole marks a test that draws reports, which takes long under the race
// detector: it is left out by -short.
func whole(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("draws reports")
	}
	t.Parallel()
}

// done wants an exit code that says no more than that the machine is busy.
func done(t *testing.T, code int, errs string) {
	t.Helper()
	if code != exitFine && code != exitInvalid {
		t.Fatalf("exit code %d:\n%s", code, errs)
	}
}

// A process is nines in a process of its own.
type process struct {
	*exec.Cmd
	err buffer
}

// A buffer may be read while it is written.
type buffer struct {
	mu   sync.Mutex
	text []byte
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.text = append(b.text, p...)
	return len(p), nil
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return string(b.text)
}

func startProcess(t *testing.T, args ...string) *process {
	t.Helper()
	p := &process{Cmd: exec.CommandContext(t.Context(), self(), args...)}
	p.Stderr = &p.err
	p.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // as a shell does
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	return p
}

// signal sends a signal as a terminal does, to the process and those in its
// group, and returns the exit code and how long it took to end.
func (p *process) signal(t *testing.T, s syscall.Signal) (code int, took time.Duration) {
	t.Helper()
	if err := syscall.Kill(-p.Process.Pid, s); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	_ = p.Wait() // the code says it
	return p.ProcessState.ExitCode(), time.Since(began)
}

// await waits until something is so.
func await(t *testing.T, what string, is func() bool) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		if is() {
			return
		}
	}
	t.Fatalf("waited in vain until %s", what)
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// children are the processes of trials in a results folder. Elsewhere than on
// Linux nobody tells.
func children(dir string) (pids []int) {
	files, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, f := range files {
		b, _ := os.ReadFile(f)
		if words := strings.Split(string(b), "\x00"); len(words) > 2 && words[1] == "trial" && words[2] == dir {
			pid, _ := strconv.Atoi(strings.Split(f, "/")[2])
			pids = append(pids, pid)
		}
	}
	return pids
}

// tidy wants nothing in the folder that should not be there, and no process.
func tidy(t *testing.T, dir string) {
	t.Helper()
	await(t, "no child runs", func() bool { return len(children(dir)) == 0 })
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if name := d.Name(); strings.HasSuffix(name, ".partial") || strings.HasSuffix(name, ".tmp") || strings.HasPrefix(name, ".") || name == disksDir {
			t.Errorf("left behind: %s", path)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

// states are those of the trials in the manifest.
func states(t *testing.T, dir string) string {
	t.Helper()
	run, err := results.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, e := range run.Manifest().Trials {
		out = append(out, e.Trial+" "+string(e.State))
	}
	return strings.Join(out, ", ")
}

// facts reads those of a trial.
func facts(t *testing.T, dir, name string) results.Facts {
	t.Helper()
	r, err := results.ReadTrial(trialDir(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return r.Facts
}

// reported are the trials in summary.csv.
func reported(t *testing.T, dir string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, results.SummaryFile))
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(b)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, r := range rows[1:] {
		out = append(out, r[0])
	}
	return strings.Join(out, ", ")
}

// TestRun runs two systems from the command line to the report, and makes the
// report again from the files alone: it is the same, byte by byte.
func TestRun(t *testing.T) {
	whole(t)
	dir := filepath.Join(t.TempDir(), "run")
	out, errs, code := nines(t, short(dir, "--systems", "null,single", "--repeat", "2",
		"--set", "disk.kind=files", "--set", "faults=[{at: 200ms, for: 100ms, fault: kill(leader)}]")...)
	done(t, code, errs)
	for _, want := range []string{"report: " + filepath.Join(dir, results.ReportFile), "single", "kill(leader)"} {
		if !strings.Contains(out, want) {
			t.Errorf("nothing of %q in:\n%s", want, out)
		}
	}
	for _, want := range []string{"steady: null (3 nodes), single (1 node)", "faults: kill(leader) at 200ms for 100ms", "results: " + dir, "[4/4]"} {
		if !strings.Contains(errs, want) {
			t.Errorf("nothing of %q in:\n%s", want, errs)
		}
	}
	tidy(t, dir)
	if got := states(t, dir); strings.Count(got, " done") != 4 {
		t.Errorf("trials: %s", got)
	}
	was := derived(t, dir)
	for _, path := range was.paths {
		if err := os.Remove(filepath.Join(dir, path)); err != nil {
			t.Fatal(err)
		}
	}
	again, errs, recode := nines(t, "report", dir)
	if recode != code || again != out {
		t.Errorf("nines report: exit code %d, before %d: %s\n%s", recode, code, errs, again)
	}
	now := derived(t, dir)
	if !slices.Equal(was.paths, now.paths) {
		t.Errorf("made again: %v, before %v", now.paths, was.paths)
	}
	for i, path := range was.paths {
		if i < len(now.text) && !bytes.Equal(was.text[i], now.text[i]) {
			t.Errorf("another %s", path)
		}
	}
}

type files struct {
	paths []string
	text  [][]byte
}

// derived reads the files that follow from others.
func derived(t *testing.T, dir string) (f files) {
	t.Helper()
	for _, pattern := range []string{
		results.SummaryFile, results.BenchFile, results.TablesFile, results.ReportFile, results.ChartsDir + "/*",
		results.TrialsDir + "/*/" + results.TrialSummaryFile, results.TrialsDir + "/*/" + results.LatencyFile,
	} {
		paths, err := filepath.Glob(filepath.Join(dir, pattern))
		if err != nil || len(paths) == 0 {
			t.Fatalf("no %s: %v", pattern, err)
		}
		for _, p := range paths {
			b, err := os.ReadFile(p)
			if err != nil {
				t.Fatal(err)
			}
			rel, err := filepath.Rel(dir, p)
			if err != nil {
				t.Fatal(err)
			}
			f.paths, f.text = append(f.paths, rel), append(f.text, b)
		}
	}
	return f
}

// TestOutputs: JSON and nothing else where it is asked for, nothing at all where
// that is; and a closed pipe harms nobody.
func TestOutputs(t *testing.T) {
	whole(t)
	dir := filepath.Join(t.TempDir(), "run")
	out, errs, code := nines(t, short(dir, "--systems", "null", "--json")...)
	done(t, code, errs)
	var got struct {
		Dir    string
		Trials []struct{ Verdict string }
	}
	if err := json.Unmarshal([]byte(out), &got); err != nil || got.Dir != dir || len(got.Trials) != 1 || !strings.Contains(errs, "[1/1] null") {
		t.Errorf("%v: %+v; beside it %s", err, got, errs)
	}
	for _, flags := range [][]string{{"-q"}, {"--quiet", "--json"}} {
		again, errs, recode := nines(t, append([]string{"report", dir}, flags...)...)
		if recode != code || errs != "" || (again == "") != (len(flags) == 1) || again != "" && again != out {
			t.Errorf("%v: exit code %d, %q, %d bytes", flags, recode, errs, len(again))
		}
	}
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	p := exec.CommandContext(t.Context(), self(), "report", dir)
	p.Stdout = w
	_ = p.Run()
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if status := p.ProcessState.Sys().(syscall.WaitStatus); !status.Signaled() || status.Signal() != syscall.SIGPIPE {
		t.Errorf("a closed pipe: %v, want the usual end of a program whose output nobody reads", p.ProcessState)
	}
	tidy(t, dir)
}

// TestReportRefuses what is truncated, foreign, or of another version.
func TestReportRefuses(t *testing.T) {
	whole(t)
	dir := filepath.Join(t.TempDir(), "run")
	_, errs, code := nines(t, short(dir, "--systems", "null", "-q")...)
	done(t, code, errs)
	trial := results.TrialsDir + "/null-1/"
	for _, c := range []struct {
		file   string
		change func(text string) string
		says   string
	}{
		{results.ManifestFile, func(s string) string { return s[:len(s)/2] }, "not a nines manifest"},
		{results.ManifestFile, func(s string) string { return strings.Replace(s, `"schema": 1`, `"schema": 7`, 1) }, "schema 7; this version of nines reads schema 1"},
		{trial + results.FactsFile, func(string) string { return "[]" }, "not a nines trial"},
		{trial + results.FactsFile, func(s string) string { return strings.Replace(s, `"schema": 1`, `"schema": 0`, 1) }, "schema 0"},
		{trial + results.SamplesFile, func(s string) string { return s[:len(s)-9] }, "truncated"},
		{trial + results.SamplesFile, func(string) string { return "PAR1 and so on PAR1" }, "not a nines samples file"},
		{trial + results.FaultsFile, func(string) string { return "nothing\n" }, "not a nines file of faults"},
	} {
		path := filepath.Join(dir, c.file)
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		write(t, path, c.change(string(text)))
		before := derived(t, dir)
		out, errs, code := nines(t, "report", dir)
		if code != exitBadInput || out != "" || !strings.Contains(errs, c.says) || !strings.Contains(errs, path) {
			t.Errorf("%s: exit code %d: %s", c.file, code, errs)
		}
		for i, b := range derived(t, dir).text {
			if !bytes.Equal(b, before.text[i]) {
				t.Errorf("%s: refused, and changed %s", c.file, before.paths[i])
			}
		}
		write(t, path, string(text))
	}
	if err := os.RemoveAll(filepath.Join(dir, results.TrialsDir, "null-1")); err != nil {
		t.Fatal(err)
	}
	if _, errs, code := nines(t, "report", dir); code != exitBadInput || !strings.Contains(errs, "no complete trial") {
		t.Errorf("nothing to report: exit code %d: %s", code, errs)
	}
}
