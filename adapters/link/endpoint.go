package link

import (
	"sync"
	"sync/atomic"
)

// Endpoint is a running node's side of the fabric. Its methods are safe for
// concurrent use.
type Endpoint struct {
	f       *Fabric
	node    *node
	handler atomic.Pointer[func(from string, payload any)]

	// running is the number of handlers that run, plus detached once gone is
	// set; idle is closed when no handler is left then.
	gone    atomic.Bool
	running atomic.Int64
	once    sync.Once
	idle    chan struct{}
}

// detached is added to running to keep handlers from starting.
const detached = 1 << 40

// Send sends a message of size bytes to a node. It never blocks. The message is
// silently lost if a fault drops it, or if either node is detached before it
// arrives, or if there is no such node. A message to the node itself arrives at
// once, is hurt by no fault and does not count as a cost.
//
// On a link without delay Send calls the receiver's handler: do not call it
// with a lock held that the handler, or one that that handler sends to, takes.
func (e *Endpoint) Send(to string, payload any, size int) {
	l := e.node.to[to]
	if l == nil || !e.live() {
		return
	}
	l.messages.Add(1)
	l.bytes.Add(uint64(size))
	if l.clouded.Load() || l.pending.Load() != 0 {
		l.sendSlow(e, payload, size)
		return
	}
	if peer := l.to.attached.Load(); peer != nil {
		peer.receive(e.node.name, payload)
	}
}

// Handle sets who takes messages. fn must not block, must be safe for
// concurrent use, and must not call Detach or Close. Messages that arrive before
// Handle is called are lost.
func (e *Endpoint) Handle(fn func(from string, payload any)) { e.handler.Store(&fn) }

// Detach takes the node off the fabric. When it returns no handler of the
// endpoint runs and none will. Messages in flight to and from it are lost.
func (e *Endpoint) Detach() {
	if e.gone.Swap(true) {
		<-e.idle
		return
	}
	left := e.running.Add(detached) // handlers that start from here on are turned away
	e.f.mu.Lock()
	e.node.attached.CompareAndSwap(e, nil)
	for _, l := range e.node.out {
		l.purge()
	}
	for _, l := range e.node.in {
		l.purge()
	}
	e.f.mu.Unlock()
	if left == detached {
		e.closeIdle()
	}
	<-e.idle
}

func (e *Endpoint) closeIdle() { e.once.Do(func() { close(e.idle) }) }

func (e *Endpoint) live() bool { return e.running.Load() < detached }

// receive runs the handler, unless the endpoint is detached.
func (e *Endpoint) receive(from string, payload any) {
	if e.running.Add(1) < detached {
		if fn := e.handler.Load(); fn != nil {
			(*fn)(from, payload)
		}
	}
	if e.running.Add(-1) == detached {
		e.closeIdle()
	}
}
