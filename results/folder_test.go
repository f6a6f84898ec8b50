package results

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"nines/bench"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func newRun(t *testing.T) *Run {
	t.Helper()
	r, err := Create(filepath.Join(t.TempDir(), "a", "run"), Manifest{
		Name: "quickstart", Scenario: "nodes: 3\n", Command: []string{"nines", "run"}, Seed: 1,
		Versions: BuildVersions(), Machine: ThisMachine(t.TempDir()), Started: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC),
		Trials: []Entry{{Trial: "etcdraft-1", System: "etcdraft", Repeat: 1, State: Planned}, {Trial: "single-1", System: "single", Repeat: 1, State: Planned}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func names(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, e := range entries {
		out = append(out, e.Name())
	}
	return out
}

func TestCreateRefusesAFullFolder(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "thesis.tex"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Create(dir, Manifest{}); err == nil || !strings.Contains(err.Error(), "is not empty (it has thesis.tex)") {
		t.Errorf("error %v", err)
	}
	if got := names(t, dir); len(got) != 1 {
		t.Errorf("now it holds %v", got)
	}
	if _, err := Create(filepath.Join(dir, "thesis.tex", "run"), Manifest{}); err == nil {
		t.Error("created a folder in a file")
	}
}

// TestTrialLife follows a trial from its beginning to its end, and one that is
// interrupted.
func TestTrialLife(t *testing.T) {
	run := newRun(t)
	trials := filepath.Join(run.Dir(), TrialsDir)
	state := func() string {
		again, err := Open(run.Dir())
		if err != nil {
			t.Fatal(err)
		}
		var s []string
		for _, e := range again.Manifest().Trials {
			s = append(s, e.Trial+" "+string(e.State)+" "+e.Why)
		}
		return strings.Join(s, ", ") + " | " + strings.Join(names(t, trials), " ")
	}
	want := func(s string) {
		t.Helper()
		if got := state(); got != s {
			t.Errorf("state\n%s, want\n%s", got, s)
		}
	}
	want("etcdraft-1 planned , single-1 planned  | ")

	first, err := run.Begin("etcdraft-1", "etcdraft", 1)
	if err != nil {
		t.Fatal(err)
	}
	want("etcdraft-1 running , single-1 planned  | etcdraft-1.partial")
	if len(run.TrialDirs()) != 0 {
		t.Errorf("a partial trial is listed: %v", run.TrialDirs())
	}
	facts := Facts{System: "etcdraft", Nodes: []string{"n1"}, Duration: time.Second, Notes: map[string]string{"a": "b"}}
	faults := []bench.Interval{{Step: 1, Fault: "delay(leader -> rest)", Nodes: []string{"n1"}, Start: 1, Injected: 2, HealFrom: 3, End: 4, Evidence: "<e>"},
		{Step: 2, Fault: "isolate(n1)", Cuts: []bench.Cut{{From: 5, To: 6, Links: [][2]string{{"n1", "n2"}, {"n2", "n1"}}}}}}
	events := []bench.Event{{At: -1, Node: "n1", Kind: bench.EventLeader, Term: 3, Detail: "d"}}
	if err := first.Samples.Record(some(10)); err != nil {
		t.Fatal(err)
	}
	dir, err := first.Finish(facts, faults, events)
	if err != nil {
		t.Fatal(err)
	}
	want("etcdraft-1 done , single-1 planned  | etcdraft-1")

	rec, err := ReadTrial(dir)
	if err != nil {
		t.Fatal(err)
	}
	facts.Schema, facts.Trial = Schema, "etcdraft-1"
	if !reflect.DeepEqual(rec, Record{facts, faults, events}) {
		t.Errorf("read back %+v", rec)
	}
	if got := run.TrialDirs(); len(got) != 1 || got[0] != dir {
		t.Errorf("complete trials: %v", got)
	}
	if _, err := run.Begin("etcdraft-1", "etcdraft", 1); err == nil {
		t.Error("began a trial that is there")
	}

	// The second one is cut off: the process just ends. It is begun anew.
	cut, err := run.Begin("single-1", "single", 1)
	if err != nil {
		t.Fatal(err)
	}
	defer cut.Samples.discard()
	again, err := Open(run.Dir())
	if err != nil {
		t.Fatal(err)
	}
	second, err := again.Begin("single-1", "single", 1)
	if err != nil {
		t.Fatal(err)
	}
	if got := names(t, second.Dir()); len(got) != 1 {
		t.Errorf("a new attempt begins with %v", got)
	}
	if _, err := second.Finish(Facts{Failure: "panic"}, nil, nil); err != nil {
		t.Fatal(err)
	}
	want("etcdraft-1 done , single-1 failed panic | etcdraft-1 single-1")
	if len(again.TrialDirs()) != 2 {
		t.Errorf("a failed trial is not listed: %v", again.TrialDirs())
	}

	third, err := again.Begin("single-2", "single", 2)
	if err != nil {
		t.Fatal(err)
	}
	if err := third.Discard("interrupted"); err != nil {
		t.Fatal(err)
	}
	want("etcdraft-1 done , single-1 failed panic, single-2 planned interrupted | etcdraft-1 single-1")
}

// TestFinishFails: a trial whose files cannot be written is not there.
func TestFinishFails(t *testing.T) {
	run := newRun(t)
	trial, err := run.Begin("etcdraft-1", "etcdraft", 1)
	if err != nil {
		t.Fatal(err)
	}
	trial.Samples.out.file.tmp.Close() // as if the disk were full
	if err := trial.Samples.Record(some(10)); err != nil {
		t.Fatal(err)
	}
	if _, err := trial.Finish(Facts{}, nil, nil); err == nil || !strings.Contains(err.Error(), "finish trial etcdraft-1") {
		t.Errorf("error %v", err)
	}
	if got := names(t, filepath.Join(run.Dir(), TrialsDir)); len(got) != 0 {
		t.Errorf("left behind: %v", got)
	}
	if e := run.Manifest().Trials[0]; e.State != Planned || e.Why == "" {
		t.Errorf("the manifest says %+v", e)
	}
}

func TestTrialNames(t *testing.T) {
	run := newRun(t)
	for _, name := range []string{"", ".", "..", "a/b", `a\b`, "x.partial", ".hidden", "a\x00"} {
		if _, err := run.Begin(name, "x", 1); err == nil {
			t.Errorf("a trial is named %q", name)
		}
	}
}

func TestWriteFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "f")
	text := func(s string, err error) func(io.Writer) error {
		return func(w io.Writer) error {
			if _, werr := io.WriteString(w, s); werr != nil {
				return werr
			}
			return err
		}
	}
	if err := WriteFile(path, text("old", nil)); err != nil {
		t.Fatal(err)
	}
	full := errors.New("no space left")
	if err := WriteFile(path, text("new", full)); !errors.Is(err, full) || !strings.Contains(err.Error(), path) {
		t.Errorf("error %v", err)
	}
	if b, _ := os.ReadFile(path); string(b) != "old" {
		t.Errorf("after an error the file holds %q", b)
	}
	if err := WriteJSON(path, func() {}); err == nil {
		t.Error("encoded a function")
	}
	if got := names(t, dir); len(got) != 1 {
		t.Errorf("left behind: %v", got)
	}
	if err := WriteFile(filepath.Join(path, "g"), text("", nil)); err == nil {
		t.Error("wrote a file into a file")
	}
}

func TestForeignFiles(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, ManifestFile)
	if _, err := Open(dir); err == nil || !strings.Contains(err.Error(), "not a results folder") {
		t.Errorf("empty folder: %v", err)
	}
	for content, want := range map[string]string{
		"":                         "not a nines manifest",
		"[1]":                      "not a nines manifest",
		"{}":                       "it has no schema version",
		`{"schema":2}`:             "a nines manifest of schema 2; this version of nines reads schema 1",
		`{"schema":1,"trials":{}}`: "not a nines manifest",
	} {
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := Open(dir)
		var format *FormatError
		if !errors.As(err, &format) || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want …%s…", content, err, want)
		}
	}
	for content, want := range map[string]string{
		"":                              "not a nines file of faults",
		`{"at_ns":1}`:                   "not a nines file of faults",
		`{"schema":1,"holds":"events"}`: "not a nines file of faults",
		`{"schema":7,"holds":"faults"}`: "of schema 7",
		"{\"schema\":1,\"holds\":\"faults\"}\n{\"fault\":\"a\"}\n{\"fault\":": "damaged or truncated at entry 2",
		"{\"schema\":1,\"holds\":\"faults\"}\n7":                              "damaged or truncated at entry 1",
	} {
		_, err := parseLines[bench.Interval]("x", "faults", strings.NewReader(content))
		var format *FormatError
		if !errors.As(err, &format) || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want …%s…", content, err, want)
		}
	}
}

