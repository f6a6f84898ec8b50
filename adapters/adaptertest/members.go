package adaptertest

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"nines/analysis/linear"
	"nines/bench"
	"nines/chaos"
)

// offers skips the test if the system does not say that it can do this.
func (c *cluster) offers(what chaos.Caps) {
	c.t.Helper()
	if lacks := chaos.CapsOf(c).Lacks(what); lacks != 0 {
		c.t.Skipf("it does not offer %v", lacks)
	}
}

// handOver has one node after the other lead, while clients write.
func handOver(t *testing.T, c *cluster) {
	c.offers(chaos.CanTransfer)
	const period = 6 * time.Second
	wait := c.crowd(period, 2*len(c.Nodes()), c.readOrWrite(2*len(c.Nodes())))
	defer wait()
	for range 4 {
		time.Sleep(time.Second)
		to, term := c.follower(), c.Status(c.leader()).Term
		if err := c.TransferLeader(t.Context(), to); err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		for c.leader() != to && time.Since(began) < time.Second {
			time.Sleep(time.Millisecond)
		}
		if s := c.Status(to); s.Leader != to || s.Term <= term || time.Since(began) >= timing.Election {
			t.Errorf("%s was to lead, and after %v says %+v", to, time.Since(began), s)
		}
	}
	c.judge(wait(), 500)
	if err := c.TransferLeader(t.Context(), c.Spares()[0]); err == nil || !strings.Contains(err.Error(), "is no voter") {
		t.Errorf("a transfer to a node that is no member: %v", err)
	}
}

// judge holds what clients saw against what is there in the end.
func (c *cluster) judge(h *history, enough int) {
	c.t.Helper()
	c.converge()
	if ok := h.count(bench.OK); ok < enough {
		c.t.Errorf("%d operations succeeded: that proves little", ok)
	}
	if c.s.Stale {
		return
	}
	history := append(h.samples, c.readBack(h.base)...)
	if r := linear.Check(context.Background(), history, linear.Options{}); r.Verdict != linear.OK {
		c.t.Errorf("%d operations: %v: %s", len(history), r.Verdict, r.Why)
	}
}

// comeAndGo replaces every node, has the leader and a follower leave for a while,
// and spares join, while clients read and write. Logs are cut meanwhile, so that a
// node that comes needs a snapshot.
func comeAndGo(t *testing.T, c *cluster) {
	c.offers(chaos.CanMember)
	const period = 25 * time.Second
	size := len(c.Nodes())
	wait := c.crowd(period, 2*size, c.readOrWrite(2*size))
	defer wait()
	for c.Status(c.leader()).Applied < 300 { // more than two snapshots
		time.Sleep(100 * time.Millisecond)
	}
	for i, n := range c.Nodes() {
		c.join(n, size, n+"#2")
		c.caughtUp(n)
		if i == 0 && len(c.installs) == 0 {
			t.Errorf("%s came without a snapshot, though the log was cut", n)
		}
	}
	for _, n := range []string{c.leader(), c.follower()} {
		c.part(n, size-1)
		if _, err := c.Dial(t.Context(), n, 999); !isRejected(err) {
			t.Errorf("a node that is no member answers a dial with %v", err)
		}
		if err := c.Restart(t.Context(), n); err == nil {
			t.Errorf("%s was restarted, and is no member", n)
		}
		time.Sleep(time.Second)
		c.join(n, size, n+"#3")
		c.caughtUp(n)
	}
	for i, n := range c.Spares() {
		c.join(n, size+1+i, n)
		c.caughtUp(n)
	}
	for i, n := range c.Spares() {
		c.part(n, size+1-i)
	}
	c.join(c.Spares()[1], size+1, c.Spares()[1]+"#2")
	c.killFor(c.leader(), time.Second)
	c.part(c.Spares()[1], size)
	c.judge(wait(), 1000)
}

// membersSurvive kills all nodes of a cluster whose members are no longer those it
// began with, before and after their logs are cut.
func membersSurvive(t *testing.T, c *cluster) {
	c.offers(chaos.CanMember)
	gone, replaced := c.leader(), c.follower()
	size := len(c.Nodes())
	c.join(replaced, size, replaced+"#2")
	c.caughtUp(replaced)
	c.part(gone, size-1)
	others := slices.DeleteFunc(slices.Clone(c.Nodes()), func(n string) bool { return n == gone })
	cl := c.session(replaced)
	for _, writes := range []uint64{10, 250} {
		for i := range writes {
			c.write(cl, i%10, i+1)
		}
		for _, n := range others {
			c.kill(n)
		}
		time.Sleep(time.Second)
		for _, n := range others {
			c.restart(n)
		}
		c.leader()
		if !c.s.Stale {
			if got := c.read(cl, 9); got != writes {
				t.Errorf("read %d after the restart, want %d", got, writes)
			}
		}
	}
	c.join(gone, size, gone+"#2")
	c.converge()
}

// join has a node join, and checks who belongs to the cluster then.
func (c *cluster) join(node string, size int, as string) {
	c.t.Helper()
	members, err := c.Join(c.soon(), node)
	if err != nil {
		c.t.Fatal(err)
	}
	if len(members) != size || !slices.Contains(members, as) {
		c.t.Errorf("when %s has joined the members are %v, want %d with %s", node, members, size, as)
	}
}

// part has a node leave.
func (c *cluster) part(node string, size int) {
	c.t.Helper()
	members, err := c.Leave(c.soon(), node)
	if err != nil {
		c.t.Fatal(err)
	}
	is := func(m string) bool { return m == node || strings.HasPrefix(m, node+"#") }
	if len(members) != size || slices.ContainsFunc(members, is) || c.Status(node).Up {
		c.t.Errorf("when %s has left the members are %v, want %d others", node, members, size)
	}
}

// soon is a context for what should be done within a few elections.
func (c *cluster) soon() context.Context {
	ctx, cancel := context.WithTimeout(c.t.Context(), 10*timing.Election)
	c.t.Cleanup(cancel)
	return ctx
}

// caughtUp waits until a node has applied what is committed now.
func (c *cluster) caughtUp(node string) {
	c.t.Helper()
	committed := c.Status(c.leader()).Committed
	for range 500 {
		if s := c.Status(node); s.Up && s.Applied >= committed {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	c.t.Fatalf("%s has not caught up after 5 s: %+v, and %d was committed", node, c.Status(node), committed)
}
