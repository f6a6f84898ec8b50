package chaos

import (
	"context"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"nines/bench"
)

// healthy is a cluster that is well but for what its test says.
type healthy func() bool

func (h healthy) Healthy(time.Duration) bool { return h() }

// runEpisodes plays one step on a fake cluster of three in virtual time.
func runEpisodes(t *testing.T, ctx context.Context, f *fake, step Step, first int, h Health) []bench.Interval {
	t.Helper()
	var told []int
	list, err := Run(ctx, Config{
		Cluster: f, Base: f.base, Steps: []Step{step}, Duration: step.Longest(), Seed: 7, First: first, Health: h,
		Episode: func(n int) { told = append(told, n) },
	})
	if err != nil {
		t.Error(err)
	}
	if n := len(told); n == 0 || told[0] != first || told[n-1] != first+n-1 || n < len(list) {
		t.Errorf("told of the episodes %v, and had %d from %d on", told, len(list), first)
	}
	if left := f.hurt(); left != nil {
		t.Errorf("after the run there is still: %v", left)
	}
	return list
}

func killing(t *testing.T, n int) Step {
	return Step{At: 5 * s, For: 2 * s, Fault: must(t, "kill(leader)"), Episodes: n, Recover: 10 * s, Rest: s}
}

// TestEpisodesWaitForRecovery has a cluster that is healthy again 1.23 s after
// each healing.
func TestEpisodesWaitForRecovery(t *testing.T) {
	bubble(t, 3, func(t *testing.T, f *fake) {
		step := killing(t, 30)
		var healed time.Time
		list := runEpisodes(t, t.Context(), f, step, 0, healthy(func() bool {
			if f.hurt() != nil {
				t.Error("asked for its health while it was hurt")
			}
			if time.Since(healed) > 30*s/10 { // first asked as soon as it is healed
				healed = time.Now()
			}
			return time.Since(healed) >= 1230*time.Millisecond
		}))
		if len(list) != 30 {
			t.Fatalf("%d episodes, want 30", len(list))
		}
		want := step.At + step.Phase(7, 0, 0)
		for n, v := range list {
			if v.Start != want || v.End != want+2*s || v.Evidence == "" {
				t.Errorf("episode %d: %+v, want it from %v for 2s", n, v, want)
			}
			// Health is asked for every 50 ms.
			if took := v.Recovered - v.End; took != 1250*time.Millisecond {
				t.Errorf("episode %d: recovered %v after healing, want 1.25s", n, took)
			}
			want = v.Recovered + s + step.Phase(7, 0, n+1)
		}
	})
}

// TestPhasesAreUniform: a thousand phases of a second fill each tenth of it with
// 100 ± 10 (binomial); five times that cannot be chance.
func TestPhasesAreUniform(t *testing.T) {
	step := killing(t, 1000)
	var tenths [10]int
	for n := range 1000 {
		tenths[step.Phase(1, 0, n)*10/step.Rest]++
	}
	for i, n := range tenths {
		if n < 50 || n > 150 {
			t.Errorf("tenth %d of the range has %d of 1000 phases: %v", i, n, tenths)
		}
	}
	if step.Phase(1, 0, 3) == step.Phase(2, 0, 3) || step.Phase(1, 0, 3) == step.Phase(1, 0, 4) {
		t.Error("phases of another seed, or of another episode, are the same")
	}
}

// TestPhasesAreTheSameForEverySystem: how long systems take to recover moves the
// instants, and not the phases.
func TestPhasesAreTheSameForEverySystem(t *testing.T) {
	phases := func(delay time.Duration, nodes int) (list []time.Duration) {
		synctest.Test(t, func(t *testing.T) {
			f := newFake(nodes)
			asked := time.Now()
			last := 4 * s
			for _, v := range runEpisodes(t, t.Context(), f, killing(t, 12), 0, healthy(func() bool {
				if time.Since(asked) > s {
					asked = time.Now()
				}
				return time.Since(asked) >= delay
			})) {
				list = append(list, v.Start-last-s)
				last = v.Recovered
			}
		})
		return list
	}
	fast, slow := phases(0, 3), phases(700*time.Millisecond, 5)
	if len(fast) != 12 || !slices.Equal(fast, slow) {
		t.Errorf("phases of two systems:\n%v\n%v", fast, slow)
	}
}

