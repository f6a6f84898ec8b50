package main

import (
	"math"
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"nines/bench"
	"nines/results"
)

// pace is the load generator's: it counts for how long that waits.
type pace struct {
	waited atomic.Int64 // ns, of waits that are over
	waits  atomic.Int64
}

// pacer is the precise pacer with a count.
func (p *pace) pacer(base time.Time) bench.Pacer {
	return counted{pace: p, base: base, pacer: bench.Precise(base)}
}

type counted struct {
	*pace
	base  time.Time
	pacer bench.Pacer
}

// Wait implements [bench.Pacer].
func (c counted) Wait(until time.Duration) time.Duration {
	from := time.Since(c.base)
	now := c.pacer.Wait(until)
	c.waited.Add(int64(now - from))
	c.waits.Add(1)
	return now
}

// usage takes stock of the process and the machine, now and when end is called.
func (p *pace) usage() (end func() *results.Usage) {
	began, waited, waits := time.Now(), p.waited.Load(), p.waits.Load()
	collected, machine, own := collections(), readMachine("/proc"), cpuTime()
	return func() *results.Usage {
		u := &results.Usage{Cores: runtime.GOMAXPROCS(0)}
		length := time.Since(began)
		if p.waits.Load() > waits {
			// A wait that was under way at either end is counted where it ended.
			u.Generator = min(max(0, length-time.Duration(p.waited.Load()-waited)), length)
		}
		u.Pauses, u.PauseTotal, u.PauseMax = collections().since(collected)
		u.Machine = readMachine("/proc").since(machine, cpuTime()-own)
		return u
	}
}

// collected is what the garbage collector has done so far.
type collected struct {
	total  time.Duration
	pauses *metrics.Float64Histogram // seconds
}

func collections() collected {
	var stats debug.GCStats
	debug.ReadGCStats(&stats)
	s := []metrics.Sample{{Name: "/sched/pauses/total/gc:seconds"}}
	metrics.Read(s)
	c := collected{total: stats.PauseTotal}
	if s[0].Value.Kind() == metrics.KindFloat64Histogram {
		c.pauses = s[0].Value.Float64Histogram()
	}
	return c
}

// since is what was done after before: how many pauses, and the upper bound of
// the bucket that holds the longest.
func (c collected) since(before collected) (n uint64, total, longest time.Duration) {
	total = c.total - before.total
	if c.pauses == nil || before.pauses == nil {
		return 0, total, 0
	}
	for i, count := range c.pauses.Counts {
		more := count - before.pauses.Counts[i]
		if n += more; more == 0 {
			continue
		}
		bound := c.pauses.Buckets[i+1]
		if math.IsInf(bound, 1) {
			bound = c.pauses.Buckets[i]
		}
		longest = time.Duration(bound * float64(time.Second))
	}
	return n, total, longest
}

// machine is what the kernel has counted since it started, over all cores.
type machine struct {
	ok          bool
	cores       int
	stalled     time.Duration
	busy, steal time.Duration
}

// tick is the unit of /proc/stat, USER_HZ, which is 100 on all that Go runs on.
const tick = 10 * time.Millisecond

// readMachine reads stat and pressure/cpu below proc; what is not there counts
// as 0, and without stat nothing is known.
func readMachine(proc string) machine {
	b, err := os.ReadFile(proc + "/stat")
	if err != nil {
		return machine{}
	}
	var m machine
	for line := range strings.Lines(string(b)) {
		f := strings.Fields(line)
		switch {
		case len(f) > 8 && f[0] == "cpu":
			// user nice system idle iowait irq softirq steal; guests are in user: proc_stat(5)
			ticks := func(i int) time.Duration {
				n, _ := strconv.ParseInt(f[i], 10, 64)
				return time.Duration(n) * tick
			}
			m.ok = true
			m.busy = ticks(1) + ticks(2) + ticks(3) + ticks(6) + ticks(7)
			m.steal = ticks(8)
		case len(f) > 0 && strings.HasPrefix(f[0], "cpu"):
			m.cores++
		}
	}
	m.stalled = pressure(proc + "/pressure/cpu")
	return m
}

// pressure is the total of the line "some" of a PSI file, which is in
// microseconds.
func pressure(path string) time.Duration {
	b, err := os.ReadFile(path)
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(b)) {
		if !strings.HasPrefix(line, "some ") {
			continue
		}
		if _, total, ok := strings.Cut(strings.TrimSpace(line), "total="); ok {
			n, _ := strconv.ParseInt(total, 10, 64)
			return time.Duration(n) * time.Microsecond
		}
	}
	return 0
}

// since is what happened after before, in which this process took own.
func (m machine) since(before machine, own time.Duration) *results.Noise {
	if !m.ok || !before.ok {
		return nil
	}
	return &results.Noise{
		Cores: m.cores, Stalled: max(0, m.stalled-before.stalled), Steal: max(0, m.steal-before.steal),
		Others: max(0, m.busy-before.busy-own),
	}
}

// cpuTime is what this process has used, in user and kernel mode.
func cpuTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
