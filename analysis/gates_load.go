package analysis

import (
	"fmt"
	"math"
	"strings"
	"time"

	"nines/analysis/stats"
	"nines/bench"
	"nines/results"
)

// Gates that test the load: was what the system got what the scenario says?

// The bounds of these gates.
const (
	// unsentShare of the operations may have been dropped while nothing was broken.
	unsentShare = 0.01
	// lagOfResponse is the share of the response time's p99 from which on that of
	// the lag is worth a warning: what is reported is as much the generator.
	lagOfResponse = 0.5
	// busyShare is how much of the time the generator, which is one thread, may be
	// at work: beyond it, arrivals wait for each other.
	busyShare = 0.8
	// Above these shares of the machine's time others are worth a warning.
	stalledShare, stealShare, othersShare = 0.25, 0.02, 0.1
	// The dispersion of arrivals may be off by twice what chance does at 95 %, and
	// this much.
	dispersionSlack = 0.25
	// perArrivalBin is the least that bins of arrivals hold on average, for chance
	// to be what chi-squared says; leastArrivalBins the fewest to judge by.
	perArrivalBin, leastArrivalBins = 5, 30
	arrivalBin                      = 10 * time.Millisecond
)

// warning is a gate that never fails, but warns.
func warning(name string, ok bool, saw, do string) Gate {
	g := gate(name, ok, saw, do)
	g.Pass, g.Warn = true, !ok
	return g
}

// offered has the gates of the load generator.
func (t *trial) offered(s *Summary) []Gate {
	lag := t.generator(s)
	gates := []Gate{t.sent(s), lag}
	if !t.Facts.Virtual {
		gates = append(gates, lagging(s))
	}
	if g, ok := t.arrivals(lag.Pass); ok {
		gates = append(gates, g)
	}
	u := t.Facts.Usage
	if u == nil || t.end <= 0 {
		return gates
	}
	gates = append(gates, t.busy(u), t.collector(u))
	if u.Machine != nil {
		gates = append(gates, t.noise(u.Machine, lag.Pass))
	}
	return gates
}

// sent: what was due was sent. While a fault is in force, sessions may run out,
// and what is dropped then counts as failed; else the load was not the one that
// the scenario says.
func (t *trial) sent(s *Summary) Gate {
	until := t.healthy()
	dropped, due := 0, 0
	for _, x := range t.load[:within(t.due, 0, until)] {
		due++
		if x.Outcome == bench.Dropped {
			dropped++
		}
	}
	saw := fmt.Sprintf("%d of %d operations were never sent; of those due before the first fault, %d of %d", s.Counts.Dropped, s.Counts.Due, dropped, due)
	do := "all sessions were busy: raise load.max_in_flight, or lower the rate"
	if float64(dropped) > unsentShare*float64(due) {
		return gate(GateSent, false, fmt.Sprintf("%s; bound %.0f %%", saw, 100*unsentShare), do)
	}
	return warning(GateSent, s.Counts.Dropped == 0, saw, do)
}

// lagging compares the generator's p99 with the whole response's, which has it in it.
func lagging(s *Summary) Gate {
	lag, response := float64(s.Lag.P99), float64(s.Response.P99)
	saw := fmt.Sprintf("p99 of the lag %s, of the response %s", show(s.Lag.P99), show(s.Response.P99))
	ok := math.IsNaN(lag) || math.IsNaN(response) || lag <= lagOfResponse*response
	return warning("lag against response", ok, saw,
		"half of the slow responses' time or more is the generator's: compare service times, lower the rate, or free the machine")
}

