// Package plottest makes synthetic summaries, so that charts and reports can be
// tested and looked at without running a system.
//
// A summary is not filled with invented figures: a toy service is simulated op
// by op, stalls where a fault would stall it, and the figures are counted from
// its samples, so that they agree with one another as those of a real trial do.
package plottest

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"nines/analysis"
	"nines/results"
)

// Service describes a toy system under test.
type Service struct {
	Name   string
	Median float64 // of the service time, ms
	Spread float64 // sigma of its logarithm
	Stalls []Stall
}

// Stall is what a fault does to a service. Times are seconds since the base
// instant.
type Stall struct {
	Fault      string
	Nodes      []string
	From, To   float64 // injection began, healing began
	Gap        float64 // of the service from injection on, s
	HealGap    float64 // of the service from healing on, s
	NA         string
	Lose       float64 // share of the ops in the stall that are never answered
	NeverBack  bool    // the gap lasts until the trial's end
	NoEvidence bool
}

// Config of the toy trial.
type Config struct {
	Seconds float64
	Rate    float64 // ops/s, Poisson
	Repeat  int
	Seed    uint64
}

const (
	binMS    = 100.0
	probeMS  = 10.0
	deadline = 100 * time.Millisecond
	abandon  = 10 * time.Second
)

// Trial simulates one trial of s.
func Trial(s Service, c Config) analysis.Summary {
	ops := simulate(s, c)
	sum := analysis.Summary{
		Schema: results.Schema, Facts: facts(s, c, len(ops)), Valid: true, Verdict: analysis.VerdictOK,
		Gates: gates(), Checks: checks(), BinMS: binMS,
	}
	measure(&sum, ops, c)
	outages(&sum, s, c)
	windows(&sum)
	heat(&sum, ops, c)
	roles(&sum, s, c)
	return sum
}

func facts(s Service, c Config, n int) results.Facts {
	return results.Facts{
		Schema: results.Schema, Trial: s.Name + "-1", System: s.Name, Adapter: s.Name,
		Settings:   map[string]string{"disk": "file, fsync", "prevote": "true"},
		Guarantees: results.Guarantees{Reads: "linearizable", Durability: "kill of all nodes", Replicated: s.Name != "single"},
		Repeat:     max(c.Repeat, 1), Seed: c.Seed, Host: "inproc", Nodes: []string{"n1", "n2", "n3"},
		Started:  time.Date(2025, 3, 4, 5, 6, 7, 0, time.UTC),
		Duration: time.Duration(c.Seconds * 1e9), Deadline: deadline, Abandon: abandon,
		Probe: time.Duration(probeMS * 1e6), Arrivals: "poisson", Rate: c.Rate, Workload: "ycsb-a", Offered: uint64(n),
	}
}

func gates() []analysis.Gate {
	return []analysis.Gate{
		{Name: "generator lag", Pass: true, Saw: "p99 0.21 ms, bound 10 ms"},
		{Name: "accounting", Pass: true, Saw: "39 872 recorded, 39 872 due"},
		{Name: "fault evidence", Pass: true, Saw: "every injected fault left evidence"},
		{Name: "baseline health", Pass: true, Saw: "99.98 % good before the first fault, bound 99 %"},
		{Name: "minimum samples", Pass: true, Saw: "39 872 ops, bound 1 000"},
	}
}

func checks() []analysis.Check {
	return []analysis.Check{
		{Name: "linearizable", Verdict: analysis.VerdictOK, Why: "1 000 keys, 61 204 operations"},
		{Name: "durable", Verdict: analysis.VerdictOK, Why: "1 000 final reads saw an acknowledged write or a later one"},
		{Name: "agreement", Verdict: analysis.VerdictOK, Why: "3 nodes at index 48 211, digests equal"},
	}
}

type op struct{ due, sent, done float64 } // ms; done +Inf: never

