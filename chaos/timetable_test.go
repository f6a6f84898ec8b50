package chaos

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

const (
	tenth  = 100 * time.Millisecond
	length = 4*tenth - 20*time.Millisecond // of a fault: not just when a turn is due
)

// TestTimetables: what is hurt from one turn to the next, on four nodes of which
// n1 leads.
func TestTimetables(t *testing.T) {
	for _, c := range []struct {
		fault    string
		states   []string // in the middle of each tenth of a second
		evidence string
	}{
		{"constrained(n2, 200ms)", []string{
			"n1>n2 n2>n1", "n1>n2 n2>n1",
			"n1>n2 n1>n3 n1>n4 n2>n1 n3>n1 n3>n4 n4>n1 n4>n3",
		}, "1,840 messages dropped on 8 links (n2 | n1), in 2 turns"},
		{"flaky(n1 -> n2, 100ms)", []string{"n1>n2", "", "n1>n2", ""}, "200 messages dropped on 1 link (n1 -> n2), in 4 turns"},
		{"flaky(n1, 200ms)", []string{
			"n1>n2 n1>n3 n1>n4 n2>n1 n3>n1 n4>n1", "n1>n2 n1>n3 n1>n4 n2>n1 n3>n1 n4>n1", "",
		}, "1,200 messages dropped on 6 links (n1), in 4 turns"},
		{"swizzle(n3, 100ms)", []string{
			"n1>n3 n2>n3 n3>n1 n3>n2 n3>n4 n4>n3", "", "n1>n3 n2>n3 n3>n1 n3>n2 n3>n4 n4>n3", "",
		}, "1,200 messages delayed on 6 links (n3), in 4 turns"},
		{"reset(n1 -> n2, 160ms)", []string{"n1>n2", "n1>n2", "n1>n2", "n1>n2"}, "380 messages dropped on 1 link (n1 -> n2), in 3 turns"},
	} {
		bubble(t, 4, func(t *testing.T, f *fake) {
			for i, want := range c.states {
				f.at(s+time.Duration(i)*tenth+tenth/2, func() {
					var got []string
					for _, w := range f.hurtWires("") {
						got = append(got, f.names[w.from]+">"+f.names[w.to])
					}
					if strings.Join(got, " ") != want {
						t.Errorf("%s, tenth %d: %q, want %q", c.fault, i, got, want)
					}
				})
			}
			v := run(t, f, t.Context(), Step{At: s, For: length, Fault: must(t, c.fault)})[0]
			if v.Evidence != c.evidence || v.Error != "" || v.End != s+length {
				t.Errorf("%s: %+v, want %q", c.fault, v, c.evidence)
			}
			before := len(f.log)
			time.Sleep(10 * s)
			if len(f.log) != before {
				t.Errorf("%s goes on after it was healed: %q", c.fault, f.log[before:])
			}
		})
	}
}

// TestSwizzleTurns: in each round all nodes are clogged one by one, and unclogged
// in another order; a link is clogged exactly while one of its ends is.
func TestSwizzleTurns(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(2, 6).Draw(t, "nodes")
		k := rapid.IntRange(1, n).Draw(t, "hit")
		f := must2(t, "swizzle(all, 1s)")
		seed := rapid.Uint64().Draw(t, "seed")
		next := swizzleTurns(rand.New(rand.NewPCG(seed, 0)), f, [][]int{inOrder(k)}, n)
		hurt := make(map[wire]bool)
		for round := range 3 {
			var downs, ups []int
			clogged := make([]bool, n)
			for i := range 2 * k {
				after, turn, ok := next()
				if want := f.amount.d; !ok || after != want && !(round == 0 && i == 0 && after == 0) {
					t.Fatalf("turn %d of round %d after %v, %t", i, round, after, ok)
				}
				for _, w := range turn.hurt {
					if hurt[w] {
						t.Fatalf("%v is clogged twice", w)
					}
					hurt[w] = true
				}
				for _, w := range turn.heal {
					if !hurt[w] {
						t.Fatalf("%v is unclogged, and was not clogged", w)
					}
					delete(hurt, w)
				}
				for node := range k { // whose state has changed?
					whole := len(wires(n, func(a, b int) bool { return (a == node || b == node) && hurt[wire{a, b}] })) == 2*(n-1)
					others := slices.Contains(clogged[:node], true) || slices.Contains(clogged[node+1:], true)
					if whole == clogged[node] || whole && others && i >= k {
						continue
					}
					if clogged[node] = whole; whole {
						downs = append(downs, node)
					} else {
						ups = append(ups, node)
					}
				}
			}
			if len(hurt) > 0 {
				t.Fatalf("after round %d %v is clogged", round, hurt)
			}
			if n > k && (len(downs) != k || len(ups) != k || k > 1 && slices.Equal(downs, ups)) {
				t.Fatalf("round %d clogs %v and unclogs %v", round, downs, ups)
			}
		}
	})
}

func must2(t *rapid.T, text string) *fault {
	f, err := Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return f.(*fault)
}

