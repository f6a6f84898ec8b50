package hashiraft

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hashicorp/raft"

	"nines/adapters/replica"
)

var (
	errTimeout  = errors.New("no answer in time")
	errStopped  = errors.New("the node has stopped")
	errOverload = errors.New("too many requests wait")
	errStranger = errors.New("another member is here now")
)

// transport is the library's Transport: requests and responses over one-way
// messages that may be lost. The address of a node is its name, and a request is for
// one member: whoever has come to that address since refuses it.
//
// It also knows which appends were accepted, for linearizable reads: see
// confirmed.
type transport struct {
	id       string
	member   raft.ServerID
	port     replica.Port
	timeout  time.Duration // of a request; longer for a large snapshot
	pipeline int

	requests  chan raft.RPC  // for the library
	answers   chan answering // what the library is to answer, in order
	heartbeat func(raft.RPC) // the library's shortcut; set before steady is
	steady    func(term uint64) bool
	stop      chan struct{} // closed: nothing is sent or taken any more
	stopOnce  sync.Once
	running   sync.WaitGroup

	last  atomic.Uint64 // id of the newest request
	heard chan struct{} // of capacity 1: acks has changed

	mu    sync.Mutex // never held while sending
	calls map[uint64]call
	acks  map[raft.ServerID]ack
	taken ack // the newest append or snapshot that came here
}

// call is a request under way: of a goroutine that waits, or of a pipeline.
type call struct {
	to    raft.ServerID
	reply chan *response
	pipe  *pipeline
	term  uint64 // of an append
}

// ack is the newest request to a member that was answered with success, and the
// term in which it was sent.
type ack struct{ term, id uint64 }

func newTransport(env replica.Env, cfg Config) *transport {
	t := &transport{
		id:       env.ID,
		member:   serverID(replica.Member{Node: env.ID, Life: env.Life}),
		port:     env.Link,
		timeout:  cmp.Or(cfg.RPCTimeout, env.Timing.Election),
		pipeline: cfg.Pipeline,
		requests: make(chan raft.RPC, maxRequests),
		answers:  make(chan answering, 2*maxRequests),
		stop:     make(chan struct{}),
		heard:    make(chan struct{}, 1),
		calls:    make(map[uint64]call),
		acks:     make(map[raft.ServerID]ack),
	}
	t.running.Go(t.answer)
	return t
}

// serve takes messages from now on. steady reports whether the node follows in
// a term.
func (t *transport) serve(steady func(term uint64) bool) {
	t.steady = steady
	t.port.Handle(t.receive)
}

// silence ends all communication, at once.
func (t *transport) silence() { t.stopOnce.Do(func() { close(t.stop) }) }

func (t *transport) silent() bool {
	select {
	case <-t.stop:
		return true
	default:
		return false
	}
}

// Close implements [raft.WithClose].
func (t *transport) Close() error {
	t.silence()
	t.running.Wait()
	return nil
}

// register gives a request its id; c waits for the response.
func (t *transport) register(c call) uint64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	id := t.last.Add(1)
	t.calls[id] = c
	return id
}

func (t *transport) transmit(to string, r *request) {
	if !t.silent() {
		t.port.Send(to, r, r.size(t.id))
	}
}

func (t *transport) forget(id uint64) {
	t.mu.Lock()
	delete(t.calls, id)
	t.mu.Unlock()
}

// ask sends a request and waits for the response. The library reuses some of
// its requests, so call must be a copy.
func (t *transport) ask(to raft.ServerAddress, r *request, term uint64, timeout time.Duration) (any, error) {
	c := call{to: r.to, reply: make(chan *response, 1), term: term}
	r.id = t.register(c)
	t.transmit(string(to), r)
	select { // without a delay on the link it is here already
	case m := <-c.reply:
		return m.result()
	default:
	}
	timer := time.NewTimer(timeout)
	defer timer.Stop()
	select {
	case m := <-c.reply:
		return m.result()
	case <-timer.C:
		t.forget(r.id)
		return nil, fmt.Errorf("ask %s: %w", to, errTimeout)
	case <-t.stop:
		t.forget(r.id)
		return nil, fmt.Errorf("ask %s: %w", to, errStopped)
	}
}

func (m *response) result() (any, error) {
	if m.err != "" {
		return nil, errors.New(m.err)
	}
	return m.body, nil
}

// into copies a response to where the library wants it.
func into[T any](dst *T, body any, err error) error {
	if err != nil {
		return err
	}
	r, ok := body.(*T)
	if !ok {
		return fmt.Errorf("answered with a %T, not a %T", body, dst)
	}
	*dst = *r
	return nil
}

