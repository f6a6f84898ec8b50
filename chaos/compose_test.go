package chaos

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
)

// TestSequence: each part is healed before the next is injected, and targets are
// chosen when their part's turn comes.
func TestSequence(t *testing.T) {
	bubble(t, 3, func(t *testing.T, f *fake) {
		f.killed = func(node string) {
			delete(f.terms, node)
			f.terms["n2"] = 2
		}
		list := run(t, f, t.Context(), Step{At: s, For: 5 * s, Fault: must(t, "kill(leader) for 3s, slow-sync(leader, 1ms), kill(n3) + slow-sync(n1, 1ms)")})
		want := []string{
			"1s kill n1", "4s restart n1",
			"4s hurt n2", "5s heal n2",
			"5s kill n3", "5s hurt n1", "6s heal n1", "6s restart n3",
		}
		if fmt.Sprint(f.log) != fmt.Sprint(want) {
			t.Errorf("got %q\nwant %q", f.log, want)
		}
		v := list[0]
		if v.Start != s || v.Injected != s || v.HealFrom != 6*s || v.End != 6*s || v.Error != "" || fmt.Sprint(v.Nodes, v.Down) != "[n1 n2 n3] []" {
			t.Errorf("%+v", v)
		}
		if want := "n1 was down 3.00 s, then restarted; 1,000 syncs of 1 node slowed by 1ms, 1.00 s in total; " +
			"n3 was down 1.00 s, then restarted; 1,000 syncs of 1 node slowed by 1ms, 1.00 s in total"; v.Evidence != want {
			t.Errorf("evidence %q, want %q", v.Evidence, want)
		}
	})
}

// TestSequenceNeedsAllItsEvidence: one part that did nothing is enough.
func TestSequenceNeedsAllItsEvidence(t *testing.T) {
	bubble(t, 3, func(t *testing.T, f *fake) {
		f.silent = true
		list := run(t, f, t.Context(), Step{At: s, For: 2 * s, Fault: must(t, "kill(n1), isolate(n2)")})
		if v := list[0]; v.Evidence != "" || v.Error != "" {
			t.Errorf("%+v", v)
		}
	})
}

// TestSequenceRepeats: as a step with every, and with parts that come by chance:
// what one part draws does not depend on another.
func TestSequenceRepeats(t *testing.T) {
	var picks [2]string
	for i, text := range []string{"kill(follower), kill(any)", "slow-sync(all, 1ms), kill(any)"} {
		bubble(t, 5, func(t *testing.T, f *fake) {
			for _, v := range run(t, f, t.Context(), Step{At: s, Every: 4 * s, For: 2 * s, Fault: must(t, text)}) {
				if v.Evidence == "" || v.Error != "" || v.End-v.Start != 2*s {
					t.Errorf("%+v", v)
				}
			}
			for _, line := range f.log {
				at, kill, _ := strings.Cut(line, " kill ")
				if d, _ := time.ParseDuration(at); kill != "" && (d-2*s)%(4*s) == 0 {
					picks[i] += line + "\n"
				}
			}
		})
	}
	if picks[0] != picks[1] || strings.Count(picks[0], "\n") != 15 {
		t.Errorf("%s\nand\n%s", picks[0], picks[1])
	}
}

func TestSequenceInEpisodes(t *testing.T) {
	bubble(t, 3, func(t *testing.T, f *fake) {
		step := Step{At: s, For: 2 * s, Fault: must(t, "kill(any), one-of(isolate(n1), loss(n1, 5%))"), Episodes: 5, Recover: 5 * s, Rest: s}
		list := runEpisodes(t, t.Context(), f, step, 0, healthy(func() bool { return f.hurt() == nil }))
		for _, v := range list {
			if v.Evidence == "" || v.Recovered != v.End || v.Picked == "" {
				t.Errorf("%+v", v)
			}
		}
		if len(list) != 5 {
			t.Errorf("%d episodes", len(list))
		}
	})
}

// TestSequenceFails in its second part, or between the two.
func TestSequenceFails(t *testing.T) {
	for _, c := range []struct{ failing, want string }{
		{"hurt n2", "injection: slow-sync(n2, 1ms): slow-sync n2: boom"},
		{"restart n1", "healing: restart n1: boom"},
	} {
		bubble(t, 3, func(t *testing.T, f *fake) {
			f.fail = func(what, node string, n int) error {
				if what+" "+node == c.failing && n == 0 {
					return errors.New("boom")
				}
				return nil
			}
			list := run(t, f, t.Context(), Step{At: s, For: 2 * s, Fault: must(t, "kill(n1), slow-sync(n2, 1ms)")})
			if v := list[0]; v.Error != c.want || v.Evidence != "" || v.End != 2*s {
				t.Errorf("%+v, want %q", v, c.want)
			}
		})
	}
}

