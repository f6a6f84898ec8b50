package main

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"nines/analysis"
	"nines/bench"
	"nines/results"
	"nines/results/history"
	"nines/workloads"
)

// trialOn runs a trial of a workload in virtual time, in which a leader dies and
// clients give up, and leaves its folder.
func trialOn(t *testing.T, workload string) (dir string) {
	t.Helper()
	c := flags(t, "steady", "--systems", "etcdraft", "--time", "virtual", "--duration", "2s", "--rate", "300", "--out", filepath.Join(t.TempDir(), "run"),
		"--set", "warmup=100ms", "--set", "disk.kind=memory", "--set", "workload={name: "+workload+"}", "--set", "load.abandon=200ms",
		"--set", "faults=[{at: 500ms, for: 500ms, fault: kill(leader)}]")
	x, files := firstTrial(t, c)
	cfg, logs, err := x.config(files.Dir())
	if err != nil {
		t.Fatal(err)
	}
	if cfg.Facts.Txns {
		if cfg.Txns, err = files.Txns(); err != nil {
			t.Fatal(err)
		}
	}
	cfg.Recorder = files.Samples
	result := inBubble(t, cfg)
	if err := logs.close(); err != nil || result.Facts.Failure != "" {
		t.Fatal(err, result.Facts.Failure)
	}
	if dir, err = files.Finish(result.Facts, result.Faults, result.Events); err != nil {
		t.Fatal(err)
	}
	return dir
}

// TestCatalogRoundTrip: of every workload, what is exported has the same figures and
// the same verdict, check by check, whatever the format; also if something is wrong.
func TestCatalogRoundTrip(t *testing.T) {
	whole(t)
	for _, w := range workloads.Catalog() {
		t.Run(w.Name, func(t *testing.T) {
			t.Parallel()
			dir := trialOn(t, w.Name)
			in, err := analysis.Load(dir)
			if err != nil {
				t.Fatal(err)
			}
			sum := analysis.Analyze(in, analysis.Options{})
			verified(t, w, &sum)
			if c := sum.Counts; sum.Verdict != analysis.VerdictOK || c.OK < 100 || c.Rejected == 0 || c.Unknown == 0 || c.Dropped == 0 {
				t.Errorf("verdict %s, %+v", sum.Verdict, c)
			}
			exportAndAnalyze(t, dir, &sum)
			if plant := plants[w.Name]; plant != nil {
				planted(t, in, plant)
			}
		})
	}
}

// verifies says which check decides what a workload is said to verify.
var verifies = []struct{ words, check string }{
	{"is a linearizable register", "linearizable"},
	{"is a linearizable counter", "counters"},
	{"is a linearizable list", "isolated"},
	{"is a linearizable queue", "queues"},
	{"for its holder at once", "exclusive"},
	{"scans, reads and inserts have one linearizable order", "scans"},
	{"strict serializability: exactly", "isolated"},
	{"no account is overdrawn", "bank"},
}

// verified holds what the catalog says that a workload verifies against the checks
// that came to a verdict.
func verified(t *testing.T, w workloads.Entry, sum *analysis.Summary) {
	t.Helper()
	want := []string{"linearizable", "durable", "agreement"} // probes are registers
	said := false
	for _, v := range verifies {
		if strings.Contains(w.Verifies, v.words) {
			said = true
			want = append(want, v.check)
		}
	}
	var ran []string
	for _, c := range sum.Checks {
		// Accounts that nothing is moved to or from are registers that transactions read.
		beside := c.Name == "isolated" && w.Object == bench.Accounts
		if c.Verdict != analysis.VerdictNA && !beside {
			ran = append(ran, c.Name)
		}
	}
	slices.Sort(want)
	slices.Sort(ran)
	if want = slices.Compact(want); !said || !slices.Equal(ran, want) {
		t.Errorf("%q: the checks are %v, want %v", w.Verifies, ran, want)
	}
}

