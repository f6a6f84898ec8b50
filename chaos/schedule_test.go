package chaos

import (
	"fmt"
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"
)

const s = time.Second

func TestExpand(t *testing.T) {
	kill, isolate := must(t, "kill(any)"), must(t, "isolate(any)")
	got := ""
	for _, o := range Expand([]Step{
		{At: 3 * s, Every: 4 * s, For: 2 * s, Fault: kill},
		{At: 1 * s, For: 5 * s, Fault: isolate},
		{At: 3 * s, For: 1 * s, Fault: isolate},
	}, 1, 14*s) {
		got += fmt.Sprintf("%v+%v %d.%d %s\n", o.At, o.For, o.Step, o.N, o.Fault)
	}
	want := "1s+5s 1.0 isolate(any)\n" +
		"3s+2s 0.0 kill(any)\n" +
		"3s+1s 2.0 isolate(any)\n" +
		"7s+2s 0.1 kill(any)\n" +
		"11s+2s 0.2 kill(any)\n" // the next one, at 15 s, would end after the period
	if got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

func TestProblems(t *testing.T) {
	for _, c := range []struct {
		step Step
		want string
	}{
		{Step{At: 5 * s, For: 4 * s}, "[]"},
		{Step{At: 16 * s, For: 4 * s}, "[]"},
		{Step{At: 16 * s, For: 5 * s}, "[{for the fault may last until 21s, after the end of the measured period at 20s: shorten it, or let it begin earlier}]"},
		{Step{At: 16 * s, For: 1<<63 - 1}, "[{for the fault may last longer than the measured period of 20s}]"},
		{Step{At: 20 * s, For: s}, "[{at 20s is not before the end of the measured period at 20s}]"},
		{Step{At: 5 * s, For: -s}, "[{for -1s: the fault would end before it starts: want more than 0s}]"},
		{Step{At: -s}, "[{at -1s is before the measured period: want 0s or later} {for the fault would end when it starts: want more than 0s}]"},
		{Step{For: s, Jitter: -s}, "[{jitter -1s is negative: want 0s or more, by which an injection may come late}]"},
		{Step{For: 4 * s, Every: 4 * s}, "[{every every 4s is too often for a fault that lasts 4s and may come 0s late: want more than 4s}]"},
		{Step{For: 4 * s, Every: 5 * s, Jitter: 1 * s}, "[{every every 5s is too often for a fault that lasts 4s and may come 1s late: want more than 5s}]"},
		{Step{For: 1, Every: 2}, "[{every every 2ns would be more than 10000 injections in 20s: want 2.000001ms or more}]"},
	} {
		if got := fmt.Sprint(c.step.Problems(20 * s)); got != c.want {
			t.Errorf("%+v:\n got %s\nwant %s", c.step, got, c.want)
		}
	}
}

// TestExpandProperties: injections are in order, within the period, never
// before they are wanted nor later than the jitter, and depend on the seed, but
// not on the other steps.
func TestExpandProperties(t *testing.T) {
	f := must(t, "kill(any)")
	step := rapid.Custom(func(t *rapid.T) Step {
		ms := func(name string, lo, hi int) time.Duration {
			return time.Duration(rapid.IntRange(lo, hi).Draw(t, name)) * time.Millisecond
		}
		st := Step{At: ms("at", 0, 9000), For: ms("for", 1, 3000), Jitter: ms("jitter", 0, 500), Fault: f}
		if rapid.Bool().Draw(t, "repeat") {
			st.Every = st.For + st.Jitter + ms("pause", 1, 2000)
		}
		return st
	})
	rapid.Check(t, func(t *rapid.T) {
		steps := rapid.SliceOfN(step, 1, 4).Draw(t, "steps")
		const period = 20 * s
		list := Expand(steps, 7, period)
		if !reflect.DeepEqual(list, Expand(steps, 7, period)) {
			t.Fatal("the same seed gave another schedule")
		}
		last := time.Duration(0)
		of := make([][]Occurrence, len(steps))
		for _, o := range list {
			st := steps[o.Step]
			early := st.At + time.Duration(o.N)*st.Every
			if o.At < last || o.At < early || o.At > early+st.Jitter || o.At+o.For > period || o.N != len(of[o.Step]) {
				t.Fatalf("%+v of %+v after %v", o, st, last)
			}
			last = o.At
			of[o.Step] = append(of[o.Step], o)
		}
		if alone := Expand(steps[:1], 7, period); !reflect.DeepEqual(alone, of[0]) {
			t.Fatal("a step depends on those after it")
		}
	})
}

func TestSeedsDiffer(t *testing.T) {
	step := []Step{{Jitter: 3 * s, For: s, Fault: must(t, "kill(any)")}}
	seen := map[time.Duration]bool{}
	for seed := range uint64(20) {
		seen[Expand(step, seed, 20*s)[0].At] = true
	}
	if len(seen) != 20 {
		t.Errorf("20 seeds gave %d schedules", len(seen))
	}
}

// TestStreamsAreFair: neighbouring streams draw each of 5 nodes equally often.
// 10,000 draws of probability 1/5 have a standard deviation of 40.
func TestStreamsAreFair(t *testing.T) {
	for _, of := range []func(i int) Occurrence{
		func(i int) Occurrence { return Occurrence{N: i} },
		func(i int) Occurrence { return Occurrence{Step: i} },
	} {
		var count [5]int
		for i := range 10_000 {
			count[of(i).rand(1).Perm(5)[0]]++
		}
		for _, n := range count {
			if n < 1800 || n > 2200 {
				t.Errorf("5 nodes are drawn %v times", count)
			}
		}
	}
}
