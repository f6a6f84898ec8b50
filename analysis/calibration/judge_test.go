package calibration

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"nines/analysis"
	"nines/bench"
	"nines/results"
)

const ms = time.Millisecond

// analyzed is the trial of reads that responded as said, or with probes.
func analyzed(facts results.Facts, samples []bench.Sample) Trial {
	facts.Deadline, facts.Abandon = 100*ms, 10*time.Second
	facts.SLOTarget, facts.SLOBin = 0.95, 100*ms
	facts.Guarantees = results.Guarantees{Reads: "linearizable"}
	facts.Virtual = true
	for i := range samples {
		s := &samples[i]
		s.Session, s.Kind, s.Outcome = uint64(i+1), bench.Read, bench.OK
		if s.Class == bench.Main && s.Due >= 0 && s.Due < facts.Duration {
			facts.Offered++
		}
	}
	return Trial{analysis.Analyze(analysis.Input{Facts: facts, Samples: samples}, analysis.Options{}), samples}
}

// failing lists what does not pass.
func failing(checks []Check) []string {
	var out []string
	for _, c := range checks {
		if !c.Pass {
			out = append(out, c.Case+": "+c.Figure)
		}
	}
	return out
}

// wantFailing wants a failing check that the text is part of, or none if it is empty.
func wantFailing(t *testing.T, name string, checks []Check, text string) {
	t.Helper()
	got := failing(checks)
	if text == "" && len(got) > 0 {
		t.Errorf("%s: fails: %q", name, got)
	}
	if text != "" && !slices.ContainsFunc(got, func(f string) bool { return strings.Contains(f, text) }) {
		t.Errorf("%s: fails: %q, want %q", name, got, text)
	}
}

// queued is the trial of a simulated queue.
func queued(q Queue, duration time.Duration) Trial {
	rng := rand.New(rand.NewPCG(5, 6))
	n := int(q.Rate * duration.Seconds())
	var samples []bench.Sample
	for i, r := range q.responses(rng, n) {
		due := time.Duration(float64(i) / q.Rate * float64(time.Second))
		samples = append(samples, bench.Sample{Class: bench.Main, Due: due, Sent: due, Done: due + time.Duration(r*float64(ms))})
	}
	return analyzed(results.Facts{Duration: duration, Nodes: []string{"n1"}}, samples)
}

// Queues that are what they are said to be pass; a service that takes a fifth
// longer than was said does not, nor does another law.
func TestQueues(t *testing.T) {
	for _, law := range []Law{Markov, Deterministic} {
		for _, load := range []float64{0.3, 0.5, 0.7} {
			q := Queue{Rate: 1000, Service: time.Duration(load * float64(ms)), Law: law}
			is := Queues{Rate: 1000, Duration: 50 * time.Second, List: []Queue{q}}
			wantFailing(t, q.String(), is.Judge([]Trial{queued(q, is.Duration)}), "")

			slow := q
			slow.Service = slow.Service * 12 / 10
			trial := queued(slow, is.Duration)
			for _, f := range []string{"p50", "p90"} {
				wantFailing(t, q.String()+" with services 1.2 times as long", is.Judge([]Trial{trial}), f)
			}
			other := q
			other.Law = map[Law]Law{Markov: Deterministic, Deterministic: Markov}[law]
			wantFailing(t, q.String()+" but for its law", is.Judge([]Trial{queued(other, is.Duration)}), "p90")
		}
	}
	q := StandardQueues()
	wantFailing(t, "no trial", q.Judge(nil), "8 trials: complete, legal")
	lost := queued(q.List[0], time.Second)
	lost.Facts.Offered++
	lost.Summary = analysis.Analyze(analysis.Input{Facts: lost.Facts, Samples: lost.Samples}, analysis.Options{})
	wantFailing(t, "an operation that is missing", Queues{List: q.List[:1]}.Judge([]Trial{lost}), "1 trial: complete, legal")
}

