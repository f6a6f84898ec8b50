package adaptertest

import (
	"context"
	"regexp"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"nines/adapters/host/inproc"
	"nines/analysis/linear"
	"nines/bench"
	"nines/chaos"
)

// nodeFaults are those of processes, disks and clocks that stop nodes or change
// what they believe. Those of links are in [LinkFaults] and, as far as they are not
// patterns, in the storms.
var nodeFaults = []string{
	"restart(all, 200ms)",
	"restart(rolling, 300ms)",
	"crash-loop(leader, 700ms)",
	"crash-loop(all, 900ms) + slow-sync(any, 30ms)",
	"io-error(leader)",
	"disk-full(leader, 500B)",
	"torn-write(leader)",
	"torn-write(all)",
	"skew(leader, 3s)",
	"skew(any, -2s)",
	"strobe(leader, 400ms, 100ms)",
	"drift(leader, -75%)",
	"drift(any, +300%)",
}

// suffer injects each fault while clients are at work.
func suffer(t *testing.T, s System) {
	for _, text := range nodeFaults {
		s.suffer(t, text, ".")
	}
}

// lacks is what cannot be done to the system, of what the host could.
func (s System) lacks() chaos.Caps {
	lacks := (chaos.CanSkew | chaos.CanDrift) &^ s.Clock
	if s.Partitioned || s.Leaderless {
		lacks |= chaos.CanLead
	}
	return lacks
}

// suffer injects a fault, unless the system cannot suffer it. It must bite, which its evidence
// tells, and heal; after that every node must serve its clients (without a leader some node), the
// nodes must agree, and what clients saw and what is left must be linearizable: so what was
// acknowledged has survived.
func (s System) suffer(t *testing.T, text, evidence string) {
	f, err := chaos.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	if s.lacks()&f.Needs() != 0 {
		return
	}
	t.Run(text, func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			c := start(t, s, func(cfg *inproc.Config) { cfg.Disk.SegmentBytes = 4 << 10 })
			defer c.stop()
			c.suffer(f, regexp.MustCompile(evidence))
		})
	})
}

func (c *cluster) suffer(f chaos.Fault, evidence *regexp.Regexp) {
	const at, lasts, period = 500 * time.Millisecond, 2500 * time.Millisecond, 6 * time.Second
	clients := 2 * len(c.Nodes())
	c.ready()
	base := time.Now()
	wait := c.crowd(period, clients, c.readOrWrite(clients))
	defer wait() // also if something fails: the cluster must not end before
	list, err := chaos.Run(context.Background(), chaos.Config{
		Cluster: c.Cluster, Base: base, Duration: period, Seed: 1,
		Steps: []chaos.Step{{At: at, For: lasts, Fault: f}},
	})
	if err != nil || len(list) != 1 || !evidence.MatchString(list[0].Evidence) || list[0].Error != "" {
		c.t.Errorf("%+v, %v\nwant evidence %v", list, err, evidence)
	}
	h := wait()
	c.ready()
	c.converge()
	after := make([]int, len(c.Nodes())) // that succeeded when all was healed, with time to elect a leader
	for i := range h.samples {
		if s := &h.samples[i]; s.Outcome == bench.OK && s.Due > period-time.Second {
			after[s.Node]++
		}
	}
	led := !c.s.Leaderless && !c.s.Partitioned // else one may be outbid, or be refused the keys of another
	if led && slices.Contains(after, 0) || slices.Max(after) == 0 {
		c.t.Errorf("operations that succeeded at each node after it was healed: %v", after)
	}
	if c.s.Stale {
		return
	}
	history := append(h.samples, c.readBack(h.base)...)
	if r := linear.Check(context.Background(), history, linear.Options{}); r.Verdict != linear.OK {
		c.t.Errorf("%d operations: %v: %s", len(history), r.Verdict, r.Why)
	}
}
