package conventions

import (
	"bytes"
	"encoding/csv"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"nines/results"
)

// shortRun is a run of all real systems with one fault, so small and lenient
// that its gates also pass on a slow machine.
var shortRun = []string{
	"run", "quickstart", "--systems", "single,etcdraft,hashiraft", "--duration", "6s", "--rate", "300", "--seed", "7",
	"--set", "warmup=1s", "--set", "load.deadline=800ms", "--set", "probes.rate=10",
	"--set", "faults=[{at: 2s, for: 1500ms, fault: kill(leader)}]",
}

// TestRealRun builds the program, runs it as a user does, and checks what it
// leaves. It is the one test in real time from the command line to the report,
// and is left out by -short.
func TestRealRun(t *testing.T) {
	if testing.Short() {
		t.Skip("takes half a minute")
	}
	ourPackages(t) // see packages: it is these that are built
	nines := build(t)
	dir := filepath.Join(t.TempDir(), "run")
	out := nines.mustRun(t, dir)

	if !strings.Contains(out, filepath.Join(dir, results.ReportFile)) {
		t.Errorf("the output does not say where the report is:\n%s", out)
	}
	rows := summaries(t, filepath.Join(dir, results.SummaryFile))
	for _, r := range rows {
		checkRow(t, r)
	}
	if len(rows) != 3 {
		t.Errorf("summary.csv has %d rows, want one for each of 3 trials", len(rows))
	}
	checkFiles(t, dir, rows)
	checkSelfContained(t, filepath.Join(dir, results.ReportFile))
	checkBenchstat(t, filepath.Join(dir, results.BenchFile))
	nines.checkRebuild(t, dir)
}

// program is the built binary.
type program string

func build(t *testing.T) program {
	t.Helper()
	bin := filepath.Join(t.TempDir(), "nines")
	cmd := exec.Command("go", "build", "-buildvcs=false", "-o", bin, "./cmd/nines")
	cmd.Dir = root
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	return program(bin)
}

// run runs the program to its end.
func (p program) run(t *testing.T, args ...string) (out string, code int) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), string(p), args...)
	cmd.Dir = t.TempDir()
	text, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatalf("%v: %v", cmd.Args, err)
	}
	return string(text), cmd.ProcessState.ExitCode()
}

// mustRun does the short run into dir. A trial that says itself that the machine
// was too busy is no failure of the program: it gets another chance.
func (p program) mustRun(t *testing.T, dir string) string {
	t.Helper()
	args := append(slices.Clone(shortRun), "--out", dir)
	for range 3 {
		out, code := p.run(t, args...)
		switch code {
		case 0:
			return out
		case 4:
			t.Logf("not valid:\n%s", out)
		default:
			t.Fatalf("nines %s: exit code %d:\n%s", strings.Join(args, " "), code, out)
		}
		if err := os.RemoveAll(dir); err != nil {
			t.Fatal(err)
		}
	}
	t.Fatal("three runs were not valid")
	return ""
}

// promised are the columns that scripts rely on, in order.
const promised = "trial,system,repeat,nodes,host,valid,invalid_reasons,verdict,due,ok,rejected,unknown,dropped," +
	"throughput_ops_s,goodput_ops_s,response_p50_ms,response_p99_ms,response_p999_ms,response_max_ms," +
	"service_p50_ms,service_p99_ms,lag_p99_ms,success_ratio,interval_availability,user_uptime," +
	"gaps,gap_total_ms,gap_max_ms,slo_outage_total_ms,slo_outage_max_ms," +
	"cpu_us_per_op,messages_per_op,bytes_per_op,syncs_per_op"

// summaries reads summary.csv into one map a trial.
func summaries(t *testing.T, path string) []map[string]string {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	all, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	if head := strings.Join(all[0], ","); !strings.HasPrefix(head, promised) {
		t.Errorf("the columns of summary.csv are %s, want at first %s", head, promised)
	}
	var rows []map[string]string
	for _, cells := range all[1:] {
		row := map[string]string{}
		for i, name := range all[0] {
			row[name] = cells[i]
		}
		rows = append(rows, row)
	}
	return rows
}

