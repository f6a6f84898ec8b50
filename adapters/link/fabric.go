// Package link is the message fabric between the nodes of an in-process
// cluster: one directed link for each ordered pair, which can be delayed and
// hurt.
//
// A link is a TCP connection's worth of guarantee: messages between two
// attached endpoints arrive in the order in which they were sent, at most once,
// and may be lost without notice; faults of their own ([chaos.LinkFault]) have
// them arrive twice, or out of order. A message arrives after the delay of the
// [Profile] and of the faults upon the link ([Fabric.HurtLink]), but never
// before the one sent before it. On a link without delay and with nothing in
// flight the sender itself calls the receiver's handler.
package link

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// DefaultQueue is how many messages may be in flight on one link.
const DefaultQueue = 1 << 16

// Config says what a fabric connects.
type Config struct {
	Nodes   []string // all names, in a fixed order
	Spares  []string // of nodes beyond them, each as far from the others as one of Nodes, in turn
	Profile Profile  // the zero Profile adds no delay
	Seed    uint64   // of what is random: loss, jitter and the like

	// Precise has an OS thread wait for delayed messages, which wakes within
	// tens of microseconds; it cannot run in virtual time. Otherwise package
	// time waits, which rounds waits in real time up to a millisecond.
	Precise bool

	// Queue is how many messages may be in flight on one link; one more is
	// dropped and counted as overflow. 0 means DefaultQueue.
	Queue int
}

// Validate tells what is wrong with the configuration.
func (c Config) Validate() error {
	for i, n := range c.names() {
		if n == "" || slices.Contains(c.names()[:i], n) {
			return fmt.Errorf("link: node name %q: names must be unique and not empty", n)
		}
	}
	if c.Queue < 0 {
		return fmt.Errorf("link: queue of %d messages, want 1 or more, or 0 for %d", c.Queue, DefaultQueue)
	}
	_, err := c.Profile.Delays(len(c.Nodes))
	return err
}

func (c Config) names() []string { return slices.Concat(c.Nodes, c.Spares) }

// Fabric is the links between all nodes. Its methods are safe for concurrent
// use.
type Fabric struct {
	queue int
	start time.Time
	nodes map[string]*node
	links []*link // all but those of a node to itself, which are never hurt

	mu       sync.Mutex    // guards what follows, and what links say it guards; never held while anything waits
	due      dueHeap       // the links with messages in flight
	sleep    time.Duration // until when the deliverer sleeps, since start; 0: it is awake
	closed   bool
	overflow uint64

	waiter waiter
	done   chan struct{} // closed when the deliverer has ended
}

// node is a name and who is attached under it.
type node struct {
	name     string
	attached atomic.Pointer[Endpoint]
	out, in  []*link // without the one to itself
	to       map[string]*link
}

// New returns a fabric to which nobody is attached. Close it.
func New(cfg Config) (*Fabric, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	f := &Fabric{
		queue: cfg.Queue,
		start: time.Now(),
		nodes: make(map[string]*node),
		done:  make(chan struct{}),
	}
	if f.queue == 0 {
		f.queue = DefaultQueue
	}
	names := cfg.names()
	for _, name := range names {
		f.nodes[name] = &node{name: name, to: make(map[string]*link)}
	}
	for i, from := range names {
		for j, to := range names {
			f.connect(f.nodes[from], f.nodes[to], cfg.Profile.delay(i, j), cfg.Seed)
		}
	}
	var err error
	if f.waiter, err = newWaiter(cfg.Precise); err != nil {
		return nil, err
	}
	go f.deliver()
	return f, nil
}

func (f *Fabric) connect(from, to *node, delay time.Duration, seed uint64) {
	name := fnv.New64a()
	fmt.Fprintf(name, "%q -> %q", from.name, to.name)
	l := &link{
		f: f, from: from, to: to,
		base: delay, place: -1,
		rand: rand.New(rand.NewPCG(seed, name.Sum64())),
	}
	l.setWeather(nil)
	from.to[to.name] = l
	if from != to {
		f.links = append(f.links, l)
		from.out, to.in = append(from.out, l), append(to.in, l)
	}
}

// Attach gives a node that starts its end of the fabric.
func (f *Fabric) Attach(name string) (*Endpoint, error) {
	n := f.nodes[name]
	if n == nil {
		return nil, fmt.Errorf("link: attaching %q: no such node", name)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	switch {
	case f.closed:
		return nil, fmt.Errorf("link: attaching %s: the fabric is closed", name)
	case n.attached.Load() != nil:
		return nil, fmt.Errorf("link: attaching %s: it is attached already", name)
	}
	e := &Endpoint{f: f, node: n, idle: make(chan struct{})}
	n.attached.Store(e)
	return e, nil
}

// Cost returns how many messages were sent, lost ones included, and how many
// bytes they had. Those that a node sent to itself do not count.
func (f *Fabric) Cost() (messages, bytes uint64) {
	for _, l := range f.links {
		messages += l.messages.Load()
		bytes += l.bytes.Load()
	}
	return messages, bytes
}

// Overflow returns how many messages were dropped because a link's queue was
// full.
func (f *Fabric) Overflow() uint64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.overflow
}

// Close detaches everybody, loses what is in flight and stops the fabric.
func (f *Fabric) Close() {
	f.mu.Lock()
	f.closed = true
	f.mu.Unlock()
	f.waiter.wake()
	<-f.done
	for _, n := range f.nodes {
		if e := n.attached.Load(); e != nil {
			e.Detach()
		}
	}
}

func (f *Fabric) now() time.Duration { return time.Since(f.start) }