// No figure of the queues is without a bound on either side, and each queue has
// what tells its law. At load 0.9 the variance of the share above p99 is
// 0.0099 + 4·0.9·0.01·(1 - 0.01 - 0.0461)/0.01 = 3.41: of 120,000 operations the
// share may be 4·√(3.41/120000) = 0.021 off, and none be above.
func TestQueuesAreBounded(t *testing.T) {
	q := StandardQueues()
	near(t, "variance", q.List[3].Variance(0.01), 3.41, 0.005)
	figures := map[string][]string{}
	for _, c := range q.Judge(make([]Trial, len(q.List))) {
		low, high := float64(c.Low), float64(c.High)
		if math.IsNaN(low) || math.IsInf(low, 0) || math.IsNaN(high) || math.IsInf(high, 0) {
			t.Errorf("%s %s: from %v to %v", c.Case, c.Figure, low, high)
		}
		figures[c.Case] = append(figures[c.Case], c.Figure)
	}
	for _, queue := range q.List {
		want := []string{"p50", "p90"}
		if queue.Load() < 0.8 {
			want = append(want, "p99")
		}
		if queue.Law == Markov {
			want = append(want, "mean")
		}
		if got := figures[queue.String()]; !slices.Equal(got, want) {
			t.Errorf("%v: %v, want %v", queue, got, want)
		}
	}
}

// arriving is the trial of operations that are due at the instants.
func arriving(duration time.Duration, late time.Duration, next bench.Arrivals) Trial {
	var samples []bench.Sample
	for due, ok := next(); ok; due, ok = next() {
		samples = append(samples, bench.Sample{Class: bench.Main, Due: due, Sent: due + late, Done: due + late})
	}
	return analyzed(results.Facts{Duration: duration, Nodes: []string{"n1"}}, samples)
}

// Poisson arrivals of the rate pass; others do not, each for its own reason.
func TestArrivals(t *testing.T) {
	a := Arrivals{Rate: 1000, Duration: 100 * time.Second}
	poisson := func(rate float64) bench.Arrivals {
		return bench.Poisson(rate, 0, a.Duration, rand.New(rand.NewPCG(1, 3)))
	}
	// Gaps of half the mean at least: as many arrivals, but too even.
	even := func() bench.Arrivals {
		rng, at := rand.New(rand.NewPCG(1, 3)), 0.0
		return func() (time.Duration, bool) {
			at += (0.5 + 0.5*rng.ExpFloat64()) * float64(ms)
			return time.Duration(at), time.Duration(at) < a.Duration
		}
	}
	// Arrivals that are rounded up to whole milliseconds, as timers would: only the
	// gaps tell.
	coarse := func() bench.Arrivals {
		next := poisson(1000)
		return func() (time.Duration, bool) {
			due, ok := next()
			return due.Truncate(ms), ok
		}
	}
	for _, c := range []struct {
		name string
		next bench.Arrivals
		late time.Duration
		want string
	}{
		{"Poisson", poisson(1000), 0, ""},
		{"too many", poisson(1020), 0, "rate"},
		{"constant", bench.Constant(1000, 0, a.Duration), 0, "dispersion"},
		{"even", even(), 0, "dispersion"},
		{"coarse", coarse(), 0, "gaps"},
		{"late", poisson(1000), 1, "latest"},
	} {
		wantFailing(t, c.name, a.Judge([]Trial{arriving(a.Duration, c.late, c.next)}), c.want)
	}
	wantFailing(t, "no trial", a.Judge(nil), "1 trial")
}

// Counts of 2, 0 and 1: mean 1, variance (1 + 1 + 0)/2 = 1. And all 3 in one bin: mean 1,
// variance (4 + 1 + 1)/2 = 3.
func TestDispersion(t *testing.T) {
	near(t, "2, 0, 1", dispersion([]time.Duration{0, ms, 20 * ms}, 30*ms), 1, 1e-12)
	near(t, "3, 0, 0", dispersion([]time.Duration{0, 1, 2, 30 * ms}, 30*ms), 3, 1e-12) // the last is beyond
}

// At rate 1 gaps of ln 2 and ln 4 have F = 1/2 and 3/4 where the steps are from 0
// to 1/2 and from 1/2 to 1: the largest distance is 1/2.
func TestDistance(t *testing.T) {
	second := float64(time.Second)
	at := []time.Duration{time.Duration(math.Ln2 * second), time.Duration(3 * math.Ln2 * second)}
	near(t, "distance", distance(at, 1), 0.5, 1e-8)
}

// stalled is the trial of constant arrivals at a system that stalls.
func stalled(o Omission, stall time.Duration) Trial {
	var samples []bench.Sample
	s := o.Stall
	s.For = stall
	next := bench.Constant(o.Rate, 0, o.Duration)
	for due, ok := next(); ok; due, ok = next() {
		samples = append(samples, bench.Sample{Class: bench.Main, Due: due, Sent: due, Done: answered([]Stall{s}, "", due+o.Service)})
	}
	return analyzed(results.Facts{Duration: o.Duration, Nodes: []string{"n1"}}, samples)
}

