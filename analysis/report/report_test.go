package report

import (
	"bytes"
	"encoding/xml"
	"errors"
	"flag"
	"io"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"nines/analysis"
	"nines/analysis/plot/plottest"
	"nines/results"
)

var (
	rewrite = flag.Bool("rewrite", false, "rewrite the golden files in testdata")
	out     = flag.String("out", "", "keep the reports that the tests write in this folder, to look at them")
)

// Simulating a run costs more than reporting it.
var runs = map[string]func() []analysis.Summary{
	"quickstart": sync.OnceValue(plottest.Quickstart),
	"repeats":    sync.OnceValue(func() []analysis.Summary { return plottest.Repeats(3) }),
	"illegal":    sync.OnceValue(plottest.Illegal),
	"gatefailed": sync.OnceValue(plottest.GateFailed),
	"censored":   sync.OnceValue(plottest.Censored),
	"commit":     sync.OnceValue(plottest.Commit),
	"blocking":   sync.OnceValue(plottest.Blocking),
	"costs":      sync.OnceValue(plottest.Costs),
	"tolerance":  sync.OnceValue(plottest.Tolerance),
	"policies":   sync.OnceValue(plottest.Policies),
	"checkpoint": sync.OnceValue(checkpointed),
	"redundancy": sync.OnceValue(replicas),
	"hostile":    sync.OnceValue(plottest.Hostile),
	"campaign":   sync.OnceValue(plottest.Campaign),
	"cells":      sync.OnceValue(func() []analysis.Summary { return plottest.Cells([]string{"etcdraft", "hashiraft", "paxos"}, 1, 6) }),
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

func pageOf(t *testing.T, name string) string {
	t.Helper()
	html, err := htmlReport(manifest(), runs[name](), Beside{})
	if err != nil {
		t.Fatal(err)
	}
	return string(html)
}

func tables(t *testing.T, name string) string {
	t.Helper()
	md, err := markdownReport(manifest(), runs[name](), Beside{})
	if err != nil {
		t.Fatal(err)
	}
	return string(md)
}

func terminal(t *testing.T, name string, width int) string {
	t.Helper()
	var b bytes.Buffer
	if err := Terminal(&b, runs[name](), Beside{}, width); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestPages(t *testing.T) {
	for name := range runs {
		t.Run(name, func(t *testing.T) {
			html := pageOf(t, name)
			wellFormed(t, html)
			selfContained(t, html)
			if *out != "" {
				keep(t, filepath.Join(*out, name+".html"), html)
			}
		})
	}
}

func keep(t *testing.T, path, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
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
	html, md := pageOf(t, "hostile"), tables(t, "hostile")
	for _, bad := range []string{"<script>", "<!--", "\x00", `onload="`} {
		if strings.Contains(html, bad) {
			t.Errorf("the page contains %q", bad)
		}
	}
	if strings.Contains(md, "<script>") {
		t.Error("tables.md passes a script element on")
	}
	for line := range strings.Lines(md) {
		if strings.HasPrefix(line, "|") && strings.Count(strings.ReplaceAll(line, `\|`, ""), "|") < 3 {
			t.Errorf("a row lost its cells: %s", line)
		}
	}
	if term := terminal(t, "hostile", 100); strings.ContainsAny(term, "\x00\x1b\r") {
		t.Error("the terminal gets control characters")
	}
}

func TestGolden(t *testing.T) {
	for _, name := range []string{"quickstart", "repeats", "illegal", "gatefailed", "censored", "campaign", "cells", "commit", "blocking", "costs", "tolerance", "policies"} {
		golden(t, name+".md", tables(t, name))
		golden(t, name+".txt", terminal(t, name, 100))
	}
}

func golden(t *testing.T, file, got string) {
	t.Helper()
	path := filepath.Join("testdata", file)
	if *rewrite {
		keep(t, path, got)
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs (run with -rewrite and look at the diff); got:\n%s", file, got)
	}
}

func TestTerminalKeepsItsWidth(t *testing.T) {
	for name := range runs {
		for _, width := range []int{60, 80, 200} {
			for line := range strings.Lines(terminal(t, name, width)) {
				// A name is never broken, and those are long, or three of them begin a row.
				if n := utf8.RuneCountInString(strings.TrimRight(line, "\n")); n > width && name != "hostile" && (name != "cells" || width > 60) {
					t.Errorf("%s at width %d has a line of %d: %s", name, width, n, line)
				}
			}
		}
	}
}

func TestMarkdownFitsNarrowPanes(t *testing.T) {
	for line := range strings.Lines(tables(t, "quickstart")) {
		if n := utf8.RuneCountInString(line); strings.HasPrefix(line, "|") && n > 112 {
			t.Errorf("a row of %d characters: %s", n, line)
		}
	}
}

func TestDeterministic(t *testing.T) {
	html, md := pageOf(t, "censored"), tables(t, "repeats")
	if again := pageOf(t, "censored"); html != again {
		t.Error("the same run gives two different pages")
	}
	if again := tables(t, "repeats"); md != again {
		t.Error("the same run gives two different sets of tables")
	}
}

func TestWrite(t *testing.T) {
	dir := t.TempDir()
	if err := Write(dir, manifest(), runs["one"](), Beside{}); err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{"episodes.json", "tables.md", "report.html", "charts/latency-percentiles.svg", "charts/latency-percentiles.png", "charts/throughput-null.svg"} {
		if info, err := os.Stat(filepath.Join(dir, file)); err != nil || info.Size() == 0 {
			t.Errorf("%s: %v", file, err)
		}
	}
	// What cannot be written is an error.
	if err := Write(filepath.Join(dir, "tables.md", "run"), manifest(), runs["one"](), Beside{}); err == nil {
		t.Error("no error for a folder that cannot be made")
	}
}

func TestShare(t *testing.T) {
	for r, want := range map[float64]string{1: "100 %", 0.785: "78.5 %", 0.99: "99.0 %", 0.99953: "99.953 %", 0.999996: "99.99960 %", 0: "0.0 %", math.NaN(): "—"} {
		if got := share(r); got != want {
			t.Errorf("share(%v) = %q, want %q", r, got, want)
		}
	}
}

func TestMillis(t *testing.T) {
	for ms, want := range map[analysis.MS]string{0.4123: "0.412", 12.34: "12.3", 1310.2: "1310", analysis.MS(math.Inf(1)): "> 10 s", analysis.MS(math.NaN()): "—"} {
		if got := millis(ms, 10*time.Second); got != want {
			t.Errorf("millis(%v) = %q, want %q", float64(ms), got, want)
		}
	}
}

func TestCommandLine(t *testing.T) {
	got := commandLine([]string{"nines", "run", "--set", "load.rate=2k # <b>", "it's"})
	if want := `nines run --set 'load.rate=2k # <b>' 'it'\''s'`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// A trial that was wrong, unverified or invalid never shows a bare figure.
func TestMarksFollowFigures(t *testing.T) {
	for name, mark := range map[string]string{"illegal": "‡", "gatefailed": "†", "censored": "§"} {
		rows := totals(runs[name]())
		for _, tab := range []table{speed(rows), availability(rows), cost(rows)} {
			for i, r := range tab.Rows {
				for j, cell := range r {
					marked := strings.HasSuffix(cell, mark)
					if want := rows[i].mark != "" && tab.Columns[j].Kind == figure && cell != dash; marked != want {
						t.Errorf("%s, %s: %s %s = %q", name, tab.Title, r[0], tab.Columns[j].Name, cell)
					}
				}
			}
		}
	}
}
