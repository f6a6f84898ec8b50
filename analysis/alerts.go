package analysis

import (
	"slices"
	"time"
)

// Burn-rate alerts are those of the Site Reliability Workbook (Beyer et al.,
// 2018), chapter 5, section 6: "Multiwindow, Multi-Burn-Rate Alerts". An SLO of
// 99 % leaves an error budget of 1 %; who errs at that share burns it at rate 1.
// An alert fires while the burn rate over a long window, and over a short one of
// a twelfth of it, is at least a threshold.
//
// The book's windows are for a budget of 30 days. They are scaled here by one
// factor, so that the longest of them is as long as the trial: thresholds stay,
// and so does the proportion of all windows.

// burnRule is one of the rules that the book recommends (table 5-8).
type burnRule struct {
	severity    string
	rate        float64
	long, short time.Duration
}

// rounding is more than 1-0.99 differs from 0.01.
const rounding = 1e-9

const day = 24 * time.Hour

var burnRules = []burnRule{
	{"page", 14.4, time.Hour, 5 * time.Minute},   // 2 % of the budget
	{"page", 6, 6 * time.Hour, 30 * time.Minute}, // 5 %
	{"ticket", 1, 3 * day, 6 * time.Hour},        // 10 %
}

// alertTargets are the SLOs beside the scenario's own.
var alertTargets = []float64{0.99, 0.999}

// Alert is one burn-rate rule held against one SLO.
type Alert struct {
	Target   float64 `json:"target"` // of good / due
	Severity string  `json:"severity"`
	Rate     float64 `json:"burn_rate"`
	Long     MS      `json:"long_ms"`  // windows, as scaled to the trial
	Short    MS      `json:"short_ms"` //
	// Never says that it cannot fire: so low is the target that all errors
	// together do not burn so fast.
	Never bool     `json:"never,omitempty"`
	Fired []Firing `json:"fired,omitempty"` // in order of time
}

// Firing is one time that an alert fired.
type Firing struct {
	From  MS  `json:"from_ms"`         // since the base instant
	To    MS  `json:"to_ms"`           // when it stopped, or the measured period did
	Fault int `json:"fault,omitempty"` // the last injected before it: episode, from 1; 0 if none was
	After MS  `json:"after_ms"`        // from that one's injection to From; NaN if none was
}

// alerts are all rules for all targets, each looked at on every edge of the
// grid. A window that reaches back beyond the base instant finds there as many
// operations as in the rest of it, all good: an alert is not to fire because the
// trial has just begun.
func (t *trial) alerts(ops sums) []Alert {
	targets := append([]float64{t.Facts.SLOTarget}, alertTargets...)
	targets = slices.DeleteFunc(targets, func(x float64) bool { return x <= 0 || x >= 1 })
	slices.Sort(targets)
	var out []Alert
	for _, target := range slices.Compact(targets) {
		for _, r := range burnRules {
			long, short := ops.scaled(r.long), ops.scaled(r.short)
			a := Alert{
				Target: target, Severity: r.severity, Rate: r.rate,
				Long: ms(time.Duration(long) * ops.bin), Short: ms(time.Duration(short) * ops.bin),
				Never: r.rate*(1-target) > 1+rounding,
			}
			if !a.Never {
				a.Fired = t.fired(ops, r.rate*(1-target)-rounding, long, short)
			}
			out = append(out, a)
		}
	}
	return out
}

// scaled is a window of the book in bins of the trial, at least one.
func (s sums) scaled(window time.Duration) int {
	longest := burnRules[len(burnRules)-1].long
	share := float64(window) / float64(longest)
	return max(1, int(share*float64(s.count())+0.5))
}

// fired finds the stretches in which the share of errors reached bound in both
// windows.
func (t *trial) fired(ops sums, bound float64, long, short int) []Firing {
	var out []Firing
	firing := false
	for i := 1; i <= ops.count(); i++ {
		at := ms(min(time.Duration(i)*ops.bin, ops.end))
		if ops.errors(i, long) < bound || ops.errors(i, short) < bound {
			firing = false
			continue
		}
		if !firing {
			fault, after := t.faultBefore(at)
			out = append(out, Firing{From: at, Fault: fault, After: after})
		}
		firing = true
		out[len(out)-1].To = at
	}
	return out
}

// errors is the share of errors in the n bins before edge i; 0 if nothing was
// due.
func (s sums) errors(i, n int) float64 {
	from := max(0, i-n)
	total := s.total[i] - s.total[from]
	if total == 0 {
		return 0
	}
	bad := total - (s.good[i] - s.good[from])
	return float64(bad) / float64(total) * float64(i-from) / float64(n)
}

// faultBefore is the last fault whose injection had begun, and how long ago. An
// operation that was due up to the deadline before it may have failed for it.
func (t *trial) faultBefore(at MS) (fault int, after MS) {
	after = MS(nan)
	for _, f := range t.faults { // by start
		if ms(f.Start-t.Facts.Deadline) <= at {
			fault, after = f.index+1, max(0, at-ms(f.Start))
		}
	}
	return fault, after
}

// year is that of the projection below: 365 days.
const year = 365 * day

// downtime is how long a service that is up or down, and nothing between, would
// have been down in a period at this ratio.
func downtime(ratio float64, period time.Duration) MS {
	return MS((1 - ratio) * float64(ms(period)))
}
