package adaptertest

import (
	"context"
	"errors"
	"testing"
	"time"

	"nines/adapters/replica"
	"nines/bench"
	"nines/chaos"
)

func everyNode(t *testing.T, c *cluster) {
	for i, n := range c.Nodes() {
		key, id := uint64(i), uint64(100+i)
		cl := c.session(n)
		c.write(cl, key, id)
		if !c.s.Stale {
			if got := c.read(cl, key); got != id {
				t.Errorf("%s read %d after writing %d", n, got, id)
			}
		}
		cas := bench.Op{Kind: bench.CAS, Key: key, Expect: id, Arg: id + 1000}
		if got := c.do(cl, cas).Value; got != id {
			t.Errorf("%s: a compare-and-swap found %d, want %d", n, got, id)
		}
		cas.Arg = 9999
		if got := c.do(cl, cas).Value; got != id+1000 {
			t.Errorf("%s: a compare-and-swap with a stale value found %d, want %d", n, got, id+1000)
		}
		if got := c.do(cl, cas).Value; got != id+1000 {
			t.Errorf("%s: a compare-and-swap with a stale value has swapped: %d, want %d", n, got, id+1000)
		}
	}
	c.converge()
}

func durable(t *testing.T, c *cluster) {
	cl := c.session(c.Nodes()[0])
	const n = 250 // more than two snapshots
	for i := range uint64(n) {
		c.write(cl, i%50, i+1)
	}
	for _, n := range c.Nodes() {
		c.kill(n)
	}
	if _, err := c.Dial(t.Context(), c.Nodes()[0], 999); !isRejected(err) {
		t.Errorf("a node that is down answers a dial with %v", err)
	}
	if _, err := cl.Do(t.Context(), &bench.Op{Kind: bench.Read}); !isRejected(err) {
		t.Errorf("a node that is down answers an operation with %v", err)
	}
	for _, n := range c.Nodes() {
		c.restart(n)
	}
	c.ready()
	c.converge()
	for key := range uint64(50) {
		if got, want := c.read(cl, key), n-50+key+1; got != want {
			t.Errorf("key %d is %d after the restart of every node, want %d", key, got, want)
		}
	}
}

// once submits one command several times, as a session does that has lost sight
// of it: a compare-and-swap tells by its reply whether it was applied again.
func once(t *testing.T, c *cluster) {
	r := c.leading()
	op := bench.Op{Kind: bench.CAS, Key: 5, Expect: bench.IdleValue, Arg: 500, Size: 16}
	for attempt := range uint64(3) {
		a := submit(t, r, 77, 1, attempt+1, op)
		if a.err != nil || a.reply.Value != bench.IdleValue {
			t.Errorf("attempt %d of a compare-and-swap from an absent key found %d, %v: it was applied again", attempt, a.reply.Value, a.err)
		}
	}
}

// leading starts the cluster again and returns the replica that leads it.
func (c *cluster) leading() replica.Replica {
	c.t.Helper()
	leader := c.leader()
	var r replica.Replica
	open := c.s.Open
	c.stop()
	c.s.Open = func(env replica.Env) (replica.Replica, error) {
		opened, err := open(env)
		if env.ID == leader {
			r = opened
		}
		return opened, err
	}
	c.Cluster = c.boot(replica.ServerConfig{})
	for range 100 { // until the node that is watched leads
		l := c.leader()
		if l == leader {
			break
		}
		c.kill(l)
		time.Sleep(5 * time.Second)
		c.restart(l)
		time.Sleep(5 * time.Second)
	}
	return r
}

// submit makes one attempt at an operation.
func submit(t *testing.T, r replica.Replica, session, seq, attempt uint64, op bench.Op) answer {
	t.Helper()
	got := make(answers, 1)
	if err := r.Submit(replica.Call{Session: session, Seq: seq, Attempt: attempt, Op: op, Done: got}); err != nil {
		t.Fatalf("attempt %d: %v", attempt, err)
	}
	return <-got
}

type answers chan answer

type answer struct {
	reply bench.Reply
	err   error
}

func (a answers) Complete(_ uint64, r bench.Reply, err error) { a <- answer{r, err} }

// abandon lets a proposal vanish: the leader is cut off and cannot commit it.
func abandon(t *testing.T, c *cluster) {
	leader := c.leader()
	cl := c.session(leader)
	c.write(cl, 1, 1)
	heal := c.cutOff(leader)
	defer heal()

	const patience = 300 * time.Millisecond
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	began := time.Now()
	_, err := cl.Do(ctx, &bench.Op{Kind: bench.Write, Key: 1, Arg: 2, Size: 16})
	if took := time.Since(began); took != patience {
		t.Errorf("it took %v to give up after %v", took, patience)
	}
	if got := bench.OutcomeOf(err); got != bench.Unknown {
		t.Errorf("a write that was proposed and not committed is %v (%v), want unknown", got, err)
	}
}