func FuzzLines(f *testing.F) {
	f.Add([]byte("{\"schema\":1,\"holds\":\"events\"}\n{\"at_ns\":1,\"node\":\"n\"}\n"))
	f.Add([]byte("{\"schema\":1,\"holds\":\"events\"}{}"))
	f.Fuzz(func(t *testing.T, content []byte) {
		events, err := parseLines[bench.Event]("x", "events", bytes.NewReader(content))
		if err != nil {
			return
		}
		path := filepath.Join(t.TempDir(), EventsFile)
		if err := WriteEvents(path, events); err != nil {
			t.Fatal(err)
		}
		again, err := ReadEvents(path)
		if err != nil || !reflect.DeepEqual(again, events) {
			t.Errorf("%v came back as %v: %v", events, again, err)
		}
	})
}

func TestMachine(t *testing.T) {
	m := ThisMachine(filepath.Join(t.TempDir(), "not", "yet"))
	if m.OS == "linux" && (m.Kernel == "" || m.Memory == 0 || m.Filesystem == "") || m.Cores == 0 {
		t.Errorf("%+v", m)
	}
	if v := BuildVersions(); v.Go == "" {
		t.Errorf("%+v", v)
	}
}

// A trial that is added to a run has what it changes in the manifest, also when
// it is done.
func TestAdd(t *testing.T) {
	run := newRun(t)
	e := Entry{
		Trial: "single,rate=70-1", System: "single,rate=70", Repeat: 1, State: Done,
		Set: []Variable{{Name: "load.rate", Value: "70"}}, Variant: []Variable{{Name: "rate", Value: "70"}},
	}
	if err := run.Add(e); err != nil {
		t.Fatal(err)
	}
	last := func() Entry {
		again, err := Open(run.Dir())
		if err != nil {
			t.Fatal(err)
		}
		all := again.Manifest().Trials
		return all[len(all)-1]
	}
	if e.State = Planned; !reflect.DeepEqual(last(), e) {
		t.Errorf("added %+v, want %+v", last(), e)
	}
	for _, name := range []string{"single,rate=70-1", "single-1", "", "../x", "a.partial"} {
		if err := run.Add(Entry{Trial: name}); err == nil {
			t.Errorf("added %q", name)
		}
	}
	files, err := run.Begin(e.Trial, e.System, e.Repeat)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := files.Finish(Facts{}, nil, nil); err != nil {
		t.Fatal(err)
	}
	if e.State = Done; !reflect.DeepEqual(last(), e) {
		t.Errorf("when it is done %+v, want %+v", last(), e)
	}
}