// TestNoRecoveryEndsTheEpisodes: the third does not recover, and the others are
// left to another trial, which goes on with the phase of the fourth.
func TestNoRecoveryEndsTheEpisodes(t *testing.T) {
	step := killing(t, 5)
	bubble(t, 3, func(t *testing.T, f *fake) {
		list := runEpisodes(t, t.Context(), f, step, 0, healthy(func() bool { return f.counts["restart n1"] < 3 }))
		if len(list) != 3 {
			t.Fatalf("%d episodes, want 3: %+v", len(list), list)
		}
		if last := list[2]; last.Recovered != 0 || list[1].Recovered == 0 {
			t.Errorf("the last: %+v", last)
		}
		if waited := time.Since(f.base) - list[2].End; waited != step.Recover {
			t.Errorf("recovery was waited for for %v, want %v", waited, step.Recover)
		}
	})
	bubble(t, 3, func(t *testing.T, f *fake) {
		list := runEpisodes(t, t.Context(), f, step, 3, healthy(func() bool { return true }))
		if len(list) != 2 || list[0].Start != step.At+step.Phase(7, 0, 3) {
			t.Errorf("the other two: %+v, want the first at %v", list, step.At+step.Phase(7, 0, 3))
		}
	})
}

// TestEpisodesEndEarly: when the trial is called off all is healed at once, and a
// system that cannot suffer the fault has one interval that says so.
func TestEpisodesEndEarly(t *testing.T) {
	bubble(t, 3, func(t *testing.T, f *fake) {
		ctx, cancel := context.WithTimeout(t.Context(), 15*s)
		defer cancel()
		list := runEpisodes(t, ctx, f, killing(t, 1000), 0, healthy(func() bool { return true }))
		if n := len(list); n == 0 || n > 4 || time.Since(f.base) != 15*s {
			t.Errorf("%d episodes in %v", n, time.Since(f.base))
		}
	})
	bubble(t, 3, func(t *testing.T, f *fake) {
		f.caps = CanLink
		list := runEpisodes(t, t.Context(), f, killing(t, 1000), 0, healthy(func() bool { return true }))
		if len(list) != 1 || list[0].NA == "" {
			t.Errorf("got %+v, want one that is n/a", list)
		}
	})
}

// TestShorterPeriod: an episode that may not be over in time does not begin. One
// takes 2 + 10 + 2 + 0.1 s at most, and the first begins before 6 s.
func TestShorterPeriod(t *testing.T) {
	bubble(t, 3, func(t *testing.T, f *fake) {
		list, err := Run(t.Context(), Config{
			Cluster: f, Base: f.base, Steps: []Step{killing(t, 30)}, Duration: 30 * s, Seed: 7, Health: healthy(func() bool { return true }),
		})
		if n := len(list); err != nil || n < 3 || n > 4 || list[n-1].Start > 30*s-14100*time.Millisecond {
			t.Errorf("%d episodes: %+v, %v", n, list, err)
		}
	})
}

func TestEpisodeProblems(t *testing.T) {
	good := killing(t, 30)
	for _, c := range []struct {
		change func(*Step)
		want   string // beginning, field: text
	}{
		{func(*Step) {}, ""},
		{func(s *Step) { s.Episodes = -1 }, "episodes: -1: want how often"},
		{func(s *Step) { s.Episodes = 10_001 }, "episodes: 10001: want 10000 or fewer"},
		{func(s *Step) { s.Every = 20 * time.Second }, "every: with episodes the next one"},
		{func(s *Step) { s.Jitter = time.Second }, "jitter: episodes come at random"},
		{func(s *Step) { s.Recover = 0 }, "recover: 0s: want how long"},
		{func(s *Step) { s.Rest = -s.Rest }, "rest: -1s: want a time"},
		{func(s *Step) { s.At = 25 * time.Hour }, "at: 25h0m0s with episodes: want 24h0m0s or less"},
		{func(s *Step) { s.At = 590 * time.Second }, "episodes: the first one may last until"},
	} {
		step := good
		c.change(&step)
		var text string
		if list := step.Problems(10 * time.Minute); len(list) > 0 {
			text = list[0].Field + ": " + list[0].Text
		}
		if !strings.HasPrefix(text, c.want) || (c.want == "") != (text == "") {
			t.Errorf("got %q, want %q…", text, c.want)
		}
	}
	if list := good.Problems(good.Longest()); list != nil {
		t.Errorf("in the longest period: %v", list)
	}
	other := Step{At: s, For: s, Fault: good.Fault}
	if _, err := Run(t.Context(), Config{Cluster: newFake(3), Base: time.Now(), Steps: []Step{good, other}, Duration: good.Longest(), Health: healthy(nil)}); err == nil ||
		!strings.Contains(err.Error(), "is the only one") {
		t.Errorf("beside another step: %v", err)
	}
	if _, err := Run(t.Context(), Config{Cluster: newFake(3), Base: time.Now(), Steps: []Step{good}, Duration: good.Longest()}); err == nil ||
		!strings.Contains(err.Error(), "Health is nil") {
		t.Errorf("without health: %v", err)
	}
}
