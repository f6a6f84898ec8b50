package report

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"nines/analysis/calibration"
	"nines/results"
)

func calibrationOf(checks ...calibration.Check) *calibration.Report {
	return &calibration.Report{
		Schema: calibration.Schema, Seed: 7, Started: time.Unix(0, 0), Took: 3 * time.Second,
		Versions: results.Versions{Nines: "v1"},
		Parts:    []calibration.Part{{Name: "queues", Title: "Queues", Bound: "Four | errors.", Checks: checks}},
	}
}

func TestCalibration(t *testing.T) {
	none := calibration.Number(math.NaN())
	r := calibrationOf(
		calibration.Check{Case: "M/M/1", Figure: "p50", Unit: "ms", Expected: 0.5, Measured: 0.51, Low: 0.4, High: 0.6, Pass: true},
		calibration.Check{Case: "M/M/1", Figure: "p99", Unit: "ms", Expected: 4, Measured: 3.9, Low: 3, High: calibration.Number(math.Inf(1)), Pass: true},
		calibration.Check{Case: "gaps", Figure: "others", Expected: 0, Measured: 2, Low: 0, High: 0},
		calibration.Check{Case: "lag", Figure: "p50", Unit: "ms", Expected: none, Measured: 0.25, Low: none, High: none, Informs: true, Pass: true},
	)
	var b strings.Builder
	if err := Calibration(&b, r, 100); err != nil {
		t.Fatal(err)
	}
	for _, want := range [][]string{
		{"M/M/1", "p50", "0.500 ms", "0.510 ms", "+2.0 %", "0.400 to 0.600", "pass"},
		{"", "p99", "4 ms", "3.90 ms", "-2.5 %", "≥ 3", "pass"},
		{"gaps", "others", "0", "2", "+2", "0", "FAIL"},
		{"lag", "p50", "—", "0.250 ms", "—", "—", ""},
	} {
		if !hasRow(b.String(), want) {
			t.Errorf("no row %q in:\n%s", want, &b)
		}
	}
	for _, want := range []string{"Four | errors.", "NOT CALIBRATED: 1 of 3 figures", "gaps: others"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %q in:\n%s", want, &b)
		}
	}

	dir := t.TempDir()
	if err := WriteCalibration(dir, r); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(dir, results.CalibrationTables))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"# Calibration\n", "NOT CALIBRATED", "seed 7, by nines v1", "## Queues\n", `- Four \| errors.`} {
		if !strings.Contains(string(text), want) {
			t.Errorf("no %q in:\n%s", want, text)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, results.CalibrationFile)); err != nil {
		t.Error(err)
	}
	if got := calibrated(calibrationOf(r.Parts[0].Checks[:2]...)); got != "Calibrated: all 2 figures are within their bounds." {
		t.Error(got)
	}
}

// hasRow reports whether a line of a drawn table has these cells.
func hasRow(text string, cells []string) bool {
	for line := range strings.Lines(text) {
		got := strings.Split(strings.TrimSpace(line), "│")
		if len(got) != len(cells)+2 {
			continue
		}
		same := true
		for i, c := range cells {
			same = same && strings.TrimSpace(got[i+1]) == c
		}
		if same {
			return true
		}
	}
	return false
}
