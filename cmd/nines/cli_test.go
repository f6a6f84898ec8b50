package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"unicode/utf8"

	"nines/adapters"
	"nines/analysis"
	"nines/bench/balance"
	"nines/bench/scenario"
	"nines/chaos"
	"nines/results"
	"nines/workloads"
)

func TestHelp(t *testing.T) {
	t.Setenv("COLUMNS", "80")
	for file, args := range map[string][]string{
		"help.txt":           nil,
		"help-run.txt":       {"run", "--help"},
		"help-saturate.txt":  {"saturate", "--help"},
		"help-list.txt":      {"help", "list"},
		"help-report.txt":    {"report", "-h"},
		"help-compare.txt":   {"compare", "-h"},
		"help-project.txt":   {"project", "-h"},
		"help-init.txt":      {"init", "-h"},
		"help-version.txt":   {"version", "-h"},
		"help-calibrate.txt": {"calibrate", "--help"},
		"help-analyze.txt":   {"analyze", "--help"},
		"help-export.txt":    {"export", "--help"},
	} {
		out, errs, code := nines(t, args...)
		if code != exitFine || errs != "" {
			t.Errorf("nines %v: exit code %d: %s", args, code, errs)
		}
		golden(t, file, out)
		for line := range strings.Lines(out) {
			if utf8.RuneCountInString(line) > 80+1 {
				t.Errorf("nines %v: too wide: %s", args, line)
			}
		}
	}
}

