package main

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"nines/analysis/project"
	"nines/analysis/report"
)

// TestProjectOutages projects outages that were measured elsewhere, as TestFormulas of the
// package does by hand: E 33 s, sd 50.186 s, standard error 25.106 s, 5.98 nines.
func TestProjectOutages(t *testing.T) {
	dir := t.TempDir()
	csv, rates := filepath.Join(dir, "db.csv"), filepath.Join(dir, "rates.yaml")
	write(t, csv, "class,outage_s\na,1\na,2\na,3\nb,0\nb,100\n")
	write(t, rates, "a: {per_year: 4}\nb: {per_year: 0.5}\n")
	out, errs, code := nines(t, "project", csv, "--rates", rates, "--json")
	if code != exitFine || errs != "" {
		t.Fatalf("exit code %d: %s", code, errs)
	}
	var got []struct {
		System string
		Mid    struct {
			Expected     float64 `json:"expected_s"`
			SD           float64 `json:"sd_s"`
			StdErr       float64 `json:"standard_error_s"`
			Availability float64
			Nines        float64
			NoOutage     float64 `json:"p_no_outage"`
		}
	}
	if err := json.Unmarshal([]byte(out), &got); err != nil || len(got) != 1 {
		t.Fatalf("%v: %s", err, out)
	}
	m := got[0].Mid
	for _, c := range []struct{ got, want float64 }{
		{m.Expected, 33}, {m.SD, 50.18632}, {m.StdErr, 25.10644}, {m.Availability, 1 - 33.0/31536000}, {m.Nines, 5.98029}, {m.NoOutage, 0.0142642},
	} {
		if math.Abs(c.got-c.want) > 1e-5*c.want {
			t.Errorf("%v, want %v: %+v", c.got, c.want, m)
		}
	}
	if got[0].System != "db" {
		t.Errorf("the system is called %q", got[0].System)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 2 {
		t.Errorf("left %v beside the outages", left)
	}
	out, _, code = nines(t, "project", csv, "--rates", rates, "--out", filepath.Join(dir, "page"), "--markdown")
	if code != exitFine || !strings.HasPrefix(out, "# A year\n") {
		t.Errorf("exit code %d: %.200s", code, out)
	}
	if page, err := os.ReadFile(filepath.Join(dir, "page", report.ProjectionFile)); err != nil || !strings.Contains(string(page), "db: 99.9999") {
		t.Errorf("page: %v", err)
	}
}

// TestProjectRun projects a run, in virtual time, whose page goes to its folder.
func TestProjectRun(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	if _, errs, code := nines(t, "run", "quickstart", "--time", "virtual", "--systems", "single", "--repeat", "2", "--rate", "100", "--duration", "12s", "-q",
		"--set", "faults=[{at: 2s, for: 1s, fault: kill(leader)}, {at: 6s, for: 2s, fault: kill(leader)}]", "--out", dir); code != exitFine {
		t.Fatalf("exit code %d: %s", code, errs)
	}
	out, errs, code := nines(t, "project", dir, "--json")
	if code != exitFine || errs != "" {
		t.Fatalf("exit code %d: %s", code, errs)
	}
	var got []struct {
		System   string
		Modelled bool
		Episodes int
		Classes  []struct {
			Class string
			Bound project.Bound
		}
	}
	if err := json.Unmarshal([]byte(out), &got); err != nil || len(got) != 1 || len(got[0].Classes) != 1 {
		t.Fatalf("%v: %s", err, out)
	}
	// A single node is away until it is repaired.
	if g := got[0]; g.System != "single (1 node), modelled" || !g.Modelled || g.Episodes != 4 || g.Classes[0].Bound != project.RepairBound {
		t.Errorf("%+v", g)
	}
	if _, err := os.Stat(filepath.Join(dir, report.ProjectionFile)); err != nil {
		t.Error(err)
	}
	if out, _, code := nines(t, "project", dir, dir); code != exitFine || !strings.Contains(out, "from 8 episodes") {
		t.Errorf("two runs: exit code %d: %s", code, out)
	}
}

func TestProjectRefused(t *testing.T) {
	dir := t.TempDir()
	csv, bad, none := filepath.Join(dir, "o.csv"), filepath.Join(dir, "bad.yaml"), filepath.Join(dir, "none.yaml")
	write(t, csv, "class,outage_s\na,1\n")
	write(t, bad, "a: {per_yaer: 1}\nb: {per_year: -1}\n")
	write(t, none, "z: {per_year: 1}\n")
	broken := filepath.Join(dir, "broken.csv")
	write(t, broken, "class,outage_s\na,1\na,x\n")
	for _, c := range []struct {
		args []string
		says []string
	}{
		{nil, []string{"<results>"}},
		{[]string{dir}, []string{"not a results folder"}},
		{[]string{filepath.Join(dir, "no.csv")}, []string{"read outages", "no such file"}},
		{[]string{broken}, []string{broken + `:3: outage_s: "x" is no number of seconds`}},
		{[]string{csv, "--rates", filepath.Join(dir, "no.yaml")}, []string{"read rates", "no such file"}},
		{[]string{csv, "--rates", bad}, []string{bad + `:1:5: a: unknown field "per_yaer": did you mean "per_year"?`, bad + ":2:15: -1: want"}},
		{[]string{csv, "--rates", none}, []string{"none of its 1 episode is of a fault that " + none + " has a rate for (measured: a; rated: z)"}},
		{[]string{csv}, []string{"built-in rates", "give --nodes"}},
		{[]string{csv, "--slo", "100"}, []string{"--slo: 100: want a percentage"}},
		{[]string{csv, "--rates", none, "--years", "0"}, []string{"want from 1 to"}},
		{[]string{csv, "--rates", none, "--json", "--markdown"}, []string{"--markdown", "--json", "can't be used together"}},
		{[]string{csv, "--outage", "x"}, []string{"slo", "gap"}},
	} {
		out, errs, code := nines(t, append([]string{"project"}, c.args...)...)
		if code != exitBadInput || out != "" {
			t.Errorf("nines project %q: exit code %d, output %q: %s", c.args, code, out, errs)
		}
		for _, s := range c.says {
			if !strings.Contains(errs, s) {
				t.Errorf("nines project %q: the error says nothing of %q:\n%s", c.args, s, errs)
			}
		}
	}
}

// TestProjectSome: what can be projected is, and the exit code says that it was not
// all.
func TestProjectSome(t *testing.T) {
	dir := t.TempDir()
	a, z, rates := filepath.Join(dir, "a.csv"), filepath.Join(dir, "z.csv"), filepath.Join(dir, "rates.yaml")
	write(t, a, "class,outage_s\na,1\n")
	write(t, z, "class,outage_s\nz,1\n")
	write(t, rates, "a: {per_year: 1}\n")
	out, errs, code := nines(t, "project", a, z, "--rates", rates, "--json")
	if code != exitInvalid || !strings.Contains(out, `"a"`) || !strings.Contains(errs, "nines: project z: ") {
		t.Errorf("exit code %d: %s\n%s", code, errs, out)
	}
}

func TestListRates(t *testing.T) {
	out, _, code := nines(t, "list", "rates")
	file := filepath.Join(t.TempDir(), "rates.yaml")
	write(t, file, out)
	csv := filepath.Join(t.TempDir(), "o.csv")
	write(t, csv, "class,outage_s\nkill(leader),1\n")
	if _, errs, code2 := nines(t, "project", csv, "--nodes", "3", "--rates", file, "--years", "10", "-q"); code != exitFine || code2 != exitFine {
		t.Errorf("the list is no table of rates: exit codes %d, %d: %s", code, code2, errs)
	}
}