// arrivals: what was due, and what was sent, is as even or as random as the
// scenario says. If what was due is not, the generator is wrong. What was sent may
// come in bursts that are shorter than the lag's bound: if the lag keeps that, it is a
// warning. ok is false where nothing says how arrivals should be, or where there
// were too few.
func (t *trial) arrivals(punctual bool) (g Gate, ok bool) {
	want, known := map[string]float64{"poisson": 1, "constant": 0}[t.Facts.Arrivals]
	if !known || len(t.load) == 0 || t.Thinned != nil { // what is kept by chance is as random as that
		return Gate{}, false
	}
	b := t.arrivalBins()
	due, chance := t.dispersion(b, func(s *bench.Sample) time.Duration { return s.Due })
	sent, _ := t.dispersion(b, func(s *bench.Sample) time.Duration { return s.Sent })
	if b.n < leastArrivalBins || math.IsNaN(due) || math.IsNaN(sent) {
		return Gate{}, false
	}
	slack := dispersionSlack
	if want > 0 {
		slack += 2 * (chance.Hi - 1)
	}
	off := func(index float64) bool { return math.Abs(index-want) > slack }
	const name = GateArrivals
	saw := fmt.Sprintf("index of dispersion in bins of %s: %.2f of what was due, %.2f of what was sent; %s arrivals have %.0f, bound ± %.2f",
		b.width, due, sent, t.Facts.Arrivals, want, slack)
	miscounted := false
	if b.expected > 0 {
		bound := 2 + 4*math.Sqrt(want*b.expected)
		miscounted = math.Abs(float64(len(t.load))-b.expected) > bound
		saw += fmt.Sprintf("; %d were due, %.0f expected, bound ± %.0f", len(t.load), b.expected, bound)
	}
	if off(due) || miscounted {
		return gate(name, false, saw, "the load generator made other arrivals than the scenario says: report it as a bug"), true
	}
	do := "operations were sent in other bursts than they were due: free the machine, or lower the rate"
	if off(sent) && !punctual {
		return gate(name, false, saw, do), true
	}
	return warning(name, !off(sent), saw, do), true
}

// arrivalBins are what arrivals are counted in.
type arrivalBins struct {
	n        int
	of       func(at time.Duration) int // the bin of an instant
	width    string                     // in words
	expected float64                    // arrivals in all; 0 where the rate is steady, and is taken from what came
}

// arrivalBins are of equal length or, where the rate is meant to change, such that
// equally many arrivals are expected in each: measured by the cumulative rate, the
// intended process has the rate 1 (Cox and Lewis, The Statistical Analysis of Series of
// Events, 1966, §2.3), and so has what its bins hold the dispersion of a steady one.
func (t *trial) arrivalBins() arrivalBins {
	width := max(arrivalBin, t.end*perArrivalBin/time.Duration(len(t.load)))
	p := t.Facts.Profile
	if p == nil {
		return arrivalBins{n: int(t.end / width), of: func(at time.Duration) int { return int(at / width) }, width: width.Round(time.Millisecond).String()}
	}
	expected := p.Expected(t.end)
	all := expected(t.end)
	if !(all > 0) {
		return arrivalBins{}
	}
	each := math.Ceil(all * width.Seconds() / t.end.Seconds())
	return arrivalBins{
		n: int(all / each), of: func(at time.Duration) int { return int(expected(at) / each) },
		width: fmt.Sprintf("%.0f expected arrivals", each), expected: all,
	}
}

// dispersion is that of how many operations fall into each bin, by an instant of
// theirs, which may be never, and what chance does to it if they are Poisson.
func (t *trial) dispersion(b arrivalBins, at func(*bench.Sample) time.Duration) (float64, stats.Interval) {
	counts := make([]int, b.n)
	for _, s := range t.load {
		if x := at(s); x >= 0 && x < t.end {
			if i := b.of(x); i < len(counts) {
				counts[i]++
			}
		}
	}
	return stats.Dispersion(counts)
}

// busy: a generator that is always at work cannot be punctual.
func (t *trial) busy(u *results.Usage) Gate {
	share := u.Generator.Seconds() / t.end.Seconds()
	return gate(GateBusy, share <= busyShare,
		fmt.Sprintf("the generator was at work for %.1f %% of the time, bound %.0f %%; process, with all nodes: %.0f %% of %d cores",
			100*share, 100*busyShare, 100*ratio(t.Facts.CPU.Seconds(), t.end.Seconds()*float64(u.Cores)), u.Cores),
		"the load generator is at its own limit: lower the rate")
}

