package main

import (
	"bytes"
	"context"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"nines/bench/scenario"
)

var rewrite = flag.Bool("rewrite", false, "write the golden files anew")

// TestMain is nines itself where a test, or a run in a test, starts this binary
// with a command.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && !strings.HasPrefix(os.Args[1], "-") {
		main()
	}
	goleak.VerifyTestMain(m)
}

// nines runs a command line in this process.
func nines(t *testing.T, args ...string) (out, err string, code int) {
	t.Helper()
	var o, e bytes.Buffer
	code = execute(t.Context(), args, terminal{strings.NewReader(""), &o, &e})
	return o.String(), e.String(), code
}

// parse reads a scenario against the real catalog.
func parse(t *testing.T, text string) *scenario.Scenario {
	t.Helper()
	s, err := scenario.Parse("test.yaml", []byte(text), catalog())
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// golden holds a text against a file, or writes the file.
func golden(t *testing.T, file, got string) {
	t.Helper()
	file = filepath.Join("testdata", file)
	if *rewrite {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s is other than this; -rewrite takes it over:\n%s", file, got)
	}
}

func TestExecuteIsCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	dir := filepath.Join(t.TempDir(), "run")
	var out, errs bytes.Buffer
	code := execute(ctx, []string{"run", "steady", "--systems", "null", "--out", dir, "-q"}, terminal{strings.NewReader(""), &out, &errs})
	if code != exitInterrupted || !strings.Contains(errs.String(), "interrupted after 0 of 1 trial (nothing was kept)") {
		t.Errorf("exit code %d: %s", code, &errs)
	}
	if _, err := os.Stat(dir); !os.IsNotExist(err) {
		t.Errorf("left %s: %v", dir, err)
	}
}
