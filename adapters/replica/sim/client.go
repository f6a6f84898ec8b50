package sim

import (
	"errors"
	"math/rand/v2"
	"time"

	"nines/adapters/replica"
	"nines/adapters/replica/step"
	"nines/bench"
)

// client is a sequential client and its session with one node. It does what
// [replica.Session] and [replica.Server] do: a node that does not lead asks the
// leader, over the network, and tries again when that gets lost.
type client struct {
	r      *run
	class  bench.Class
	source bench.Source
	rand   *rand.Rand

	session, seq, attempt uint64
	home                  int // node

	op     bench.Op
	active bool // op is in progress
	sent   time.Duration
	number int  // of the operation
	may    bool // an attempt at it may have taken effect, or may yet
	at     place
	to     int // of the node that was asked, when at is away
}

// place is where the call is.
type place uint8

const (
	held  place = iota // with the node of the session, which knows no leader
	here               // taken by the machine of that node
	away               // on its way to another node, or there
	again              // about to be tried again
)

func newClient(r *run, class bench.Class, seed uint64) *client {
	c := &client{r: r, class: class, rand: rand.New(rand.NewPCG(r.cfg.Seed, seed))}
	c.dial()
	return c
}

// dial begins a new session with some node.
func (c *client) dial() {
	delete(c.r.session, c.session)
	c.r.last++
	c.session, c.seq, c.attempt = c.r.last, 0, 0
	c.r.session[c.session] = c
	c.home = c.rand.IntN(c.r.cfg.Nodes)
}

// pause has the next operation begin after a while.
func (c *client) pause() {
	c.r.after(time.Duration(c.rand.ExpFloat64()*float64(c.r.cfg.Pause)), func() {
		var op bench.Op
		if !c.r.healed && c.source.Next(&op) {
			c.perform(op)
		}
	})
}

func (c *client) perform(op bench.Op) {
	c.op, c.sent, c.active, c.may = op, c.r.c.now, true, false
	c.number++
	if op.Kind != bench.Read {
		c.seq++
	}
	number := c.number
	c.r.after(c.r.cfg.Abandon, func() {
		if c.active && c.number == number {
			c.end(bench.Reply{}, c.given())
		}
	})
	c.try()
}

// given is the error of an operation that is given up.
func (c *client) given() error {
	if c.may || c.at != held && c.at != again {
		return errGivenUp
	}
	return bench.ErrRejected
}

var errGivenUp = errors.New("given up by the client")

func (c *client) call() replica.Call {
	return replica.Call{Session: c.session, Seq: c.seq, Attempt: c.attempt, Op: c.op, Done: ignored{}}
}

// try makes one attempt.
func (c *client) try() {
	r, n := c.r, c.r.c.nodes[c.home]
	c.attempt++
	call := c.call()
	err := n.refuses(&call)
	var elsewhere *bench.NotLeaderError
	switch {
	case err == nil:
		c.at = here
		r.arrive(n, step.Input{Calls: []replica.Call{call}})
	case errors.As(err, &elsewhere) && elsewhere.Leader != "":
		c.ask(r.index(elsewhere.Leader))
	case errors.As(err, &elsewhere):
		c.at = held
		c.retry(held, r.heartbeat())
	default:
		c.end(bench.Reply{}, err)
	}
}

// retry makes another attempt after d, unless something happens to this one.
func (c *client) retry(from place, d time.Duration) {
	number, attempt := c.number, c.attempt
	c.at = from
	c.r.after(d, func() {
		if c.active && c.number == number && c.attempt == attempt && c.at == from {
			c.try()
		}
	})
}

// ask forwards the call.
func (c *client) ask(to int) {
	r, call := c.r, c.call()
	c.at, c.to = away, to
	r.post(c.home, to, func() {
		n := r.c.nodes[to]
		if !n.up {
			return
		}
		if err := n.refuses(&call); err != nil {
			r.answered(n, &step.Reply{Call: call, Err: err})
			return
		}
		r.arrive(n, step.Input{Calls: []replica.Call{call}})
	})
	number, attempt := c.number, c.attempt
	r.after(r.election(), func() {
		if c.active && c.number == number && c.attempt == attempt && c.at == away {
			c.got(bench.Reply{}, replica.ErrLost)
		}
	})
}

// answered takes a machine's answer to where it is waited for.
func (r *run) answered(n *node, a *step.Reply) {
	c := r.session[a.Call.Session]
	if c == nil || !c.active || c.attempt != a.Call.Attempt {
		return
	}
	if c.home == n.self {
		if c.at == here {
			c.got(a.Reply, a.Err)
		}
		return
	}
	session, attempt, reply, err := c.session, c.attempt, a.Reply, a.Err
	r.post(n.self, c.home, func() {
		if c.active && c.session == session && c.attempt == attempt && c.at == away && r.c.nodes[c.home].up {
			c.got(reply, err)
		}
	})
}

// got takes the answer to the last attempt.
func (c *client) got(reply bench.Reply, err error) {
	var elsewhere *bench.NotLeaderError
	switch {
	case errors.Is(err, replica.ErrLost):
		c.may = c.may || c.op.Kind != bench.Read
		c.retry(again, c.r.c.cfg.Tick)
	case errors.As(err, &elsewhere):
		c.retry(again, c.r.c.cfg.Tick)
	default:
		c.end(reply, err)
	}
}

// learn is told that the node of the session knows another leader.
func (c *client) learn(leader string) {
	switch {
	case !c.active || leader == "":
	case c.at == held:
		c.retry(again, 0)
	case c.at == away && leader != c.r.c.names[c.to]:
		c.got(bench.Reply{}, replica.ErrLost)
	}
}

// orphan ends what was asked of a node that has crashed.
func (r *run) orphan(node int) {
	for _, c := range r.clients {
		if c.active && c.home == node {
			if c.op.Kind == bench.Read && c.at == here {
				c.at = held // it had no effect
			}
			c.end(bench.Reply{}, c.given())
		}
	}
}

// end records the operation. A session whose operation may have taken effect is
// not used again.
func (c *client) end(reply bench.Reply, err error) {
	r := c.r
	if err != nil && c.may {
		err = errGivenUp // whatever a later attempt proved
	}
	c.active = false
	outcome := bench.OutcomeOf(err)
	s := bench.Sample{
		Due: c.sent, Sent: c.sent, Done: r.c.now, Session: c.session,
		Key: c.op.Key, Arg: c.op.Arg, Expect: c.op.Expect, User: c.op.User, Size: c.op.Size,
		Node: uint16(c.home), Kind: c.op.Kind, Outcome: outcome, Class: c.class,
	}
	if c.op.Txn != nil {
		t := bench.TxnRecord{ID: c.op.Arg, Txn: c.op.Txn}
		if outcome == bench.OK {
			t.Reply = reply.Txn
		}
		r.h.Txns = append(r.h.Txns, t)
	}
	if outcome == bench.OK {
		s.Result = reply.Value
		if o, ok := c.source.(bench.Observer); ok {
			o.Observe(&c.op, reply)
		}
	}
	r.h.Samples = append(r.h.Samples, s)
	if outcome != bench.OK {
		c.dial()
	}
	if c.class == bench.Main {
		c.pause()
	}
}

func (r *run) index(name string) int {
	for i, n := range r.c.names {
		if n == name {
			return i
		}
	}
	return 0
}

func (r *run) heartbeat() time.Duration { return r.c.cfg.Tick * time.Duration(r.c.cfg.HeartbeatTicks) }
func (r *run) election() time.Duration  { return r.c.cfg.Tick * time.Duration(r.c.cfg.ElectionTicks) }
