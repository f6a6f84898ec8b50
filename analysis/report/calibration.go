package report

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"path/filepath"
	"strings"
	"time"

	"nines/analysis/calibration"
	"nines/results"
)

// Calibration writes the tables of a calibration for a terminal of the given width
// in characters.
func Calibration(w io.Writer, r *calibration.Report, width int) error {
	for _, p := range r.Parts {
		t := checked(p)
		if err := t.terminal(w, max(width, leastWidth)); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintln(w, strings.Join(wrap(calibrated(r), max(width, leastWidth)), "\n"))
	if err != nil {
		return fmt.Errorf("write tables: %w", err)
	}
	return nil
}

// WriteCalibration makes calibration.md and calibration.json in dir. Each file is written
// whole or not at all.
func WriteCalibration(dir string, r *calibration.Report) error {
	var b bytes.Buffer
	fmt.Fprintf(&b, "# Calibration\n\n%s\n\n", escapeMarkdown(calibrated(r)))
	version := r.Versions.Nines
	if r.Versions.Revision != "" {
		version += ", revision " + r.Versions.Revision
	}
	fmt.Fprintf(&b, "Made %s in %s, seed %d, by nines %s.", r.Started.UTC().Format("2006-01-02 15:04:05 UTC"), r.Took.Round(time.Second), r.Seed, escapeMarkdown(version))
	for _, p := range machinePairs(r.Machine) {
		fmt.Fprintf(&b, " %s: %s.", escapeMarkdown(p.Name), escapeMarkdown(p.Value))
	}
	b.WriteString("\n\n")
	for _, p := range r.Parts {
		t := checked(p)
		if err := t.markdown(&b, 2); err != nil {
			return err
		}
	}
	if err := write(filepath.Join(dir, results.CalibrationTables), b.Bytes()); err != nil {
		return err
	}
	return results.WriteJSON(filepath.Join(dir, results.CalibrationFile), r)
}

// checked is the table of a part. A case stands at the first of its rows.
func checked(p calibration.Part) table {
	t := table{Title: p.Title, Keys: 2, Columns: []column{
		{"", word}, {"figure", word}, {"expected", figure}, {"measured", figure}, {"error", figure}, {"bounds", figure}, {"", word},
	}}
	last := ""
	for i := range p.Checks {
		c := &p.Checks[i]
		of := oneLine(c.Case)
		if of == last {
			of = ""
		} else {
			last = of
		}
		t.add(of, oneLine(c.Figure), united(float64(c.Expected), c.Unit), united(float64(c.Measured), c.Unit), off(c), bounds(c), passed(c))
	}
	t.note(p.Bound)
	return t
}

// united writes a figure with its unit.
func united(x float64, unit string) string {
	text := number(x)
	if x == math.Trunc(x) && math.Abs(x) < 1e15 {
		text = whole(x)
	}
	if unit == "" || math.IsNaN(x) {
		return text
	}
	return text + " " + unit
}

// off is the error: relative, where something other than nothing is expected.
func off(c *calibration.Check) string {
	e := c.Error()
	switch {
	case math.IsNaN(e):
		return dash
	case e == 0:
		return "0"
	case c.Expected == 0:
		return "+" + united(e, c.Unit) // of what cannot be less than nothing
	}
	return fmt.Sprintf("%+.1f %%", 100*e/float64(c.Expected))
}

// bounds writes what the figure may be.
func bounds(c *calibration.Check) string {
	low, high := float64(c.Low), float64(c.High)
	switch {
	case c.Informs:
		return dash
	case math.IsInf(high, 1):
		return "≥ " + united(low, "")
	case number(low) == number(high):
		return united(low, "")
	}
	return united(low, "") + " to " + united(high, "")
}

func passed(c *calibration.Check) string {
	switch {
	case c.Informs:
		return ""
	case c.Pass:
		return "pass"
	}
	return "FAIL"
}

// calibrated says in a sentence or two what a calibration came to.
func calibrated(r *calibration.Report) string {
	failed, all := r.Failed()
	if len(failed) == 0 {
		return fmt.Sprintf("Calibrated: all %d figures are within their bounds.", all)
	}
	var which []string
	for _, c := range failed {
		which = append(which, oneLine(c.Case+": "+c.Figure))
	}
	return fmt.Sprintf("NOT CALIBRATED: %d of %d figures are not within their bounds: %s. In virtual time that is an error of the harness; "+
		"in real time the machine may have been too busy.", len(failed), all, some(which))
}