// answered is when a node answers what it would answer at an instant.
func answered(stalls []Stall, node string, at time.Duration) time.Duration {
	for _, s := range stalls {
		if (s.Node == "" || s.Node == node) && s.At <= at && at < s.At+s.For {
			at = s.At + s.For
		}
	}
	return at
}

// 1,000 op/s, of which a second of 10 s is stalled: 1 % is 100 operations, so p99 is the
// response of the one that was due 100 after the first: 1004 - 100 ms. And so on.
func TestOmission(t *testing.T) {
	o := StandardOmission(10 * time.Second)
	checks := o.JudgeVirtual([]Trial{stalled(o, o.Stall.For)})
	wantFailing(t, "as said", checks, "")
	want := map[string]float64{"p50": 4, "p90": 4, "p99": 904, "p99.9": 994, "max": 1004, "slower than 500ms": 504}
	for _, c := range checks {
		if w, ok := want[c.Case]; ok {
			near(t, c.Case, float64(c.Expected), w, 0)
			delete(want, c.Case)
		}
	}
	if len(want) > 0 {
		t.Errorf("no checks of %v", want)
	}
	for _, f := range []string{"p99:", "p99.9:", "max:", "slower"} {
		wantFailing(t, "a stall of 990 ms", o.JudgeVirtual([]Trial{stalled(o, 990*ms)}), f)
	}
	wantFailing(t, "no trial", o.JudgeVirtual(nil), "1 trial")

	// As by a tool that times from when it sends, in a loop.
	closed := stalled(o, o.Stall.For)
	closed.Samples = slices.DeleteFunc(closed.Samples, func(s bench.Sample) bool {
		return s.Due >= o.Stall.At && s.Due < o.Stall.At+o.Stall.For
	})
	closed = analyzed(results.Facts{Duration: o.Duration, Nodes: []string{"n1"}}, closed.Samples)
	wantFailing(t, "side by side", o.JudgeReal([]Trial{stalled(o, o.Stall.For), closed}), "")
	wantFailing(t, "a closed loop that is none", o.JudgeReal([]Trial{stalled(o, o.Stall.For), stalled(o, o.Stall.For)}), "p99: closed loop")
	wantFailing(t, "an open loop that is none", o.JudgeReal([]Trial{closed, closed}), "p99: open loop")
	wantFailing(t, "one of two", o.JudgeReal([]Trial{closed}), "2 trials")
}

// probed is the trial of probes at a period, of which the facts say another.
func probed(o Outages, is, said time.Duration) Trial {
	facts := results.Facts{Duration: o.Duration, Probe: said, Nodes: []string{"n1", "n2", "n3"}}
	samples := []bench.Sample{{Class: bench.Main, Due: 0, Sent: 0, Done: 1}}
	for i, node := range facts.Nodes {
		for due := is*time.Duration(i)/3 - time.Second; due < o.Duration; due += is {
			samples = append(samples, bench.Sample{Class: bench.Probe, Node: uint16(i), Due: due, Sent: due, Done: answered(o.Stalls, node, due)})
		}
	}
	return analyzed(facts, samples)
}

func TestOutages(t *testing.T) {
	o := StandardOutages()
	all := func(o Outages, times time.Duration) []Trial {
		var out []Trial
		for _, r := range o.Rates {
			p := time.Duration(float64(time.Second) / r)
			out = append(out, probed(o, p*times, p))
		}
		return out
	}
	right := all(o, 1)
	wantFailing(t, "as said", o.Judge(right), "")
	wantFailing(t, "one trial less", o.Judge(right[:3]), "4 trials")
	wantFailing(t, "a probe period twice as long", o.Judge(all(o, 2)), "200 probes/s: probe period")

	twist := func(name, want string, change func(stalls []Stall) []Stall) {
		is := o
		is.Stalls = change(slices.Clone(o.Stalls))
		wantFailing(t, name, o.Judge(all(is, 1)), want)
	}
	twist("a stall of 90 ms", "200 probes/s: gap, 80ms stall", func(s []Stall) []Stall {
		s[7].For = 90 * ms
		return s
	})
	twist("a stall that does not happen", "100 probes/s: gap, 1s stall", func(s []Stall) []Stall {
		return slices.Delete(s, 17, 18)
	})
	twist("one that nobody asked for", "50 probes/s: other gaps", func(s []Stall) []Stall {
		return append(s, Stall{At: s[0].At + 1200*ms, For: 80 * ms})
	})
	twist("all nodes instead of one", "200 probes/s: other gaps", func(s []Stall) []Stall {
		s[22].Node = ""
		return s
	})
	twist("another node", "200 probes/s: gap, 1s stall of n2", func(s []Stall) []Stall {
		s[22].Node = "n3"
		return s
	})
}

