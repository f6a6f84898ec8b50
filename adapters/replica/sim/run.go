package sim

import (
	"math/rand/v2"
	"time"

	"nines/bench"
)

// History is what came of a [Run].
type History struct {
	Nodes    []string
	Samples  []bench.Sample    // in the order in which they ended
	Txns     []bench.TxnRecord // of those that are transactions
	Faults   []bench.Interval
	Events   []bench.Event
	Points   map[string]int // how often nodes came to each protocol point
	Rest     time.Duration  // when the cluster had come to rest; bench.Never: it had not
	Statuses []bench.Status // of the nodes at the end
	Cost     bench.Cost
	Steps    int           // that machines have taken
	End      time.Duration // virtual time that has passed
}

// run is one Run.
type run struct {
	cfg     Config
	c       *Cluster
	queue   queue
	net     *rand.Rand // what happens to messages and disks
	clients []*client
	session map[uint64]*client
	last    uint64 // session
	links   links
	waiting []*waitingFault
	open    []func() // end the faults upon links
	healed  bool
	changed time.Duration // when a status changed last
	seen    []bench.Status
	h       History
}

// Run lets a cluster work under load and faults, as cfg says. The same cfg gives
// the same History. An error means that a machine has failed, or could not be
// made or recovered: that is a history too, up to then.
func Run(cfg Config) (History, error) {
	cfg.setDefaults()
	if err := cfg.Validate(); err != nil {
		return History{}, err
	}
	c, err := newCluster(cfg.ClusterConfig)
	if err != nil {
		return History{}, err
	}
	r := &run{
		cfg: cfg, c: c, net: source(cfg.Seed, "net"), session: make(map[uint64]*client),
		links: newLinks(cfg.Nodes), seen: make([]bench.Status, cfg.Nodes),
	}
	r.h.Nodes, r.h.Points, r.h.Rest = c.names, make(map[string]int), bench.Never
	c.quiet, c.armed, c.answer, c.point = true, r.planned, r.answered, r.reached
	c.arrive, c.told = r.arrive, r.told
	c.crash = func(n *node, written int) int { return n.disk.durable + r.net.IntN(written-n.disk.durable+1) }
	c.cut = func(most int) int { return r.net.IntN(most + 1) }
	if err := c.boot(); err != nil {
		return r.h, err
	}
	r.plan()
	err = r.all()
	r.h.Events, r.h.Cost, r.h.Steps, r.h.End = c.events, c.cost, c.steps, c.now
	for i := range c.nodes {
		r.h.Statuses = append(r.h.Statuses, c.Status(i))
	}
	return r.h, err
}

// source is one of the streams of random numbers of a seed.
func source(seed uint64, name string) *rand.Rand {
	stream := uint64(1469598103934665603)
	for _, b := range []byte(name) {
		stream = (stream ^ uint64(b)) * 1099511628211
	}
	return rand.New(rand.NewPCG(seed, stream))
}

// plan has everything begin.
func (r *run) plan() {
	phase := source(r.cfg.Seed, "clocks")
	for _, n := range r.c.nodes {
		r.after(time.Duration(phase.Int64N(int64(r.c.cfg.Tick)))+1, func() { r.tick(n) })
	}
	for i := range r.cfg.Clients {
		cl := newClient(r, bench.Main, uint64(i)+1)
		cl.source = r.cfg.Source(i)
		r.clients = append(r.clients, cl)
		cl.pause()
	}
	for _, f := range r.cfg.Faults {
		r.at(f.At, func() { r.strikeOrWait(f) })
	}
	r.planStorm()
}

// all is the life of the cluster: load, rest, and reading back.
func (r *run) all() error {
	r.until(func() bool { return r.c.now >= r.cfg.Duration })
	if err := r.heal(); err != nil {
		return err
	}
	end := r.c.now + r.cfg.Settle
	r.until(func() bool { return r.c.now >= end || r.atRest() })
	if r.c.failed != nil {
		return r.c.failed
	}
	if r.atRest() {
		r.h.Rest = r.changed
	}
	for i, op := range r.cfg.Finals {
		cl := newClient(r, bench.Final, 0)
		cl.home = i % r.cfg.Nodes
		r.clients = []*client{cl}
		cl.perform(op)
		r.until(func() bool { return !cl.active })
	}
	end = r.c.now + r.cfg.Settle
	r.until(func() bool { return r.c.now >= end || r.atRest() }) // from the finals
	return r.c.failed
}

// until goes on until it is enough, or a machine has failed.
func (r *run) until(enough func() bool) {
	for r.c.failed == nil && !enough() {
		a := r.queue.pop()
		r.c.now = a.at
		if a.do != nil {
			a.do()
			continue
		}
		if a.Kind == Deliver && !r.links.pass(a.Message.Peer, a.Node) {
			continue
		}
		r.c.happen(a)
	}
}

// atRest reports whether nobody waits for anything, and nothing has changed for a
// while.
func (r *run) atRest() bool {
	quiet := max(r.c.cfg.Tick*time.Duration(r.c.cfg.ElectionTicks), 2*r.cfg.Force)
	if r.c.now < r.changed+quiet {
		return false
	}
	for _, cl := range r.clients {
		if cl.active {
			return false
		}
	}
	for _, s := range r.seen {
		if !s.Up || s.Leader == "" || s.InDoubt > 0 || s.Locks > 0 {
			return false
		}
	}
	return true
}

// told looks at what a node says of itself after a step.
func (r *run) told(n *node, s bench.Status) {
	before := r.seen[n.self]
	if s == before {
		return
	}
	r.seen[n.self], r.changed = s, r.c.now
	if r.cfg.Watch != nil && s.Applied != before.Applied {
		r.cfg.Watch(n.name, s)
	}
	if s.Leader != before.Leader {
		for _, cl := range r.clients {
			if cl.home == n.self {
				cl.learn(s.Leader)
			}
		}
	}
}

// at plans something.
func (r *run) at(t time.Duration, do func()) { r.queue.push(&Action{at: t, do: do}) }

func (r *run) after(d time.Duration, do func()) { r.at(r.c.now+d, do) }
