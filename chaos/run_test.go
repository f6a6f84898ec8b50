package chaos

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"nines/bench"
)

// run plays a schedule on a fake cluster in virtual time.
func run(t *testing.T, f *fake, ctx context.Context, steps ...Step) []bench.Interval {
	t.Helper()
	list, err := Run(ctx, Config{Cluster: f, Base: f.base, Steps: steps, Duration: 60 * s, Seed: 1})
	if err != nil {
		t.Error(err)
	}
	if left := f.hurt(); left != nil {
		t.Errorf("after the run there is still: %v", left)
	}
	return list
}

func bubble(t *testing.T, n int, test func(*testing.T, *fake)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { test(t, newFake(n)) })
}

// at runs check when so much virtual time has passed.
func (f *fake) at(d time.Duration, check func()) {
	go func() {
		time.Sleep(d)
		check()
	}()
}

// TestEveryFaultBites injects each kind on 3 nodes of which n1 leads, looks at
// the cluster in the middle, and reads the interval.
func TestEveryFaultBites(t *testing.T) {
	const cut = " cut"
	for _, c := range []struct {
		fault    string
		middle   []string
		nodes    string
		evidence string
	}{
		{"kill(leader)", []string{"n1 down"}, "[n1]", "n1 was down 4.00 s, then restarted"},
		{"kill({n2, n3})", []string{"n2 down", "n3 down"}, "[n2 n3]", "n2 was down 4.00 s, then restarted; n3 was down 4.00 s, then restarted"},
		{"isolate(leader)", []string{"n1>n2" + cut, "n1>n3" + cut, "n2>n1" + cut, "n3>n1" + cut}, "[n1]", "16,000 messages dropped on 4 links (n1)"},
		{"partition(n2 | rest)", []string{"n1>n2" + cut, "n2>n1" + cut, "n2>n3" + cut, "n3>n2" + cut}, "[n2 n1 n3]", "16,000 messages dropped on 4 links (n2 | n1 n3)"},
		{"partition(n1 | n2)", []string{"n1>n2" + cut, "n2>n1" + cut}, "[n1 n2]", "8,000 messages dropped on 2 links (n1 | n2)"},
		{"partition(n1 | n2 | n3)", []string{"n1>n2" + cut, "n1>n3" + cut, "n2>n1" + cut, "n2>n3" + cut, "n3>n1" + cut, "n3>n2" + cut}, "[n1 n2 n3]", "24,000 messages dropped on 6 links (n1 | n2 | n3)"},
		{"one-way(leader -> rest)", []string{"n1>n2" + cut, "n1>n3" + cut}, "[n1 n2 n3]", "8,000 messages dropped on 2 links (n1 -> n2 n3)"},
		{"delay(n3 -> n2, 50ms ± 10ms)", []string{"n3>n2 delay 50ms ± 10ms"}, "[n3 n2]", "4,000 messages delayed on 1 link (n3 -> n2)"},
		{"loss(n1 -> n2, 20%)", []string{"n1>n2 loss 20%"}, "[n1 n2]", "800 messages dropped on 1 link (n1 -> n2)"},
		{"duplicate(n1 -> n2, 10%)", []string{"n1>n2 duplicate 10%"}, "[n1 n2]", "400 messages duplicated on 1 link (n1 -> n2)"},
		{"reorder(n1 -> n2, 20%, 10ms)", []string{"n1>n2 reorder 20%, 10ms"}, "[n1 n2]", "800 messages overtaken on 1 link (n1 -> n2)"},
		{"rate(n1 -> n2, 1500kB/s)", []string{"n1>n2 rate 1500kB/s"}, "[n1 n2]", "4,000 messages delayed on 1 link (n1 -> n2)"},
		{"chained(n3)", []string{"n1>n3" + cut, "n3>n1" + cut}, "[n3 n1]", "8,000 messages dropped on 2 links (n3 | n1)"},
		{"reset(n1 -> n2)", []string{"n1>n2 reset"}, "[n1 n2]", "4,000 messages dropped on 1 link (n1 -> n2)"},
		{"slow-sync(leader, 20ms)", []string{"n1 sync 20ms"}, "[n1]", "4,000 syncs of 1 node slowed by 20ms, 80.00 s in total"},
		{"restart({n1, n3}, 3s)", []string{"n1 down", "n3 down"}, "[n1 n3]", "2 of 2 nodes restarted (n1 n3), ready within 3.00 s of being stopped"},
		{"restart(rolling, 1900ms)", []string{"n2 down"}, "[n1 n2 n3]", "3 of 3 nodes restarted in turn (n1 n2 n3), ready within 1.90 s of being stopped"},
		{"restart(rolling)", nil, "[n1 n2 n3]", "3 of 3 nodes restarted in turn (n1 n2 n3)"},
		{"crash-loop(n2, 700ms)", nil, "[n2]", "n2 crashed 6 times in 4.00 s"},
		{"io-error({n2, n3})", []string{"n2 down", "n2 fails", "n3 down", "n3 fails"}, "[n2 n3]", "n2 met 1 error of its disk, and was restarted after 4.00 s; n3 met 1 error of its disk, and was restarted after 4.00 s"},
		{"disk-full(leader, 1KiB)", []string{"n1 down", "n1 full after 1024"}, "[n1]", "n1 met 1 error of its disk, and was restarted after 4.00 s"},
		{"torn-write(n2)", []string{"n2 down", "n2 tears"}, "[n2]", "n2 lost power with 1,000 bytes not forced, of which 600 reached its disk, and was restarted after 4.00 s"},
		{"skew(n2, -200ms)", []string{"n2 clock skew -200ms"}, "[n2]", "n2 read its clock 4,000 times while it was 200ms behind"},
		{"strobe(n2, 200ms, 300ms)", []string{"n2 clock skew 200ms"}, "[n2]", "n2 read its clock 2,100 times while it was 200ms ahead, which came 7 times in 4.00 s"},
		{"drift({n1, n2}, +20%)", []string{"n1 clock drift +20%", "n2 clock drift +20%"}, "[n1 n2]", "the clock of n1 came to be 800 ms ahead in 4.00 s; the clock of n2 came to be 800 ms ahead in 4.00 s"},
		{"drift(n1, -50%)", []string{"n1 clock drift -50%"}, "[n1]", "the clock of n1 came to be 2.00 s behind in 4.00 s"},
		{"transfer-leader(n3)", nil, "[n3]", "n1 handed over to n3 within 0 ms (term 1 to 2)"},
		{"remove(leader)", []string{"n1 down", "n1 is no member"}, "[n1]", "n2 n3 remained members; n1 was down 4.00 s, then joined empty (members: n1#2 n2 n3)"},
		{"replace(leader)", nil, "[n1]", "empty nodes took the places of n1 (members: n1#2 n2 n3), and had caught up 4.00 s later"},
		{"replace({n1, n2})", nil, "[n1 n2]", "empty nodes took the places of n1 n2 (members: n1#2 n2#2 n3), and had caught up 4.00 s later"},
		{"add(2)", []string{"spare-1 is a member", "spare-2 is a member"}, "[spare-1 spare-2]", "members: n1 n2 n3 spare-1 spare-2; spare-1 caught up within 0 ms, and had applied 10 entries when it left; spare-2 caught up within 0 ms, and had applied 10 entries when it left"},
		{"kill(leader) + one-way(n2 -> n3)", []string{"n1 down", "n2>n3" + cut}, "[n1 n2 n3]", "n1 was down 4.00 s, then restarted; 4,000 messages dropped on 1 link (n2 -> n3)"},
	} {
		t.Run(c.fault, func(t *testing.T) {
			bubble(t, 3, func(t *testing.T, f *fake) {
				f.at(7*s, func() {
					if got := f.hurt(); fmt.Sprint(got) != fmt.Sprint(c.middle) {
						t.Errorf("in the middle:\n got %q\nwant %q", got, c.middle)
					}
				})
				list := run(t, f, t.Context(), Step{At: 5 * s, For: 4 * s, Fault: must(t, c.fault)})
				if len(list) != 1 {
					t.Fatalf("%d intervals", len(list))
				}
				v := list[0]
				if v.Start != 5*s || v.Injected != 5*s || v.HealFrom != 9*s || v.End != 9*s || v.For != 4*s {
					t.Errorf("times: %+v", v)
				}
				if fmt.Sprint(v.Nodes) != c.nodes || v.Evidence != c.evidence || v.Error != "" || v.NA != "" {
					t.Errorf("got %+v\nwant nodes %s, evidence %q", v, c.nodes, c.evidence)
				}
			})
		})
	}
}