// receive takes a message from the link.
func (t *transport) receive(from string, payload any) {
	if t.silent() {
		return
	}
	switch m := payload.(type) {
	case *request:
		if m.to != t.member {
			t.respond(answering{from: from, id: m.id}, raft.RPCResponse{Error: errStranger})
			return
		}
		t.take(from, m)
	case *response:
		t.settle(m)
	}
}

// settle hands a response to who waits for it.
func (t *transport) settle(m *response) {
	t.mu.Lock()
	c, ok := t.calls[m.id]
	delete(t.calls, m.id)
	if r, appended := m.body.(*raft.AppendEntriesResponse); ok && appended && r.Success {
		if old := t.acks[c.to]; c.term > old.term || c.term == old.term && m.id > old.id {
			t.acks[c.to] = ack{c.term, m.id}
		}
	}
	t.mu.Unlock()
	switch {
	case !ok:
		return
	case c.pipe != nil:
		c.pipe.settle(m)
	default:
		c.reply <- m
	}
	select {
	case t.heard <- struct{}{}:
	default:
	}
}

// confirmed reports whether most voters of a configuration have accepted an append
// of this term that was sent after the request mark. This node does by itself.
func (t *transport) confirmed(term, mark uint64, c raft.Configuration) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	voters, agree := 0, 0
	for _, s := range c.Servers {
		if s.Suffrage != raft.Voter {
			continue
		}
		voters++
		if a := t.acks[s.ID]; s.ID == t.member || a.term == term && a.id > mark {
			agree++
		}
	}
	return agree > voters/2
}

// Consumer implements [raft.Transport].
func (t *transport) Consumer() <-chan raft.RPC { return t.requests }

// LocalAddr implements [raft.Transport].
func (t *transport) LocalAddr() raft.ServerAddress { return raft.ServerAddress(t.id) }

// EncodePeer implements [raft.Transport].
func (t *transport) EncodePeer(_ raft.ServerID, addr raft.ServerAddress) []byte { return []byte(addr) }

// DecodePeer implements [raft.Transport].
func (t *transport) DecodePeer(b []byte) raft.ServerAddress { return raft.ServerAddress(b) }

// SetHeartbeatHandler implements [raft.Transport].
func (t *transport) SetHeartbeatHandler(cb func(raft.RPC)) { t.heartbeat = cb }

// AppendEntries implements [raft.Transport].
func (t *transport) AppendEntries(id raft.ServerID, to raft.ServerAddress, args *raft.AppendEntriesRequest, resp *raft.AppendEntriesResponse) error {
	c := *args
	body, err := t.ask(to, &request{to: id, call: &c}, c.Term, t.timeout)
	return into(resp, body, err)
}

// RequestVote implements [raft.Transport].
func (t *transport) RequestVote(id raft.ServerID, to raft.ServerAddress, args *raft.RequestVoteRequest, resp *raft.RequestVoteResponse) error {
	c := *args
	body, err := t.ask(to, &request{to: id, call: &c}, 0, t.timeout)
	return into(resp, body, err)
}

// RequestPreVote implements [raft.WithPreVote].
func (t *transport) RequestPreVote(id raft.ServerID, to raft.ServerAddress, args *raft.RequestPreVoteRequest, resp *raft.RequestPreVoteResponse) error {
	c := *args
	body, err := t.ask(to, &request{to: id, call: &c}, 0, t.timeout)
	return into(resp, body, err)
}

// TimeoutNow implements [raft.Transport].
func (t *transport) TimeoutNow(id raft.ServerID, to raft.ServerAddress, args *raft.TimeoutNowRequest, resp *raft.TimeoutNowResponse) error {
	c := *args
	body, err := t.ask(to, &request{to: id, call: &c}, 0, t.timeout)
	return into(resp, body, err)
}

// timeoutScale is how much of a snapshot may take one more timeout, in bytes: as
// in the library's network transport.
const timeoutScale = 256 << 10

// InstallSnapshot implements [raft.Transport]. The snapshot goes as one message:
// the link takes its time from the size.
func (t *transport) InstallSnapshot(id raft.ServerID, to raft.ServerAddress, args *raft.InstallSnapshotRequest, resp *raft.InstallSnapshotResponse, data io.Reader) error {
	state, err := io.ReadAll(data)
	if err != nil {
		return fmt.Errorf("read the snapshot for %s: %w", to, err)
	}
	c := *args
	timeout := t.timeout * time.Duration(1+len(state)/timeoutScale)
	body, err := t.ask(to, &request{to: id, call: &c, state: state}, 0, timeout)
	return into(resp, body, err)
}

// AppendEntriesPipeline implements [raft.Transport].
func (t *transport) AppendEntriesPipeline(id raft.ServerID, to raft.ServerAddress) (raft.AppendPipeline, error) {
	if t.silent() {
		return nil, fmt.Errorf("pipeline to %s: %w", to, errStopped)
	}
	return newPipeline(t, id, string(to)), nil
}