// checked are the checks of a history that it can be held to without the nodes.
func checked(checks []analysis.Check) string {
	var all []string
	for _, c := range checks {
		if c.Name != "agreement" {
			all = append(all, c.Name+" "+string(c.Verdict))
		}
	}
	return strings.Join(all, ", ")
}

// exportAndAnalyze goes through the commands.
func exportAndAnalyze(t *testing.T, dir string, sum *analysis.Summary) {
	t.Helper()
	for _, format := range []string{history.CSV, history.EDN} {
		file := filepath.Join(t.TempDir(), "history."+format)
		_, errs, code := nines(t, "export", dir, "--format", format, "--out", file)
		left, again, _ := strings.Cut(errs, "to analyse it: nines analyze ")
		if code != exitFine {
			t.Fatalf("%s: exit code %d: %s", format, code, errs)
		}
		got := analyzed(t, exitFine, strings.Fields(again)...)
		c := sum.Counts
		if format == history.EDN { // it has none that were dropped, and says so
			c.Due, c.Dropped = c.Due-c.Dropped, 0
		}
		counts := fmt.Sprint(got["due"], got["ok"], got["rejected"], got["unknown"], got["dropped"], got["good"], got["verdict"])
		if want := fmt.Sprint(c.Due, c.OK, c.Rejected, c.Unknown, c.Dropped, c.Good, sum.Verdict); counts != want {
			t.Errorf("%s: %s; want %s", format, counts, want)
		}
		var checks []string
		for _, c := range got["checks"].([]any) {
			checks = append(checks, fmt.Sprint(c.(map[string]any)["name"], " ", c.(map[string]any)["verdict"]))
		}
		if all := strings.Join(checks, ", "); all != checked(sum.Checks) {
			t.Errorf("%s: %s; want %s", format, all, checked(sum.Checks))
		}
		gaps := got["gaps"] != nil
		if elle := sum.Facts.Object == bench.Lists && format == history.EDN; elle == gaps || elle != strings.Contains(left, "plain operations") {
			t.Errorf("%s: gaps are measured: %t; %s", format, gaps, left)
		}
	}
}

// plants make a history wrong.
var plants = map[string]func(*analysis.Input){
	"register": func(in *analysis.Input) { // the last read finds that nothing was ever written
		for i := range in.Samples {
			if s := &in.Samples[i]; s.Class == bench.Final && s.Key == 0 {
				s.Result = bench.IdleValue
			}
		}
	},
	"counter": twice(bench.Add), // two adds find the same
	"queue":   twice(bench.Pop), // two takes take the same
	"list": func(in *analysis.Input) { // an element stands twice in it
		for _, r := range in.Txns {
			if r.Reply != nil && len(r.Reply.Found[0].List) > 1 {
				r.Reply.Found[0].List[1] = r.Reply.Found[0].List[0]
				return
			}
		}
	},
	"lock": func(in *analysis.Input) { // a token is lower than that of the holder before
		held := map[uint64]time.Duration{}
		slices.SortFunc(in.Samples, func(a, b bench.Sample) int { return int(a.Sent - b.Sent) })
		for i := range in.Samples {
			s := &in.Samples[i]
			if s.Kind != bench.CAS || s.Outcome != bench.OK || s.Result != s.Expect || !bench.Held(s.Arg) {
				continue
			}
			if done, ok := held[s.Key]; ok && done < s.Sent {
				s.Arg = 1
				return
			}
			held[s.Key] = s.Done
		}
	},
	"ycsb-e": func(in *analysis.Input) { // a scan overlooks a key
		for _, r := range in.Txns {
			if r.Reply != nil && len(r.Reply.Found[0].List) > 0 {
				r.Reply.Found[0].List = r.Reply.Found[0].List[1:]
				return
			}
		}
	},
	"bank": func(in *analysis.Input) { // there is more money than there is
		for _, r := range in.Txns {
			if r.Reply != nil && len(r.Txn.Micros) == 10 && r.Txn.Micros[0].Kind == bench.Read {
				r.Reply.Found[0].Value++
				return
			}
		}
	},
}