// TestNoBite: what did nothing has no evidence.
func TestNoBite(t *testing.T) {
	for _, text := range []string{
		"kill(n2)", "isolate(n2)", "slow-sync(n2, 1ms)", "delay(all, 1ms)", "kill(n2) + delay(all, 1ms)",
		"duplicate(all, 10%)", "reorder(all, 10%, 1ms)", "rate(all, 1MB/s)", "chained(n2)", "bridge(n2)", "flaky(n2, 100ms)", "swizzle(all, 100ms)", "reset(n2, 100ms)",
	} {
		bubble(t, 3, func(t *testing.T, f *fake) {
			f.silent, f.undead = true, true
			list := run(t, f, t.Context(), Step{At: s, For: s, Fault: must(t, text)})
			if len(list) != 1 || list[0].Evidence != "" || list[0].End != 2*s {
				t.Errorf("%s: %+v", text, list)
			}
		})
	}
	bubble(t, 3, func(t *testing.T, f *fake) { // one part did, the other did not
		f.silent = true
		list := run(t, f, t.Context(), Step{At: s, For: s, Fault: must(t, "kill(n2) + delay(all, 1ms)")})
		if list[0].Evidence != "" {
			t.Errorf("%+v", list)
		}
	})
}

// TestNotApplicable: a step that the cluster cannot suffer is not an error.
func TestNotApplicable(t *testing.T) {
	for _, c := range []struct {
		fault string
		nodes int
		caps  Caps
		want  string
	}{
		{"partition(leader | rest)", 1, ^Caps(0), "nothing is left for rest: the cluster has 1 node"},
		{"kill(n2)", 1, ^Caps(0), "there is no node n2: the cluster has 1 node"},
		{"kill(all) + isolate(all)", 3, CanKill, "the system does not offer: link faults"},
		{"slow-sync(all, 1ms)", 3, 0, "the system does not offer: disk faults"},
	} {
		bubble(t, c.nodes, func(t *testing.T, f *fake) {
			f.caps = c.caps
			list := run(t, f, t.Context(),
				Step{At: s, For: s, Fault: must(t, c.fault)},
				Step{At: 2 * s, For: s, Fault: must(t, c.fault)})
			if len(list) != 2 || list[0].NA != c.want || list[1].NA != c.want || list[1].Start != 2*s || list[1].End != 2*s || len(f.log) > 0 {
				t.Errorf("%s: %+v, log %q", c.fault, list, f.log)
			}
		})
	}
}

