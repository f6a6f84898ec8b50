package plot_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"flag"
	"image/png"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"nines/analysis"
	"nines/analysis/plot"
	"nines/analysis/plot/plottest"
)

var out = flag.String("out", "", "keep the charts that the tests draw in this folder, to look at them")

var runs = map[string]func() []analysis.Summary{
	"quickstart": plottest.Quickstart,
	"repeats":    func() []analysis.Summary { return plottest.Repeats(3) },
	"illegal":    plottest.Illegal,
	"gatefailed": plottest.GateFailed,
	"censored":   plottest.Censored,
	"hour":       plottest.Hour,
	"many":       plottest.Many,
	"hostile":    plottest.Hostile,
	"campaign":   plottest.Campaign,
	"empty":      plottest.Empty,
	"one":        plottest.OneSample,
	"never":      plottest.Never,
}

// draw returns the files of a run.
func draw(t *testing.T, summaries []analysis.Summary) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	err := plot.WriteAll(plot.All(summaries), func(name string, data []byte) error {
		if files[name] != nil {
			t.Errorf("%s is written twice", name)
		}
		files[name] = data
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func TestChartsOfEveryRun(t *testing.T) {
	for name, run := range runs {
		t.Run(name, func(t *testing.T) {
			charts := plot.All(run())
			if len(charts) < 3 {
				t.Errorf("only %d charts", len(charts))
			}
			for _, c := range charts {
				svg, err := c.SVG(plot.Page)
				if err != nil {
					t.Fatal(err)
				}
				wellFormed(t, c.Name, svg)
			}
			if *out != "" {
				keep(t, filepath.Join(*out, name), charts)
			}
		})
	}
}

// Bitmaps cost a tenth of a second each; these runs have the odd ones.
func TestFiles(t *testing.T) {
	for _, name := range []string{"quickstart", "empty", "one", "never"} {
		for file, data := range draw(t, runs[name]()) {
			if strings.HasSuffix(file, ".svg") {
				wellFormed(t, file, data)
			} else {
				notBlank(t, file, data)
			}
		}
	}
}

func keep(t *testing.T, dir string, charts []plot.Chart) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	for format, f := range map[string]plot.Format{"": plot.Page, "-narrow": plot.Narrow} {
		for _, c := range charts {
			png, err := c.PNG(f)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(dir, c.Name+format+".png"), png, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func wellFormed(t *testing.T, name string, data []byte) {
	t.Helper()
	d := xml.NewDecoder(bytes.NewReader(data))
	elements := 0
	for {
		tok, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if _, ok := tok.(xml.StartElement); ok {
			elements++
		}
	}
	if elements < 5 {
		t.Errorf("%s has only %d elements", name, elements)
	}
	for _, bad := range []string{"NaN", "Inf,", ",Inf", "-Inf"} {
		if bytes.Contains(data, []byte(bad)) {
			t.Errorf("%s has a coordinate %q", name, bad)
		}
	}
}

func notBlank(t *testing.T, name string, data []byte) {
	t.Helper()
	img, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	b := img.Bounds()
	colours := map[[3]uint32]bool{}
	for y := b.Min.Y; y < b.Max.Y; y += 3 {
		for x := b.Min.X; x < b.Max.X; x += 3 {
			r, g, bl, _ := img.At(x, y).RGBA()
			colours[[3]uint32{r, g, bl}] = true
		}
	}
	if len(colours) < 3 {
		t.Errorf("%s has only %d colours", name, len(colours))
	}
}

func TestDeterministic(t *testing.T) {
	a, b := plot.All(plottest.Repeats(2)), plot.All(plottest.Repeats(2))
	for i := range a {
		x, errX := a[i].SVG(plot.Page)
		y, errY := b[i].SVG(plot.Page)
		if errX != nil || errY != nil || a[i].Name != b[i].Name || !bytes.Equal(x, y) {
			t.Errorf("%s differs between two drawings of the same run", a[i].Name)
		}
	}
}

func TestInlineHasNoFixedColours(t *testing.T) {
	for _, c := range plot.All(plottest.Censored()) {
		for _, f := range []plot.Format{plot.Wide, plot.Narrow} {
			svg, err := c.Inline(f, "x")
			if err != nil {
				t.Fatal(err)
			}
			wellFormed(t, c.Name, svg)
			if i := bytes.Index(svg, []byte(":#")); i >= 0 {
				t.Errorf("%s: a colour that a dark page cannot change: %s", c.Name, svg[i-20:i+20])
			}
			if bytes.Contains(svg, []byte("font-family")) || bytes.Contains(svg, []byte("<?xml")) {
				t.Errorf("%s: a font or a prologue that the page did not choose", c.Name)
			}
		}
	}
}

func TestNoCharts(t *testing.T) {
	if c := plot.All(nil); len(c) != 0 {
		t.Errorf("%d charts of no summaries", len(c))
	}
}

func TestThree(t *testing.T) {
	for x, want := range map[float64]string{0: "0", 0.0123456: "0.0123", 1.3: "1.30", 9.996: "10.0", 99.96: "100", 1234567: "1234567", -2.5: "-2.50"} {
		if got := plot.Three(x); got != want {
			t.Errorf("Three(%v) = %q, want %q", x, got, want)
		}
	}
}

func TestTime(t *testing.T) {
	for ms, want := range map[analysis.MS]string{0: "0", 0.4123: "412 µs", 0.9999: "1.00 ms", 1.3: "1.30 ms", 999.4: "999 ms", 999.7: "1.00 s", 4123: "4.12 s",
		analysis.MS(math.Inf(1)): "∞"} {
		if got := plot.Time(ms); got != want {
			t.Errorf("Time(%v) = %q, want %q", float64(ms), got, want)
		}
	}
}

func BenchmarkQuickstartCharts(b *testing.B) {
	run := plottest.Quickstart()
	for b.Loop() {
		if err := plot.WriteAll(plot.All(run), func(string, []byte) error { return nil }); err != nil {
			b.Fatal(err)
		}
	}
}
