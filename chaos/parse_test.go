package chaos

import (
	"errors"
	"math"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestParseCanonical(t *testing.T) {
	for text, want := range map[string]string{
		"kill(leader)":                            "kill(leader)",
		" kill ( node 2 ) ":                       "kill(n2)",
		"kill({n3,n1})":                           "kill({n1, n3})",
		"kill({n2})":                              "kill(n2)",
		"isolate(random(2))":                      "isolate(random(2))",
		"kill(without-leader( 2 ))":               "kill(without-leader(2))",
		"partition(leader|rest)":                  "partition(leader | rest)",
		"partition(with-leader(2)|rest)":          "partition(with-leader(2) | rest)",
		"partition(n1 | {n2, n3} | n4)":           "partition(n1 | {n2, n3} | n4)",
		"one-way(leader->rest)":                   "one-way(leader -> rest)",
		"delay(leader -> rest, 50ms+-10ms)":       "delay(leader -> rest, 50ms ± 10ms)",
		"delay(all,0.05s)":                        "delay(all, 50ms)",
		"delay(n1, 5ms ± 0s)":                     "delay(n1, 5ms)",
		"loss(follower, 20 %)":                    "loss(follower, 20%)",
		"loss(any -> all, 0.1%)":                  "loss(any -> all, 0.1%)",
		"loss(all, 7%)":                           "loss(all, 7%)",
		"isolate(lagging)":                        "isolate(lagging)",
		"bridge( any )":                           "bridge(any)",
		"ring( )":                                 "ring()",
		"quorum-loss(node 3)":                     "quorum-loss(n3)",
		"constrained(follower,0.25s)":             "constrained(follower, 250ms)",
		"chained(follower) + ring()":              "chained(follower) + ring()",
		"duplicate(all -> n1, 0.50%)":             "duplicate(all -> n1, 0.5%)",
		"reorder(all,20%,10ms)":                   "reorder(all, 20%, 10ms)",
		"rate(leader->rest,1MB/s)":                "rate(leader -> rest, 1MB/s)",
		"rate(all, 1.5MB/s)":                      "rate(all, 1500kB/s)",
		"rate(all, 2000000kB/s)":                  "rate(all, 2GB/s)",
		"rate(all, 0.0012kB/s)":                   "rate(all, 1B/s)",
		"flaky(n1, 1s +- 1s)":                     "flaky(n1, 1s ± 1s)",
		"swizzle(all, 200ms)":                     "swizzle(all, 200ms)",
		"reset(leader)":                           "reset(leader)",
		"reset(n1 -> n2,0.5s)":                    "reset(n1 -> n2, 500ms)",
		"slow-sync(majority,20ms)":                "slow-sync(majority, 20ms)",
		"slow-sync(minority, 250µs)":              "slow-sync(minority, 250µs)",
		"kill(leader)+slow-sync(rest, 1m5s)":      "kill(leader) + slow-sync(rest, 1m5s)",
		"at(prepared,kill(coordinator))":          "at(prepared, kill(coordinator))",
		"restart( rolling )":                      "restart(rolling)",
		"restart(rolling,1000ms)":                 "restart(rolling, 1s)",
		"restart({n2,n1})":                        "restart({n1, n2})",
		"restart(minority, 2s)":                   "restart(minority, 2s)",
		"crash-loop(follower,.5s)":                "crash-loop(follower, 500ms)",
		"disk-full(n1)":                           "disk-full(n1)",
		"disk-full(n1, 65536B)":                   "disk-full(n1, 64KiB)",
		"disk-full(n1,1025B)":                     "disk-full(n1, 1025B)",
		"disk-full(n1, 3072MiB)":                  "disk-full(n1, 3GiB)",
		"torn-write(leader)+io-error(rest)":       "torn-write(leader) + io-error(rest)",
		"skew(n1, +200ms)":                        "skew(n1, 200ms)",
		"skew(n1, -0.2s)":                         "skew(n1, -200ms)",
		"strobe(any,200ms,50ms)":                  "strobe(any, 200ms, 50ms)",
		"drift(any, 20%)":                         "drift(any, +20%)",
		"drift(any, + 12.5 %)":                    "drift(any, +12.5%)",
		"drift(any,-90%)":                         "drift(any, -90%)",
		"kill(n1),kill(n2)+isolate(n3)":           "kill(n1), kill(n2) + isolate(n3)",
		"kill(n1)for 2000ms,isolate(rest)":        "kill(n1) for 2s, isolate(rest)",
		"one-of(kill(any),loss(all,5%)+kill(n1))": "one-of(kill(any), loss(all, 5%) + kill(n1))",
		"each-of(kill(any),ring()+kill(n1))":      "each-of(kill(any), ring() + kill(n1))",
		"add( 2 )":                                "add(2)",
		"at( voted, partition(coordinator|participant)+kill(n3) )": "at(voted, partition(coordinator | participant) + kill(n3))",
	} {
		f, err := Parse(text)
		if err != nil {
			t.Errorf("%v", err)
		} else if f.String() != want {
			t.Errorf("Parse(%q) prints as %q, want %q", text, f, want)
		} else if again := must(t, want); !reflect.DeepEqual(f, again) {
			t.Errorf("Parse(%q) and Parse(%q) differ", text, want)
		}
	}
}

func TestParseErrors(t *testing.T) {
	faults, targets := "here are "+strings.Join(Names(), ", "), strings.Join(targetNames(), ", ")
	for _, c := range []struct{ text, want string }{
		{"", `fault "": a fault is missing here: t` + faults},
		{"kil(leader)", `fault "kil(leader)": unknown fault "kil": did you mean "kill"? T` + faults},
		{"explode(all)", `fault "explode(all)": unknown fault "explode": t` + faults},
		{"kill", `fault "kill", character 5: found the end instead of "(": want kill(T)`},
		{"kill()", `fault "kill()", character 6: found ")" instead of a target: want kill(T), and targets are ` + targets},
		{"kill(leadr)", `fault "kill(leadr)", character 6: unknown target "leadr": did you mean "leader"? There are ` + targets},
		{"kill(n0)", `fault "kill(n0)", character 6: there is no node 0: nodes are numbered from 1, n1, n2, …`},
		{"kill({n1, n1})", `fault "kill({n1, n1})", character 11: n1 stands in the list twice`},
		{"kill(leader", `fault "kill(leader", character 12: found the end instead of ")": want kill(T)`},
		{"kill(leader, 4s)", `fault "kill(leader, 4s)", character 12: found "," instead of ")": want kill(T)`},
		{"kill(leader) kill(n1)", `fault "kill(leader) kill(n1)", character 14: "kill" does not belong here: a fault ends after ")", or goes on with "+" and another one at the same time, or "," and the next`},
		{"kill(leader) +", `fault "kill(leader) +", character 15: a fault is missing here: t` + faults},
		{"partition(leader)", `fault "partition(leader)", character 11: a partition has two sides or more: want partition(A | B) or partition(A | B | C)`},
		{"partition(leader, rest)", `fault "partition(leader, rest)", character 11: a partition has two sides or more: want partition(A | B) or partition(A | B | C)`},
		{"one-way(leader)", `fault "one-way(leader)", character 15: found ")" instead of "->": want one-way(A -> B)`},
		{"random(2)", `fault "random(2)": unknown fault "random": t` + faults},
		{"kill(random)", `fault "kill(random)", character 12: random needs how many nodes: want random(2)`},
		{"kill(random(x))", `fault "kill(random(x))", character 13: found "x" instead of how many nodes: want random(2)`},
		{"kill(with-leader)", `fault "kill(with-leader)", character 17: with-leader needs how many nodes: want with-leader(2)`},
		{"kill(without-leader(0))", `fault "kill(without-leader(0))", character 21: found "0" instead of how many nodes: want without-leader(2)`},
		{"delay(leader)", `fault "delay(leader)", character 13: delay does not say how much: want delay(T, 50ms) or delay(A -> B, 50ms ± 10ms)`},
		{"delay(leader, 50)", `fault "delay(leader, 50)", character 15: found "50" instead of a time such as 20ms or 1.5s: want delay(T, 50ms) or delay(A -> B, 50ms ± 10ms)`},
		{"delay(leader, -5ms)", `fault "delay(leader, -5ms)", character 15: delay by -5ms: the time must be more than 0`},
		{"delay(all, 5ms ± 6ms)", `fault "delay(all, 5ms ± 6ms)", character 18: a time of 5ms ± 6ms would be negative at times: the second must be from 0 to 5ms`},
		{"loss(leader, 0.2)", `fault "loss(leader, 0.2)", character 14: 0.2 is no share: want a percentage, such as 20%`},
		{"loss(leader, 120%)", `fault "loss(leader, 120%)", character 14: 120% is out of range: want more than 0% and at most 100%`},
		{"ring", `fault "ring", character 5: found the end instead of "(": want ring()`},
		{"ring(all)", `fault "ring(all)", character 6: found "all" instead of ")": want ring()`},
		{"bridge()", `fault "bridge()", character 8: found ")" instead of a target: want bridge(T), and targets are ` + targets},
		{"quorum-loss(follower -> n1)", `fault "quorum-loss(follower -> n1)", character 22: found "->" instead of ")": want quorum-loss(T)`},
		{"constrained(follower)", `fault "constrained(follower)", character 21: constrained does not say how much: want constrained(T, 250ms)`},
		{"duplicate(all, 0%)", `fault "duplicate(all, 0%)", character 16: 0% is out of range: want more than 0% and at most 100%`},
		{"reorder(all, 20%)", `fault "reorder(all, 20%)", character 17: found ")" instead of ",": want reorder(T, 20%, 10ms) or reorder(A -> B, 20%, 10ms)`},
		{"reorder(all, 10ms)", `fault "reorder(all, 10ms)", character 14: found "10ms" instead of a share such as 20%: want reorder(T, 20%, 10ms) or reorder(A -> B, 20%, 10ms)`},
		{"reorder(all, 20%, 0s)", `fault "reorder(all, 20%, 0s)", character 19: reorder by up to 0s: the time must be more than 0`},
		{"rate(all)", `fault "rate(all)", character 9: rate does not say how much: want rate(T, 1MB/s) or rate(A -> B, 1MB/s)`},
		{"rate(all, 1MB)", `fault "rate(all, 1MB)", character 11: found "1MB" instead of a rate in B/s, kB/s, MB/s or GB/s, such as 1MB/s: want rate(T, 1MB/s) or rate(A -> B, 1MB/s)`},
		{"rate(all, 1mb/s)", `fault "rate(all, 1mb/s)", character 11: found "1mb/s" instead of a rate in B/s, kB/s, MB/s or GB/s, such as 1MB/s: want rate(T, 1MB/s) or rate(A -> B, 1MB/s)`},
		{"rate(all, 0MB/s)", `fault "rate(all, 0MB/s)", character 11: 0MB/s is out of range: want from 1B/s to 1000000GB/s`},
		{"flaky(all, 1ns)", `fault "flaky(all, 1ns)", character 12: flaky with 1ns: the time must be 1ms or more`},
		{"reset(all, 0s)", `fault "reset(all, 0s)", character 12: reset with 0s: the time must be 1ms or more`},
		{"swizzle(n1 -> n2, 1s)", `fault "swizzle(n1 -> n2, 1s)", character 12: found "->" instead of ",": want swizzle(T, 200ms)`},
		{"kill(coordinator)", `fault "kill(coordinator)", character 6: "coordinator" has a meaning only at a protocol point: want at(prepared, kill(coordinator)), say`},
		{"kill(any) + isolate(participant)", `fault "kill(any) + isolate(participant)", character 21: "participant" has a meaning only at a protocol point: want at(prepared, kill(participant)), say`},
		{"at(prepard, kill(leader))", `fault "at(prepard, kill(leader))", character 4: unknown protocol point "prepard": did you mean "prepared"? There are prepared, voted, precommitted, decided, elected, promised`},
		{"at(2, kill(leader))", `fault "at(2, kill(leader))", character 4: found "2" instead of a protocol point: want at(P, F), and points are prepared, voted, precommitted, decided, elected, promised`},
		{"at(voted)", `fault "at(voted)", character 9: found ")" instead of ",": want at(P, F)`},
		{"at(voted, )", `fault "at(voted, )", character 11: unknown fault ")": t` + faults},
		{"at(voted, kill(all)", `fault "at(voted, kill(all)", character 20: found the end instead of ")": want at(P, F)`},
		{"at(voted, at(decided, kill(all)))", `fault "at(voted, at(decided, kill(all)))", character 11: at stands alone: want at(P, F), where F may be several faults such as kill(coordinator) + slow-sync(rest, 20ms)`},
		{"kill(n1) + at(decided, kill(all))", `fault "kill(n1) + at(decided, kill(all))", character 12: at stands alone: want at(P, F), where F may be several faults such as kill(coordinator) + slow-sync(rest, 20ms)`},
		{"at(decided, kill(all)) + kill(n1)", `fault "at(decided, kill(all)) + kill(n1)", character 24: "+" does not belong here: a fault ends after ")"; what shall strike at the same moment stands inside at(…)`},
		{"kill(n1),", `fault "kill(n1),", character 10: a fault is missing here: t` + faults},
		{"kill(n1), at(voted, kill(all))", `fault "kill(n1), at(voted, kill(all))", character 11: at stands alone: want at(P, F), where F may be several faults such as kill(coordinator) + slow-sync(rest, 20ms)`},
		{"at(voted, kill(n1)), kill(all)", `fault "at(voted, kill(n1)), kill(all)", character 20: "," does not belong here: a fault ends after ")"; what shall strike at the same moment stands inside at(…)`},
		{"kill(n1) for 2s", `fault "kill(n1) for 2s": for says how long a part of a sequence lasts, and kill(n1) stands alone: its step says for how long`},
		{"kill(n1) for 0s, kill(n2)", `fault "kill(n1) for 0s, kill(n2)", character 14: for 0s: the time must be more than 0`},
		{"kill(n1) for ever, kill(n2)", `fault "kill(n1) for ever, kill(n2)", character 14: found "ever" instead of a time such as 20ms or 1.5s: want F, G or F for 2s, G`},
		{"one-of(kill(n1))", `fault "one-of(kill(n1))": one-of has one fault, and nothing to choose: want one-of(F, G)`},
		{"each-of(kill(n1))", `fault "each-of(kill(n1))": each-of has one fault, and nothing to choose: want each-of(F, G)`},
		{"each-of(kill(n1), kill(n2)), kill(n3)", `fault "each-of(kill(n1), kill(n2)), kill(n3)", character 28: "," does not belong here: a fault ends after ")"; each-of stands alone in its step`},
		{"kill(n3), each-of(kill(n1), kill(n2))", `fault "kill(n3), each-of(kill(n1), kill(n2))", character 11: each-of stands alone in its step: want each-of(F, G), where F may be several faults such as kill(leader) + slow-sync(rest, 20ms)`},
		{"one-of(kill(n1), kill(n2)", `fault "one-of(kill(n1), kill(n2)", character 26: found the end instead of ")": want one-of(F, G)`},
		{"kill(n1) + one-of(kill(n1), kill(n2))", `fault "kill(n1) + one-of(kill(n1), kill(n2))", character 12: one-of stands alone, or between commas: want one-of(F, G), where F may be several faults such as kill(leader) + slow-sync(rest, 20ms)`},
		{"one-of(kill(n1), kill(n2)) + kill(n1)", `fault "one-of(kill(n1), kill(n2)) + kill(n1)", character 28: "+" does not belong here: a fault ends after ")", or goes on with "," and the next`},
		{"add(n4)", `fault "add(n4)", character 5: found "n4" instead of how many nodes: want add(1)`},
		{"add()", `fault "add()", character 5: add does not say how much: want add(1)`},
		{"kill(rolling)", `fault "kill(rolling)", character 6: unknown target "rolling": there are ` + targets},
		{"restart(rolling, 0s)", `fault "restart(rolling, 0s)", character 18: restart by 0s: the time must be more than 0`},
		{"restart(rolling, )", `fault "restart(rolling, )", character 18: found ")" instead of a time such as 20ms or 1.5s: want restart(T) or restart(T, 1s) or restart(rolling) or restart(rolling, 1s)`},
		{"restart(rolling 1s)", `fault "restart(rolling 1s)", character 17: found "1s" instead of ",": want restart(T) or restart(T, 1s) or restart(rolling) or restart(rolling, 1s)`},
		{"crash-loop(n1)", `fault "crash-loop(n1)", character 14: crash-loop does not say how much: want crash-loop(T, 500ms)`},
		{"crash-loop(n1, 999µs)", `fault "crash-loop(n1, 999µs)", character 16: crash-loop with 999µs: the time must be 1ms or more`},
		{"disk-full(n1, 64)", `fault "disk-full(n1, 64)", character 15: found "64" instead of a size such as 64KiB, 10MiB or 500B: want disk-full(T) or disk-full(T, 64KiB)`},
		{"disk-full(n1, 0B)", `fault "disk-full(n1, 0B)", character 15: 0B is out of range: want 1B or more, or nothing after the target for no room at all`},
		{"io-error(n1, 1s)", `fault "io-error(n1, 1s)", character 12: found "," instead of ")": want io-error(T)`},
		{"skew(n1, 0s)", `fault "skew(n1, 0s)", character 10: skew by 0s would do nothing: want skew(T, 200ms) or skew(T, -200ms)`},
		{"skew(n1, 20%)", `fault "skew(n1, 20%)", character 10: found "20" instead of a time such as 20ms or 1.5s: want skew(T, 200ms) or skew(T, -200ms)`},
		{"strobe(n1, 200ms)", `fault "strobe(n1, 200ms)", character 17: found ")" instead of ",": want strobe(T, 200ms, 50ms)`},
		{"strobe(n1, 200ms, 1ns)", `fault "strobe(n1, 200ms, 1ns)", character 19: strobe with 1ns: the time must be 1ms or more`},
		{"drift(n1, 0%)", `fault "drift(n1, 0%)", character 11: 0% is out of range: want from -90% to +900%, and not 0%`},
		{"drift(n1, -100%)", `fault "drift(n1, -100%)", character 11: -100% is out of range: want from -90% to +900%, and not 0%`},
		{"drift(n1, +20)", `fault "drift(n1, +20)", character 12: 20 is no share: want a percentage, such as +20%`},
		{"drift(n1, fast)", `fault "drift(n1, fast)", character 11: found "fast" instead of a share such as +20%: want drift(T, +20%) or drift(T, -20%)`},
		{"slow-sync(all, 20ms ± 1ms)", `fault "slow-sync(all, 20ms ± 1ms)", character 21: found "±" instead of ")": want slow-sync(T, 20ms)`},
	} {
		_, err := Parse(c.text)
		var syntax *SyntaxError
		switch {
		case err == nil:
			t.Errorf("Parse(%q) succeeds, want %s", c.text, c.want)
		case !errors.As(err, &syntax):
			t.Errorf("Parse(%q): %T, want a *SyntaxError", c.text, err)
		case err.Error() != c.want:
			t.Errorf("Parse(%q):\n got %s\nwant %s", c.text, err, c.want)
		}
	}
}

// placeholder is what stands for something in the forms of a kind.
var placeholder = regexp.MustCompile(`\b[TABCPF]\b`)

// TestKindsParse holds the help texts against the parser.
func TestKindsParse(t *testing.T) {
	for _, k := range Kinds() {
		f := must(t, k.Example)
		if f.String() != k.Example || f.Needs().Lacks(k.Needs) != 0 || PointOf(f) == "" && f.Needs() != k.Needs {
			t.Errorf("%s: the example %q prints as %q and needs %v", k.Name, k.Example, f, f.Needs())
		}
		for _, u := range k.Usage {
			must(t, placeholder.ReplaceAllStringFunc(u, func(p string) string {
				return map[string]string{"T": "n9", "A": "n1", "B": "n2", "C": "n3", "P": "voted", "F": "kill(n1)"}[p]
			}))
		}
	}
	for _, c := range Compositions() {
		if f := must(t, c.Example); f.String() != c.Example {
			t.Errorf("the example %q prints as %q", c.Example, f)
		}
		for u := range strings.SplitSeq(c.Usage, " or ") {
			must(t, strings.NewReplacer("F", "kill(n1)", "G", "isolate(n2)").Replace(u))
		}
	}
	for _, w := range TargetWords() {
		must(t, "at(decided, kill("+w.Name+"))")
	}
	for _, w := range PointWords() {
		must(t, "at("+w.Name+", kill(any))")
	}
}

// genFault draws any fault of the grammar.
func genFault() *rapid.Generator[Fault] {
	targets := []string{"leader", "follower", "any", "all", "rest", "majority", "minority", "lagging", "n1", "node 7", "{n2, n1}", "random(3)", "with-leader(2)", "without-leader(2)"}
	return rapid.Custom(func(t *rapid.T) Fault {
		point := rapid.SampledFrom(append(pointNames(), "")).Draw(t, "point")
		sel := targets
		if point != "" {
			sel = append([]string{"coordinator", "participant"}, targets...)
		}
		together := rapid.Custom(func(t *rapid.T) string {
			return strings.Join(rapid.SliceOfN(genPart(sel), 1, 3).Draw(t, "parts"), "+")
		})
		text := together.Draw(t, "strike")
		if point != "" {
			text = "at(" + point + "," + text + ")"
		} else if rapid.Bool().Draw(t, "composed") {
			text = genComposed(together).Draw(t, "composition")
		}
		f, err := Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		return f
	})
}

// genComposed draws a choice or a sequence of these faults.
func genComposed(together *rapid.Generator[string]) *rapid.Generator[string] {
	choice := rapid.Custom(func(t *rapid.T) string {
		return "one-of(" + strings.Join(rapid.SliceOfN(together, 2, 3).Draw(t, "alternatives"), ",") + ")"
	})
	stage := rapid.Custom(func(t *rapid.T) string {
		lasts := rapid.SampledFrom([]string{"", " for 250ms", " for 1m1s"}).Draw(t, "lasts")
		return rapid.OneOf(together, choice).Draw(t, "stage") + lasts
	})
	sequence := rapid.Custom(func(t *rapid.T) string {
		return strings.Join(rapid.SliceOfN(stage, 2, 4).Draw(t, "stages"), ",")
	})
	return rapid.OneOf(choice, sequence)
}

// genPart draws a fault with these targets.
func genPart(targets []string) *rapid.Generator[string] {
	sel := rapid.SampledFrom(targets)
	return rapid.Custom(func(t *rapid.T) string {
		k := rapid.SampledFrom(kinds).Draw(t, "kind")
		where := sel.Draw(t, "target")
		if k.measure == count {
			return k.Name + "(" + amount{n: rapid.IntRange(1, maxNodes).Draw(t, "count")}.String() + ")"
		}
		switch {
		case k.shape == nobody:
			where = ""
		case k.shape == sides:
			where += " | " + sel.Draw(t, "side") + rapid.SampledFrom([]string{"", "|all"}).Draw(t, "third")
		case k.rolling && rapid.Bool().Draw(t, "rolling"):
			where = "rolling"
		case k.shape == arrow, k.shape == targetOrArrow && rapid.Bool().Draw(t, "arrow"):
			where += " -> " + sel.Draw(t, "to")
		}
		d := amount{d: 1 + rapid.SampledFrom([]time.Duration{0, 999, 1e6, 1e9 + 5, 3600e9}).Draw(t, "d")}
		d.d = max(d.d, k.shortest)
		if k.measure.optional() && rapid.Bool().Draw(t, "none") {
			return k.Name + "(" + where + ")"
		}
		percent := rapid.Float64Range(1e-9, 100)
		switch k.measure {
		case flips:
			d.every = d.d + time.Millisecond
			where += ", " + d.String()
		case offset:
			where += ", " + rapid.SampledFrom([]string{"", "+", "-"}).Draw(t, "sign") + d.String()
		case pace:
			x := rapid.SampledFrom([]float64{rapid.Float64Range(-90, -1e-9).Draw(t, "slower"), rapid.Float64Range(1e-9, 900).Draw(t, "faster")}).Draw(t, "drift")
			where += ", " + amount{drift: x}.String()
		case room:
			where += ", " + amount{size: rapid.Int64Range(1, math.MaxInt64).Draw(t, "size")}.String()
		case lateness:
			where += ", " + amount{percent: percent.Draw(t, "percent"), d: d.d}.String()
		case bandwidth:
			where += ", " + amount{rate: rapid.Int64Range(1, mostRate).Draw(t, "rate")}.String()
		case spread:
			d.jitter = time.Duration(rapid.Int64Range(0, int64(d.d)).Draw(t, "jitter"))
			where += ", " + d.String()
		case duration, period:
			where += ", " + d.String()
		case percentage:
			where += ", " + amount{percent: percent.Draw(t, "percent")}.String()
		}
		return k.Name + "(" + where + ")"
	})
}

func TestParseRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := genFault().Draw(t, "fault")
		again, err := Parse(f.String())
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(f, again) {
			t.Fatalf("%q parses back as %q", f, again)
		}
	})
}