// deaf hides everything but the bench.Cluster and Killer of a fake.
type deaf struct {
	bench.Cluster
	Killer
}

func TestNobodyTellsWhoLeads(t *testing.T) {
	bubble(t, 3, func(t *testing.T, f *fake) {
		c := Config{Cluster: deaf{f, f}, Base: f.base, Duration: 9 * s, Steps: []Step{{For: s, Fault: must(t, "kill(follower)")}}}
		list, err := Run(t.Context(), c)
		if err != nil || len(list) != 1 || list[0].NA != "the cluster does not tell who leads" {
			t.Errorf("%+v, %v", list, err)
		}
	})
}

func TestLeaderIsAwaited(t *testing.T) {
	bubble(t, 3, func(t *testing.T, f *fake) {
		f.terms = map[string]uint64{}
		f.at(7*s, func() { f.mu.Lock(); f.terms["n2"] = 4; f.mu.Unlock() })
		list := run(t, f, t.Context(), Step{At: 5 * s, For: 4 * s, Fault: must(t, "kill(leader)")})
		v := list[0]
		if fmt.Sprint(v.Nodes) != "[n2]" || v.Start < 7*s || v.Start > 7*s+leaderPoll || v.HealFrom != v.Injected+4*s {
			t.Errorf("%+v", v)
		}
	})
	bubble(t, 3, func(t *testing.T, f *fake) {
		f.terms = map[string]uint64{}
		list := run(t, f, t.Context(),
			Step{At: 5 * s, For: 4 * s, Fault: must(t, "kill(leader)")},
			Step{At: 6 * s, For: 1 * s, Fault: must(t, "kill(n1)")})
		v := list[0]
		if v.Error != "injection: no node led within 5s" || v.Start != 5*s || v.Injected != 10*s || v.End != 10*s || v.Evidence != "" {
			t.Errorf("%+v", v)
		}
		if v := list[1]; v.Error != "" || v.Start != 6*s {
			t.Errorf("another step suffers: %+v", v)
		}
	})
}