// cutOff isolates a node from its peers.
func (c *cluster) cutOff(node string) (heal func()) {
	c.t.Helper()
	var heals []func() chaos.LinkHarm
	for _, other := range c.Nodes() {
		if other == node {
			continue
		}
		for _, way := range [][2]string{{node, other}, {other, node}} {
			h, err := c.HurtLink(way[0], way[1], chaos.LinkFault{Cut: true})
			if err != nil {
				c.t.Fatal(err)
			}
			heals = append(heals, h)
		}
	}
	return func() {
		for _, h := range heals {
			h()
		}
	}
}

func catchUp(t *testing.T, c *cluster) {
	behind := c.follower()
	cl := c.session(c.leader())
	c.write(cl, 1, 1)
	c.kill(behind)
	for i := range uint64(500) {
		c.write(cl, i%10, i+2)
	}
	c.restart(behind)
	c.converge()
	select {
	case n := <-c.installs:
		if n != behind {
			t.Errorf("%s installed a snapshot, not %s", n, behind)
		}
	default:
		t.Errorf("%s is back without a snapshot, though the log it missed was compacted", behind)
	}
	if c.s.Stale {
		return
	}
	if got := c.read(c.session(behind), 9); got != 501 {
		t.Errorf("%s reads %d, want 501", behind, got)
	}
	// What it installed must survive too.
	c.kill(behind)
	c.restart(behind)
	c.converge()
}

// waits kills the leader: an operation on another node waits until there is a
// new one, and succeeds.
func waits(t *testing.T, c *cluster) {
	leader := c.leader()
	cl := c.session(c.follower())
	c.kill(leader)
	c.write(cl, 1, 42)
	if c.s.Stale {
		return
	}
	if got := c.read(cl, 1); got != 42 {
		t.Errorf("read %d, want 42", got)
	}
}

func reject(t *testing.T, c *cluster) {
	c.stop()
	c.Cluster = c.boot(replica.ServerConfig{Reject: true})
	leader := c.leader()
	_, err := c.session(c.follower()).Do(t.Context(), &bench.Op{Kind: bench.Write, Key: 1, Arg: 1, Size: 16})
	var elsewhere *bench.NotLeaderError
	if !errors.As(err, &elsewhere) || elsewhere.Leader != leader {
		t.Errorf("a follower says %v, want a hint to %s", err, leader)
	}
	c.write(c.session(leader), 1, 1)
}

// brokenDisk takes a follower's disk away while it runs.
func brokenDisk(t *testing.T, c *cluster) {
	broken := c.follower()
	if err := c.BreakDisk(broken); err != nil {
		t.Fatal(err)
	}
	cl := c.session(c.leader())
	for i := range uint64(10) {
		c.write(cl, i, i+1)
	}
	c.kill(broken)
	c.restart(broken)
	c.converge()
}

// leave cuts off a node that is asked for keys of all nodes, and heals that when
// the clients have given up.
func leave(t *testing.T, c *cluster) {
	node := c.Nodes()[0]
	heal := c.cutOff(node)
	const patience = 300 * time.Millisecond
	for key := range uint64(10) {
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		began := time.Now()
		_, err := c.session(node).Do(ctx, &bench.Op{Kind: bench.Write, Key: key, Arg: 1, Size: 16})
		cancel()
		if took := time.Since(began); took > patience {
			t.Errorf("it took %v to give up after %v, with %v", took, patience, err)
		}
	}
	heal()
	c.converge()
	cl := c.session(node)
	for key := range uint64(10) {
		c.write(cl, key, 2)
	}
}

// replacedDisk takes a node's disk away while it runs, and gives it another with
// what the first had forced.
func replacedDisk(t *testing.T, c *cluster) {
	cl := c.session(c.Nodes()[0])
	for i := range uint64(10) {
		c.write(cl, i, i+1)
	}
	broken := c.Nodes()[1]
	if err := c.BreakDisk(broken); err != nil {
		t.Fatal(err)
	}
	for key := range uint64(10) { // of which some cannot succeed
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		_, _ = c.session(c.Nodes()[0]).Do(ctx, &bench.Op{Kind: bench.Read, Key: key})
		cancel()
	}
	c.kill(broken)
	c.restart(broken)
	c.converge()
	for i := range uint64(10) {
		if got := c.read(c.session(broken), i); got != i+1 {
			t.Errorf("key %d is %d, want %d", i, got, i+1)
		}
	}
}
