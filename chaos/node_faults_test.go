package chaos

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"
)

// failing lets what is done to a node fail from the n-th time on, so many times.
func failing(key string, n, times int) func(what, node string, k int) error {
	return func(what, node string, k int) error {
		if what+" "+node == key && k >= n && k < n+times {
			return errors.New("boom")
		}
		return nil
	}
}

// TestNodeFaults: what goes wrong while nodes are restarted, are out of their disks
// or have wrong clocks is told, nothing is left hurt, and the trial goes on.
func TestNodeFaults(t *testing.T) {
	const ever = 1000
	for _, c := range []struct {
		fault    string
		fail     func(what, node string, k int) error
		evidence string
		err      string // of the interval
		runErr   string
	}{
		{fault: "restart(rolling, 3s)", evidence: "2 of 3 nodes restarted in turn (n1 n2), ready within 3.00 s of being stopped"},
		{fault: "restart({n1, n2}, 30s)", evidence: "2 of 2 nodes restarted (n1 n2), ready within 4.00 s of being stopped"},
		{fault: "restart({n1, n2})", fail: failing("kill n2", 0, 1), err: "injection: restart: kill n2: boom"},
		{
			fault: "restart(rolling, 1s)", fail: failing("kill n2", 0, ever),
			evidence: "1 of 3 nodes restarted in turn (n1), ready within 1.00 s of being stopped", err: "healing: restart: kill n2: boom",
		},
		{fault: "restart(rolling, 1s)", fail: failing("restart n1", 0, 1), evidence: "1 of 3 nodes restarted in turn (n1)"},
		{fault: "restart(rolling, 1s)", fail: failing("restart n1", 0, 2), err: "healing: restart n1: boom"},
		{fault: "restart(rolling, 1s)", fail: failing("restart n1", 0, 3), err: "healing: restart n1: boom", runErr: "restart(rolling, 1s) could not be healed: restart n1: boom"},
		{fault: "crash-loop({n1, n2}, 30s)", evidence: "n1 crashed 1 time in 4.00 s; n2 crashed 1 time in 4.00 s"},
		{fault: "crash-loop({n1, n2}, 1s)", fail: failing("kill n2", 0, 1), err: "injection: crash-loop: kill n2: boom"},
		{
			fault: "crash-loop(n1, 900ms)", fail: failing("restart n1", 1, 2),
			evidence: "n1 crashed 3 times in 4.00 s; 2 of its restarts or kills failed, the last one: restart n1: boom",
		},
		{fault: "crash-loop(n1, 3s)", fail: failing("restart n1", 1, ever), err: "healing: restart n1: boom", runErr: "crash-loop(n1, 3s) could not be healed: restart n1: boom"},
		{fault: "io-error({n1, n2})", fail: failing("hurt n2", 0, 1), err: "injection: io-error n2: boom"},
		{fault: "io-error(n1)", fail: failing("restart n1", 0, 1), err: "healing: io-error: restart n1: boom"},
		{fault: "torn-write(n1)", fail: failing("restart n1", 0, ever), err: "healing: torn-write: restart n1: boom", runErr: "torn-write(n1) could not be healed: torn-write: restart n1: boom"},
		{
			fault:    "kill(n1) + io-error({n1, n2})",
			evidence: "n1 was down 4.00 s, then restarted; n1 met no error; n2 met 1 error of its disk, and was restarted after 4.00 s",
		},
		{
			fault:    "io-error(n1) + kill(n1)",
			evidence: "n1 met 1 error of its disk, and was restarted after 4.00 s; n1 was down 4.00 s, and stays so for another fault",
		},
		{
			fault:    "crash-loop(n1, 1s) + disk-full(n1)", // down from the first crash on
			evidence: "",
		},
		{fault: "skew({n1, n2}, 1s)", fail: failing("hurt n2", 0, 1), err: "injection: skew n2: boom"},
		{
			fault: "strobe(n1, 1s, 1s)", fail: failing("hurt n1", 1, 1), err: "healing: strobe n1: boom",
			evidence: "n1 read its clock 1,000 times while it was 1s ahead, which came 2 times in 4.00 s",
		},
	} {
		t.Run(c.fault, func(t *testing.T) {
			bubble(t, 3, func(t *testing.T, f *fake) {
				f.fail = c.fail
				list, err := Run(t.Context(), Config{Cluster: f, Base: f.base, Duration: 60 * s, Seed: 1, Steps: []Step{
					{At: s, For: 4 * s, Fault: must(t, c.fault)},
					{At: 9 * s, For: s, Fault: must(t, "one-way(n1 -> n2)")},
				}})
				if (err == nil) != (c.runErr == "") || err != nil && err.Error() != c.runErr {
					t.Errorf("Run: %v, want %q", err, c.runErr)
				}
				if left := f.hurt(); c.runErr == "" && left != nil {
					t.Errorf("after the run there is still: %q", left)
				}
				if v := list[0]; v.Evidence != c.evidence || v.Error != c.err {
					t.Errorf("%+v\nwant evidence %q, error %q", v, c.evidence, c.err)
				}
				if v := list[1]; v.Error != "" || v.Evidence == "" {
					t.Errorf("the trial does not go on: %+v", v)
				}
			})
		})
	}
}

