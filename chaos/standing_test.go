package chaos

import (
	"fmt"
	"testing"
)

// TestStanding: an interval says which nodes were down and how the others were
// split, where that is what the fault does.
func TestStanding(t *testing.T) {
	for _, c := range []struct{ fault, down, sides string }{
		{"kill(with-leader(4))", "[n1 n2 n3 n4]", "[]"},
		{"kill(n3) + kill({n2, n3})", "[n2 n3]", "[]"},
		{"partition({n1, n3} | rest)", "[]", "[[n1 n3] [n2 n4]]"},
		{"partition(n1 | n2)", "[]", "[[n1] [n2]]"},
		{"kill(n4) + partition(n1 | {n2, n3})", "[n4]", "[[n1] [n2 n3]]"},
		{"partition(n1 | rest) + partition(n2 | n3)", "[]", "[]"},
		{"isolate(n1)", "[]", "[]"},
		{"one-way(n1 -> rest)", "[]", "[]"},
		{"slow-sync(n1, 1ms)", "[]", "[]"},
	} {
		bubble(t, 4, func(t *testing.T, f *fake) {
			list := run(t, f, t.Context(), Step{At: s, For: s, Fault: must(t, c.fault)})
			if down, sides := fmt.Sprint(list[0].Down), fmt.Sprint(list[0].Sides); down != c.down || sides != c.sides {
				t.Errorf("%s: down %s, sides %s, want %s and %s", c.fault, down, sides, c.down, c.sides)
			}
		})
	}
}

// TestStandingAtPoint: what struck at a protocol point is no different.
func TestStandingAtPoint(t *testing.T) {
	down, sides := standing(&struckAt{Injected: injectedParts{
		&killed{nodes: []*corpse{{node: "n2"}}}, &hurtNetwork{on: [][]string{{"n1"}, {"n3"}}, splits: true},
	}})
	if fmt.Sprint(down, sides) != "[n2] [[n1] [n3]]" {
		t.Errorf("down %v, sides %v", down, sides)
	}
}

func TestCountsByLeader(t *testing.T) {
	for text, want := range map[string]bool{
		"kill(with-leader(2))": true, "partition(without-leader(1) | rest)": true, "kill(n1) + isolate(with-leader(1))": true,
		"at(elected, kill(with-leader(2)))": true, "kill(leader)": false, "kill(random(2))": false, "partition(leader | rest)": false,
	} {
		if got := CountsByLeader(must(t, text)); got != want {
			t.Errorf("%s: %t, want %t", text, got, want)
		}
	}
}