func checkRow(t *testing.T, r map[string]string) {
	t.Helper()
	bad := func(why string) { t.Errorf("%s: %s: %v", r["trial"], why, r) }
	number := func(name string) float64 {
		v, err := strconv.ParseFloat(r[name], 64)
		if err != nil {
			bad(name + " is no number")
		}
		return v
	}
	if r["verdict"] != "ok" || r["valid"] != "true" {
		bad("want verdict ok, valid")
	}
	if number("due") != number("ok")+number("rejected")+number("unknown")+number("dropped") {
		bad("the outcomes do not add up to the operations due")
	}
	// 300 op/s for 6 s, within eight standard deviations.
	if due := number("due"); due < 1460 || due > 2140 {
		bad("want about 1800 operations due")
	}
	// The leader is dead for 1.5 s, unless another takes over; and somebody is
	// missed for a while.
	if gap := number("gap_max_ms"); number("gaps") < 1 || gap < 100 || gap > 4000 {
		bad("want a service gap of a plausible length")
	}
	if ratio := number("success_ratio"); ratio < 0.2 || ratio > 1 {
		bad("want a success ratio of what is left, at least")
	}
	if messages := number("messages_per_op"); (messages == 0) != (r["system"] == "single") {
		bad("want messages between nodes if there are several, and only then")
	}
	if number("syncs_per_op") <= 0 || number("cpu_us_per_op") <= 0 {
		bad("want forced writes and processor time")
	}
}

func checkFiles(t *testing.T, dir string, rows []map[string]string) {
	t.Helper()
	want := []string{results.ManifestFile, results.SummaryFile, results.BenchFile, results.TablesFile, results.ReportFile}
	for _, r := range rows {
		for _, name := range []string{results.FactsFile, results.SamplesFile, results.FaultsFile, results.EventsFile,
			results.LatencyFile, results.TrialSummaryFile, results.NodesDir} {
			want = append(want, filepath.Join(results.TrialsDir, r["trial"], name))
		}
	}
	for _, name := range want {
		if info, err := os.Stat(filepath.Join(dir, name)); err != nil {
			t.Error(err)
		} else if info.Size() == 0 {
			t.Errorf("%s is empty", name)
		}
	}
	for _, kind := range []string{"*.svg", "*.png"} {
		charts, err := filepath.Glob(filepath.Join(dir, results.ChartsDir, kind))
		if err != nil || len(charts) == 0 {
			t.Errorf("no %s in %s: %v", kind, results.ChartsDir, err)
		}
	}
	left, err := filepath.Glob(filepath.Join(dir, results.TrialsDir, "*.partial"))
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// outside is a reference that a browser would load from elsewhere. A namespace
// (xmlns) is only a name.
var outside = regexp.MustCompile(`(?i)((src|srcset|href|action|data)\s*=\s*["']?\s*(https?:)?//|url\(\s*["']?(https?:)?//|@import)[^"')\s]*`)

func checkSelfContained(t *testing.T, path string) {
	t.Helper()
	page, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if found := outside.FindAll(page, 3); found != nil {
		t.Errorf("%s needs a network: %q", path, found)
	}
	if !bytes.Contains(page, []byte("etcdraft")) || !bytes.Contains(page, []byte("<svg")) {
		t.Errorf("%s names no system, or has no chart", path)
	}
}

func TestOutside(t *testing.T) {
	for text, want := range map[string]bool{
		`<svg xmlns="http://www.w3.org/2000/svg">`:          false,
		`<a href="#top">`:                                   false,
		`<img src="data:image/png;base64,AA//">`:            false,
		`<script src="https://example.com/x.js">`:           true,
		`<link href='//example.com/x.css'>`:                 true,
		`<style>body{background:url(http://example.com/x)}`: true,
		`<style>@import "x.css";`:                           true,
		`<img srcset = "https://example.com/x.png 2x">`:     true,
	} {
		if got := outside.MatchString(text); got != want {
			t.Errorf("%s: needs a network: %v, want %v", text, got, want)
		}
	}
}

// checkBenchstat lets benchstat read bench.txt.
func checkBenchstat(t *testing.T, path string) {
	t.Helper()
	cmd := exec.Command("go", "tool", "benchstat", path)
	cmd.Dir = root
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "system=etcdraft") && !strings.Contains(string(out), "etcdraft") {
		t.Errorf("benchstat does not understand %s: %v\n%s", path, err, out)
	}
}

