package analysis

import (
	"math"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"nines/bench"
)

func same(a, b MS) bool {
	return a == b || math.IsNaN(float64(a)) && math.IsNaN(float64(b))
}

// oneTo is 1 ms, 2 ms, … n ms, of which the last never ones are [bench.Never].
func oneTo(n, never int) []time.Duration {
	v := make([]time.Duration, n)
	for i := range v {
		v[i] = time.Duration(i+1) * msec
		if i >= n-never {
			v[i] = bench.Never
		}
	}
	return v
}

func TestQuantiles(t *testing.T) {
	inf, none := MS(inf), MS(nan)
	for _, c := range []struct {
		name                            string
		values                          []time.Duration
		mean, p50, p90, p99, p999, most MS
	}{
		{"none", nil, none, none, none, none, none, none},
		{"one", oneTo(1, 0), 1, none, none, none, none, 1},
		{"five support no median", oneTo(5, 0), 3, none, none, none, none, 5},
		{"six do", oneTo(6, 0), 3.5, 3, none, none, none, 6},
		{"35 support no p90", oneTo(35, 0), 18, 18, none, none, none, 35},
		{"36 do: rank 33", oneTo(36, 0), 18.5, 18, 33, none, none, 36},
		{"367 support no p99", oneTo(367, 0), 184, 184, 331, none, none, 367},
		{"368 do: rank 365", oneTo(368, 0), 184.5, 184, 332, 365, none, 368},
		{"1 % never is above p99", oneTo(1000, 10), 495.5, 500, 900, 990, none, inf},
		{"a little more is not", oneTo(1000, 11), 495, 500, 900, inf, none, inf},
		{"half never", oneTo(1000, 501), 250, inf, inf, inf, none, inf},
		{"all never", oneTo(1000, 1000), none, inf, inf, inf, none, inf},
		{"p999", oneTo(10_000, 10), 4995.5, 5000, 9000, 9900, 9990, inf},
	} {
		t.Run(c.name, func(t *testing.T) {
			q := quantiles(c.values)
			got, want := []MS{q.Mean, q.P50, q.P90, q.P99, q.P999, q.Max}, []MS{c.mean, c.p50, c.p90, c.p99, c.p999, c.most}
			if !slices.EqualFunc(got, want, same) || q.N != uint64(len(c.values)) {
				t.Errorf("mean, p50, p90, p99, p999, max = %v of %d, want %v", got, q.N, want)
			}
		})
	}
}

// TestLeastOperations pins the numbers of the documentation.
func TestLeastOperations(t *testing.T) {
	for q, want := range map[float64]int{0.5: 6, 0.9: 36, 0.99: 368, 0.999: 3688, 0.9999: 36887} {
		if shown(q, want-1) || !shown(q, want) {
			t.Errorf("a %v-quantile is not shown from %d operations on", q, want)
		}
	}
}

// TestCurve: the curve rises from the least value to the greatest, and at every
// point q it is the value below or at which a share of q lies.
func TestCurve(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 5000).Draw(t, "n")
		values := oneTo(n, rapid.IntRange(0, n-1).Draw(t, "never"))
		c := quantiles(values).Curve
		if len(c) > curvePoints || c[0].MS != 1 || c[len(c)-1].MS != ms(values[n-1]) {
			t.Fatalf("%d points from %v to %v, want at most %d from 1 to %v", len(c), c[0], c[len(c)-1], curvePoints, ms(values[n-1]))
		}
		for i, p := range c {
			if p.Q < 0 || p.Q >= 1 || i > 0 && (p.Q <= c[i-1].Q || p.MS < c[i-1].MS) {
				t.Fatalf("point %d: %v after %v", i, p, c[max(0, i-1)])
			}
			if k := int(p.MS); !math.IsInf(float64(p.MS), 0) && (float64(k) < p.Q*float64(n)-1e-6 || k > 1 && float64(k-1) >= p.Q*float64(n)) {
				t.Fatalf("point %v of %d values: rank %d is not ⌈qN⌉", p, n, k)
			}
		}
	})
}

