package main

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/quick"
	"time"
	"unicode/utf8"
)

func TestPlan(t *testing.T) {
	s := parse(t, "{systems: [single, etcdraft, hashiraft], repeat: 20, seed: 5}")
	todo := plan(s)
	if len(todo) != 60 || !reflect.DeepEqual(todo, plan(s)) {
		t.Fatalf("%d trials, or another plan each time", len(todo))
	}
	firsts := map[string]int{}
	for r := range 20 {
		var names []string
		for _, p := range todo[3*r : 3*r+3] {
			if p.repeat != r+1 || p.name != fmt.Sprintf("%s-%d", p.system.Label, p.repeat) {
				t.Errorf("trial %s of repeat %d in place %d", p.name, p.repeat, r+1)
			}
			names = append(names, p.system.Label)
		}
		firsts[names[0]]++
		if slices.Sort(names); !slices.Equal(slices.Compact(names), []string{"etcdraft", "hashiraft", "single"}) {
			t.Errorf("repeat %d: %v", r+1, names)
		}
	}
	if len(firsts) != 3 {
		t.Errorf("only %v ever come first", firsts)
	}
}

// A single pass over a few systems is in the order of the scenario; cells of a
// matrix, and repeats, never are: each repeat has an order of its own, and another
// seed has others.
func TestOrder(t *testing.T) {
	names := func(text string) (list []string) {
		for _, p := range plan(parse(t, text)) {
			list = append(list, p.name)
		}
		return list
	}
	if got := names("{systems: [single, null, etcdraft]}"); !slices.Equal(got, []string{"single-1", "null-1", "etcdraft-1"}) {
		t.Errorf("a single pass: %v", got)
	}
	const cells = "{systems: [single, etcdraft], matrix: {load.rate: [1, 2, 3, 4, 5]}, seed: %d}"
	one, other := names(fmt.Sprintf(cells, 1)), names(fmt.Sprintf(cells, 2))
	var inOrder []string
	for _, p := range listed(parse(t, fmt.Sprintf(cells, 1))) {
		inOrder = append(inOrder, p.name)
	}
	if slices.Equal(one, inOrder) || slices.Equal(one, other) {
		t.Errorf("cells of a matrix run in the order\n%v\nand with another seed\n%v", one, other)
	}
	slices.Sort(one)
	slices.Sort(inOrder)
	if !slices.Equal(one, inOrder) {
		t.Errorf("the plan has %v, want %v", one, inOrder)
	}
}

// A share of the knee is resolved for each system.
func TestPlanOfKnees(t *testing.T) {
	s := parse(t, "{systems: [single, etcdraft], load: {rate: 50% of knee, knee: {single: 3000, etcdraft: 800}}}")
	for i, want := range []float64{1500, 400} {
		x, err := specify(plan(s)[i])
		if err != nil {
			t.Fatal(err)
		}
		if f := x.facts(); f.Rate != want || f.Knee != 2*want {
			t.Errorf("%s: %v op/s of %v, want %v", x.label, f.Rate, f.Knee, want)
		}
	}
	if got := outline(s)[0]; !strings.Contains(got, "at 50 % of each system's knee") {
		t.Errorf("the outline: %s", got)
	}
}

// The trials of a matrix are told apart by their labels, and differ in what the
// labels say.
func TestPlanOfMatrix(t *testing.T) {
	s := parse(t, `{systems: [single, etcdraft], repeat: 2, matrix: {load.rate: [10, 20], "faults": [[], [{at: 1s, for: 1s, fault: kill(all)}]]}}`)
	var got []string
	for _, p := range listed(s)[:8] {
		got = append(got, fmt.Sprintf("%s: %v, %s", p.name, p.scenario.Load.Rate, plural(len(p.scenario.Faults), "fault")))
	}
	want := []string{
		"single,rate=10,faults#1-1: 10, 0 faults", "etcdraft,rate=10,faults#1-1: 10, 0 faults",
		"single,rate=10,faults#2-1: 10, 1 fault",
		"etcdraft,rate=10,faults#2-1: 10, 1 fault",
		"single,rate=20,faults#1-1: 20, 0 faults", "etcdraft,rate=20,faults#1-1: 20, 0 faults",
		"single,rate=20,faults#2-1: 20, 1 fault",
		"etcdraft,rate=20,faults#2-1: 20, 1 fault",
	}
	if !slices.Equal(got, want) {
		t.Errorf("the first repeat is\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	names := make(map[string]bool)
	for _, p := range plan(s) {
		names[p.name] = true
	}
	if len(names) != 16 {
		t.Errorf("%d names of 16 trials", len(names))
	}
}

func TestOutline(t *testing.T) {
	for text, want := range map[string]string{
		"systems: [single, etcdraft, hashiraft]\nload: {rate: 500}\nfaults: [{at: 5s, for: 4s, fault: kill(leader)}, {at: 2m, every: 10s, for: 500ms, fault: isolate(any)}]\nduration: 3m": "" +
			"test: single (1 node), etcdraft, hashiraft (3 nodes); ycsb-a at 500 op/s for 3m each after 2s of warm-up; about 9m12s in all\n" +
			"faults: kill(leader) at 5s for 4s, isolate(any) from 2m every 10s for 500ms",
		"{name: x, systems: etcdraft, nodes: 5, load: {arrivals: closed, sessions: 64}, warmup: 0s, repeat: 3, duration: 58s}": "" +
			"x: etcdraft (5 nodes); ycsb-a in a closed loop of 64 sessions for 58s each, 3 times; about 3m in all\n" +
			"no faults",
	} {
		if got := strings.Join(outline(parse(t, text)), "\n"); got != want {
			t.Errorf("%s\nwant:\n%s", got, want)
		}
	}
}

func TestSpan(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "0s", time.Minute: "1m", 10 * time.Minute: "10m", time.Hour: "1h", time.Hour + time.Second: "1h0m1s", 90 * time.Second: "1m30s",
		250 * time.Millisecond: "250ms", 10 * time.Second: "10s",
	} {
		if got := span(d); got != want {
			t.Errorf("%v: %s, want %s", d, got, want)
		}
	}
}

// TestListing: no line is too wide unless one word is, and no word is lost.
func TestListing(t *testing.T) {
	f := func(seed uint64) bool {
		r := rand.New(rand.NewPCG(seed, 1))
		var words []string
		for range r.IntN(30) {
			words = append(words, strings.Repeat("µ", 1+r.IntN(15)))
		}
		l := listing{width: 40 + r.IntN(60)}
		l.row(r.IntN(5), r.IntN(12), "name", strings.Join(words, " "))
		for line := range strings.Lines(l.text.String()) {
			if utf8.RuneCountInString(line)-1 > l.width {
				return false
			}
		}
		return slices.Equal(strings.Fields(l.text.String()), append([]string{"name"}, words...))
	}
	if err := quick.Check(f, nil); err != nil {
		t.Error(err)
	}
	l := listing{width: 30}
	l.row(1, 6, "a", "one two three four five six")
	l.row(1, 6, "longer", "one")
	l.row(2, 0, "", "one")
	if want := " a     one two three four five\n       six\n longer\n       one\n  one\n"; l.text.String() != want {
		t.Errorf("%q, want %q", l.text.String(), want)
	}
}