// simulate serves Poisson arrivals: one that is due in a stall is answered when
// the stall ends, or never.
func simulate(s Service, c Config) []op {
	rng := rand.New(rand.NewPCG(c.Seed, 7))
	var ops []op
	for t := 0.0; ; {
		t += rng.ExpFloat64() / c.Rate * 1000
		if t >= c.Seconds*1000 {
			return ops
		}
		service := s.Median * math.Exp(s.Spread*rng.NormFloat64())
		o := op{due: t, sent: t + 0.02 + 0.05*rng.Float64()}
		o.done = o.sent + service
		for _, st := range s.Stalls {
			for _, w := range st.windows(c.Seconds) {
				if t < w[0] || t >= w[1] {
					continue
				}
				o.done = w[1] + service + 40*rng.Float64()
				if rng.Float64() < st.Lose || w[1] >= c.Seconds*1000 {
					o.done = math.Inf(1)
				}
			}
		}
		ops = append(ops, o)
	}
}

// windows are the stretches without service, in ms.
func (s Stall) windows(seconds float64) [][2]float64 {
	if s.NA != "" {
		return nil
	}
	w := [][2]float64{{s.From * 1000, (s.From + s.Gap) * 1000}, {s.To * 1000, (s.To + s.HealGap) * 1000}}
	if s.NeverBack {
		return [][2]float64{{s.From * 1000, seconds * 1000}}
	}
	return w
}

func measure(sum *analysis.Summary, ops []op, c Config) {
	response, service, lag := make([]float64, len(ops)), make([]float64, len(ops)), make([]float64, len(ops))
	good, done := 0, 0
	for i, o := range ops {
		response[i], service[i], lag[i] = o.done-o.due, o.done-o.sent, o.sent-o.due
		if !math.IsInf(o.done, 1) {
			done++
		}
		if response[i] <= 100 {
			good++
		}
	}
	n := uint64(len(ops))
	sum.Counts = analysis.Counts{Due: n, OK: uint64(done), Good: uint64(good), Unknown: n - uint64(done)}
	sum.Throughput, sum.Goodput = float64(done)/c.Seconds, float64(good)/c.Seconds
	sum.SuccessRatio = float64(good) / float64(max(n, 1))
	sum.UserUptime = sum.SuccessRatio - 0.002
	sum.Response, sum.Service, sum.Lag = quantiles(response), quantiles(service), quantiles(lag)
	sum.Timeline = timeline(ops, c)
	up := 0
	for _, b := range sum.Timeline {
		if float64(b.Good) >= 0.99*float64(b.Due) {
			up++
		}
	}
	sum.IntervalAvailability = float64(up) / float64(max(len(sum.Timeline), 1))
	for _, kind := range []string{"read", "write"} {
		sum.Latency = append(sum.Latency, analysis.Latency{Kind: kind, Response: sum.Response, Service: sum.Service})
	}
	for _, node := range sum.Facts.Nodes {
		sum.Latency = append(sum.Latency, analysis.Latency{Node: node, Response: sum.Response, Service: sum.Service})
	}
	sum.PerOp = analysis.PerOp{CPU: 58.3, Messages: 4.12, Bytes: 1370, Syncs: 0.83}
}

func timeline(ops []op, c Config) []analysis.Bin {
	bins := make([]analysis.Bin, int(math.Ceil(c.Seconds*1000/binMS)))
	byBin := make([][]float64, len(bins))
	for _, o := range ops {
		i := int(o.due / binMS)
		bins[i].Due++
		byBin[i] = append(byBin[i], o.done-o.due)
		if o.done-o.due <= 100 {
			bins[i].Good++
		}
		if j := int(o.done / binMS); o.done < c.Seconds*1000 && j < len(bins) {
			bins[j].Done++
		}
	}
	for i := range bins {
		q := quantiles(byBin[i])
		bins[i].P50, bins[i].P99, bins[i].Max = q.P50, q.P99, q.Max
	}
	return bins
}

// quantiles sorts v.
func quantiles(v []float64) analysis.Quantiles {
	slices.Sort(v)
	at := func(q float64) analysis.MS {
		if len(v) == 0 {
			return analysis.MS(math.NaN())
		}
		return analysis.MS(v[max(int(math.Ceil(q*float64(len(v))))-1, 0)])
	}
	sum, n := 0.0, 0
	for _, x := range v {
		if !math.IsInf(x, 1) {
			sum, n = sum+x, n+1
		}
	}
	out := analysis.Quantiles{N: uint64(len(v)), Mean: analysis.MS(sum / float64(n)),
		P50: at(.5), P90: at(.9), P99: at(.99), P999: at(.999), P9999: at(.9999), Max: at(1)}
	for x := 1.0; len(v) > 0 && x <= float64(len(v)); x *= 1.1 {
		out.Curve = append(out.Curve, analysis.Point{Q: 1 - 1/x, MS: at(1 - 1/x)})
	}
	return out
}

