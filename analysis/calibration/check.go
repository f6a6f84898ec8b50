package calibration

import (
	"encoding/json"
	"fmt"
	"math"
	"time"

	"nines/analysis"
	"nines/bench"
	"nines/results"
)

// Schema is the version of calibration.json.
const Schema = 1

// Sigmas is how many standard errors a figure that chance decides may be off.
const Sigmas = 4

// tick is what times are rounded to, generously: instants are whole nanoseconds.
const tick = time.Microsecond

// Number is a figure as JSON has it: NaN, which is none, is null.
type Number float64

// MarshalJSON writes +Inf as the string "inf" and NaN as null.
func (n Number) MarshalJSON() ([]byte, error) {
	switch f := float64(n); {
	case math.IsNaN(f):
		return []byte("null"), nil
	case math.IsInf(f, 1):
		return []byte(`"inf"`), nil
	default:
		return json.Marshal(f)
	}
}

// none is no figure.
var none = math.NaN()

// A Check is one figure of the harness against what is known of it.
type Check struct {
	Case     string `json:"case"`   // such as M/M/1, load 0.5
	Figure   string `json:"figure"` // such as p99
	Unit     string `json:"unit"`   // ms, op/s, ns, or empty for a plain number
	Expected Number `json:"expected"`
	Measured Number `json:"measured"`
	Low      Number `json:"low"`  // the bounds, inclusive
	High     Number `json:"high"` // +Inf: there is none
	// Informs says that nothing is known: neither expected nor bounded.
	Informs bool `json:"informs,omitempty"`
	Pass    bool `json:"pass"`
}

// Error is by how much the figure is off.
func (c *Check) Error() float64 { return float64(c.Measured - c.Expected) }

// check holds a figure against its bounds. A figure that is missing, NaN, fails.
func check(of, figure, unit string, expected, measured, low, high float64) Check {
	return Check{
		Case: of, Figure: figure, Unit: unit, Expected: Number(expected), Measured: Number(measured),
		Low: Number(low), High: Number(high), Pass: measured >= low && measured <= high,
	}
}

// exactly is a count that leaves no room.
func exactly(of, figure string, expected, measured int) Check {
	n := float64(expected)
	return check(of, figure, "", n, float64(measured), n, n)
}

// tell is a figure of which nothing is known.
func tell(of, figure, unit string, measured float64) Check {
	return Check{
		Case: of, Figure: figure, Unit: unit, Measured: Number(measured),
		Expected: Number(none), Low: Number(none), High: Number(none), Informs: true, Pass: true,
	}
}

// A Part is the checks of one experiment.
type Part struct {
	Name   string  `json:"name"`  // of its folder
	Title  string  `json:"title"` // what it is about
	Bound  string  `json:"bound"` // where the bounds come from
	Checks []Check `json:"checks"`
}

// Report is calibration.json.
type Report struct {
	Schema   int              `json:"schema"`
	Pass     bool             `json:"pass"` // all checks
	Seed     uint64           `json:"seed"`
	Started  time.Time        `json:"started"`
	Took     time.Duration    `json:"took_ns"`
	Versions results.Versions `json:"versions"`
	Machine  results.Machine  `json:"machine"`
	Parts    []Part           `json:"parts"`
}

// Failed are the checks that did not pass, and all is how many there were that
// could fail.
func (r *Report) Failed() (failed []Check, all int) {
	for _, p := range r.Parts {
		for _, c := range p.Checks {
			if !c.Informs {
				all++
			}
			if !c.Pass {
				failed = append(failed, c)
			}
		}
	}
	return failed, all
}

// A Trial is what a trial left: its figures, and its operations where a check asks for
// what no figure says.
type Trial struct {
	analysis.Summary
	Samples []bench.Sample
}

// sound counts the trials whose record is complete and whose history is right.
// Without that no other check means anything.
func sound(trials []Trial, want int) Check {
	n := 0
	for i := range trials {
		ok := trials[i].Verdict == analysis.VerdictOK
		for _, g := range trials[i].Gates {
			if g.Name == analysis.GateFinished || g.Name == analysis.GateAccounting {
				ok = ok && g.Pass
			}
		}
		if ok {
			n++
		}
	}
	return exactly(plural(want, "trial"), "complete, legal", want, n)
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// inMS is a time in milliseconds, the unit of all checks of times.
func inMS(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
