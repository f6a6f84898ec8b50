package calibration

import (
	"fmt"
	"math"
	"time"

	"nines/analysis"
	"nines/analysis/stats"
	"nines/bench"
)

// A Stall is scripted: what would be answered in [At, At+For) since the base
// instant is answered at its end, on all nodes or on one.
type Stall struct {
	At, For time.Duration
	Node    string // "": all
}

// String is as the null system reads it.
func (s Stall) String() string {
	text := fmt.Sprintf("%v+%v", s.At, s.For)
	if s.Node != "" {
		text += "@" + s.Node
	}
	return text
}

// Omission is a system that answers after a known time but for one stall, under
// constant arrivals and in a closed loop. The first shows what users saw; the
// second omits those who would have asked while it waited (coordinated omission).
type Omission struct {
	Rate     float64 // of the arrivals; the closed loop's sessions come to it too
	Sessions int     // of the closed loop
	Service  time.Duration
	Stall    Stall
	Duration time.Duration
	Deadline time.Duration
}

// StandardOmission stalls for one second of so many.
func StandardOmission(duration time.Duration) Omission {
	return Omission{
		Rate: 1000, Sessions: 4, Service: 4 * time.Millisecond,
		Stall:    Stall{At: 1500 * time.Millisecond, For: time.Second},
		Duration: duration, Deadline: 100 * time.Millisecond,
	}
}

// Title is what the checks are about.
func (o Omission) Title(real bool) string {
	if real {
		return "The same in real time, and what a closed loop omits"
	}
	return fmt.Sprintf("A stall of %v under constant arrivals, in virtual time", o.Stall.For)
}

// Bound is where the bounds come from.
func (o Omission) Bound(real bool) string {
	text := fmt.Sprintf("Arrivals at %g op/s, service %v. The response with m slower ones is stall + service - m/rate; bound: one arrival less, as an arrival need not fall on the edge of the stall", o.Rate, o.Service)
	if real {
		text += fmt.Sprintf(", or %v more: the lag that the gate allows, and a millisecond of the system's own timers. A closed loop of %d sessions makes as many operations "+
			"slow, whatever the stall: its percentiles must stay under half of it, however far the true ones are beyond", o.slack(), o.Sessions)
	}
	return text + "."
}

// slack is what real time may add to a response.
func (o Omission) slack() time.Duration {
	return analysis.LagBound(o.Deadline) + time.Millisecond
}

// JudgeVirtual makes checks of one trial with constant arrivals.
func (o Omission) JudgeVirtual(trials []Trial) []Check {
	out := []Check{sound(trials, 1)}
	for i := range trials {
		out = append(out, o.judgeOpen(&trials[i], 0)...)
	}
	return out
}

// JudgeReal makes checks of a trial with constant arrivals and of a closed loop,
// side by side.
func (o Omission) JudgeReal(trials []Trial) []Check {
	out := []Check{sound(trials, 2)}
	if len(trials) != 2 {
		return out
	}
	open, closed := o.judgeOpen(&trials[0], o.slack()), o.judgeClosed(&trials[1], o.slack())
	for _, c := range open {
		out = append(out, c)
		for _, d := range closed {
			if d.Case == c.Case {
				out = append(out, d)
			}
		}
	}
	return out
}

// judgeOpen makes checks of a trial with constant arrivals.
//
// An operation that is due t after the first that the stall holds up responds L+v-t,
// where L is the stall and v the service; the first is due up to one arrival after
// the stall's edge. So the response with m slower ones is L+v-m/rate, or up to
// 1/rate less, until that is no more than v.
func (o Omission) judgeOpen(t *Trial, slack time.Duration) []Check {
	const loop = "open loop"
	r := &t.Response
	due := int(math.Round(o.Rate * o.Duration.Seconds()))
	out := []Check{exactly("operations due", loop, due, int(r.N))}
	period := time.Duration(float64(time.Second) / o.Rate)
	for _, f := range []struct {
		name     string
		q        float64
		measured analysis.MS
	}{{"p50", 0.5, r.P50}, {"p90", 0.9, r.P90}, {"p99", 0.99, r.P99}, {"p99.9", 0.999, r.P999}, {"max", 1, r.Max}} {
		if f.q < 1 && !stats.Supported(f.q, 0.95, due) { // too few operations for it
			continue
		}
		slower := due - stats.Rank(f.q, due)
		want := o.Stall.For + o.Service - time.Duration(slower)*period
		low := want - period
		if want <= o.Service { // the stall does not reach it
			want, low = o.Service, o.Service
		}
		out = append(out, check(f.name, loop, "ms", inMS(want), float64(f.measured), inMS(low-tick), inMS(want+slack+tick)))
	}
	n := o.Rate * (o.Stall.For/2 + o.Service).Seconds()
	more := 1 + o.Rate*slack.Seconds()
	return append(out, check(o.slow(), loop, "", n, float64(o.count(t)), n-1, n+more))
}

// judgeClosed makes checks of the closed loop: the stall holds up one operation of
// each session, and no percentile that a few operations cannot move tells of it. The
// one that is held up may have been sent into the stall, as late as the one before
// it was answered.
func (o Omission) judgeClosed(t *Trial, slack time.Duration) []Check {
	const loop = "closed loop"
	r := &t.Response
	v, l := inMS(o.Service), inMS(o.Stall.For)
	half := l / 2 // so far from the truth that no machine is that busy
	return []Check{
		check("p50", loop, "ms", v, float64(r.P50), v, half),
		check("p90", loop, "ms", v, float64(r.P90), v, half),
		check("p99", loop, "ms", v, float64(r.P99), v, half),
		check("max", loop, "ms", l+v, float64(r.Max), l-inMS(slack), l+v+inMS(slack)),
		exactly(o.slow(), loop, o.Sessions, o.count(t)),
	}
}

func (o Omission) slow() string { return fmt.Sprintf("slower than %v", o.Stall.For/2) }

// count is of the operations that took more than half the stall.
func (o Omission) count(t *Trial) int {
	n := 0
	for i := range t.Samples {
		s := &t.Samples[i]
		if s.Class == bench.Main && s.Due >= 0 && s.Due < o.Duration && s.Response() > o.Stall.For/2 {
			n++
		}
	}
	return n
}