// Where a gap is seen at some phases and not at others, either is right, but no other length.
func TestAtTheFloor(t *testing.T) {
	stalls := []Stall{{At: time.Second, For: 28 * ms}}
	r := reach{28 * ms, -3 * ms, 0, 27 * ms}
	for length, pass := range map[analysis.MS]bool{0: true, 27.5: true, 29: false} {
		f := newFound(analysis.Outages{List: []analysis.Outage{{Start: 1000, Length: length}}})
		if c := f.worst("x", "gap", stalls, r); c.Pass != pass {
			t.Errorf("a gap of %v: %+v", length, c)
		}
	}
}

// bursts is the trial of arrivals that are sent at multiples of a tick, and one in
// a hundred later still.
func bursts(l Ladder, rate float64, tick, late time.Duration) Trial {
	next := bench.Poisson(rate, 0, l.Duration, rand.New(rand.NewPCG(uint64(rate), 3)))
	var samples []bench.Sample
	for due, ok := next(); ok; due, ok = next() {
		sent := (due + tick - 1).Truncate(tick)
		if len(samples)%50 == 0 {
			sent += late
		}
		samples = append(samples, bench.Sample{Class: bench.Main, Due: due, Sent: sent, Done: sent})
	}
	return analyzed(results.Facts{Duration: l.Duration, Nodes: []string{"n1"}}, samples)
}

func TestLadder(t *testing.T) {
	l := Ladder{Rates: []float64{1000, 2000, 5000}, Must: 2000, Deadline: 100 * ms, Duration: 10 * time.Second}
	trials := func(tick time.Duration, late ...time.Duration) []Trial {
		var out []Trial
		for i, r := range l.Rates {
			out = append(out, bursts(l, r, tick, late[i]))
		}
		return out
	}
	wantFailing(t, "in time", l.Judge(trials(1, 0, 0, 0)), "")
	wantFailing(t, "late where it need not be in time", l.Judge(trials(1, 0, 0, 11*ms)), "")
	wantFailing(t, "late", l.Judge(trials(1, 0, 11*ms, 11*ms)), "2000 op/s: lag p99")
	wantFailing(t, "late at the rate that it must reach", l.Judge(trials(1, 0, 11*ms, 11*ms)), "highest in bound")
	wantFailing(t, "late below a rate that is in time", l.Judge(trials(1, 0, 11*ms, 0)), "highest in bound")
	wantFailing(t, "in bursts", l.Judge(trials(50*ms, 0, 0, 0)), "1000 op/s: dispersion of sent")
	wantFailing(t, "no trial", l.Judge(nil), "highest in bound")
}

func TestRecording(t *testing.T) {
	r := Recording{Operations: 1, Rounds: 3}
	with := func(ns ...float64) Rounds { return Rounds{With: ns, Without: []float64{100, 120, 110}} }
	checks := r.Judge(with(900, 1110, 5000)) // medians 1110 and 110
	wantFailing(t, "as said", checks, "")
	near(t, "difference", float64(checks[len(checks)-1].Measured), 1000, 0)
	wantFailing(t, "too much", r.Judge(with(5200, 5200, 5200)), "difference")
	wantFailing(t, "nothing", r.Judge(Rounds{}), "rounds")
	wantFailing(t, "nothing", r.Judge(Rounds{}), "difference")
}

func TestReport(t *testing.T) {
	r := Report{Parts: []Part{
		{Checks: []Check{exactly("a", "n", 1, 1), tell("a", "m", "ms", 3)}},
		{Checks: []Check{check("b", "n", "", 1, math.NaN(), 0, math.Inf(1))}},
	}}
	failed, all := r.Failed()
	if all != 2 || len(failed) != 1 || failed[0].Case != "b" {
		t.Errorf("%d failed of %d", len(failed), all)
	}
	for n, want := range map[Number]string{1.5: "1.5", Number(math.Inf(1)): `"inf"`, Number(math.NaN()): "null"} {
		if b, err := n.MarshalJSON(); err != nil || string(b) != want {
			t.Errorf("%v: %s, %v", float64(n), b, err)
		}
	}
	if c := check("a", "b", "", 2, 5, 0, 9); c.Error() != 3 || !c.Pass {
		t.Errorf("%+v", c)
	}
}
