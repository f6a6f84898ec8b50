package inproc_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"nines/adapters/host/inproc"
	"nines/bench"
	"nines/chaos"
)

var _ chaos.Clocker = (*inproc.Cluster)(nil)

// suffers injects faults one second after the other, each for as long, while a
// client writes one number after the other.
func suffers(t *testing.T, c *cluster, unit time.Duration, faults ...string) (list []bench.Interval, acked, tried uint64, err error) {
	t.Helper()
	base := time.Now()
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		for session := uint64(100); ctx.Err() == nil; session++ {
			tried++
			cl, err := c.Dial(ctx, "n1", session)
			if err == nil {
				_, err = cl.Do(ctx, &bench.Op{Kind: bench.Write, Key: 1, Arg: tried, Size: 100})
			}
			if err == nil {
				acked = tried
			}
			time.Sleep(unit / 500)
		}
	}()
	var steps []chaos.Step
	for i, text := range faults {
		f, err := chaos.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		steps = append(steps, chaos.Step{At: time.Duration(2*i+1) * unit, For: unit, Fault: f})
	}
	list, err = chaos.Run(t.Context(), chaos.Config{Cluster: c, Base: base, Steps: steps, Duration: time.Duration(2*len(faults)+2) * unit, Seed: 1})
	time.Sleep(unit / 10)
	stop()
	<-done
	return list, acked, tried, err
}

// survived reads what the client has written.
func survived(t *testing.T, c *cluster, acked, tried uint64) {
	t.Helper()
	if got := c.do(c.dial("n1", 1), bench.Op{Kind: bench.Read, Key: 1}).Value; got < acked || got > tried || acked == 0 {
		t.Errorf("read %d, want what was acknowledged, %d, or one of the later ones up to %d", got, acked, tried)
	}
}

// Faults that stop a node bite, are told, and leave it running with all that was
// acknowledged.
func TestFaultsOfNodes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := start(t, primary, "n1", "n2")
		list, acked, tried, err := suffers(t, c, time.Second,
			"restart(rolling)", "crash-loop(n1, 300ms)", "io-error(n1)", "disk-full(n1, 10KiB)", "torn-write(n1)", "torn-write(n1)", "restart(all, 100ms)")
		if err != nil {
			t.Error(err)
		}
		want := []string{
			"2 of 2 nodes restarted in turn (n1 n2), ready within 1 ms of being stopped",
			"n1 crashed 4 times in 1.00 s",
			"n1 met 1 error of its disk, and was restarted after 1.00 s",
			"n1 met 1 error of its disk, and was restarted after 1.00 s",
			"n1 lost power with 121+ bytes not forced",
			"n1 lost power with 121+ bytes not forced",
			"2 of 2 nodes restarted (n1 n2)", // n2 has nothing to catch up with, and never will
		}
		for i, v := range list {
			got, _, torn := strings.Cut(v.Evidence, ", of which")
			if torn {
				got = "n1 lost power with 121+ bytes not forced"
			}
			if got != want[i] || v.Error != "" {
				t.Errorf("%+v, want %s", v, want[i])
			}
		}
		survived(t, c, acked, tried)
		if s := fmt.Sprint(c.heard("n1")); strings.Count(s, "failed") != 4 {
			t.Errorf("events of n1: %v, want 4 failures", s)
		}
	})
}

// The same on real files, in real time.
func TestFaultsOfNodesOnFiles(t *testing.T) {
	c := startWith(t, primary, func(cfg *inproc.Config) { cfg.Disk.Dir, cfg.Disk.SyncLatency = t.TempDir(), 0 }, "n1", "n2")
	list, acked, tried, err := suffers(t, c, 100*time.Millisecond,
		"io-error(n1)", "disk-full(n1)", "torn-write(n1)", "torn-write(n1)", "crash-loop(n1, 20ms)")
	if err != nil {
		t.Error(err)
	}
	for _, v := range list {
		if v.Error != "" || v.Evidence == "" {
			t.Errorf("%+v", v)
		}
	}
	survived(t, c, acked, tried)
}

// A node that cannot be restarted when its disk is well again is an error of the
// run, which says why.
func TestRestartAfterADiskErrorFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &failing{}
		c := start(t, f.open, "n1", "n2")
		go func() {
			time.Sleep(1500 * time.Millisecond)
			f.set("n1")
		}()
		list, _, _, err := suffers(t, c, time.Second, "io-error(n1)")
		const want = "io-error: restart n1: restart node n1: open node n1: it will not"
		wants(t, "the run", err, "io-error(n1) could not be healed: "+want)
		if v := list[0]; v.Error != "healing: "+want || v.Evidence != "" {
			t.Errorf("%+v", v)
		}
		if c.Status("n1").Up || !c.Status("n2").Up {
			t.Errorf("n1 %+v, n2 %+v: want that only n2 is up", c.Status("n1"), c.Status("n2"))
		}
	})
}

// A node that dies by itself while a fault is in force stays dead, which is told,
// until a fault restarts it.
func TestNodeDiesByItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := start(t, primary, "n1", "n2")
		go func() {
			time.Sleep(1500 * time.Millisecond)
			c.must(c.BreakDisk("n1"))
			time.Sleep(time.Second)
			if c.Status("n1").Up {
				t.Error("it is up again by itself")
			}
		}()
		list, acked, tried, err := suffers(t, c, time.Second, "slow-sync(n1, 5ms)", "restart(n1)")
		for _, v := range list {
			if err != nil || v.Error != "" || v.Evidence == "" {
				t.Errorf("%+v, %v", v, err)
			}
		}
		survived(t, c, acked, tried)
		if got := fmt.Sprint(c.heard("n1")); !strings.Contains(got, "failed") || !strings.Contains(got, "restarted") {
			t.Errorf("events: %v", got)
		}
	})
}

// A clock that was hurt stays so over a restart.
func TestClockOutlivesItsNode(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, p, _ := startPacing(t)
		_, err := c.HurtClock("n9", chaos.ClockFault{})
		wants(t, "hurt a clock", err, `no node is called "n9"; there are [n1 n2]`)
		heal, err := c.HurtClock("n1", chaos.ClockFault{Offset: time.Minute})
		if err != nil {
			t.Fatal(err)
		}
		off := func() time.Duration { return time.Until(p.clocks["n1"].Now()) }
		if got := off(); got != time.Minute {
			t.Errorf("n1's clock is off by %v", got)
		}
		if err := c.Kill("n1"); err != nil {
			t.Fatal(err)
		}
		if err := c.Restart(t.Context(), "n1"); err != nil {
			t.Fatal(err)
		}
		if got := off(); got != time.Minute {
			t.Errorf("after a restart n1's clock is off by %v", got)
		}
		if got := time.Until(p.clocks["n2"].Now()); got != 0 {
			t.Errorf("n2's clock is off by %v", got)
		}
		if harm := heal(); harm.Readings != 2 || off() != 0 {
			t.Errorf("harm %+v, off by %v", harm, off())
		}
	})
}