// TestLeaderOf: a deposed leader, and one that is down, do not lead.
func TestLeaderOf(t *testing.T) {
	f := newFake(4)
	f.terms = map[string]uint64{"n1": 3, "n3": 5, "n4": 9}
	f.up["n4"] = false
	if got := leaderOf(f, f.names); got != 2 {
		t.Errorf("leader is node index %d, want 2", got)
	}
}

// TestLayers: faults that overlap add up, and each heal takes away its own.
func TestLayers(t *testing.T) {
	bubble(t, 3, func(t *testing.T, f *fake) {
		check := func(at time.Duration, want ...string) {
			f.at(at+s/2, func() {
				if got := f.hurt(); strings.Join(got, ", ") != strings.Join(want, ", ") {
					t.Errorf("after %v: %q, want %q", at, got, want)
				}
			})
		}
		a, b := "n1>n2 cut", "n1>n2 delay 5ms"
		check(1*s, a)
		check(2*s, a, b)
		check(3*s, a, b, "n2 down")
		check(4*s, a, b, "n2 down", "n2 sync 1ms")
		check(5*s, b, "n2 down", "n2 sync 1ms")
		check(6*s, b, "n2 down")
		check(7*s, b, "n2 down")
		check(8*s, "n2 down")
		list := run(t, f, t.Context(),
			Step{At: 1 * s, For: 4 * s, Fault: must(t, "one-way(n1 -> n2)")},
			Step{At: 2 * s, For: 6 * s, Fault: must(t, "delay(n1 -> n2, 5ms)")},
			Step{At: 3 * s, For: 4 * s, Fault: must(t, "kill(n2)")},
			Step{At: 4 * s, For: 2 * s, Fault: must(t, "slow-sync(n2, 1ms)")},
			Step{At: 5 * s, For: 4 * s, Fault: must(t, "kill(n2)")})
		if list[2].Evidence != "n2 was down 4.00 s, and stays so for another fault" || list[4].Evidence != "n2 was down 4.00 s, then restarted" {
			t.Errorf("%+v", list)
		}
		for _, v := range list {
			if v.Error != "" || v.Evidence == "" {
				t.Errorf("%+v", v)
			}
		}
	})
}

// TestOrder: composed faults heal in reverse; a step waits for one that was to
// be over; steps of the same instant keep their order. Kills and restarts take
// 0.7 s each.
func TestOrder(t *testing.T) {
	bubble(t, 3, func(t *testing.T, f *fake) {
		f.slow = 700 * time.Millisecond
		list := run(t, f, t.Context(),
			Step{At: 1 * s, For: 1 * s, Fault: must(t, "kill(n1) + one-way(n1 -> n2) + one-way(n2 -> n1)")},
			Step{At: 2 * s, For: 1 * s, Fault: must(t, "kill(n2)")},
			Step{At: 2 * s, For: 1 * s, Fault: must(t, "slow-sync(n3, 1ms)")})
		want := []string{
			"1.7s kill n1", "1.7s hurt n1>n2", "1.7s hurt n2>n1",
			"2.7s heal n2>n1", "2.7s heal n1>n2", "3.4s restart n1",
			"4.1s kill n2", "4.1s hurt n3",
			"5.1s heal n3", "5.8s restart n2",
		}
		if fmt.Sprint(f.log) != fmt.Sprint(want) {
			t.Errorf("got %q\nwant %q", f.log, want)
		}
		if v := list[1]; v.Start != 3400*time.Millisecond || v.Injected != 4100*time.Millisecond || v.HealFrom != 5100*time.Millisecond || v.End != 5800*time.Millisecond || v.For != time.Second {
			t.Errorf("%+v", v)
		}
	})
}

