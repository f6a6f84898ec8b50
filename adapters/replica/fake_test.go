package replica

import (
	"errors"
	"io"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"nines/adapters/machine"
	"nines/bench"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var timing = Timing{Heartbeat: 50 * time.Millisecond, Election: 500 * time.Millisecond}

// world is nodes whose replicas are told what to do, joined by links without
// delay: Send calls the receiver before it returns.
type world struct {
	t     *testing.T
	nodes map[string]*fake

	mu    sync.Mutex
	lose  func(from, to string, payload any) bool
	asked []asked // requests sent, lost or not
}

type asked struct {
	from, to     string
	seq, attempt uint64
	size         int
}

func newWorld(t *testing.T, cfg ServerConfig, names ...string) *world {
	w := &world{t: t, nodes: make(map[string]*fake)}
	for _, name := range names {
		w.nodes[name] = &fake{w: w, id: name, kv: machine.New()}
	}
	for _, name := range names {
		w.start(name, cfg)
	}
	t.Cleanup(func() {
		for _, f := range w.nodes {
			f.server.Close()
		}
	})
	return w
}

func (w *world) start(name string, cfg ServerConfig) {
	w.t.Helper()
	f := w.nodes[name]
	s, err := Serve(Env{
		ID: name, Link: port{w, name}, Timing: timing,
		Events: func(bench.Event) {},
		Log:    slog.New(slog.NewTextHandler(io.Discard, nil)),
	}, f.open, cfg)
	if err != nil {
		w.t.Fatal(err)
	}
	f.server = s
}

// requests returns what was sent to a node, or by all to all.
func (w *world) requests() []asked {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.asked)
}

func (w *world) losing(lose func(from, to string, payload any) bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.lose = lose
}

type port struct {
	w  *world
	id string
}

func (p port) Handle(fn func(string, any)) {
	p.w.mu.Lock()
	defer p.w.mu.Unlock()
	p.w.nodes[p.id].handle = fn
}

func (p port) Send(to string, payload any, size int) {
	p.w.mu.Lock()
	if m, ok := payload.(request); ok {
		p.w.asked = append(p.w.asked, asked{p.id, to, m.seq, m.attempt, size})
	}
	lost := p.w.lose != nil && p.w.lose(p.id, to, payload)
	var handle func(string, any)
	if peer := p.w.nodes[to]; peer != nil {
		handle = peer.handle
	}
	p.w.mu.Unlock()
	if !lost && handle != nil {
		handle(p.id, payload)
	}
}

// fake is a replica that does as it is told. One that leads applies commands to
// its machine, unless it is told to keep silent.
type fake struct {
	w      *world
	id     string
	server *Server
	events func(bench.Event)
	handle func(string, any)

	mu      sync.Mutex
	leads   bool
	hint    string     // of one that does not lead
	silent  bool       // calls are kept and not answered
	refuse  error      // what Submit returns
	instead func(Call) // of performing it, before Submit returns
	before  func()     // every Submit
	calls   []Call     // all that were accepted
	kv      *machine.KV
}

func (f *fake) open(env Env) (Replica, error) {
	f.events = env.Events
	env.Link.Handle(func(string, any) {})
	return f, nil
}

func (f *fake) Submit(c Call) error {
	f.mu.Lock()
	if before := f.before; before != nil {
		f.mu.Unlock()
		before()
		f.mu.Lock()
	}
	defer f.mu.Unlock()
	if f.refuse != nil {
		return f.refuse
	}
	if !f.leads {
		return &bench.NotLeaderError{Leader: f.hint}
	}
	f.calls = append(f.calls, c)
	if f.instead != nil {
		f.instead(c)
		return nil
	}
	if f.silent {
		return nil
	}
	go c.Complete(f.perform(&c))
	return nil
}

func (f *fake) perform(c *Call) (bench.Reply, error) {
	if c.Op.Kind == bench.Read {
		return f.kv.Read(c.Op.Key), nil
	}
	_, r, err := f.kv.Apply(f.kv.Applied()+1, c.Command().AppendTo(nil))
	return r, err
}

func (f *fake) Status() bench.Status { return bench.Status{Up: true} }

// Close loses what is pending, as a node does that stops.
func (f *fake) Close() error {
	f.mu.Lock()
	calls := f.calls
	f.calls, f.refuse = nil, errors.New("closed")
	f.mu.Unlock()
	for _, c := range calls {
		c.Complete(bench.Reply{}, ErrLost)
	}
	return nil
}

// lead makes the node leader; it alone knows that.
func (f *fake) lead() {
	f.mu.Lock()
	f.leads = true
	f.mu.Unlock()
	f.events(bench.Event{Kind: bench.EventLeader})
}

// follow tells the node who leads.
func (f *fake) follow(leader string) {
	f.mu.Lock()
	f.leads, f.hint = false, leader
	f.mu.Unlock()
	if leader == "" {
		f.events(bench.Event{Kind: bench.EventNoLeader})
		return
	}
	f.events(bench.Event{Kind: bench.EventFollows, Detail: leader})
}

func (f *fake) set(do func(*fake)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	do(f)
}

func (f *fake) accepted() []Call {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.calls)
}

// pending is what a server remembers of calls that are under way.
func (f *fake) pending() int {
	f.server.mu.Lock()
	defer f.server.mu.Unlock()
	return len(f.server.remote) + len(f.server.held)
}

func write(key, id uint64) *bench.Op {
	return &bench.Op{Kind: bench.Write, Key: key, Arg: id, Size: 100}
}

func cas(key, expect, id uint64) *bench.Op {
	return &bench.Op{Kind: bench.CAS, Key: key, Expect: expect, Arg: id, Size: 100}
}

func read(key uint64) *bench.Op { return &bench.Op{Kind: bench.Read, Key: key} }
