package saturation

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"strings"

	"nines/analysis"
	"nines/analysis/stats"
	"nines/results"
)

// What the points of a search differ in, as the trials call it in their variants.
const (
	Sessions = "sessions" // closed loop
	Rate     = "rate"     // open loop
)

// Schema is the version of saturation.json.
const Schema = 1

// Report is what a search found of all systems: saturation.json. The fit of the
// universal scalability law in it is advisory.
type Report struct {
	Schema  int            `json:"schema"`
	Search  results.Search `json:"search"`
	Systems []System       `json:"systems"`
}

// System is what a search found of one system so far.
type System struct {
	Name   string      `json:"system"`
	Knee   Knee        `json:"knee"`
	P50    analysis.MS `json:"p50_ms"` // at the knee: medians over the trials there
	P99    analysis.MS `json:"p99_ms"`
	Peak   float64     `json:"peak_ops_s"` // highest throughput of the closed loop
	PeakAt int         `json:"peak_sessions"`
	USL    USL         `json:"usl"` // advisory
	Closed []Closed    `json:"closed"`
	Open   []Open      `json:"open"` // in the order in which they were tried

	search *Search // nil before the closed loop is through
	swept  bool
}

// Standing is what is to be said against the figures of a trial.
type Standing struct {
	Gates   []string         `json:"failed_gates,omitempty"`
	Verdict analysis.Verdict `json:"verdict"`
}

func standing(s *analysis.Summary) Standing {
	out := Standing{Verdict: s.Verdict}
	for _, g := range s.Gates {
		if !g.Pass {
			out.Gates = append(out.Gates, g.Name)
		}
	}
	return out
}

// Closed is a trial in a closed loop.
type Closed struct {
	Sessions   int         `json:"sessions"`
	Throughput float64     `json:"throughput_ops_s"`
	P50        analysis.MS `json:"p50_ms"`
	P99        analysis.MS `json:"p99_ms"`
	Failure    string      `json:"failure,omitempty"`
	Standing
}

// Open is a trial in an open loop.
type Open struct {
	Rate       float64     `json:"rate_ops_s"`
	Repeat     int         `json:"repeat"`
	Throughput float64     `json:"throughput_ops_s"`
	P50        analysis.MS `json:"p50_ms"`
	P99        analysis.MS `json:"p99_ms"`
	Growth     float64     `json:"backlog_growth_ops_s"` // 0 where it is not known
	Judgement
	Standing
}

// Of goes through the trials of a run in the order in which they were made. The
// same trials give the same report, and the same next points.
func Of(all []analysis.Summary, p results.Search) Report {
	r := Report{Schema: Schema, Search: p}
	at := map[string]int{}
	for i := range all {
		name, v, ok := pointOf(&all[i])
		if !ok {
			continue
		}
		if _, ok := at[name]; !ok {
			at[name] = len(r.Systems)
			r.Systems = append(r.Systems, New(name))
		}
		r.Systems[at[name]].add(&all[i], v, p)
	}
	for i := range r.Systems {
		r.Systems[i].conclude()
	}
	return r
}

// New is a system of which nothing is known.
func New(name string) System {
	nan := analysis.MS(math.NaN())
	return System{Name: name, Knee: Knee{State: Unfinished}, P50: nan, P99: nan}
}

// pointOf tells the system of a trial from the point that it was measured at.
func pointOf(s *analysis.Summary) (system string, v results.Variable, ok bool) {
	if len(s.Facts.Variant) != 1 {
		return "", v, false
	}
	v = s.Facts.Variant[0]
	system, ok = strings.CutSuffix(s.Facts.System, ","+v.Name+"="+v.Value)
	return system, v, ok
}

