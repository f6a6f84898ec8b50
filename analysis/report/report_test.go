package report_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"nines/analysis"
	"nines/analysis/plot/plottest"
	"nines/analysis/report"
	"nines/results"
)

var (
	rewrite = flag.Bool("rewrite", false, "rewrite the golden files in testdata")
	out     = flag.String("out", "", "keep the reports that the tests write in this folder, to look at them")
)

var runs = map[string]func() []analysis.Summary{
	"quickstart": plottest.Quickstart,
	"repeats":    func() []analysis.Summary { return plottest.Repeats(3) },
	"illegal":    plottest.Illegal,
	"gatefailed": plottest.GateFailed,
	"censored":   plottest.Censored,
	"hostile":    plottest.Hostile,
	"empty":      plottest.Empty,
	"one":        plottest.OneSample,
	"never":      plottest.Never,
	"none":       func() []analysis.Summary { return nil },
}

func manifest() results.Manifest {
	ended := time.Date(2025, 3, 4, 5, 8, 21, 0, time.UTC)
	return results.Manifest{
		Schema: results.Schema, Name: "quickstart", Seed: 42,
		Scenario: "name: quickstart\nnodes: 3\nworkload: {name: ycsb-a, keys: 1000}\n",
		Command:  []string{"nines", "run", "quickstart", "--seed", "42", "--set", "load.rate=2k # <b>"},
		Versions: results.Versions{Nines: "(devel)", Revision: "0123abcd", Go: "go1.26", Modules: map[string]string{"example.org/raft": "v3.7.0"}},
		Machine: results.Machine{Host: "bench-1", OS: "linux", Arch: "amd64", Kernel: "6.18.0", CPU: "AMD EPYC 7B13", Cores: 2, GoMaxProcs: 2,
			Memory: 8 << 30, Load: [3]float64{0.12, 0.2, 0.3}, Filesystem: "ext4"},
		Started: time.Date(2025, 3, 4, 5, 6, 7, 0, time.UTC), Ended: &ended,
		Trials: []results.Entry{{Trial: "etcdraft-1", System: "etcdraft", Repeat: 1, State: results.Done}},
	}
}

// TestMain makes the folder for the reports that tests share.
func TestMain(m *testing.M) {
	flag.Parse()
	dir := *out
	if dir == "" {
		dir = must(os.MkdirTemp("", "report"))
		defer os.RemoveAll(dir)
	}
	shared = dir
	m.Run()
}

func must(dir string, err error) string {
	if err != nil {
		panic(err)
	}
	return dir
}

var (
	shared  string
	written = map[string]bool{}
)

// folder writes the report of a run, once, and returns where.
func folder(t *testing.T, name string) string {
	t.Helper()
	dir := filepath.Join(shared, name)
	if written[name] {
		return dir
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := report.Write(dir, manifest(), runs[name]()); err != nil {
		t.Fatal(err)
	}
	written[name] = true
	return dir
}

func read(t *testing.T, parts ...string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(parts...))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestWrite(t *testing.T) {
	for name := range runs {
		t.Run(name, func(t *testing.T) {
			dir := folder(t, name)
			html := read(t, dir, results.ReportFile)
			wellFormed(t, html)
			selfContained(t, html)
			if tables := read(t, dir, results.TablesFile); name != "none" && !strings.Contains(tables, "| system") {
				t.Errorf("tables.md has no table:\n%s", tables)
			}
		})
	}
}

// wellFormed holds the page to XML's rules, which HTML allows and which a
// tokenizer at hand can check.
func wellFormed(t *testing.T, html string) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(html))
	d.Entity = xml.HTMLEntity
	ids := map[string]bool{}
	var links []string
	for {
		tok, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("the page: %v", err)
		}
		start, ok := tok.(xml.StartElement)
		if !ok {
			continue
		}
		for _, a := range start.Attr {
			switch a.Name.Local {
			case "id":
				if ids[a.Value] {
					t.Errorf("id %q occurs twice", a.Value)
				}
				ids[a.Value] = true
			case "href":
				links = append(links, a.Value)
			}
			if strings.HasPrefix(a.Name.Local, "on") {
				t.Errorf("an event handler: %s=%q", a.Name.Local, a.Value)
			}
		}
		if start.Name.Local == "script" {
			t.Error("a script element")
		}
	}
	for _, l := range links {
		if !ids[strings.TrimPrefix(l, "#")] {
			t.Errorf("link to %q, which is not on the page", l)
		}
	}
}

