package analysis

import (
	"fmt"
	"slices"
	"time"

	"nines/bench"
)

// A trial that explores fault tolerance asks of each fault: once failover is over,
// who is still served? The probes tell, since those of a node never leave it: they
// are that side's clients. A fault is judged by those that were due in the last third of
// it, less the deadline, and only if all was well before it.

// A Survival is what was left of the service under one fault.
type Survival struct {
	Fault    string   `json:"fault"`            // "" for none: the time before the first
	Down     []string `json:"down,omitempty"`   // whom it killed
	Split    bool     `json:"split,omitempty"`  // it cut the links between sides
	Leader   string   `json:"leader,omitempty"` // who led when it came; "" where nobody does
	From     MS       `json:"from_ms"`          // of the time by which it was judged
	To       MS       `json:"to_ms"`
	Sides    []Side   `json:"sides"`              // of the living, as the fault names them, and then the dead
	Unjudged string   `json:"unjudged,omitempty"` // why there are no figures
}

// A Side is nodes that reached each other, or the dead, with what their clients got.
type Side struct {
	Nodes  []string `json:"nodes"`
	Dead   bool     `json:"dead,omitempty"`
	Leads  bool     `json:"leads,omitempty"` // who led before is on it, and lives
	Reads  Service  `json:"reads"`
	Writes Service  `json:"writes"`
}

// A Service is what the clients of all nodes of a side got of one kind of operation.
// The keys are one part, or as many as they have owners.
type Service struct {
	Due    int `json:"due"`
	Good   int `json:"good"`
	Keys   int `json:"keys"`   // parts of the keys
	Served int `json:"served"` // of those, served by every node of the side
	Partly int `json:"partly"` // of those, served by some nodes only, or at times
	// Theory is how many parts should be served, and Agrees says whether these and no
	// others were.
	Theory int  `json:"theory"`
	Agrees bool `json:"agrees"`
}

// judgedPart of a fault is what it is judged by, at its end.
const judgedPart = 3

// survivals has one for the time before the first fault and one for each fault that
// the cluster could suffer. There are none unless the trial explores tolerance.
func (t *trial) survivals() []Survival {
	if t.Facts.Tolerance == nil || len(t.faults) == 0 || t.Facts.Probe <= 0 {
		return nil
	}
	first := t.faults[0]
	none := Survival{Leader: t.leaderAt(first.Start), Sides: []Side{{Nodes: t.Facts.Nodes, Leads: t.leaderAt(first.Start) != ""}}}
	out := []Survival{t.judge(none, max(0, first.Start-first.last()), first.Start)}
	for i, f := range t.faults {
		out = append(out, t.survival(i, f))
	}
	return out
}

// last is how long the time at its end is by which a fault is judged.
func (f span) last() time.Duration { return (f.HealFrom - f.Injected) / judgedPart }

func (t *trial) survival(i int, f span) Survival {
	v := Survival{Fault: f.Fault, Down: f.Down, Split: len(f.Sides) > 0, Leader: t.leaderAt(f.Start)}
	v.Sides, v.Unjudged = t.sides(f)
	before := time.Duration(0)
	for j, other := range t.faults {
		switch {
		case j == i:
		case other.Start < f.HealFrom && other.End > f.Start:
			v.Unjudged = "another fault was in force: " + other.Fault
		case other.End <= f.Start:
			before = max(before, other.End)
		}
	}
	switch {
	case f.Error != "":
		v.Unjudged = f.Error
	case v.Unjudged == "":
		v.Unjudged = t.unwell(max(before, f.Start-f.last()), f.Start)
	}
	if v.Unjudged != "" {
		v.From, v.To = MS(nan), MS(nan)
		return v
	}
	return t.judge(v, f.HealFrom-f.last(), f.HealFrom)
}

// sides are the groups of nodes that a fault leaves, or why that is not known.
func (t *trial) sides(f span) (sides []Side, why string) {
	groups := f.Sides
	if len(groups) == 0 {
		groups = [][]string{t.Facts.Nodes}
	}
	named := 0
	leader := t.leaderAt(f.Start)
	for _, g := range groups {
		named += len(g)
		s := Side{Nodes: slices.DeleteFunc(slices.Clone(g), func(n string) bool { return slices.Contains(f.Down, n) })}
		s.Leads = leader != "" && slices.Contains(s.Nodes, leader)
		if len(s.Nodes) > 0 {
			sides = append(sides, s)
		}
	}
	if len(f.Down) > 0 {
		sides = append(sides, Side{Nodes: f.Down, Dead: true})
	}
	switch {
	case named != len(t.Facts.Nodes):
		why = "a node on no side reaches all, so there are no sides"
	case len(f.Sides) == 0 && len(f.Down) == 0:
		why = "it neither killed nodes nor split them"
	}
	return sides, why
}

// leaderAt is who became leader last in the highest term before an instant; "" where
// each node leads, or nobody.
func (t *trial) leaderAt(at time.Duration) string {
	if g := &t.Facts.Guarantees; g.Partitioned || g.Leaderless {
		return ""
	}
	var last bench.Event
	for _, e := range t.Events {
		if e.Kind == bench.EventLeader && e.At <= at && (e.Term > last.Term || e.Term == last.Term && e.At >= last.At || last.Node == "") {
			last = e
		}
	}
	return last.Node
}

// judge fills in what the clients of each side got of the probes that were due in
// [from, to-deadline), which were over, one way or the other, by to.
func (t *trial) judge(v Survival, from, to time.Duration) Survival {
	to -= t.Facts.Deadline
	v.From, v.To = ms(from), ms(to)
	got := t.tally(from, to)
	for i := range v.Sides {
		s := &v.Sides[i]
		s.Reads, s.Writes = t.service(got, s, bench.Read), t.service(got, s, bench.Write)
		if s.Reads.Due == 0 || s.Writes.Due == 0 {
			v.Unjudged = fmt.Sprintf("no probe was due at %v in %v", s.Nodes, to-from)
		}
	}
	return v
}

// unwell says which node was not fully served before a fault, or "".
func (t *trial) unwell(from, to time.Duration) string {
	got := t.tally(from, to-t.Facts.Deadline)
	for _, n := range t.Facts.Nodes {
		one := Side{Nodes: []string{n}}
		for _, kind := range []bench.Kind{bench.Read, bench.Write} {
			if s := t.service(got, &one, kind); s.Served < s.Keys {
				return fmt.Sprintf("before the fault %d of %d %ss at %s were good", s.Good, s.Due, kind, n)
			}
		}
	}
	return ""
}
