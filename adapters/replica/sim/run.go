package sim

import (
	"fmt"
	"math/rand/v2"
	"time"

	"nines/adapters/replica"
	"nines/adapters/replica/step"
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

// planned takes what machines have pending: the time that it takes is drawn, and
// a message may be lost.
func (r *run) planned(a *Action) {
	switch a.Kind {
	case Force:
		a.at = r.c.now + r.cfg.Force
	case Save:
		a.at = r.c.now + 2*r.cfg.Force
	case Deliver:
		from := a.Message.Peer
		copies := r.copies(from, a.Node)
		if copies == 2 {
			twin := *a
			twin.at = r.c.now + r.delay()
			r.queue.push(&twin)
		}
		if copies == 0 {
			return
		}
		a.at = r.c.now + r.delay()
	}
	r.queue.push(a)
}

// copies draws how often a message arrives.
func (r *run) copies(from, to int) int {
	if !r.links.pass(from, to) {
		return 0
	}
	if r.healed {
		return 1
	}
	switch p := r.net.Float64(); {
	case p < r.cfg.Network.Drop:
		return 0
	case p < r.cfg.Network.Drop+r.cfg.Network.Duplicate:
		return 2
	}
	return 1
}

func (r *run) delay() time.Duration {
	d := r.cfg.Network.Delay
	if j := r.cfg.Network.Jitter; j > 0 {
		d += time.Duration(r.net.ExpFloat64() * float64(j))
	}
	return d
}

// post sends what is not a machine's: do happens when it arrives.
func (r *run) post(from, to int, do func()) {
	for range r.copies(from, to) {
		r.after(r.delay(), func() {
			if r.links.pass(from, to) {
				do()
			}
		})
	}
}

func (r *run) tick(n *node) {
	r.after(r.c.cfg.Tick, func() { r.tick(n) })
	if n.up {
		r.arrive(n, step.Input{Ticks: 1})
	}
}

// arrive gives a node input: at once, or in its next step if it is still at the
// last one.
func (r *run) arrive(n *node, in step.Input) {
	t := &n.turn
	if !t.planned && r.c.now >= t.until {
		n.step(in)
		n.turn.until = r.c.now + r.cfg.Think
		return
	}
	t.in.Ticks += in.Ticks
	t.in.Messages = append(t.in.Messages, in.Messages...)
	t.in.Calls = append(t.in.Calls, in.Calls...)
	t.in.Saved = max(t.in.Saved, in.Saved)
	if t.planned {
		return
	}
	t.planned = true
	life := n.lives
	r.at(t.until, func() {
		if !n.up || n.lives != life {
			return
		}
		in := n.turn.in
		n.turn = turn{until: r.c.now + r.cfg.Think}
		n.step(in)
	})
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

// Agreement is what nodes of a replicated system have said of themselves; its
// Watch is for [Config.Watch].
type Agreement struct {
	digest map[uint64]said // by applied index
	first  string
}

type said struct {
	node   string
	digest uint64
}

// Watch takes what a node says.
func (a *Agreement) Watch(node string, s bench.Status) {
	if a.digest == nil {
		a.digest = make(map[uint64]said)
	}
	was, ok := a.digest[s.Applied]
	if !ok {
		a.digest[s.Applied] = said{node, s.Digest}
	} else if was.digest != s.Digest && a.first == "" {
		a.first = fmt.Sprintf("%s and %s have applied %d entries, and their digests are %016x and %016x", was.node, node, s.Applied, was.digest, s.Digest)
	}
}

// Violation tells of the first two nodes that had applied different commands; ""
// if there were none.
func (a *Agreement) Violation() string { return a.first }