// TestHealTwice: healing again does nothing.
func TestHealTwice(t *testing.T) {
	for _, k := range Kinds() {
		bubble(t, 5, func(t *testing.T, f *fake) {
			f.at(s/2, func() { f.reach(Point{Name: "prepared", Node: "n1", Coordinator: "n1"}) })
			in, err := must(t, k.Example).Inject(t.Context(), Target{Cluster: f, Rand: stream(1, 2, 3)})
			if err != nil {
				t.Fatal(err)
			}
			time.Sleep(s)
			if err := in.Heal(t.Context()); err != nil {
				t.Error(err)
			}
			evidence := in.Evidence()
			if err := in.Heal(t.Context()); err != nil || in.Evidence() != evidence || evidence == "" {
				t.Errorf("%s: %v, evidence %q, then %q", k.Name, err, evidence, in.Evidence())
			}
		})
	}
}

// TestRoseByItself: a node that did not stay down was not killed.
func TestRoseByItself(t *testing.T) {
	bubble(t, 3, func(t *testing.T, f *fake) {
		f.phoenix = true
		f.at(3*s/2, func() { f.mu.Lock(); f.up["n2"] = true; f.mu.Unlock() })
		list := run(t, f, t.Context(), Step{At: s, For: s, Fault: must(t, "kill({n1, n2})")})
		if v := list[0]; v.Evidence != "" || v.Error != "" {
			t.Errorf("%+v", v)
		}
	})
}

// TestResolvedTogether: all targets are resolved before the first part strikes.
func TestResolvedTogether(t *testing.T) {
	bubble(t, 3, func(t *testing.T, f *fake) {
		f.killed = func(node string) {
			delete(f.terms, node)
			f.terms["n3"] = 2
		}
		list := run(t, f, t.Context(), Step{At: s, For: s, Fault: must(t, "kill(leader) + slow-sync(leader, 1ms)")})
		if fmt.Sprint(list[0].Nodes) != "[n1]" || list[0].Error != "" {
			t.Errorf("%+v", list[0])
		}
	})
}

// TestSameForEverySystem: a choice does not depend on who leads, unless it must.
func TestSameForEverySystem(t *testing.T) {
	var picks []string
	for _, leads := range []string{"n1", "n2", "n3", "n4", "n5"} {
		bubble(t, 5, func(t *testing.T, f *fake) {
			f.terms = map[string]uint64{leads: 1}
			list := run(t, f, t.Context(),
				Step{At: s, Every: 2 * s, For: s / 2, Jitter: s, Fault: must(t, "kill(random(2))")},
				Step{At: s, Every: 2 * s, For: s / 2, Jitter: s, Fault: must(t, "slow-sync(any, 1ms)")})
			pick := ""
			for _, v := range list {
				pick += fmt.Sprintln(v.Start, v.Fault, v.Nodes)
			}
			picks = append(picks, pick)
		})
	}
	for _, p := range picks[1:] {
		if p != picks[0] {
			t.Fatalf("%s\ndiffers from\n%s", p, picks[0])
		}
	}
	if hit := strings.Count(picks[0], "["); hit != 2*29 {
		t.Errorf("%d injections", hit)
	}
	for _, n := range []string{"[n1]", "[n2]", "[n3]", "[n4]", "[n5]"} {
		if !strings.Contains(picks[0], n) {
			t.Errorf("any was never %s:\n%s", n, picks[0])
		}
	}
}