// TestSequenceInterrupted: no further part begins.
func TestSequenceInterrupted(t *testing.T) {
	bubble(t, 3, func(t *testing.T, f *fake) {
		ctx, cancel := context.WithTimeout(t.Context(), 3*s/2)
		defer cancel()
		list := run(t, f, ctx, Step{At: s, For: 2 * s, Fault: must(t, "kill(n1), kill(n2)")})
		if v := list[0]; v.Evidence != "" || v.End != 3*s/2 || len(f.log) != 2 {
			t.Errorf("%+v, %q", v, f.log)
		}
	})
}

func TestSequenceProblems(t *testing.T) {
	for _, c := range []struct {
		fault string
		lasts time.Duration
		want  string
	}{
		{"kill(n1), kill(n2)", s, ""},
		{"kill(n1) for 1s, kill(n2) for 1s", 2 * s, ""},
		{"kill(n1) for 1s, kill(n2) for 1s", 3 * s, "3s, and the parts of the fault last 2s together: want for: 2s, or a part that does not say how long"},
		{"kill(n1) for 1s, kill(n2)", s, "1s leaves no time for 1 part that does not say how long: the others last 1s together"},
		{"kill(n1), kill(n2), kill(n1) for 5s", s, "1s leaves no time for 2 parts that do not say how long: the others last 5s together"},
		{"kill(n1) for 2000000h, kill(n1) for 2000000h", s, "the parts of the fault last longer than 1s"},
	} {
		got := ""
		for _, p := range (Step{At: s, For: c.lasts, Fault: must(t, c.fault)}).Problems(60 * s) {
			got += p.Field + ": " + p.Text
		}
		if want := c.want; got != want && got != "for: "+want {
			t.Errorf("%s for %v:\n got %s\nwant %s", c.fault, c.lasts, got, want)
		}
	}
}

// TestShares: nothing of the time is lost.
func TestShares(t *testing.T) {
	got := must(t, "kill(n1), kill(n2) for 1s, kill(n3), kill(n1)").(sequence).shares(2 * s)
	if want := "[333.333333ms 1s 333.333333ms 333.333334ms]"; fmt.Sprint(got) != want {
		t.Errorf("%v, want %s", got, want)
	}
}

// TestOneOf: the seed picks, the same for every system that can suffer it, and the
// interval says what.
func TestOneOf(t *testing.T) {
	picks := func(caps Caps) (list []string) {
		bubble(t, 3, func(t *testing.T, f *fake) {
			f.caps = caps
			for _, v := range run(t, f, t.Context(), Step{At: s, Every: 2 * s, For: s, Fault: must(t, "one-of(kill(any), isolate(n1), slow-sync(n1, 1ms))")}) {
				if v.NA != "" || v.Error != "" || v.Evidence == "" {
					t.Errorf("%+v", v)
				}
				list = append(list, v.Picked+fmt.Sprint(v.Nodes))
			}
		})
		return list
	}
	all, some := picks(CanKill|CanLink|CanDisk), picks(CanKill|CanDisk)
	seen := make(map[string]int)
	for i, p := range all {
		seen[p]++
		switch isolated := strings.HasPrefix(p, "isolate"); {
		case isolated && strings.HasPrefix(some[i], "isolate"):
			t.Errorf("%s without links", some[i])
		case !isolated && some[i] != p:
			t.Errorf("one system suffered %s, the other %s", p, some[i])
		}
	}
	if len(seen) != 5 || len(all) != 30 {
		t.Errorf("of %d injections: %v", len(all), seen)
	}
	bubble(t, 3, func(t *testing.T, f *fake) {
		f.caps = CanKill
		list := run(t, f, t.Context(), Step{At: s, For: s, Fault: must(t, "one-of(isolate(n1), slow-sync(n1, 1ms))")},
			Step{At: s, For: s, Fault: must(t, "kill(n1), isolate(n1)")})
		if got := list[0].NA + "\n" + list[1].NA; got != "isolate(n1): the system does not offer: link faults; slow-sync(n1, 1ms): the system does not offer: disk faults\n"+
			"isolate(n1): the system does not offer: link faults" {
			t.Errorf("n/a because: %s", got)
		}
	})
}