func FuzzParse(f *testing.F) {
	for _, k := range Kinds() {
		f.Add(k.Example)
	}
	f.Add("partition({n1, node 2} | random(2) | rest) + delay(any -> all, 1h0.5ms+-3µs) + loss(minority,1e1%)")
	f.Add("kill(kill(kill(")
	for _, c := range Compositions() {
		f.Add(c.Example)
	}
	f.Add("one-of(kill(n1)+add(2),replace(any)) for 1s, transfer-leader(n2), remove(minority) for 5ms")
	f.Add("one-of(one-of(kill(n1), for 2s")
	f.Add("ring()+rate(lagging,1e1MB/s)+reorder(all,5%,1ms)+reset(n1)+flaky(n2->n1,1s+-1s)")
	f.Add("at(at(prepared,kill(participant)+at(voted,kill(coordinator))))")
	f.Fuzz(func(t *testing.T, text string) {
		fault, err := Parse(text)
		if err != nil {
			var syntax *SyntaxError
			if !errors.As(err, &syntax) || syntax.Pos < 0 || syntax.Pos > len(text) || syntax.Error() == "" {
				t.Fatalf("Parse(%q): %#v", text, err)
			}
			return
		}
		again, err := Parse(fault.String())
		if err != nil || !reflect.DeepEqual(fault, again) {
			t.Fatalf("Parse(%q) prints as %q, which parses as %v, %v", text, fault, again, err)
		}
		for n := range 6 {
			_ = Check(fault, n) // must not panic
		}
	})
}