// TestDiskOfOneThatIsDown: a node that never met an error is not restarted, and a
// fault of its disk keeps it down until it is over.
func TestDiskOfOneThatIsDown(t *testing.T) {
	bubble(t, 3, func(t *testing.T, f *fake) {
		list := run(t, f, t.Context(),
			Step{At: 1 * s, For: 4 * s, Fault: must(t, "kill(n1)")},
			Step{At: 2 * s, For: 5 * s, Fault: must(t, "io-error(n1)")})
		if v := list[0]; v.Evidence != "n1 was down 4.00 s, and stays so for another fault" || v.Error != "" {
			t.Errorf("%+v", v)
		}
		if v := list[1]; v.Evidence != "" || v.Error != "" {
			t.Errorf("%+v", v)
		}
		if log := strings.Join(f.log, ", "); log != "1s kill n1, 2s hurt n1, 7s heal n1, 7s restart n1" {
			t.Error(log)
		}
	})
	bubble(t, 3, func(t *testing.T, f *fake) {
		f.silent = true
		list := run(t, f, t.Context(), Step{At: s, For: s, Fault: must(t, "io-error(n1) + torn-write(n2)")})
		if v := list[0]; v.Evidence != "" || v.Error != "" || f.counts["kill n1"]+f.counts["restart n1"] > 0 {
			t.Errorf("%+v, log %q", v, f.log)
		}
	})
}

// TestWorkIsStopped: the end of the context ends what faults go on doing, and one
// that hangs holds nobody up.
func TestWorkIsStopped(t *testing.T) {
	for _, fault := range []string{"crash-loop(n1, 1s)", "restart(rolling, 1s)", "strobe(all, 1s, 1s)"} {
		bubble(t, 3, func(t *testing.T, f *fake) {
			ctx, cancel := context.WithTimeout(t.Context(), 2500*time.Millisecond)
			defer cancel()
			list := run(t, f, ctx, Step{At: s, For: 40 * s, Fault: must(t, fault)})
			if v := list[0]; v.End != 2500*time.Millisecond || v.Error != "" || v.Evidence == "" {
				t.Errorf("%+v", v)
			}
		})
	}
	bubble(t, 1, func(t *testing.T, f *fake) {
		f.slow = 45 * s // longer than healing may take
		list, err := Run(t.Context(), Config{Cluster: f, Base: f.base, Duration: 90 * s, Steps: []Step{
			{At: s, For: 10 * s, Fault: must(t, "crash-loop(n1, 1s)")},
		}})
		if v := list[0]; !errors.Is(err, context.DeadlineExceeded) || !strings.HasPrefix(v.Error, "healing: crash-loop of n1: stop what is under way: ") {
			t.Errorf("%+v, %v", list, err)
		}
	})
}

// TestRollWaits: the next node is stopped when the last one has caught up with what
// it was, and with who leads.
func TestRollWaits(t *testing.T) {
	bubble(t, 2, func(t *testing.T, f *fake) {
		f.applied = map[string]uint64{"n1": 10, "n2": 7}
		f.killed = func(node string) {
			f.applied[node] = 0
			go func() {
				for _, step := range []struct {
					after   time.Duration
					applied uint64
				}{{2 * s, 6}, {s, 7}, {2 * s, 10}} {
					time.Sleep(step.after)
					f.mu.Lock()
					f.applied[node] = step.applied
					f.mu.Unlock()
				}
			}()
		}
		list := run(t, f, t.Context(), Step{At: s, For: 20 * s, Fault: must(t, "restart(rolling)")})
		if log := strings.Join(f.log, ", "); log != "1s kill n1, 1s restart n1, 6.005s kill n2, 6.005s restart n2" && log != "1s kill n1, 1s restart n1, 6s kill n2, 6s restart n2" {
			t.Error(log)
		}
		if v := list[0]; !strings.Contains(v.Evidence, "2 of 2 nodes restarted in turn (n1 n2), ready within 5.0") {
			t.Errorf("%+v", v)
		}
	})
}

// TestClocksOverlap: a clock is wrong for two faults at a time.
func TestClocksOverlap(t *testing.T) {
	bubble(t, 3, func(t *testing.T, f *fake) {
		f.at(3500*time.Millisecond, func() {
			if got := strings.Join(f.hurt(), ", "); got != "n1 clock skew 1s, n1 clock drift -90%" {
				t.Error(got)
			}
		})
		list := run(t, f, t.Context(),
			Step{At: 1 * s, For: 3 * s, Fault: must(t, "skew(n1, 1s)")},
			Step{At: 3 * s, For: 3 * s, Fault: must(t, "drift(n1, -90%)")})
		for _, v := range list {
			if v.Error != "" || v.Evidence == "" {
				t.Errorf("%+v", v)
			}
		}
	})
}