var (
	urls = regexp.MustCompile(`(?i)(https?:)?//[a-z0-9]|@import|url\(`)
	// The name of SVG's namespace looks like one, and is never fetched.
	namespace = `xmlns="http://www.w3.org/2000/svg"`
)

func selfContained(t *testing.T, html string) {
	t.Helper()
	html = strings.ReplaceAll(html, namespace, "")
	if at := urls.FindStringIndex(html); at != nil {
		t.Errorf("the page refers to something outside of it: %.80q", html[max(at[0]-30, 0):])
	}
}

func TestHostileNamesStayText(t *testing.T) {
	dir := folder(t, "hostile")
	html, tables := read(t, dir, results.ReportFile), read(t, dir, results.TablesFile)
	for _, bad := range []string{"<script>", "<!--", "\x00", `onload="`} {
		if strings.Contains(html, bad) {
			t.Errorf("the page contains %q", bad)
		}
	}
	if strings.Contains(tables, "<script>") {
		t.Error("tables.md passes a script element on")
	}
	for line := range strings.Lines(tables) {
		if strings.HasPrefix(line, "|") && strings.Count(strings.ReplaceAll(line, `\|`, ""), "|") < 3 {
			t.Errorf("a row lost its cells: %s", line)
		}
	}
	var term bytes.Buffer
	if err := report.Terminal(&term, runs["hostile"](), 100); err != nil {
		t.Fatal(err)
	}
	if strings.ContainsAny(term.String(), "\x00\x1b\r") {
		t.Error("the terminal gets control characters")
	}
}

func TestGolden(t *testing.T) {
	for _, name := range []string{"quickstart", "repeats", "illegal", "gatefailed", "censored"} {
		golden(t, name+".md", read(t, folder(t, name), results.TablesFile))
		var term bytes.Buffer
		if err := report.Terminal(&term, runs[name](), 100); err != nil {
			t.Fatal(err)
		}
		golden(t, name+".txt", term.String())
	}
}

func golden(t *testing.T, file, got string) {
	t.Helper()
	path := filepath.Join("testdata", file)
	if *rewrite {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if want := read(t, path); got != want {
		t.Errorf("%s differs (run with -rewrite and look at the diff); got:\n%s", file, got)
	}
}

func TestTerminalKeepsItsWidth(t *testing.T) {
	for name, run := range runs {
		for _, width := range []int{60, 80, 100, 200} {
			var b bytes.Buffer
			if err := report.Terminal(&b, run(), width); err != nil {
				t.Fatal(err)
			}
			for line := range strings.Lines(b.String()) {
				if n := utf8.RuneCountInString(strings.TrimRight(line, "\n")); n > width && name != "hostile" {
					t.Errorf("%s at width %d has a line of %d: %s", name, width, n, line)
				}
			}
		}
	}
}

func TestDeterministic(t *testing.T) {
	again := t.TempDir()
	if err := report.Write(again, manifest(), runs["censored"]()); err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{results.ReportFile, results.TablesFile} {
		if read(t, folder(t, "censored"), file) != read(t, again, file) {
			t.Errorf("%s differs between two writings of the same run", file)
		}
	}
}

func TestWriteSaysWhatFailed(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := report.Write(filepath.Join(file, "run"), manifest(), plottest.OneSample()); err == nil {
		t.Error("no error for a folder that cannot be made")
	}
}
