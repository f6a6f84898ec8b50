package step

import (
	"errors"
	"fmt"
	"maps"
	"runtime"
	"slices"

	"nines/adapters/replica"
	"nines/bench"
)

// errStruck ends a node that was stopped at a protocol point. It is not news.
var errStruck = errors.New("stopped at a protocol point")

// run is the loop that owns the machine.
func (n *node) run() {
	defer n.drain()
	clock := n.env.Clock
	tick, stop := clock.NewTicker(n.tick)
	defer stop()
	began, ticks := clock.Now(), 0
	var out Output
	for first := true; ; first = false {
		if first || len(n.own) > 0 {
			select {
			case <-n.stop.Done():
				return
			default:
			}
		} else {
			select {
			case <-n.stop.Done():
				return
			case <-tick:
			case <-n.wake:
				// Whoever is about to put something in should make this turn: fewer
				// and larger batches cost less.
				runtime.Gosched()
			}
		}
		in := n.take()
		// In every turn, and after it is known what has come: a loop that was held
		// up must not take a call, or a late message, at an instant that is long
		// over. Leases depend on it. A clock that was set back stands still.
		in.Ticks = max(0, int(clock.Now().Sub(began)/n.tick)-ticks)
		ticks += in.Ticks
		out.Reset()
		n.machine.Step(in, &out)
		if err := n.do(&out); err != nil {
			if err != errStruck {
				n.fail(err)
			}
			return
		}
	}
}

// take returns what has happened, but for the ticks.
func (n *node) take() Input {
	in := Input{Messages: n.msgs.Take(), Calls: n.calls.Take(), Saved: n.saved.Swap(0)}
	if in.Saved != 0 {
		n.saving = false
	}
	if len(n.own) > 0 {
		n.own = append(n.own, in.Messages...)
		in.Messages = n.own
		clear(n.spare)
		n.own, n.spare = n.spare[:0], n.own
	}
	for i := range in.Calls {
		c := &in.Calls[i]
		n.held[c.Session] = held{c.Attempt, c.Op.Kind == bench.Read, c.Done}
	}
	return in
}

// do does what the machine wants.
func (n *node) do(out *Output) error {
	if out.Failed != nil {
		return out.Failed
	}
	n.publish()
	if err := n.reached(out.Points); err != nil {
		return err
	}
	for _, e := range out.Events {
		n.env.Events(e)
	}
	n.send(out.Send)
	for i := range out.Replies {
		n.answer(&out.Replies[i])
	}
	if err := n.persist(out); err != nil {
		return err
	}
	return n.snapshot(out.Snapshot)
}

// reached tells of protocol points, and waits while a fault is injected there.
func (n *node) reached(points []replica.Point) error {
	if n.env.Points == nil {
		return nil
	}
	for _, p := range points {
		injected := n.env.Points(p)
		if injected == nil {
			continue
		}
		select {
		case <-injected:
		case <-n.stop.Done():
		}
		if n.stop.Err() != nil { // perhaps that was the fault
			return errStruck
		}
	}
	return nil
}

// send sends messages from the loop goroutine: those to the machine itself need
// not go through its inbox.
func (n *node) send(ms []Message) {
	for _, m := range ms {
		if m.Peer == n.self {
			n.own = append(n.own, m)
			continue
		}
		n.env.Link.Send(n.env.Members[m.Peer], m.Body, m.Size)
	}
}

// answer completes a call.
func (n *node) answer(r *Reply) {
	c := &r.Call
	if n.held[c.Session].attempt == c.Attempt {
		delete(n.held, c.Session)
	}
	c.Complete(r.Reply, r.Err)
}

// persist hands records to the log. What has to wait for a forced write that
// takes time is left to the writer, and so is all that comes behind it.
func (n *node) persist(out *Output) error {
	w := batch{records: out.Records, force: out.Force, after: out.After, compact: out.Compact}
	if w.empty() {
		return nil
	}
	if !n.log.idle() {
		n.log.put(&w)
		return nil
	}
	if w.compact == nil || n.env.Disk.Instant() {
		done, err := n.log.appendNow(&w)
		if err != nil {
			return err
		}
		if done {
			n.send(w.after)
			return nil
		}
		w.records = nil
	}
	n.log.put(&w)
	return nil
}

// snapshot saves s in the background.
func (n *node) snapshot(s *Snapshot) error {
	if s == nil {
		return nil
	}
	if n.saving {
		return fmt.Errorf("the machine wants snapshot %d saved while another one is being saved", s.Index)
	}
	n.saving = true
	index, state := s.Index, s.State
	n.running.Go(func() {
		if err := n.env.Disk.SaveSnapshot(index, state); err != nil {
			n.fail(err)
			return
		}
		n.saved.Store(index)
		select {
		case n.wake <- struct{}{}:
		default:
		}
	})
	return nil
}

// publish makes the machine's status visible to others, and tells of a change of
// leader.
func (n *node) publish() {
	s := n.machine.Status()
	n.statusMu.Lock()
	n.status = s
	n.statusMu.Unlock()
	if *n.leader.Load() == s.Leader {
		return
	}
	n.leader.Store(&s.Leader)
	n.env.Events(LeaderEvent(n.env.ID, s))
}

// LeaderEvent tells that a node has learnt whom s names as the leader.
func LeaderEvent(node string, s bench.Status) bench.Event {
	e := bench.Event{Kind: bench.EventFollows, Term: s.Term, Detail: s.Leader}
	switch s.Leader {
	case "":
		e.Kind = bench.EventNoLeader
	case node:
		e.Kind, e.Detail = bench.EventLeader, ""
	}
	return e
}

// drain answers everybody when the loop has ended.
func (n *node) drain() {
	n.stopNow()
	n.msgs.Close()
	left := n.calls.Close()
	n.statusMu.Lock()
	n.status = bench.Status{}
	n.statusMu.Unlock()
	for _, session := range slices.Sorted(maps.Keys(n.held)) {
		h := n.held[session]
		err := n.opts.lost
		if h.read {
			err = n.downError()
		}
		h.done.Complete(h.attempt, bench.Reply{}, err)
	}
	for i := range left {
		left[i].Complete(bench.Reply{}, n.downError())
	}
}
