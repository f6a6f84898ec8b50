package plottest

import (
	"fmt"
	"math"

	"nines/analysis"
)

// windows fills in what is seen through windows, by trying each one of the
// timeline's bins.
func windows(sum *analysis.Summary) {
	sum.Windows.BinMS = sum.BinMS
	n := len(sum.Timeline)
	for _, bins := range []int{1, 2, 4, 8, 10, 16, 32, 64, 100, 128, 256} {
		if bins < n {
			sum.Windows.Ops = append(sum.Windows.Ops, worst(sum.Timeline, bins))
		}
	}
	sum.Windows.Ops = append(sum.Windows.Ops, worst(sum.Timeline, n))
	for _, w := range sum.Windows.Ops {
		w.Ratio *= 0.98
		sum.Windows.Users = append(sum.Windows.Users, w)
	}
	sum.SuccessRange = analysis.Range{Mean: sum.SuccessRatio, Lo: sum.SuccessRatio * 0.9, Hi: min(1, sum.SuccessRatio*1.05)}
	sum.SuccessBy = "batch means"
	lost := 1 - sum.SuccessRatio
	sum.Downtime = analysis.MS(lost * sum.Facts.Duration.Seconds() * 1000)
	sum.DowntimeYear = analysis.MS(lost * 365 * 24 * 3600 * 1000)
	sum.Steady = analysis.Steady{To: sum.Downtime, Cut: -1500, Bins: 700, BinMS: 10, Rate: analysis.Range{Mean: sum.Facts.Rate, Lo: sum.Facts.Rate * 0.99, Hi: sum.Facts.Rate * 1.01}}
	sum.Steady.Response = analysis.Quantiles{N: sum.Response.N / 4, P50: sum.Response.P50, P99: 2 * sum.Response.P50}
	if len(sum.Episodes) > 0 {
		sum.Steady.To = sum.Episodes[0].Start
	}
	shares(sum)
	kinds(sum)
	alerts(sum)
}

func worst(timeline []analysis.Bin, bins int) analysis.Worst {
	out := analysis.Worst{Length: analysis.MS(float64(bins) * binMS), Ratio: math.Inf(1)}
	for i := 0; i+bins <= len(timeline); i++ {
		good, due := 0.0, 0.0
		for _, b := range timeline[i : i+bins] {
			good, due = good+float64(b.Good), due+float64(b.Due)
		}
		if r := good / due; due > 0 && r < out.Ratio {
			out.Start, out.Ratio = analysis.MS(float64(i)*binMS), r
		}
	}
	return out
}

// shares deals the operations out to two kinds and the nodes, and lets the first
// node fare worse during each fault.
func shares(sum *analysis.Summary) {
	var table []analysis.Worst
	for _, w := range sum.Windows.Ops {
		if w.Length == 100 || w.Length == 1000 || w.Length == 10_000 || w.Length == analysis.MS(sum.Facts.Duration.Seconds()*1000) {
			table = append(table, w)
		}
	}
	add := func(s analysis.Share, parts uint64) {
		if s.Due = sum.Counts.Due / parts; s.Due > 0 {
			s.Good = uint64(s.Ratio * float64(s.Due))
			sum.Shares = append(sum.Shares, s)
		}
	}
	for i, kind := range []string{"read", "write"} {
		add(analysis.Share{Kind: kind, Ratio: sum.SuccessRatio * (1 - 0.01*float64(i)), Worst: table}, 2)
	}
	for _, node := range sum.Facts.Nodes {
		add(analysis.Share{Node: node, Ratio: sum.SuccessRatio, Worst: table}, 3)
	}
	for i, e := range sum.Episodes {
		for j, node := range sum.Facts.Nodes {
			if e.NA == "" {
				add(analysis.Share{Node: node, Phase: fmt.Sprintf("during %d %s", i+1, e.Fault), Ratio: min(1, 0.1+0.4*float64(j))}, 15)
			}
		}
	}
}

// kinds are read and written alike.
func kinds(sum *analysis.Summary) {
	for _, share := range sum.Shares {
		if share.Kind == "" {
			continue
		}
		k := analysis.KindOut{Kind: share.Kind, Due: share.Due, Good: share.Good, SuccessRatio: share.Ratio,
			IntervalAvailability: sum.IntervalAvailability, UserUptime: sum.UserUptime, Downtime: sum.Downtime / 2, Gaps: sum.Gaps, SLO: sum.SLO}
		for _, o := range []*analysis.Outages{&k.Gaps, &k.SLO} {
			o.Resolution, o.Threshold = 2*probeMS, 5*probeMS
		}
		sum.ByKind = append(sum.ByKind, k)
	}
}

// alerts of two SLOs: each fires at every fault, and the fast ones sooner.
func alerts(sum *analysis.Summary) {
	length := sum.Facts.Duration.Seconds() * 1000
	for _, target := range []float64{0.95, 0.99} {
		for _, rule := range []struct {
			severity   string
			rate, part float64
		}{{"page", 14.4, 72}, {"page", 6, 12}, {"ticket", 1, 1}} {
			a := analysis.Alert{Target: target, Severity: rule.severity, Rate: rule.rate, Long: analysis.MS(length / rule.part), Short: analysis.MS(length / rule.part / 12)}
			after := a.Long * analysis.MS(rule.rate*(1-target))
			for i, e := range sum.Episodes {
				if gap := e.Inject.Gap.Length; gap > after {
					a.Fired = append(a.Fired, analysis.Firing{From: e.Start + after, To: e.Start + gap + a.Short, Fault: i + 1, After: after})
				}
			}
			sum.Alerts = append(sum.Alerts, a)
		}
	}
}
