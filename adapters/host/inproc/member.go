package inproc

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"nines/adapters/replica"
	"nines/bench"
	"nines/chaos"
)

// abilities is what a system can do of what is optional.
func abilities(s *replica.Server) (caps chaos.Caps) {
	if _, ok := s.Replica().(replica.Transferrer); ok {
		caps |= chaos.CanTransfer
	}
	if _, ok := s.Replica().(replica.Reconfigurer); ok {
		caps |= chaos.CanMember
	}
	return caps
}

func (n *node) member() replica.Member { return replica.Member{Node: n.name, Life: n.life.Load()} }

// next is the member that the node will be when it joins. One that never ran is
// nobody yet.
func (n *node) next() replica.Member {
	m := n.member()
	if n.disk() != nil {
		m.Life++
	}
	return m
}

// Spares implements [chaos.Memberer].
func (c *Cluster) Spares() []string { return c.spares }

// TransferLeader implements [chaos.Leaderer].
func (c *Cluster) TransferLeader(ctx context.Context, to string) error {
	if _, err := c.node(to); err != nil {
		return err
	}
	return c.askLeader(ctx, func(r replica.Replica) error {
		t, ok := r.(replica.Transferrer)
		if !ok {
			return errors.New("the system cannot transfer leadership")
		}
		return t.TransferLeader(to)
	})
}

// Leave implements [chaos.Memberer]. The node runs until it has left, so that one
// that leads can see to that itself. Its disk is kept for nobody.
func (c *Cluster) Leave(ctx context.Context, name string) (members []string, err error) {
	n, done, err := c.turn(ctx, name)
	if err != nil {
		return nil, err
	}
	defer done()
	leaves := []replica.Member{n.member(), n.next()} // the latter if it has joined without our knowing
	members, err = c.reconfigure(ctx, replica.Change{Remove: leaves})
	if err != nil {
		return nil, fmt.Errorf("have %s leave: %w", n.member(), err)
	}
	return members, c.retire(n)
}

// Join implements [chaos.Memberer]. The member that it takes the place of leaves
// by the same change, if the system can do both at once. The new one starts last:
// two cannot have the same links.
func (c *Cluster) Join(ctx context.Context, name string) (members []string, err error) {
	n, done, err := c.turn(ctx, name)
	if err != nil {
		return nil, err
	}
	defer done()
	old, next := n.member(), n.next()
	change := replica.Change{Add: []replica.Member{next}}
	if old != next {
		change.Remove = []replica.Member{old}
	}
	if members, err = c.reconfigure(ctx, change); err != nil {
		return nil, fmt.Errorf("have %s join: %w", next, err)
	}
	if err := c.retire(n); err != nil {
		return nil, err
	}
	n.life.Store(next.Life)
	if err := c.begin(n); err != nil {
		return nil, fmt.Errorf("start %s, which has joined: %w", next, err)
	}
	c.report(n, time.Now(), bench.Event{Kind: bench.EventJoined, Detail: next.String()})
	return members, nil
}

// turn waits until nobody else changes the members.
func (c *Cluster) turn(ctx context.Context, name string) (n *node, done func(), err error) {
	if n, err = c.node(name); err != nil {
		return nil, nil, err
	}
	select {
	case c.changing <- struct{}{}:
		return n, func() { <-c.changing }, nil
	case <-ctx.Done():
		return nil, nil, fmt.Errorf("wait for another change of the members: %w", context.Cause(ctx))
	}
}

// retire stops a node that is no member any more, if it runs.
func (c *Cluster) retire(n *node) error {
	n.out.Store(true)
	at := time.Now()
	switch err := n.kill(); {
	case errors.Is(err, errDown):
		return nil
	case err != nil:
		return fmt.Errorf("stop %s, which has left: %w", n.member(), err)
	}
	c.report(n, at, bench.Event{Kind: bench.EventLeft, Detail: n.member().String()})
	return nil
}

func (c *Cluster) reconfigure(ctx context.Context, change replica.Change) (members []string, err error) {
	err = c.askLeader(ctx, func(r replica.Replica) error {
		rc, ok := r.(replica.Reconfigurer)
		if !ok {
			return errors.New("the system cannot change its members")
		}
		list, err := rc.Reconfigure(ctx, change)
		for _, m := range list {
			members = append(members, m.String())
		}
		slices.Sort(members)
		return err
	})
	return members, err
}

// askLeader asks whoever leads, and again when that has changed meanwhile.
func (c *Cluster) askLeader(ctx context.Context, ask func(replica.Replica) error) error {
	again := time.NewTicker(c.cfg.Timing.Heartbeat)
	defer again.Stop()
	last := errors.New("nobody leads")
	for {
		if s := c.leads(); s != nil {
			err := ask(s.Replica())
			var elsewhere *bench.NotLeaderError
			if !errors.As(err, &elsewhere) && !errors.Is(err, replica.ErrLost) {
				return err
			}
			last = err
		}
		select {
		case <-again.C:
		case <-ctx.Done():
			return fmt.Errorf("%w: %w", context.Cause(ctx), last)
		}
	}
}

// leads returns the node that takes itself for the leader in the highest term.
func (c *Cluster) leads() (leader *replica.Server) {
	var term uint64
	for _, name := range slices.Concat(c.cfg.Nodes, c.spares) {
		s := c.nodes[name].server.Load()
		if s == nil {
			continue
		}
		if st := s.Status(); st.Up && st.Leader == name && (leader == nil || st.Term > term) {
			leader, term = s, st.Term
		}
	}
	return leader
}