// TestFlakyTurns: each link is down first, and stays as it is for a time within
// the spread.
func TestFlakyTurns(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(2, 5).Draw(t, "nodes")
		f := must2(t, rapid.SampledFrom([]string{"flaky(n1, 50ms ± 50ms)", "flaky(n1 -> rest, 50ms ± 20ms)", "flaky(n1, 50ms)"}).Draw(t, "fault"))
		on := [][]int{{0}, inOrder(n)[1:]}[:len(f.on)]
		next := flakyTurns(rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0)), f, on, n)
		now, since, down := time.Duration(0), make(map[wire]time.Duration), make(map[wire]bool)
		for i := range 60 {
			after, turn, ok := next()
			now += after
			if !ok || after < 0 || i > 0 && len(turn.hurt) > 0 == (len(turn.heal) > 0) {
				t.Fatalf("turn %d: after %v, %+v", i, after, turn)
			}
			for _, w := range slices.Concat(turn.hurt, turn.heal) {
				stayed := now - since[w]
				if lo := max(f.amount.d-f.amount.jitter, shortestTurn); i > 0 && (stayed < lo || stayed > f.amount.d+f.amount.jitter) {
					t.Fatalf("%v stayed %v", w, stayed)
				}
				if down[w] == slices.Contains(turn.hurt, w) {
					t.Fatalf("turn %d: %v is %t already", i, w, down[w])
				}
				since[w], down[w] = now, !down[w]
			}
		}
		if want := len(scope(f, on, n)); len(down) != want {
			t.Fatalf("%d wires change, want %d", len(down), want)
		}
	})
}

// TestTurnFails: what goes wrong while a fault lasts is told when it is healed,
// and everything is healed.
func TestTurnFails(t *testing.T) {
	bubble(t, 3, func(t *testing.T, f *fake) {
		f.fail = func(what, node string, n int) error {
			if what+" "+node == "hurt n1>n2" && n == 1 {
				return errors.New("boom")
			}
			return nil
		}
		v := run(t, f, t.Context(), Step{At: s, For: s, Fault: must(t, "flaky(n1, 100ms)")})[0]
		if v.Error != "healing: flaky, while it lasted: link n1 -> n2: boom" {
			t.Errorf("%+v", v)
		}
	})
	bubble(t, 3, func(t *testing.T, f *fake) { // at the first turn nothing has begun
		f.fail = func(what, node string, _ int) error {
			if what+" "+node == "hurt n2>n1" {
				return errors.New("boom")
			}
			return nil
		}
		v := run(t, f, t.Context(), Step{At: s, For: s, Fault: must(t, "swizzle(n1, 100ms)")})[0]
		if v.Error != "injection: swizzle: link n2 -> n1: boom" {
			t.Errorf("%+v", v)
		}
	})
}

// TestTurnHangs: healing does not wait for ever, and can be tried again.
func TestTurnHangs(t *testing.T) {
	bubble(t, 3, func(t *testing.T, f *fake) {
		open := make(chan struct{})
		f.fail = func(_, _ string, n int) error {
			if n > 0 {
				f.mu.Unlock()
				<-open
				f.mu.Lock()
			}
			return nil
		}
		in, err := must(t, "flaky(n1 -> n2, 100ms)").Inject(t.Context(), Target{Cluster: f, Rand: stream(1, 2, 3)})
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(s)
		ctx, cancel := context.WithTimeout(t.Context(), s)
		defer cancel()
		if err := in.Heal(ctx); !errors.Is(err, errStillTurning) || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("healing while a turn hangs: %v", err)
		}
		close(open)
		if err := in.Heal(t.Context()); err != nil || in.Evidence() == "" {
			t.Errorf("healing again: %v, evidence %q", err, in.Evidence())
		}
		if left := f.hurt(); left != nil {
			t.Errorf("left: %v", left)
		}
	})
}

// TestTurnsAreSeeded: the same step of the same schedule turns at the same
// instants, whoever leads.
func TestTurnsAreSeeded(t *testing.T) {
	for _, text := range []string{"flaky(all, 100ms ± 90ms)", "swizzle(all, 100ms)"} {
		var logs []string
		for _, leads := range []string{"n1", "n3"} {
			bubble(t, 4, func(t *testing.T, f *fake) {
				f.terms = map[string]uint64{leads: 1}
				run(t, f, t.Context(), Step{At: s, For: 2 * s, Fault: must(t, text)})
				logs = append(logs, fmt.Sprint(f.log))
			})
		}
		if logs[0] != logs[1] {
			t.Errorf("%s:\n%s\ndiffers from\n%s", text, logs[0], logs[1])
		}
	}
}

// TestTooShort: a fault must last until its timetable has changed something.
func TestTooShort(t *testing.T) {
	for text, want := range map[string]string{
		"constrained(follower, 1s)":         "1s: constrained(follower, 1s) goes on to change 1s after it has begun: want more than that",
		"kill(n1) + flaky(all, 1s ± 500ms)": "1s: kill(n1) + flaky(all, 1s ± 500ms) goes on to change 1.5s after it has begun: want more than that",
		"at(elected, swizzle(all, 2s))":     "1s: at(elected, swizzle(all, 2s)) goes on to change 2s after it has begun: want more than that",
		"reset(all, 999ms)":                 "",
		"reset(all)":                        "",
	} {
		got := ""
		for _, p := range (Step{At: s, For: s, Fault: must(t, text)}).Problems(60 * s) {
			got += p.Text
			if p.Field != "for" {
				t.Errorf("%s: field %s", text, p.Field)
			}
		}
		if got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}
