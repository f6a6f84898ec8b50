package hashiraft

import (
	"fmt"
	"sync"
	"time"

	"github.com/hashicorp/raft"
)

// pipeline has several appends to one follower under way.
//
// A response says that the follower has, or has not, all entries up to the last
// of its request, so it stands for the responses to earlier requests too, should
// they have been lost. The library gets the responses that came, in order, and
// nothing else: it takes whatever it gets, also a failure, for a sign of life of
// the follower.
type pipeline struct {
	t     *transport
	id    raft.ServerID
	to    string
	slots chan struct{} // a token for each append under way
	ready chan raft.AppendFuture
	over  chan struct{} // closed by Close

	mu     sync.Mutex
	flying []*appending // under way, in the order of their ids
	closed bool
}

// appending is one append of a pipeline: the library's AppendFuture.
type appending struct {
	id    uint64
	start time.Time
	args  *raft.AppendEntriesRequest
	resp  *raft.AppendEntriesResponse
	done  chan struct{}
}

// Error implements [raft.Future]. A response that says no is none.
func (a *appending) Error() error {
	<-a.done
	return nil
}

func (a *appending) Start() time.Time                      { return a.start }
func (a *appending) Request() *raft.AppendEntriesRequest   { return a.args }
func (a *appending) Response() *raft.AppendEntriesResponse { return a.resp }

// readyAppends is how many responses may wait for the library. One more is left
// out, as if it were lost.
const readyAppends = 128

func newPipeline(t *transport, id raft.ServerID, to string) *pipeline {
	return &pipeline{
		t:     t,
		id:    id,
		to:    to,
		slots: make(chan struct{}, t.pipeline),
		ready: make(chan raft.AppendFuture, readyAppends),
		over:  make(chan struct{}),
	}
}

// Consumer implements [raft.AppendPipeline].
func (p *pipeline) Consumer() <-chan raft.AppendFuture { return p.ready }

// AppendEntries implements [raft.AppendPipeline]. It waits while too many are
// under way. An error ends the pipeline: the library goes back to one append at
// a time. It comes here at least every two CommitTimeouts, so this is also where
// silence is noticed.
func (p *pipeline) AppendEntries(args *raft.AppendEntriesRequest, resp *raft.AppendEntriesResponse) (raft.AppendFuture, error) {
	if err := p.acquire(); err != nil {
		return nil, fmt.Errorf("append to %s: %w", p.to, err)
	}
	a := &appending{start: time.Now(), args: args, resp: resp, done: make(chan struct{})}
	a.id = p.t.register(call{to: p.id, pipe: p, term: args.Term})
	p.mu.Lock()
	p.flying = append(p.flying, a)
	p.mu.Unlock()
	p.t.transmit(p.to, &request{to: p.id, id: a.id, call: args})
	return a, nil
}

// acquire takes a slot.
func (p *pipeline) acquire() error {
	left := p.t.timeout - p.oldest()
	if left < 0 {
		return errTimeout
	}
	select {
	case p.slots <- struct{}{}:
		return nil
	default:
	}
	timer := time.NewTimer(left)
	defer timer.Stop()
	select {
	case p.slots <- struct{}{}:
		return nil
	case <-timer.C:
		return errTimeout
	case <-p.over:
		return raft.ErrPipelineShutdown
	case <-p.t.stop:
		return errStopped
	}
}

// oldest is for how long the oldest append has been under way.
func (p *pipeline) oldest() time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.flying) == 0 {
		return 0
	}
	return time.Since(p.flying[0].start)
}

// settle takes a response.
func (p *pipeline) settle(m *response) {
	p.mu.Lock()
	n := 0
	for n < len(p.flying) && p.flying[n].id <= m.id {
		n++
	}
	if p.closed || n == 0 || p.flying[n-1].id != m.id {
		p.mu.Unlock()
		return
	}
	lost, a := p.flying[:n-1], p.flying[n-1]
	p.flying = p.flying[n:]
	if r, ok := m.body.(*raft.AppendEntriesResponse); ok {
		*a.resp = *r
	}
	close(a.done)
	select {
	case p.ready <- a:
	default:
	}
	p.mu.Unlock()
	for _, l := range lost {
		p.t.forget(l.id)
		<-p.slots
	}
	<-p.slots
}

// Close implements [raft.AppendPipeline].
func (p *pipeline) Close() error {
	p.mu.Lock()
	if p.closed {
		p.mu.Unlock()
		return nil
	}
	p.closed = true
	flying := p.flying
	p.flying = nil
	p.mu.Unlock()
	close(p.over)
	for _, a := range flying {
		p.t.forget(a.id)
	}
	return nil
}