func TestSplits(t *testing.T) {
	in := Input{Facts: facts(8 * time.Second)}
	in.Facts.Nodes = []string{"n1", "n2"}
	in.Samples = append(in.Samples, ops(bench.Main, 0, 0, 10*msec, 0, 8*time.Second, msec)...)
	in.Samples = append(in.Samples, ops(bench.Main, 1, 5*msec, 10*msec, 0, 8*time.Second, 2*msec)...)
	for i := range in.Samples[800:] {
		in.Samples[800+i].Kind = bench.Read
	}
	in.Faults = []bench.Interval{
		{Fault: "a", Start: 2 * time.Second, Injected: 2 * time.Second, HealFrom: 3 * time.Second, End: 3500 * msec},
		{Fault: "skipped", NA: "no leader", Start: 3 * time.Second},
		{Fault: "b", Start: 5 * time.Second, Injected: 5 * time.Second, HealFrom: 6 * time.Second, End: 6 * time.Second},
	}
	type group struct{ kind, node, phase string }
	want := map[group]uint64{
		{kind: "read"}: 800, {kind: "write"}: 800,
		{node: "n1"}: 800, {node: "n2"}: 800,
		{phase: "before"}: 400, {phase: "during"}: 500, {phase: "after"}: 700,
		{phase: "during 1 a"}: 300, {phase: "after 1 a"}: 300,
		{phase: "during 3 b"}: 200, {phase: "after 3 b"}: 400,
	}
	got := newTrial(in).splits()
	if len(got) != len(want) {
		t.Errorf("%d groups, want %d", len(got), len(want))
	}
	for _, l := range got {
		n, ok := want[group{l.Kind, l.Node, l.Phase}]
		if !ok || l.Response.N != n || l.Service.N != n {
			t.Errorf("%s%s%s: %d operations, want %d", l.Kind, l.Node, l.Phase, l.Response.N, n)
		}
	}
	if got[0].Kind != "read" || got[0].Response.P50 != 2 || got[1].Response.P50 != 1 {
		t.Errorf("medians of reads and writes: %v and %v, want 2 and 1", got[0].Response.P50, got[1].Response.P50)
	}
}

// TestPhasesPartition: before, during and after part the measured period,
// however faults overlap.
func TestPhasesPartition(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		const end = 100
		instant := rapid.IntRange(0, end+20)
		var faults []bench.Interval
		for range rapid.IntRange(1, 5).Draw(t, "faults") {
			from := time.Duration(instant.Draw(t, "start"))
			heal := from + time.Duration(instant.Draw(t, "heal"))
			faults = append(faults, bench.Interval{Fault: "f", Start: from, HealFrom: heal, End: heal + time.Duration(instant.Draw(t, "end"))})
		}
		in := Input{Facts: facts(end)}
		for due := range time.Duration(end) {
			in.Samples = append(in.Samples, bench.Sample{Due: due, Class: bench.Main, Kind: bench.Read, Outcome: bench.Rejected})
		}
		tr := newTrial(in)
		tr.faults = spans(faults, end)
		seen := map[*bench.Sample]string{}
		for _, p := range tr.phases()[:3] {
			for _, s := range p.of(tr) {
				if seen[s] != "" {
					t.Fatalf("%d ns is both %s and %s", s.Due, seen[s], p.name)
				}
				seen[s] = p.name
				during := slices.ContainsFunc(faults, func(f bench.Interval) bool { return f.Start <= s.Due && s.Due < f.End })
				if during != (p.name == "during") {
					t.Fatalf("%d ns is %q in %+v", s.Due, p.name, faults)
				}
			}
		}
		if len(seen) != end {
			t.Fatalf("%d of %d ns are in a phase", len(seen), end)
		}
	})
}