// TestRefused gives what must be refused before anything starts: with what is
// wrong, and what would be right.
func TestRefused(t *testing.T) {
	full := t.TempDir()
	file := filepath.Join(full, "file")
	write(t, file, "no folder")
	bad := filepath.Join(t.TempDir(), "bad.yaml")
	write(t, bad, "systems: [etcdraf]\nduraton: 5s\nload: {rate: -1}\nfaults:\n  - {at: 5s, for: 1s, fault: kil(leader)}\n")
	for _, c := range []struct {
		args []string
		says []string
	}{
		{[]string{"nosuch"}, []string{`unknown command "nosuch": there are run, saturate, calibrate, list, report, `}},
		{[]string{"rnu"}, []string{`did you mean "run"?`}},
		{[]string{"run", "--nosuch"}, []string{"unknown flag --nosuch (see: nines run --help)"}},
		{[]string{"--nosuch"}, []string{"unknown flag --nosuch (see: nines --help)"}},
		{[]string{"run", "quickstart", "more"}, []string{"unexpected argument more"}},
		{[]string{"list"}, []string{"list what?", "scenarios"}},
		{[]string{"list", "fault"}, []string{`did you mean "faults"?`}},
		{[]string{"report"}, []string{"<dir>"}},
		{[]string{"report", full}, []string{full + ": not a results folder: it has no manifest.json"}},
		{[]string{"report", file}, []string{file, "not a directory"}},
		{[]string{"report", full + "/none"}, []string{"not a results folder"}},
		{[]string{"trial", full, "x-1"}, []string{"not a results folder"}},

		{[]string{"run", "quickstrat"}, []string{`did you mean "quickstart"?`}},
		{[]string{"run", full}, []string{full, "is a directory"}},
		{[]string{"run", bad, "--nodes", "x", "--set", "seed"}, []string{
			`bad.yaml:1:11: systems[0]: unknown system "etcdraf": did you mean "etcdraft"?`,
			`bad.yaml:2:1: unknown field "duraton": did you mean "duration"?`,
			"bad.yaml:3:14: load.rate: -1",
			`bad.yaml:5:30: fault "kil(leader)": unknown fault "kil": did you mean "kill"?`,
			`--nodes: "x" is no whole number`,
			"--set seed: want path=value",
		}},
		{[]string{"run", "--duration", "5x"}, []string{`--duration: "5x" is no time`}},
		{[]string{"run", "--duration", "0s"}, []string{"--duration: 0s: want 1ms or more"}},
		{[]string{"run", "--duration", "4s"}, []string{"--set faults"}}, // whatever comes: see below
		{[]string{"run", "--duration", "5s", "--set", "duration=5y"}, []string{`--set duration: "5y" is no time`}},
		{[]string{"run", "--rate", "many"}, []string{`--rate: "many" is no number`}},
		{[]string{"run", "--repeat", "0"}, []string{"--repeat: 0"}},
		{[]string{"run", "--seed=-1"}, []string{"--seed: -1"}},
		{[]string{"run", "--systems", "single,nosuch"}, []string{`--systems: unknown system "nosuch": there are null, single`}},
		{[]string{"run", "--systems", "a: b"}, []string{`--systems: unknown system "a: b"`}},
		{[]string{"run", "--systems", ""}, []string{"--systems: there is none to run"}},
		{[]string{"run", "--set", "load.rte=5"}, []string{`--set load.rte: unknown field of load "rte": did you mean "rate"?`}},
		{[]string{"run", "--set", "load"}, []string{"--set load: want path=value"}},
		{[]string{"run", "--systems", "null"}, []string{"kill(leader)"}}, // which null cannot suffer

		{[]string{"run", "steady", "--duration", "200ms", "--out", full}, []string{full + " is not empty (it has file): name a new folder"}},
		{[]string{"run", "steady", "--duration", "200ms", "--out", file}, []string{file, "not a directory"}},
		{[]string{"run", "steady", "--duration", "200ms", "--out", file + "/x"}, []string{file, "not a directory"}},
	} {
		dir := filepath.Join(t.TempDir(), "run")
		args := c.args
		if args[0] == "run" && !strings.Contains(strings.Join(args, " "), "--out") {
			args = append(args[:len(args):len(args)], "--out", dir)
		}
		if strings.Join(c.says, "") == "--set faults" {
			c.says = []string{"quickstart.yaml:", "faults[0]", "faults[1]"} // both begin after 4 s
		}
		out, errs, code := nines(t, args...)
		if code != exitBadInput || out != "" {
			t.Errorf("nines %q: exit code %d, output %q:\n%s", args, code, out, errs)
		}
		for _, s := range c.says {
			if !strings.Contains(errs, s) {
				t.Errorf("nines %q: the error says nothing of %q:\n%s", args, s, errs)
			}
		}
		if _, err := os.Stat(dir); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("nines %q: was refused and left %s", args, dir)
		}
	}
	if text, err := os.ReadFile(file); err != nil || string(text) != "no folder" {
		t.Errorf("a file that stood in the way is now %q: %v", text, err)
	}
}

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestExitCode(t *testing.T) {
	for _, c := range []struct {
		err   error
		want  int
		print string
	}{
		{nil, exitFine, ""},
		{ended(exitInvalid), exitInvalid, ""},
		{complaints{"a.yaml:1:1: no", "--rate: no"}, exitBadInput, "a.yaml:1:1: no\n--rate: no\n"},
		{badInput{errors.New("no")}, exitBadInput, "nines: no\n"},
		{fmt.Errorf("the manifest: %w", scenario.Errors{{File: "m", Text: "no"}}), exitBadInput, "nines: the manifest: m: no\n"},
		{fmt.Errorf("read: %w", &results.FormatError{Path: "x", Why: "foreign"}), exitBadInput, "nines: read: x: foreign\n"},
		{fmt.Errorf("write: %w", syscall.ENOSPC), exitBadInput, "nines: write: no space left on device\n"},
		{&os.PathError{Op: "open", Path: "x", Err: syscall.EACCES}, exitBadInput, "nines: open x: permission denied\n"},
		{fmt.Errorf("read: %w", io.ErrUnexpectedEOF), exitInternal, "nines: read: unexpected EOF\n"},
		{context.Canceled, exitInterrupted, "nines: context canceled\n"},
		{errors.Join(errInterrupted, syscall.EACCES), exitInterrupted, "nines: interrupted\npermission denied\n"},
	} {
		var w strings.Builder
		if got := exitCode(c.err, &w); got != c.want || w.String() != c.print {
			t.Errorf("%v: exit code %d, want %d; printed %q, want %q", c.err, got, c.want, w.String(), c.print)
		}
	}
}

func TestVerdict(t *testing.T) {
	sum := func(v analysis.Verdict, valid bool) analysis.Summary {
		return analysis.Summary{Verdict: v, Valid: valid}
	}
	ok, na := sum(analysis.VerdictOK, true), sum(analysis.VerdictNA, true)
	for want, all := range map[error][]analysis.Summary{
		nil:                {ok, na},
		ended(exitInvalid): {ok, sum(analysis.VerdictUnknown, true), na},
		ended(exitIllegal): {sum(analysis.VerdictOK, false), sum(analysis.VerdictIllegal, false), ok},
	} {
		if got := verdict(all); got != want {
			t.Errorf("%v, want %v", got, want)
		}
	}
	if got := verdict([]analysis.Summary{sum(analysis.VerdictOK, false)}); got != ended(exitInvalid) {
		t.Errorf("not valid: %v", got)
	}
}

