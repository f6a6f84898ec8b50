package trial_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"nines/adapters/host/inproc"
	"nines/analysis"
	"nines/bench"
	"nines/bench/trial"
	"nines/chaos"
)

// unhealing is a cluster on which healing a link, a disk or a clock does nothing.
type unhealing struct{ *inproc.Cluster }

func (c unhealing) HurtLink(from, to string, f chaos.LinkFault) (func() chaos.LinkHarm, error) {
	_, err := c.Cluster.HurtLink(from, to, f)
	return func() chaos.LinkHarm { return chaos.LinkHarm{Dropped: 1} }, err
}

func (c unhealing) HurtDisk(node string, f chaos.DiskFault) (func() chaos.DiskHarm, error) {
	_, err := c.Cluster.HurtDisk(node, f)
	return func() chaos.DiskHarm { return chaos.DiskHarm{Syncs: 1} }, err
}

func (c unhealing) HurtClock(node string, f chaos.ClockFault) (func() chaos.ClockHarm, error) {
	_, err := c.Cluster.HurtClock(node, f)
	return func() chaos.ClockHarm { return chaos.ClockHarm{Readings: 1} }, err
}

// A fault whose healing does nothing is found out, also where nobody would see it in
// the figures; the history is checked all the same.
func TestStillHurt(t *testing.T) {
	for fault, want := range map[string]string{
		"loss(n1 -> n2, 1%)":                      "link n1 -> n2 (loss 1%)",
		"delay(n2 -> n3, 2ms ± 1ms)":              "link n2 -> n3 (delay 2ms ± 1ms)",
		"slow-sync(n2, 1ms)":                      "disk of n2 (slow-sync 1ms)",
		"drift(n3, +1%)":                          "clock of n3 (drift +1%)",
		"duplicate(all, 1%)":                      "link n1 -> n2 (duplicate 1%), link n1 -> n3 (duplicate 1%), link n2 -> n1 (duplicate 1%), link n2 -> n3 (duplicate 1%), and 2 more",
		"slow-sync(n1, 1ms) + loss(n1 -> n3, 1%)": "link n1 -> n3 (loss 1%), disk of n1 (slow-sync 1ms)",
	} {
		t.Run(fault, func(t *testing.T) {
			f := run(t, func(t *testing.T) trial.Config {
				c := ready(t, "etcdraft", three, nil, step(t, fault, time.Second, time.Second))
				c.Facts.Duration = 3 * time.Second
				start := c.Start
				c.Start = func(ctx context.Context, report func(time.Time, bench.Event)) (bench.Cluster, error) {
					cluster, err := start(ctx, report)
					if err != nil {
						return nil, err
					}
					return unhealing{cluster.(*inproc.Cluster)}, nil
				}
				return c
			})
			if got := f.Result.Facts.Failure; got != "still hurt after healing: "+want {
				t.Errorf("failure %q, want that it is still hurt: %s", got, want)
			}
			if f.Valid || f.Verdict != analysis.VerdictOK || f.Counts.Due == 0 || len(f.Result.Facts.Statuses) != len(three) {
				t.Errorf("valid %t, verdict %s, %d operations, %d statuses", f.Valid, f.Verdict, f.Counts.Due, len(f.Result.Facts.Statuses))
			}
			if note := f.Result.Facts.Notes["converged"]; !strings.Contains(note, "after the load had ended") {
				t.Errorf("note on convergence: %q", note)
			}
		})
	}
}
