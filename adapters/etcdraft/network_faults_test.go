package etcdraft_test

import (
	"context"
	"regexp"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"nines/adapters/disk"
	"nines/adapters/host/inproc"
	"nines/adapters/link"
	"nines/adapters/replica"
	"nines/bench"
	"nines/chaos"
)

// TestNetworkFaults: each fault of links does to a cluster under load what it says,
// by its evidence, and when it is healed every node serves as before.
func TestNetworkFaults(t *testing.T) {
	if testing.Short() {
		t.Skip("fifteen clusters of five nodes under load")
	}
	const (
		some    = `[1-9][\d,]* messages `
		dropped = `^` + some + `dropped on `
		delayed = `^` + some + `delayed on `
	)
	for _, c := range []struct{ fault, evidence string }{
		{"bridge(follower)", dropped + `\d+ (of 8 )?links? \(n\d n\d - n\d - n\d n\d\)$`},
		{"ring()", dropped + `\d+ (of 10 )?links? \(ring of( n\d){5}\)$`},
		{"quorum-loss(follower)", dropped + `\d+ (of 12 )?links? \(hub n\d\)$`},
		{"constrained(follower, 250ms)", dropped + `\d+ (of 14 )?links? \(n\d \| n\d\), in 2 turns$`},
		{"chained(follower)", dropped + `2 links \(n\d \| n\d\)$`},
		{"duplicate(all, 20%)", `^` + some + `duplicated on \d+ (of 20 )?links`},
		{"reorder(all, 20%, 20ms)", `^` + some + `overtaken on \d+ (of 20 )?links`},
		{"duplicate(all, 50%) + reorder(all, 50%, 30ms)", `^` + some + `duplicated on .*; ` + some + `overtaken on `},
		{"rate(leader -> rest, 100kB/s)", delayed + `4 links \(n\d ->( n\d){4}\)$`},
		{"rate(leader -> rest, 1kB/s)", dropped[:len(dropped)-4] + `, ` + some + `delayed on 4 links \(n\d ->( n\d){4}\)$`},
		{"flaky(leader, 200ms ± 100ms)", dropped + `\d+ (of 8 )?links \(n\d\), in \d+ turns$`},
		{"swizzle(all, 150ms)", delayed + `\d+ (of 20 )?links \(n1 n2 n3 n4 n5\), in 14 turns$`},
		{"reset(leader, 200ms)", dropped + `\d+ (of 8 )?links? \(n\d\), in (10|11) turns$`},
		{"reset(all, 100ms)", dropped + `\d+ (of 20 )?links? \(n1 n2 n3 n4 n5\), in (20|21) turns$`},
		{"isolate(lagging)", dropped + `\d+ (of 8 )?links? \(n\d\)$`},
	} {
		t.Run(c.fault, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { suffer(t, c.fault, regexp.MustCompile(c.evidence)) })
		})
	}
}

// suffer runs five nodes through a fault of two seconds.
func suffer(t *testing.T, text string, evidence *regexp.Regexp) {
	lan, err := link.ParseProfile("lan")
	if err != nil {
		t.Fatal(err)
	}
	cluster, err := inproc.Start(inproc.Config{
		Nodes: []string{"n1", "n2", "n3", "n4", "n5"},
		Links: link.Config{Profile: lan}, Disk: disk.Config{SyncLatency: time.Millisecond}, Seed: 1,
		Timing: replica.Timing{Heartbeat: heartbeat, Election: election},
		Batch:  replica.Batch{MaxBytes: 1 << 20, MaxEntries: 64, SnapshotEvery: 100, Trailing: 20},
	}, open(t, nil))
	if err != nil {
		t.Fatal(err)
	}
	defer cluster.Close()
	base := time.Now()
	ctx, stop := context.WithCancel(t.Context())
	var load sync.WaitGroup
	for i, node := range cluster.Nodes() {
		load.Go(func() { keepWriting(t, ctx, cluster, node, uint64(i+1)) })
	}
	fault, err := chaos.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	list, err := chaos.Run(t.Context(), chaos.Config{
		Cluster: cluster, Base: base, Duration: 10 * time.Second, Seed: 7,
		Steps: []chaos.Step{{At: 2 * time.Second, For: 2 * time.Second, Fault: fault}},
	})
	if err != nil || len(list) != 1 {
		t.Fatal(list, err)
	}
	if v := list[0]; v.Error != "" || v.NA != "" || !evidence.MatchString(v.Evidence) {
		t.Errorf("%+v\nwant evidence %v", v, evidence)
	}
	time.Sleep(3 * time.Second)
	stop()
	load.Wait()
	time.Sleep(time.Second)
	servesWell(t, cluster)
}

// keepWriting writes as fast as it gets answers, but not all the time.
func keepWriting(t *testing.T, ctx context.Context, c *inproc.Cluster, node string, session uint64) {
	cl, err := c.Dial(ctx, node, session)
	if err != nil {
		t.Error(err)
		return
	}
	defer cl.Close()
	for n := uint64(1); ctx.Err() == nil; n++ {
		_, _ = cl.Do(ctx, &bench.Op{Kind: bench.Write, Key: session, Arg: session<<32 | n, Size: 100}) // may fail under a fault
		time.Sleep(10 * time.Millisecond)
	}
}

// servesWell: every node answers within a few round trips and syncs, and all have
// applied the same.
func servesWell(t *testing.T, c *inproc.Cluster) {
	for i, node := range c.Nodes() {
		cl, err := c.Dial(t.Context(), node, uint64(100+i))
		if err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		if _, err := cl.Do(t.Context(), &bench.Op{Kind: bench.Write, Key: 1, Arg: uint64(100 + i), Size: 100}); err != nil {
			t.Errorf("%s: %v", node, err)
		}
		if took := time.Since(began); took > 10*time.Millisecond {
			t.Errorf("%s took %v after all is healed", node, took)
		}
	}
	time.Sleep(time.Second)
	first := c.Status(c.Nodes()[0])
	for _, node := range c.Nodes() {
		if s := c.Status(node); s.Applied != first.Applied || s.Digest != first.Digest {
			t.Errorf("%s is at %d (%x), another node at %d (%x)", node, s.Applied, s.Digest, first.Applied, first.Digest)
		}
	}
}
