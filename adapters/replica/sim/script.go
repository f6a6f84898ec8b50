package sim

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"nines/adapters/replica"
	"nines/bench"
)

var errTwoSnapshots = errors.New("the machine wants a snapshot saved while another one is being saved")

// trap strikes a node when a protocol point is reached.
type trap struct {
	point  string
	at     int // the node that reaches it
	victim int
}

// trapped crashes those for whom a trap is set where n is.
func (n *node) trapped(p replica.Point) {
	for i, t := range n.c.traps {
		if t.point == p.Name && t.at == n.self {
			n.c.traps = slices.Delete(n.c.traps, i, i+1)
			n.c.Crash(t.victim)
			return
		}
	}
}

// Exec runs a script, one command a line, and returns the [Cluster.Log]. Nodes
// are n1, n2 and so on.
//
//	tick NODE [TICKS]         lets a clock go on
//	call NODE SESSION OP      asks for an operation: read KEY, write KEY ID,
//	                          cas KEY EXPECT ID, or txn ID and micro-operations such as
//	                          read(1) write(1,7) cas(1,6,7) list(2) append(2,9) add(3,-5)
//	do WHICH                  has actions happen
//	drop WHICH                has them never happen
//	dup WHICH                 has messages arrive twice
//	settle [ROUNDS]           does all that is pending, and what comes of it, in order
//	crash NODE                stops a node
//	restart NODE              starts it again
//	at NODE POINT crash NODE  crashes a node when one comes to a protocol point
//	status                    writes down what each node says of itself
//	pending                   writes down what is pending
//
// WHICH is a number such as #7; a link such as n1->n2, n1->* or *->n2: all
// messages on it; a node: its forced write and snapshot; or *: everything. It
// means what is pending when the command begins.
func (c *Cluster) Exec(script string) string {
	for line := range strings.Lines(script) {
		f := strings.Fields(line)
		if len(f) == 0 || strings.HasPrefix(f[0], "//") {
			continue
		}
		if err := c.exec(f[0], f[1:]); err != nil {
			c.logf("%s: %v", strings.TrimSpace(line), err)
		}
	}
	return c.Log()
}

func (c *Cluster) exec(cmd string, args []string) error {
	switch {
	case cmd == "status" && len(args) == 0:
		for i, name := range c.names {
			c.logf("%s: %s", name, statusText(c.Status(i)))
		}
		return nil
	case cmd == "pending" && len(args) == 0:
		for _, a := range c.pending {
			c.logf("#%d %s", a.ID, c.actionText(a))
		}
		return nil
	case cmd == "settle" && len(args) < 2:
		return c.settle(args)
	case len(args) == 0:
		return errors.New("no such command, or something is missing: see Cluster.Exec")
	case cmd == "do", cmd == "drop", cmd == "dup":
		return c.each(cmd, args)
	}
	n, err := c.node(args[0])
	if err != nil {
		return err
	}
	switch {
	case cmd == "tick" && len(args) == 1:
		c.Tick(n, 1)
	case cmd == "tick" && len(args) == 2:
		ticks, err := strconv.Atoi(args[1])
		if err != nil {
			return fmt.Errorf("ticks: %w", err)
		}
		c.Tick(n, ticks)
	case cmd == "crash" && len(args) == 1:
		c.Crash(n)
	case cmd == "restart" && len(args) == 1:
		return c.Restart(n)
	case cmd == "call" && len(args) >= 3:
		return c.call(n, args[1], args[2:])
	case cmd == "at" && len(args) == 4 && args[2] == "crash":
		victim, err := c.node(args[3])
		if err != nil {
			return err
		}
		c.traps = append(c.traps, trap{args[1], n, victim})
	default:
		return errors.New("no such command, or something is missing: see Cluster.Exec")
	}
	return nil
}

func (c *Cluster) node(name string) (int, error) {
	if i := slices.Index(c.names, name); i >= 0 {
		return i, nil
	}
	return 0, fmt.Errorf("no node is called %q; there are %v", name, c.names)
}

// settle does everything in the order in which it came up.
func (c *Cluster) settle(args []string) error {
	rounds := 100
	if len(args) == 1 {
		var err error
		if rounds, err = strconv.Atoi(args[0]); err != nil {
			return fmt.Errorf("rounds: %w", err)
		}
	}
	for range rounds {
		if len(c.pending) == 0 {
			return nil
		}
		for _, a := range c.Pending() {
			c.Do(a)
		}
	}
	if len(c.pending) > 0 && len(args) == 0 {
		return fmt.Errorf("%d actions are pending after %d rounds", len(c.pending), rounds)
	}
	return nil
}

func (c *Cluster) each(cmd string, which []string) error {
	var picked []*Action
	for _, w := range which {
		some := false
		for _, a := range c.pending {
			if !c.matches(a, w) {
				continue
			}
			some = true
			if !slices.Contains(picked, a) {
				picked = append(picked, a)
			}
		}
		if !some {
			return fmt.Errorf("nothing that is pending is %s", w)
		}
	}
	for _, a := range picked {
		switch cmd {
		case "do":
			c.Do(a)
		case "drop":
			c.Drop(a)
		case "dup":
			if a.Kind != Deliver {
				return fmt.Errorf("#%d is no message", a.ID)
			}
			twin := c.Duplicate(a)
			c.logf("#%d is #%d again", twin.ID, a.ID)
		}
	}
	return nil
}

func (c *Cluster) matches(a *Action, which string) bool {
	from, to, link := strings.Cut(which, "->")
	switch {
	case which == "*":
		return true
	case link:
		return a.Kind == Deliver && (from == "*" || from == c.names[a.Message.Peer]) && (to == "*" || to == c.names[a.Node])
	case strings.HasPrefix(which, "#"):
		return which[1:] == strconv.Itoa(a.ID)
	default:
		return a.Kind != Deliver && which == c.names[a.Node]
	}
}

func (c *Cluster) actionText(a *Action) string {
	if a.Kind == Deliver {
		return fmt.Sprintf("%s -> %s: %s", c.names[a.Message.Peer], c.names[a.Node], describe(a.Message.Body))
	}
	return fmt.Sprintf("%s at %s", a.Kind, c.names[a.Node])
}

func statusText(s bench.Status) string {
	if !s.Up {
		return "down"
	}
	leader := s.Leader
	if leader == "" {
		leader = "nobody"
	}
	text := fmt.Sprintf("leader %s, term %d, committed %d, applied %d, digest %016x", leader, s.Term, s.Committed, s.Applied, s.Digest)
	if s.InDoubt > 0 || s.Locks > 0 {
		text += fmt.Sprintf(", %d in doubt, %d locks", s.InDoubt, s.Locks)
	}
	return text
}

// call asks for an operation; each of a session is its next command.
func (c *Cluster) call(n int, session string, op []string) error {
	id, err := strconv.ParseUint(session, 10, 64)
	if err != nil {
		return fmt.Errorf("session: %w", err)
	}
	o, err := parseOp(op)
	if err != nil {
		return err
	}
	c.calls++
	return c.Call(n, replica.Call{Session: id, Seq: uint64(c.calls), Attempt: uint64(c.calls), Op: o, Done: ignored{}})
}

// ignored is for machines that complete a call themselves.
type ignored struct{}

func (ignored) Complete(uint64, bench.Reply, error) {}