func TestList(t *testing.T) {
	var systems, loads, faults, scenarios []string
	for _, s := range adapters.Systems() {
		systems = append(systems, s.Name, s.Caps.String())
		for _, set := range s.Settings {
			systems = append(systems, set.Name+": "+set.Default)
		}
	}
	for _, w := range workloads.Catalog() {
		loads = append(loads, w.Name)
		if w.Accounts > 0 {
			loads = append(loads, fmt.Sprintf("accounts: %d", w.Accounts), fmt.Sprintf("span: %d", w.Span))
		}
	}
	loads = append(loads, "micros: 8", "max_writes_per_key: 32", "scan_length: 100", "lease: 500ms", "checked: every key is a linearizable register", "Transactions need a system that has them: single, ")
	for _, k := range chaos.Kinds() {
		faults = append(faults, k.Usage...)
	}
	for _, w := range chaos.TargetWords() {
		faults = append(faults, w.Name)
	}
	for _, w := range chaos.PointWords() {
		faults = append(faults, w.Name)
	}
	faults = append(faults, "2pc, 3pc, paxoscommit")
	list, err := scenario.List()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range list {
		scenarios = append(scenarios, s.Name)
	}
	arrivals, policies := []string{"poisson", "constant", "closed"}, []string{"tries=3", "after=p95", "budget=10%"}
	for _, k := range scenario.Shapes() {
		arrivals = append(arrivals, k.Example)
	}
	for _, k := range balance.Kinds() {
		policies = append(policies, k.Usage)
	}
	for what, names := range map[string][]string{
		"systems": systems, "workloads": loads, "arrivals": arrivals, "policies": policies, "faults": faults, "scenarios": scenarios,
	} {
		out, errs, code := nines(t, "list", what)
		if code != exitFine || errs != "" {
			t.Errorf("nines list %s: exit code %d: %s", what, code, errs)
		}
		unfolded := strings.Join(strings.Fields(out), " ")
		for _, name := range names {
			if !strings.Contains(unfolded, strings.Join(strings.Fields(name), " ")) {
				t.Errorf("nines list %s: nothing of %q:\n%s", what, name, out)
			}
		}
		for line := range strings.Lines(out) {
			if utf8.RuneCountInString(line) > 100+1 || strings.TrimRight(line, " \n")+"\n" != line && line != "\n" {
				t.Errorf("nines list %s: too wide, or spaces at the end: %q", what, line)
			}
		}
	}
}

// TestInit: what a newcomer starts from is a scenario.
func TestInit(t *testing.T) {
	out, _, code := nines(t, "init")
	if code != exitFine {
		t.Fatalf("exit code %d", code)
	}
	if s := parse(t, out); len(s.Systems) < 2 || len(s.Faults) < 2 {
		t.Errorf("an example that shows little: %+v", s)
	}
}

// TestBuiltins: every built-in scenario can be run, and says what it is.
func TestBuiltins(t *testing.T) {
	list, err := scenario.List()
	if err != nil {
		t.Fatal(err)
	}
	for _, info := range list {
		c := runCmd{Scenario: info.Name}
		s, err := c.effective()
		if err != nil {
			t.Error(err)
			continue
		}
		if s.Name != info.Name || s.Description == "" {
			t.Errorf("%s: calls itself %q: %q", info.Name, s.Name, s.Description)
		}
		for _, p := range plan(s) {
			if _, err := specify(p); err != nil {
				t.Errorf("%s: %v", info.Name, err)
			}
		}
	}
}

func TestVersion(t *testing.T) {
	for _, args := range [][]string{{"version"}, {"--version"}} {
		out, _, code := nines(t, args...)
		for _, want := range []string{"nines ", "revision ", "go "} {
			if code != exitFine || !strings.Contains(out, want) {
				t.Errorf("nines %v: exit code %d, nothing of %q:\n%s", args, code, want, out)
			}
		}
	}
}
