package bench

import (
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
	tracker  Tracker // the picker, if it is one
	op       Op
	dropped  *chunk
	next     time.Duration // when the next operation is due
	ended    bool          // there is none
}

func newOpenStream(r *run, cfg *Open) *openStream {
	s := &openStream{run: r, cfg: cfg}
	s.tracker, _ = cfg.Picker.(Tracker)
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
	if s.tracker != nil {
		s.tracker.Sent(node)
	}
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