// outages writes down what simulate did.
func outages(sum *analysis.Summary, s Service, c Config) {
	sum.Gaps = analysis.Outages{Measured: true, Resolution: probeMS, Threshold: 3 * probeMS}
	sum.SLO = analysis.Outages{Measured: true, Resolution: probeMS}
	for _, node := range sum.Facts.Nodes {
		sum.ByNode = append(sum.ByNode, analysis.NodeOut{Node: node, Gaps: sum.Gaps, SLO: sum.SLO})
	}
	for step, st := range s.Stalls {
		sum.Episodes = append(sum.Episodes, episode(sum, step, st, c))
	}
	for _, o := range []*analysis.Outages{&sum.Gaps, &sum.SLO} {
		slices.SortFunc(o.List, func(a, b analysis.Outage) int { return cmp.Compare(a.Start, b.Start) })
	}
}

func episode(sum *analysis.Summary, step int, st Stall, c Config) analysis.Episode {
	ms := func(s float64) analysis.MS { return analysis.MS(math.Round(s * 1000)) }
	e := analysis.Episode{Step: step, Fault: st.Fault, NA: st.NA, Nodes: st.Nodes, Start: ms(st.From),
		HealFrom: ms(st.To), End: ms(st.To + 0.02), Until: ms(c.Seconds), Evidence: "goroutines of " + first(st.Nodes) + " gone; 212 messages dropped",
		Detect: ms(st.Gap * 0.8), Back95: ms(st.Gap + 0.2), HealBack: ms(st.HealGap), Baseline: c.Rate, LostOps: math.Round(st.Gap * c.Rate)}
	if st.NoEvidence {
		e.Evidence = ""
	}
	if st.NA != "" {
		nan := analysis.MS(math.NaN())
		none := analysis.Window{Gap: analysis.Outage{Start: nan, Length: nan}, SLO: analysis.Outage{Start: nan, Length: nan}}
		e.Detect, e.Back95, e.Baseline, e.LostOps, e.Evidence = nan, nan, math.NaN(), math.NaN(), ""
		e.HealBack, e.Inject, e.Heal = nan, none, none
		whole(&e, st)
		return e
	}
	if st.NeverBack {
		e.Censored, e.Back95, e.Detect = true, analysis.MS(math.NaN()), analysis.MS(math.NaN())
	}
	for i, w := range st.windows(c.Seconds) {
		if w[1] <= w[0] {
			continue
		}
		gap := analysis.Outage{Start: analysis.MS(w[0]), Length: analysis.MS(math.Round(w[1] - w[0])), Censored: st.NeverBack}
		slo := gap
		slo.Length = max(slo.Length-60, 0)
		win := analysis.Window{Gap: gap, SLO: slo}
		if i == 0 {
			e.Inject = win
		} else {
			e.Heal = win
		}
		add(&sum.Gaps, gap)
		add(&sum.SLO, slo)
	}
	for i, node := range sum.Facts.Nodes {
		n := analysis.EpNode{Node: node, Inject: e.Inject, Heal: e.Heal}
		if node == first(st.Nodes) && !st.NeverBack {
			n.Inject.Gap = analysis.Outage{Start: e.Start, Length: e.HealFrom - e.Start + 150}
			n.Heal.Gap = analysis.Outage{}
		}
		stretch(&n.Out, n.Inject.Gap)
		stretch(&n.Out, n.Heal.Gap)
		e.ByNode = append(e.ByNode, n)
		for _, o := range []analysis.Outage{n.Inject.Gap, n.Heal.Gap} {
			if o.Length > 0 {
				add(&sum.ByNode[i].Gaps, o)
			}
		}
	}
	whole(&e, st)
	return e
}

func first(nodes []string) string {
	if len(nodes) == 0 {
		return "nobody"
	}
	return nodes[0]
}

func add(to *analysis.Outages, o analysis.Outage) {
	to.List = append(to.List, o)
	to.Count++
	to.Total += o.Length
	to.Max = max(to.Max, o.Length)
}
