package balance

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"nines/bench"
)

// A client is one session of a load: it performs one operation at a time, at the node
// that was dialled and, where it is retried or hedged, at others. With each it has a
// session of its own, since the numbers by which a system applies a command once count
// the commands of one session with one node. Such a session is closed when an outcome
// in it is unknown or a request was given up, and the next request opens another.
type client struct {
	*Balancer
	home     int
	sessions []session // by node
	rng      *rand.Rand
	route    bench.Route
}

type session struct {
	id     uint64       // for the next one; 0: a new one
	client bench.Client // nil: none is open
	ctx    context.Context
	cancel context.CancelFunc
}

// Route implements [bench.Router].
func (c *client) Route() bench.Route { return c.route }

// Close implements [bench.Client]. Nothing is out when it is called.
func (c *client) Close() error {
	var errs []error
	for node := range c.sessions {
		errs = append(errs, c.hangUp(node))
	}
	return errors.Join(errs...)
}

// Do implements [bench.Client]. What it returns is what became of the last try: those
// before had no effect.
func (c *client) Do(ctx context.Context, op *bench.Op) (bench.Reply, error) {
	c.route = bench.Route{}
	if c.retries != nil {
		c.retries.earn()
	}
	node := c.home
	defer func() { c.move(node, c.home) }() // where the engine counts it as done
	for try := 1; ; try++ {
		reply, err := c.ask(ctx, node, op)
		if err == nil || !c.again(ctx, op, err, try) {
			return reply, err
		}
		from := node
		node = c.policy.retry.next(node, len(c.nodes))
		c.move(from, node)
	}
}

// move makes the operation one that is outstanding at another node.
func (c *client) move(from, to int) {
	if from != to {
		c.load.Done(from)
		c.load.Sent(to)
	}
}

// again reports whether to try again, when the time for it has come.
func (c *client) again(ctx context.Context, op *bench.Op, err error, try int) bool {
	r := c.policy.retry
	if r == nil || try >= r.Tries || ctx.Err() != nil || !r.allows(op, err) || !c.retries.take() {
		return false
	}
	timer := time.NewTimer(r.pause(try, c.rng))
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// ask tries once.
func (c *client) ask(ctx context.Context, node int, op *bench.Op) (bench.Reply, error) {
	if h := c.policy.hedge; h != nil && h.covers(op) && len(c.nodes) > 1 {
		return c.hedged(ctx, node, op)
	}
	c.asked(node)
	a := c.request(ctx, node, op, nil, 0)
	return a.reply, a.err
}

// asked notes a request. There are at most 100 tries of an operation, each with a
// hedge, so that a byte holds their number.
func (c *client) asked(node int) {
	c.route.Node = node
	c.route.Tries++
}

// An answer is what came of one request.
type answer struct {
	reply bench.Reply
	err   error
	won   bool // it succeeded, and no other had
}

// request asks one node, as number i of a race.
func (c *client) request(ctx context.Context, node int, op *bench.Op, r *race, i int) answer {
	s, err := c.dialled(ctx, node)
	if err != nil { // whatever went wrong, the operation was never sent
		return answer{err: fmt.Errorf("%w: dial %s: %w", bench.ErrRejected, c.nodes[node], err)}
	}
	if !r.start(i, s.cancel) {
		return answer{err: bench.ErrRejected}
	}
	reply, err := s.client.Do(s.ctx, op)
	won := r.end(i, err == nil)
	if bench.OutcomeOf(err) == bench.Unknown || s.ctx.Err() != nil {
		_ = c.hangUp(node) // a session that cannot close cleanly has lost nothing that was measured
	}
	return answer{reply, err, won}
}

// dialled returns the session with a node, and opens it if there is none. Two requests
// for one operation are never at the same node, so each has its place to itself.
func (c *client) dialled(ctx context.Context, node int) (*session, error) {
	s := &c.sessions[node]
	if s.client != nil {
		return s, nil
	}
	id := s.id
	if s.id = 0; id == 0 {
		id = c.newSession()
	}
	s.ctx, s.cancel = context.WithCancel(ctx) // ctx lives as long as the client
	dialled, err := c.dialer.Dial(s.ctx, c.nodes[node], id)
	if err != nil {
		s.cancel()
		return nil, err
	}
	s.client = dialled
	return s, nil
}

// hangUp closes the session with a node.
func (c *client) hangUp(node int) error {
	s := &c.sessions[node]
	if s.client == nil {
		return nil
	}
	s.cancel()
	err := s.client.Close()
	s.client = nil
	return err
}
