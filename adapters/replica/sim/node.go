package sim

import (
	"fmt"

	"nines/adapters/replica"
	"nines/adapters/replica/step"
	"nines/bench"
)

// node is one member, over all its lives.
type node struct {
	c       *Cluster
	self    int
	name    string
	lives   int
	up      bool
	machine step.Machine
	leader  string
	disk    disk
	own     []step.Message // to the machine itself, for its next step
	out     step.Output
	turn    turn   // of Run
	restart func() // of Run: ends the kill
}

// refuses tells why the node does not take a call.
func (n *node) refuses(call *replica.Call) error {
	if !n.up {
		return fmt.Errorf("node %s is down: %w", n.name, bench.ErrRejected)
	}
	if leader := n.leader; leader != n.name && (n.c.cfg.Serves == nil || !n.c.cfg.Serves(call)) {
		return &bench.NotLeaderError{Leader: leader}
	}
	return nil
}

// stop ends the node's life.
func (n *node) stop() {
	n.up, n.machine, n.own = false, nil, nil
	n.turn = turn{}
	keep := n.disk.durable
	if n.c.crash != nil {
		keep = n.c.crash(n, len(n.disk.log))
	}
	n.c.Drop(n.disk.forcing)
	n.c.Drop(n.disk.saving)
	n.disk.crash(keep)
}

// wake gives the machine input.
func (n *node) wake(in step.Input) {
	if n.c.arrive != nil {
		n.c.arrive(n, in)
		return
	}
	n.step(in)
}

// step has the machine take a step, and those that it owes itself then.
func (n *node) step(in step.Input) {
	for more := true; more && n.up; more = len(n.own) > 0 {
		n.own, in.Messages = nil, append(n.own, in.Messages...)
		n.out.Reset()
		n.machine.Step(in, &n.out)
		n.c.steps++
		n.do(&n.out)
		in = step.Input{}
	}
}

// do does what the machine wants.
func (n *node) do(out *step.Output) {
	c := n.c
	if out.Failed != nil {
		n.fail(out.Failed)
		return
	}
	n.publish()
	for _, p := range out.Points {
		c.logf("%s is at %s", n.name, pointText(&p))
		n.trapped(p)
		if c.point != nil && n.up {
			c.point(n, p)
		}
		if !n.up {
			return
		}
	}
	for _, e := range out.Events {
		n.report(e)
	}
	n.send(out.Send)
	for i := range out.Replies {
		c.replied(n, &out.Replies[i])
	}
	n.persist(&job{
		records: out.Records, force: out.Force, after: out.After, compact: out.Compact,
	})
	n.save(out.Snapshot)
}

func (n *node) fail(err error) {
	n.c.logf("%s fails: %v", n.name, err)
	if n.c.failed == nil {
		n.c.failed = fmt.Errorf("node %s: %w", n.name, err)
	}
	n.c.events = append(n.c.events, bench.Event{At: n.c.now, Node: n.name, Kind: bench.EventFailed, Detail: err.Error()})
	n.stop()
}

func pointText(p *replica.Point) string {
	s := fmt.Sprintf("%s(%d)", p.Name, p.Txn)
	if p.Coordinator != "" {
		s += " of " + p.Coordinator
	}
	return s
}

// report hands on news.
func (n *node) report(e bench.Event) {
	e.At, e.Node = n.c.now, n.name
	n.c.events = append(n.c.events, e)
	switch e.Kind {
	case bench.EventLeader:
		n.c.logf("%s leads in term %d", n.name, e.Term)
	case bench.EventFollows:
		n.c.logf("%s follows %s in term %d", n.name, e.Detail, e.Term)
	case bench.EventNoLeader:
		n.c.logf("%s knows no leader in term %d", n.name, e.Term)
	case bench.EventInDoubt:
		n.c.logf("%s: transaction %d was in doubt, %d locks: %s", n.name, e.Txn, e.Locks, e.Detail)
	default:
		n.c.logf("%s: %s %s", n.name, e.Kind, e.Detail)
	}
}

// publish tells of a change of leader, as package step does.
func (n *node) publish() {
	s := n.machine.Status()
	if s.Leader != n.leader {
		n.leader = s.Leader
		n.report(step.LeaderEvent(n.name, s))
	}
	if n.c.told != nil {
		n.c.told(n, s)
	}
}

func (n *node) send(ms []step.Message) {
	for _, m := range ms {
		if m.Peer == n.self {
			n.own = append(n.own, m)
			continue
		}
		n.c.cost.Messages++
		n.c.cost.Bytes += uint64(m.Size)
		a := n.c.pend(&Action{Kind: Deliver, Node: m.Peer, Message: step.Message{Peer: n.self, Body: m.Body, Size: m.Size}})
		if !n.c.quiet {
			n.c.logf("#%d %s -> %s: %s", a.ID, n.name, n.c.names[m.Peer], describe(m.Body))
		}
	}
}

func (c *Cluster) replied(n *node, r *step.Reply) {
	if c.answer != nil {
		c.answer(n, r)
		return
	}
	c.replies = append(c.replies, *r)
	c.logf("%s answers session %d: %s", n.name, r.Call.Session, replyText(r))
}

func replyText(r *step.Reply) string {
	switch {
	case r.Err != nil:
		return r.Err.Error()
	case r.Reply.Txn == nil:
		return fmt.Sprintf("ok %d", r.Reply.Value)
	}
	s := "ok"
	for i, f := range r.Reply.Txn.Found {
		k := bench.Kind(0)
		if r.Call.Op.Txn != nil {
			k = r.Call.Op.Txn.Micros[i].Kind
		}
		if k == bench.List || k == bench.Scan {
			s += fmt.Sprintf(" %v", f.List)
		} else {
			s += fmt.Sprintf(" %d", int64(f.Value))
		}
	}
	return s
}
