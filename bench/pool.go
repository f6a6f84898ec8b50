package bench

import (
	"sync"
	"time"
)

// A pool is the workers of one stream at one node. It grows when an operation is
// due and all are busy, and never shrinks.
type pool struct {
	stream *openStream
	node   int

	mu     sync.Mutex
	free   []*worker // the last one was used most recently, and is taken first
	chunk  *chunk    // shared, so that ten thousand sessions need no chunk each
	closed bool
}

// send gives op to a free worker, or to a new one.
func (p *pool) send(op *Op, due time.Duration) {
	w := p.take()
	if w == nil {
		s := p.stream
		w = &worker{pool: p, wake: make(chan struct{}, 1)}
		w.seat = newSeat(s.run, &s.count, s.cfg.Class, s.cfg.Source, s.cfg.Dialer, p.node)
		s.run.workers.Go(w.run)
	}
	w.op, w.due = *op, due
	w.wake <- struct{}{}
}

func (p *pool) take() *worker {
	p.mu.Lock()
	defer p.mu.Unlock()
	last := len(p.free) - 1
	if last < 0 {
		return nil
	}
	w := p.free[last]
	p.free = p.free[:last]
	return w
}

// keep records w's sample and, if w is to go on, takes it back. It reports
// whether w is to go on.
func (p *pool) keep(w *worker, again bool) bool {
	p.stream.inFlight.Add(-1)
	if t := p.stream.tracker; t != nil {
		t.Done(p.node)
	}
	var full *chunk
	p.mu.Lock()
	if p.chunk == nil {
		p.chunk = p.stream.run.newChunk()
	}
	*p.chunk.next() = w.sample
	if p.chunk.keep() {
		full, p.chunk = p.chunk, nil
	}
	again = again && !p.closed
	if again {
		p.free = append(p.free, w)
	}
	p.mu.Unlock()
	if full != nil {
		p.stream.run.handOver(full)
	}
	return again
}

func (p *pool) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
	for _, w := range p.free {
		close(w.wake)
	}
	p.free = nil
}

// A worker performs the operations of one session after another at one node.
type worker struct {
	pool   *pool
	seat   seat
	op     Op
	due    time.Duration
	sent   time.Duration
	sample Sample
	wake   chan struct{} // op and due are set; closed: there are no more
	inHand bool          // performing an operation
}

func (w *worker) run() {
	defer w.end()
	defer w.pool.stream.run.recovered("a session")
	r := w.pool.stream.run
	for range w.wake {
		w.sent = r.now()
		w.inHand = true
		w.seat.perform(&w.op, w.due, w.sent, &w.sample)
		w.inHand = false
		if !w.pool.keep(w, true) {
			return
		}
	}
}

func (w *worker) end() {
	if w.inHand {
		w.seat.lost(&w.op, w.due, w.sent, &w.sample)
		w.pool.keep(w, false)
	}
	w.seat.retire()
}