// checkRebuild takes away everything that follows from the records, and has it
// made again: it must be the same, byte by byte.
func (p program) checkRebuild(t *testing.T, dir string) {
	t.Helper()
	made := derived(t, dir)
	for name := range made {
		if err := os.Remove(filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	if out, code := p.run(t, "report", dir); code != 0 {
		t.Fatalf("nines report: exit code %d:\n%s", code, out)
	}
	again := derived(t, dir)
	for name, was := range made {
		if now, ok := again[name]; !ok || !bytes.Equal(was, now) {
			t.Errorf("nines report made another %s: %d bytes, before %d", name, len(now), len(was))
		}
	}
}

// derived reads the files that follow from others, by name.
func derived(t *testing.T, dir string) map[string][]byte {
	t.Helper()
	out := map[string][]byte{}
	for _, pattern := range []string{
		results.SummaryFile, results.BenchFile, results.TablesFile, results.ReportFile,
		filepath.Join(results.ChartsDir, "*"),
		filepath.Join(results.TrialsDir, "*", results.TrialSummaryFile),
		filepath.Join(results.TrialsDir, "*", results.LatencyFile),
	} {
		paths, err := filepath.Glob(filepath.Join(dir, pattern))
		if err != nil || len(paths) == 0 {
			t.Fatalf("no %s in %s: %v", pattern, dir, err)
		}
		for _, path := range paths {
			data, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			rel, err := filepath.Rel(dir, path)
			if err != nil {
				t.Fatal(err)
			}
			out[rel] = data
		}
	}
	return out
}

// TestRealRunRefuses gives the program what it must refuse before it starts
// anything: exit code 2, and nothing left behind.
func TestRealRunRefuses(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the program")
	}
	ourPackages(t)
	nines := build(t)
	for _, c := range []struct {
		args []string
		says string
	}{
		{[]string{"run", "quickstrat"}, "quickstart"},
		{[]string{"run", "--set", "load.rte=5"}, "rate"},
		{[]string{"run", "--systems", "etcraft"}, "etcdraft"},
		{[]string{"run", "--set", "faults=[{at: 2s, for: 1s, fault: kil(leader)}]"}, "kill"},
		{[]string{"run", "--set", "faults=[{at: 30s, for: 1s, fault: kill(leader)}]"}, "30s"},
		{[]string{"report", t.TempDir()}, "results folder"},
		{[]string{"nonsense"}, "nonsense"},
	} {
		dir := filepath.Join(t.TempDir(), "out")
		args := c.args
		if args[0] == "run" {
			args = append(slices.Clone(args), "--out", dir)
		}
		out, code := nines.run(t, args...)
		if code != 2 || !strings.Contains(out, c.says) {
			t.Errorf("%v: exit code %d, want 2 and a word of %q:\n%s", c.args, code, c.says, out)
		}
		if _, err := os.Stat(dir); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%v: it was refused, and left %s: %v", c.args, dir, err)
		}
	}
}

// TestRealRunInterrupted stops a run after its first trial, which is kept.
func TestRealRunInterrupted(t *testing.T) {
	if testing.Short() {
		t.Skip("takes some seconds")
	}
	ourPackages(t)
	nines := build(t)
	dir := filepath.Join(t.TempDir(), "run")
	cmd := exec.CommandContext(t.Context(), string(nines), "run", "steady", "--systems", "null,single",
		"--duration", "4s", "--rate", "300", "--set", "warmup=0s", "--out", dir)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	second := filepath.Join(dir, results.TrialsDir, "single-1.partial")
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		if _, err := os.Stat(second); err == nil {
			break
		}
	}
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // the code says it
	if code := cmd.ProcessState.ExitCode(); code != 130 {
		t.Errorf("exit code %d, want 130:\n%s", code, &out)
	}
	rows := summaries(t, filepath.Join(dir, results.SummaryFile))
	if len(rows) != 1 || rows[0]["system"] != "null" {
		t.Errorf("kept are %v, want the trial of null", rows)
	}
}
