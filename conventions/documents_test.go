package conventions

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// A document is a Markdown file.
type document struct {
	name string // relative to the module, with slashes
	text string
}

func documents(t *testing.T) []document {
	t.Helper()
	var out []document
	for _, name := range textFiles(t, ".md") {
		if strings.Contains(name, "results/") { // made by runs
			continue
		}
		out = append(out, document{name, read(t, name)})
	}
	if len(out) < 5 {
		t.Fatalf("found only %d documents: %v", len(out), out)
	}
	return out
}

func read(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

var (
	link = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	code = regexp.MustCompile("(?ms)^```.*?^```|`[^`\n]*`")
)

// TestLinks: what a document links to in the repository is there.
func TestLinks(t *testing.T) {
	for _, d := range documents(t) {
		for _, m := range link.FindAllStringSubmatch(code.ReplaceAllString(d.text, ""), -1) {
			target, _, _ := strings.Cut(m[1], "#")
			if target == "" || strings.Contains(target, "://") {
				continue
			}
			name := path.Join(path.Dir(d.name), target)
			if _, err := os.Stat(filepath.Join(root, filepath.FromSlash(name))); err != nil {
				t.Errorf("%s: links to %s: %v", d.name, m[1], err)
			}
		}
	}
}

// A quote is Go code in a document. It must say where it is from, in a comment
// on the line before it, and be there word for word: so it compiles, and cannot
// go out of date.
//
//	<!-- from path/of/file.go -->
//	```go
//	code
//	```
type quote struct{ from, code string }

var (
	goBlock = regexp.MustCompile("(?ms)^(<!-- from (\\S+) -->\n)?```go\n(.*?)^```")
	// anyGo finds blocks that goBlock does not, such as indented ones.
	anyGo = regexp.MustCompile("(?m)^[ \t>]*(```|~~~)[ \t]*(go|golang)\\b")
)

func quotes(text string) ([]quote, error) {
	var out []quote
	for _, m := range goBlock.FindAllStringSubmatch(text, -1) {
		if m[2] == "" {
			return nil, fmt.Errorf("a block of Go does not say where it is from: %.60q", m[3])
		}
		out = append(out, quote{m[2], m[3]})
	}
	if n := len(anyGo.FindAllString(text, -1)); n != len(out) {
		return nil, fmt.Errorf("%d of %d blocks of Go are not at the beginning of a line, or not closed", n-len(out), n)
	}
	return out, nil
}

func TestQuotes(t *testing.T) {
	n := 0
	for _, d := range documents(t) {
		qs, err := quotes(d.text)
		if err != nil {
			t.Errorf("%s: %v", d.name, err)
		}
		for _, q := range qs {
			n++
			if !strings.Contains(read(t, q.from), q.code) {
				t.Errorf("%s: quotes what is not in %s:\n%s", d.name, q.from, q.code)
			}
		}
	}
	if n == 0 {
		t.Error("no document quotes any code")
	}
}

func TestQuotesAreFound(t *testing.T) {
	for text, want := range map[string]int{
		"a\n<!-- from a.go -->\n```go\nx\n```\nb\n<!-- from b.go -->\n```go\ny\n```\n": 2,
		"```sh\nmake\n```\n":                                  0,
		"```go\nx\n```\n":                                     -1,
		"<!-- from a.go -->\n\n```go\nx\n```\n":               -1,
		"- item\n  <!-- from a.go -->\n  ```go\n  x\n  ```\n": -1,
	} {
		qs, err := quotes(text)
		if (err != nil) != (want < 0) || err == nil && len(qs) != want {
			t.Errorf("%q: %d quotes, %v; want %d", text, len(qs), err, want)
		}
	}
}

// TestDecisions: every record of a decision has its parts and its number, and
// is listed.
func TestDecisions(t *testing.T) {
	index := read(t, "docs/adr/README.md")
	n := 0
	for _, name := range textFiles(t, ".md") {
		dir, base := path.Split(name)
		if dir != "docs/adr/" || base == "README.md" {
			continue
		}
		n++
		if want := fmt.Sprintf("%04d-", n); !strings.HasPrefix(base, want) {
			t.Errorf("%s: want the next number, %s", name, want)
		}
		if !strings.Contains(index, "("+base+")") {
			t.Errorf("docs/adr/README.md does not list %s", base)
		}
		text := read(t, name)
		for _, part := range []string{fmt.Sprintf("# %d. ", n), "## Context", "## Decision", "## Consequences"} {
			if !strings.Contains("\n"+text, "\n"+part) {
				t.Errorf("%s: has no line that begins %q", name, part)
			}
		}
	}
	if n == 0 {
		t.Error("found no decisions")
	}
}

// TestFlagsInReadme: the flags that the README names are the program's.
func TestFlagsInReadme(t *testing.T) {
	var source string
	for _, p := range ourPackages(t) {
		if p.dir == "cmd/nines" {
			for _, f := range p.code() {
				source += read(t, f.name)
			}
		}
	}
	flags := regexp.MustCompile("`--([a-z]+)").FindAllStringSubmatch(read(t, "README.md"), -1)
	if len(flags) < 5 {
		t.Errorf("the README names only %d flags of nines run", len(flags))
	}
	for _, m := range flags {
		field := regexp.MustCompile(`(?i)\n\t` + m[1] + `\s`)
		if !field.MatchString(source) {
			t.Errorf("README.md names --%s, which nines run does not have", m[1])
		}
	}
}
