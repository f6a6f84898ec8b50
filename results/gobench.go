package results

import (
	"fmt"
	"io"
	"math"
	"runtime"
	"strconv"
	"strings"
)

// A BenchLine is one trial as a Go benchmark.
type BenchLine struct {
	Name   []Setting // system=etcdraft, nodes=3, …
	Values []Measured
}

// A Setting is one part of a benchmark's name.
type Setting struct{ Key, Value string }

// Measured is one figure with its unit, such as ops/s or p50-response-ms.
type Measured struct {
	Value float64
	Unit  string
}

// WriteBench writes bench.txt in the Go benchmark format
// (https://go.dev/design/14313-benchmark-format), so that benchstat compares
// runs: one line a trial, repeats of one cell under the same name. The format
// has no infinities, and a missing value is not a zero, so figures that are not
// finite are left out.
func WriteBench(path string, m Machine, lines []BenchLine) error {
	return WriteFile(path, func(w io.Writer) error {
		if _, err := fmt.Fprintf(w, "goos: %s\ngoarch: %s\npkg: nines\n", runtime.GOOS, runtime.GOARCH); err != nil {
			return err
		}
		if m.CPU != "" {
			if _, err := fmt.Fprintf(w, "cpu: %s\n", m.CPU); err != nil {
				return err
			}
		}
		for _, l := range lines {
			if _, err := fmt.Fprintln(w, l.text()); err != nil {
				return err
			}
		}
		return nil
	})
}

func (l BenchLine) text() string {
	var b strings.Builder
	b.WriteString("BenchmarkRun")
	for _, s := range l.Name {
		if s.Value != "" {
			fmt.Fprintf(&b, "/%s=%s", s.Key, benchWord(s.Value))
		}
	}
	b.WriteString(" 1")
	for _, v := range l.Values {
		if !math.IsNaN(v.Value) && !math.IsInf(v.Value, 0) {
			fmt.Fprintf(&b, " %s %s", strconv.FormatFloat(v.Value, 'g', -1, 64), v.Unit)
		}
	}
	return b.String()
}

// benchWord makes text fit into a benchmark's name, in which a slash begins the
// next setting, a space ends the name and a number after a dash at the very end
// would be taken for GOMAXPROCS.
func benchWord(text string) string {
	word := strings.Map(func(r rune) rune {
		switch {
		case r >= '0' && r <= '9', r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r == '.', r == '_', r == '+':
			return r
		}
		return '-'
	}, text)
	for strings.Contains(word, "--") {
		word = strings.ReplaceAll(word, "--", "-")
	}
	word = strings.Trim(word, "-")
	if i := strings.LastIndexByte(word, '-'); i >= 0 {
		if _, err := strconv.Atoi(word[i+1:]); err == nil {
			word = word[:i] + "_" + word[i+1:]
		}
	}
	return word
}
