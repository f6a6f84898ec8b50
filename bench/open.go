package bench

import (
	"sync"
	"sync/atomic"
	"time"
)

// cancelCheck bounds a wait of the generator, so that it sees a cancelled
// context although the next operation is due much later.
const cancelCheck = 50 * time.Millisecond

type openStream struct {
	run      *run
	cfg      *Open
	count    counter
	inFlight atomic.Int64
	pools    []*pool // by node
	op       Op
	dropped  *chunk
	next     time.Duration // when the next operation is due
	ended    bool          // there is none
}

func newOpenStream(r *run, cfg *Open) *openStream {
	s := &openStream{run: r, cfg: cfg}
	for node := range r.nodes {
		s.pools = append(s.pools, &pool{stream: s, node: node})
	}
	return s
}

func (s *openStream) stats() StreamStats { return s.count.stats(s.cfg.Class) }

// dispatch sends the operations of all open streams in the order in which they
// are due. It never waits for the system: late operations follow at once.
func (r *run) dispatch(pacer Pacer) {
	defer func() {
		for _, s := range r.open {
			s.close()
		}
	}()
	for _, s := range r.open {
		s.advance()
	}
	now := r.now()
	for {
		s := r.earliest()
		if s == nil {
			return
		}
		for s.next > now {
			if r.stopped() {
				return
			}
			now = pacer.Wait(min(s.next, now+cancelCheck))
		}
		if r.stopped() {
			return
		}
		if !s.cfg.Source.Next(&s.op) {
			s.ended = true
			continue
		}
		s.send(s.next)
		s.advance()
	}
}

// earliest returns the stream whose next operation is due first, or nil if all
// have ended. There are a handful of streams.
func (r *run) earliest() *openStream {
	var first *openStream
	for _, s := range r.open {
		if !s.ended && (first == nil || s.next < first.next) {
			first = s
		}
	}
	return first
}

func (s *openStream) advance() {
	var ok bool
	s.next, ok = s.cfg.Arrivals()
	s.ended = !ok
}

// send gives the stream's operation to a session, or drops it.
func (s *openStream) send(due time.Duration) {
	node := s.cfg.Picker.Pick(&s.op)
	checkPick(node, len(s.pools))
	count := s.count.due(due)
	count.Due++
	inFlight := int(s.inFlight.Load())
	if inFlight >= s.cfg.MaxInFlight {
		count.Dropped++
		s.drop(due, node)
		return
	}
	s.inFlight.Add(1)
	s.count.maxInFlight = max(s.count.maxInFlight, inFlight+1)
	s.pools[node].send(&s.op, due)
}

// drop records the stream's operation as dropped.
func (s *openStream) drop(due time.Duration, node int) {
	if s.dropped == nil {
		s.dropped = s.run.newChunk()
	}
	op := &s.op
	*s.dropped.next() = Sample{
		Due: due, Sent: Never, Done: Never,
		Key: op.Key, Arg: op.Arg, Expect: op.Expect,
		User: op.User, Size: op.Size, Node: uint16(node),
		Kind: op.Kind, Outcome: Dropped, Class: s.cfg.Class,
	}
	if s.dropped.keep() {
		s.run.handOver(s.dropped)
		s.dropped = nil
	}
}

// close lets every session end when it has no operation in hand.
func (s *openStream) close() {
	for _, p := range s.pools {
		p.close()
	}
}

// flush hands over the last samples, when all workers have ended.
func (s *openStream) flush() {
	if s.dropped != nil {
		s.run.handOver(s.dropped)
	}
	for _, p := range s.pools {
		if p.chunk != nil {
			s.run.handOver(p.chunk)
		}
	}
}

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
		w.seat = newSeat(s.run, &s.count, s.cfg.Class, s.cfg.Source, p.node)
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
