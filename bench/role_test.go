package bench_test

import (
	"testing"

	"nines/bench"
)

func TestRole(t *testing.T) {
	ev := func(kind bench.EventKind, term uint64, detail string) bench.Event {
		return bench.Event{Node: "n1", Kind: kind, Term: term, Detail: detail}
	}
	follows := bench.Role{Leader: "n2", Term: 3}
	for _, c := range []struct {
		name   string
		from   bench.Role
		events []bench.Event
		want   bench.Role
	}{
		{"elected", bench.Role{}, []bench.Event{ev(bench.EventLeader, 2, "")}, bench.Role{Leads: true, Leader: "n1", Term: 2}},
		{"deposed", bench.Role{Leads: true, Leader: "n1", Term: 2}, []bench.Event{ev(bench.EventFollows, 3, "n2")}, follows},
		{"lost its leader", follows, []bench.Event{ev(bench.EventNoLeader, 3, "")}, bench.Role{Term: 3}},
		{"killed while it led", bench.Role{Leads: true, Leader: "n1", Term: 2}, []bench.Event{ev(bench.EventKilled, 0, "")}, bench.Role{Down: true, Term: 2}},
		{"failed", follows, []bench.Event{ev(bench.EventFailed, 0, "disk")}, bench.Role{Down: true, Term: 3}},
		{"back, and no news yet", bench.Role{Down: true, Term: 2}, []bench.Event{ev(bench.EventRestarted, 0, "")}, bench.Role{Term: 2}},
		{"back, and then it finds a leader", bench.Role{Down: true}, []bench.Event{ev(bench.EventRestarted, 0, ""), ev(bench.EventFollows, 3, "n2")}, follows},
		{"finds a leader before its host says that it is back", bench.Role{Down: true}, []bench.Event{ev(bench.EventFollows, 3, "n2"), ev(bench.EventRestarted, 0, "")}, follows},
		{"a snapshot is no change", follows, []bench.Event{ev(bench.EventSnapshot, 0, "100"), ev(bench.EventInDoubt, 0, "committed")}, follows},
	} {
		got := c.from
		for _, e := range c.events {
			got = got.After(e)
		}
		if got != c.want {
			t.Errorf("%s: %+v, want %+v", c.name, got, c.want)
		}
	}
}