// collector: a pause of Go's garbage collector stops generator and nodes alike, and must
// not be taken for the system's.
func (t *trial) collector(u *results.Usage) Gate {
	bound := time.Duration(lagShare * float64(t.Facts.Deadline))
	return gate(GatePauses, u.PauseMax <= bound,
		fmt.Sprintf("%d pauses, %v in all, the longest %v at most; bound %v", u.Pauses, u.PauseTotal.Round(time.Microsecond), u.PauseMax.Round(time.Microsecond), bound),
		"the garbage collector stopped the process: give the machine more memory or cores, or lower the rate")
}

// noise: others that take processors make the load late. If it was late, this
// may be why; if not, it is a warning.
func (t *trial) noise(m *results.Noise, punctual bool) Gate {
	cores := t.end.Seconds() * float64(max(1, m.Cores))
	var much []string
	var saw []string
	for _, x := range []struct {
		what         string
		share, bound float64
	}{
		{"somebody waited for a processor", m.Stalled.Seconds() / t.end.Seconds(), stalledShare},
		{"stolen by the hypervisor", m.Steal.Seconds() / cores, stealShare},
		{"used by other processes", m.Others.Seconds() / cores, othersShare},
	} {
		saw = append(saw, fmt.Sprintf("%s: %.1f %% (bound %.0f %%)", x.what, 100*x.share, 100*x.bound))
		if x.share > x.bound {
			much = append(much, x.what)
		}
	}
	do := "the machine was not this trial's alone (" + strings.Join(much, ", ") + "): stop what else runs on it, or take a larger one"
	if len(much) > 0 && !punctual {
		return gate(GateNoise, false, strings.Join(saw, "; "), do)
	}
	return warning(GateNoise, len(much) == 0, strings.Join(saw, "; "), do)
}

// independents: which percentiles rest on enough operations that are independent.
func independents(s *Summary) Gate {
	var weak []string
	for _, x := range s.Independent {
		if s.Weak(x.Of, x.Q) {
			weak = append(weak, fmt.Sprintf("%s p%.6g: %.0f of %d", x.Of, 100*x.Q, x.N, x.Need))
		}
	}
	saw := "every percentile shown rests on enough independent operations for an interval"
	if len(weak) > 0 {
		saw = "independent operations, of those that a 95 % interval needs: " + strings.Join(weak, ", ")
	}
	return warning("independent operations", len(weak) == 0, saw,
		"slow operations came in clusters, as in an outage, so these percentiles tell of few events: repeat the trial, and compare between trials")
}

// healthBefore has a gate for each fault after the first: what began unhealthy tells
// of the fault before, too. An episode that has not recovered is a lower bound
// and no reason to void the trial, so it is a warning.
//
// Operations tell. In a closed loop whose sessions all wait nothing falls due, and a
// slow load may have nothing due in the time: then probes tell. If nobody asked for
// anything, health was not seen.
func (t *trial) healthBefore() []Gate {
	var out []Gate
	for k := 1; k < len(t.faults); k++ {
		f := t.faults[k]
		from, to := max(0, f.Start-healthyTime), min(f.Start, t.end)
		what, ops := "operations", t.load[within(t.due, 0, from):within(t.due, 0, max(from, to))]
		if len(ops) == 0 {
			what, ops = "probes", t.probesIn(from, to)
		}
		good, all := 0, 0
		for _, s := range ops {
			switch {
			case s.Good(t.Facts.Deadline):
				good++
				all++
			case s.Done < f.Start || s.Due+t.Facts.Deadline < f.Start:
				all++
			default: // in flight when the fault came, and so its victim perhaps
			}
		}
		unmeasured := from >= to // after the measured period
		out = append(out, warning(fmt.Sprintf("health before fault %d", f.index+1),
			unmeasured || all > 0 && float64(good) >= healthyRatio*float64(all),
			fmt.Sprintf("%d of %d %s good in the %v before it; want %v, of one at least", good, all, what, healthyTime, healthyRatio),
			"the system had not recovered when it was hurt again, so the episode is of both: leave more time between faults"))
	}
	return out
}

// probesIn are those that were due in [from, to).
func (t *trial) probesIn(from, to time.Duration) []*bench.Sample {
	var out []*bench.Sample
	for i := range t.Samples {
		if s := &t.Samples[i]; s.Class == bench.Probe && s.Due >= from && s.Due < to {
			out = append(out, s)
		}
	}
	return out
}
