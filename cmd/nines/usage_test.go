package main

import (
	"os"
	"path/filepath"
	"runtime"
	"runtime/metrics"
	"testing"
	"time"

	"nines/results"
)

// procOf makes a folder like /proc.
func procOf(t *testing.T, stat, psi string) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "pressure"), 0o755); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"stat": stat, "pressure/cpu": psi} {
		if text == "" {
			continue
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// TestMachine: in ticks of 10 ms, the columns user, nice, system, irq and softirq
// rise by 100+1+30+2+7 = 140, which is 1.4 s, of which 0.9 s are our own; idle and
// iowait do not count, and steal, 5 ticks, is apart. Guest time is in user already.
func TestMachine(t *testing.T) {
	before := readMachine(procOf(t, "cpu  1000 10 200 9000 50 3 4 20 70 0\ncpu0 1 1 1 1 1 1 1 1 0 0\ncpu1 1 1 1 1 1 1 1 1 0 0\nintr 5\n",
		"some avg10=1.00 avg60=2.00 avg300=3.00 total=5000000\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=99\n"))
	after := readMachine(procOf(t, "cpu  1100 11 230 9900 90 5 11 25 99 0\ncpu0 1 1 1 1 1 1 1 1 0 0\ncpu1 1 1 1 1 1 1 1 1 0 0\nintr 6\n",
		"some avg10=1.00 avg60=2.00 avg300=3.00 total=5250000\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=99\n"))
	got := after.since(before, 900*time.Millisecond)
	want := results.Noise{Cores: 2, Stalled: 250 * time.Millisecond, Steal: 50 * time.Millisecond, Others: 500 * time.Millisecond}
	if got == nil || *got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
}

func TestMachineThatTellsLittle(t *testing.T) {
	if got := readMachine(t.TempDir()).since(readMachine(t.TempDir()), 0); got != nil {
		t.Errorf("a machine without /proc: %+v, want nothing", got)
	}
	old := procOf(t, "cpu  1 1 1 1 1 1 1 1\ncpu0 1 1 1 1 1 1 1 1\n", "")
	if got := readMachine(old).since(readMachine(old), 0); got == nil || *got != (results.Noise{Cores: 1}) {
		t.Errorf("a kernel without PSI: %+v, want one core and zeros", got)
	}
	odd := procOf(t, "cpu  x\ncpu0\n", "some\nsome total=x\n")
	if got := readMachine(odd).since(readMachine(odd), 0); got != nil {
		t.Errorf("a table that cannot be read: %+v, want nothing", got)
	}
	// Ours is taken off, but others never have less than nothing.
	if got := readMachine(old).since(readMachine(old), time.Second); got.Others != 0 {
		t.Errorf("others took %v", got.Others)
	}
}

// TestPauses: between the two readings, 2 pauses of up to 1 ms and one of up to
// 4 ms; the one beyond all bounds is taken for the last bound there is.
func TestPauses(t *testing.T) {
	of := func(total time.Duration, counts ...uint64) collected {
		return collected{total, &metrics.Float64Histogram{Counts: counts, Buckets: []float64{0, 0.001, 0.002, 0.004, 0.008}}}
	}
	n, total, longest := of(9*time.Millisecond, 5, 1, 1, 0).since(of(3*time.Millisecond, 3, 1, 0, 0))
	if n != 3 || total != 6*time.Millisecond || longest != 4*time.Millisecond {
		t.Errorf("%d pauses, %v in all, the longest %v; want 3, 6 ms, 4 ms", n, total, longest)
	}
	n, total, longest = of(3*time.Millisecond, 3, 1, 1, 0).since(of(3*time.Millisecond, 3, 1, 1, 0))
	if n != 0 || total != 0 || longest != 0 {
		t.Errorf("nothing happened: %d pauses, %v in all, the longest %v", n, total, longest)
	}
}

// TestUsage: a collection is counted, and the generator's waiting is not its work.
func TestUsage(t *testing.T) {
	var p pace
	end := p.usage()
	runtime.GC()
	if u := end(); u.Pauses == 0 || u.PauseMax == 0 || u.PauseTotal == 0 || u.Generator != 0 || u.Cores != runtime.GOMAXPROCS(0) {
		t.Errorf("%+v, want pauses, and no generator", u)
	}
	base := time.Now()
	end = p.usage()
	wait := p.pacer(base)
	wait.Wait(20 * time.Millisecond)
	if got := time.Duration(p.waited.Load()); got <= 0 || got > time.Since(base) {
		t.Errorf("waited %v of %v", got, time.Since(base))
	}
	if u, took := end(), time.Since(base); u.Generator <= 0 || u.Generator > took {
		t.Errorf("the generator was busy for %v of %v", u.Generator, took)
	}
}