// add takes the next trial. One that the search did not ask for is left out.
func (y *System) add(s *analysis.Summary, v results.Variable, p results.Search) {
	next, more := y.Next(p)
	switch {
	case !more || next != v:
		return
	case v.Name == Sessions:
		n, _ := strconv.Atoi(v.Value)
		y.Closed = append(y.Closed, Closed{n, s.Throughput, s.Response.P50, s.Response.P99, s.Facts.Failure, standing(s)})
		if s.Verdict == analysis.VerdictIllegal {
			y.Knee.State = Void
		}
		if y.swept = sweptBy(y.Closed, p.MaxSessions); y.swept {
			y.Peak, y.PeakAt = peak(y.Closed)
			y.search = NewSearch(startShare*y.Peak, p)
		}
	default:
		j := Judge(s, p.SLO)
		o := Open{
			Rate: s.Facts.Rate, Repeat: s.Facts.Repeat, Throughput: s.Throughput, P50: s.Response.P50, P99: s.Response.P99,
			Judgement: j, Standing: standing(s),
		}
		if !math.IsNaN(j.Growth) {
			o.Growth = j.Growth
		}
		y.Open = append(y.Open, o)
		y.search.Result(j.Outcome)
		y.Knee = y.search.Knee()
	}
}

// Next is the point that is to be measured next, unless the search is over.
func (y *System) Next(p results.Search) (point results.Variable, more bool) {
	switch {
	case y.Knee.State != Unfinished:
		return point, false
	case !y.swept:
		n := 1
		if len(y.Closed) > 0 {
			n = min(2*y.Closed[len(y.Closed)-1].Sessions, p.MaxSessions)
		}
		return results.Variable{Name: Sessions, Value: strconv.Itoa(n)}, true
	}
	rate, more := y.search.Next()
	return results.Variable{Name: Rate, Value: strconv.FormatFloat(rate, 'f', -1, 64)}, more
}

// Left is about how many trials the search of the system still takes.
func (y *System) Left(p results.Search) int {
	const sweep, search = 9, 12
	switch {
	case y.Knee.State != Unfinished:
		return 0
	case !y.swept:
		return max(1, sweep-len(y.Closed)) + search
	}
	return y.search.left()
}

// The closed loop.
const (
	startShare = 0.75 // of its peak, where the open loop starts
	gain       = 1.05 // less than this is none
	gainless   = 2    // steps without a gain that end it
)

// sweptBy reports whether more sessions would not tell more.
func sweptBy(points []Closed, most int) bool {
	best, without := 0.0, 0
	for _, c := range points {
		if c.Throughput > gain*best {
			without = 0
		} else {
			without++
		}
		best = max(best, c.Throughput)
	}
	return without >= gainless || points[len(points)-1].Sessions >= most
}

func peak(points []Closed) (x float64, sessions int) {
	best := slices.MaxFunc(points, func(a, b Closed) int { return cmp.Compare(a.Throughput, b.Throughput) })
	return best.Throughput, best.Sessions
}

// conclude fills in what follows from all trials.
func (y *System) conclude() {
	var points []Point
	for _, c := range y.Closed {
		if c.Failure == "" {
			points = append(points, Point{float64(c.Sessions), c.Throughput})
		}
	}
	y.USL = Fit(points)
	if len(y.Closed) > 0 {
		y.Peak, y.PeakAt = peak(y.Closed)
	}
	var p50, p99 []float64
	for _, o := range y.AtKnee() {
		p50, p99 = append(p50, float64(o.P50)), append(p99, float64(o.P99))
		y.Knee.Unverified = y.Knee.Unverified || o.Outcome == Held && o.Verdict == analysis.VerdictUnknown
	}
	y.P50, y.P99 = lowerMedian(p50), lowerMedian(p99)
}

// AtKnee are the trials at the knee that say something of the system.
func (y *System) AtKnee() []Open {
	var out []Open
	for _, o := range y.Open {
		if o.Rate == y.Knee.Rate && o.Outcome != Unfit {
			out = append(out, o)
		}
	}
	return out
}

// lowerMedian is the lower one of the two in the middle: a figure that was seen,
// and finite if half of them were.
func lowerMedian(v []float64) analysis.MS {
	slices.Sort(v)
	return analysis.MS(stats.Quantile(v, 0.5))
}