// twice has two steps on the same key find the same.
func twice(kind bench.Kind) func(*analysis.Input) {
	return func(in *analysis.Input) {
		first := map[uint64]uint64{}
		for _, r := range in.Txns {
			m := r.Txn.Micros[0]
			if m.Kind != kind || r.Reply == nil || kind == bench.Pop && r.Reply.Found[0].Value == bench.IdleValue {
				continue
			}
			if v, ok := first[m.Key]; ok {
				r.Reply.Found[0].Value = v
				return
			}
			first[m.Key] = r.Reply.Found[0].Value
		}
	}
}

// planted makes a history wrong, and wants it found wrong in the same way before and
// after it was exported.
func planted(t *testing.T, in analysis.Input, plant func(*analysis.Input)) {
	t.Helper()
	plant(&in)
	was := analysis.Analyze(in, analysis.Options{})
	if was.Verdict != analysis.VerdictIllegal {
		t.Fatalf("nothing is wrong: %s", checked(was.Checks))
	}
	h := &history.History{Facts: in.Facts, Samples: in.Samples, Txns: in.Txns, Faults: in.Faults}
	for format, write := range map[string]func(io.Writer) error{
		history.CSV: func(w io.Writer) error { return history.WriteCSV(w, h) },
		history.EDN: func(w io.Writer) error { _, err := history.WriteEDN(w, h); return err },
	} {
		file := filepath.Join(t.TempDir(), "planted."+format)
		if err := results.WriteFile(file, write); err != nil {
			t.Fatal(err)
		}
		got, err := history.Read(file, history.Options{Period: in.Facts.Duration, Lease: leaseOf(&in.Facts)})
		if err != nil {
			t.Fatal(err)
		}
		is := analysis.Analyze(analysis.Input{Facts: got.Facts, Samples: got.Samples, Txns: got.Txns}, analysis.Options{})
		if checked(is.Checks) != checked(was.Checks) {
			t.Errorf("%s: %s; want %s", format, checked(is.Checks), checked(was.Checks))
		}
	}
}

// TestExportedCheck: the command that is printed holds a history to what its system
// promises, and to nothing if that cannot be told.
func TestExportedCheck(t *testing.T) {
	strict := results.Guarantees{Reads: "lease", Txns: "strict-serializable"}
	for _, c := range []struct {
		facts results.Facts
		want  history.Check
	}{
		{results.Facts{Guarantees: strict}, history.Strict},
		{results.Facts{Guarantees: strict, Txns: true}, history.Strict},
		{results.Facts{Guarantees: results.Guarantees{Reads: "linearizable", Txns: "serializable"}, Txns: true}, history.Serializable},
		{results.Facts{Guarantees: results.Guarantees{Reads: "linearizable", Txns: "serializable"}}, history.Strict},
		{results.Facts{Guarantees: results.Guarantees{Reads: "local"}}, history.Nothing},
		{results.Facts{Guarantees: strict, Cut: true}, history.Nothing},
	} {
		if got := checkOf(&c.facts); got != c.want {
			t.Errorf("%+v: %s, want %s", c.facts, got, c.want)
		}
	}
}

// TestExportRefuses: nothing is written of a history that could not be read.
func TestExportRefuses(t *testing.T) {
	c := flags(t, short(filepath.Join(t.TempDir(), "run"), "--systems", "single", "--set", "workload={name: queue}")[1:]...)
	x, files := firstTrial(t, c)
	_, err := files.Txns()
	err = errors.Join(err, files.Samples.Record([]bench.Sample{{Kind: bench.Transact, Arg: 7, Outcome: bench.OK, Class: bench.Main}}))
	if err != nil {
		t.Fatal(err)
	}
	dir, err := files.Finish(x.facts(), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "history")
	for _, args := range [][]string{{dir}, {dir, "--out", file}, {dir, "--format", "edn"}} {
		out, errs, code := nines(t, append([]string{"export"}, args...)...)
		if code != exitBadInput || out != "" || exists(file) || !strings.Contains(errs, "transaction 7 has no record of what it asked for") {
			t.Errorf("%v: exit code %d: %s%s", args, code, out, errs)
		}
	}
}
