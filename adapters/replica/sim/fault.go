package sim

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"nines/adapters/replica"
	"nines/bench"
)

// waitingFault is one that waits for its point.
type waitingFault struct {
	Fault
	left int // times that some node comes to it
}

func (r *run) strikeOrWait(f Fault) {
	if r.healed {
		return
	}
	if f.Point != "" {
		r.waiting = append(r.waiting, &waitingFault{f, max(1, f.Nth)})
		return
	}
	r.strike(f, nil, nil)
}

// strike does a fault, now.
func (r *run) strike(f Fault, here *node, p *replica.Point) {
	victim, ok := r.resolve(f.Whom, here, p)
	if r.healed || !ok {
		return
	}
	if f.Do == Kill {
		r.kill(f.String(), victim, f.For)
		return
	}
	r.sever(f.String(), r.around(f.Do, victim), []string{r.c.names[victim]}, f.For)
}

// around is the links of a node that a harm cuts.
func (r *run) around(do Harm, victim int) [][2]int {
	var pairs [][2]int
	for other := range r.c.nodes {
		if other == victim {
			continue
		}
		if do != Deaf {
			pairs = append(pairs, [2]int{victim, other})
		}
		if do != Mute {
			pairs = append(pairs, [2]int{other, victim})
		}
	}
	return pairs
}

// resolve finds the node that a target names.
func (r *run) resolve(t Target, here *node, p *replica.Point) (int, bool) {
	name := string(t)
	switch t {
	case Here:
		name = here.name
	case Coordinator:
		name = p.Coordinator
	case Participant:
		name = ""
		for _, who := range p.Participants {
			if who != p.Coordinator {
				name = who
				break
			}
		}
	case Leader:
		name = r.leader()
	}
	i := slices.Index(r.c.names, name)
	return i, i >= 0
}

// leader is whom most nodes take for the leader, of the highest term.
func (r *run) leader() string {
	votes := make(map[string]int)
	for i := range r.c.nodes {
		if l := r.c.Status(i).Leader; l != "" {
			votes[l]++
		}
	}
	return slices.MaxFunc(r.c.names, func(a, b string) int {
		return cmp.Or(cmp.Compare(votes[a], votes[b]), strings.Compare(b, a))
	})
}

// begin records a fault.
func (r *run) begin(fault string, nodes []string) int {
	r.h.Faults = append(r.h.Faults, bench.Interval{
		Step: len(r.h.Faults), Fault: fault, Nodes: nodes,
		Start: r.c.now, Injected: r.c.now, HealFrom: bench.Never, End: bench.Never,
	})
	return len(r.h.Faults) - 1
}

func (r *run) end(i int, evidence string) {
	f := &r.h.Faults[i]
	f.HealFrom, f.End, f.Evidence = r.c.now, r.c.now, evidence
}

// kill kills a node that is up.
func (r *run) kill(fault string, victim int, lasts time.Duration) {
	n := r.c.nodes[victim]
	if !n.up {
		return
	}
	f := r.begin(fault, []string{n.name})
	r.c.events = append(r.c.events, bench.Event{At: r.c.now, Node: n.name, Kind: bench.EventKilled})
	r.c.Crash(victim)
	r.told(n, bench.Status{})
	r.orphan(victim)
	life := n.lives
	restart := func() {
		if n.up || n.lives != life {
			return
		}
		r.end(f, "the node was gone")
		if err := r.c.Restart(victim); err != nil && r.c.failed == nil {
			r.c.failed = err
			return
		}
		r.c.events = append(r.c.events, bench.Event{At: r.c.now, Node: n.name, Kind: bench.EventRestarted})
	}
	n.restart = restart
	if lasts > 0 {
		r.after(lasts, restart)
	}
}

// sever cuts links.
func (r *run) sever(fault string, pairs [][2]int, nodes []string, lasts time.Duration) {
	f, c := r.begin(fault, nodes), &cut{pairs: pairs}
	r.links.sever(c)
	if lasts > 0 {
		r.after(lasts, func() { r.mend(f, c) })
	}
	r.open = append(r.open, func() { r.mend(f, c) })
}

func (r *run) mend(f int, c *cut) {
	if r.h.Faults[f].End != bench.Never {
		return
	}
	r.links.mend(c)
	r.end(f, fmt.Sprintf("%d messages dropped", c.dropped))
}

// heal ends all faults.
func (r *run) heal() error {
	r.healed = true
	for _, mend := range r.open {
		mend()
	}
	for _, n := range r.c.nodes {
		if !n.up && n.restart != nil {
			n.restart()
		}
	}
	r.changed = r.c.now
	return r.c.failed
}

// reached is told of protocol points.
func (r *run) reached(n *node, p replica.Point) {
	r.h.Points[p.Name]++
	for i := 0; i < len(r.waiting) && n.up; {
		w := r.waiting[i]
		if w.Point != p.Name {
			i++
			continue
		}
		if w.left--; w.left > 0 {
			i++
			continue
		}
		r.waiting = append(r.waiting[:i:i], r.waiting[i+1:]...)
		r.strike(w.Fault, n, &p)
	}
}
