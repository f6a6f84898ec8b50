package bench

import "time"

type closedStream struct {
	run     *run
	cfg     *Closed
	count   counter
	backoff time.Duration
	workers []*closedWorker
}

func newClosedStream(r *run, cfg *Closed) *closedStream {
	s := &closedStream{run: r, cfg: cfg, backoff: cfg.Backoff}
	s.count.maxInFlight = cfg.Sessions
	if s.backoff == 0 {
		s.backoff = DefaultBackoff
	}
	for i := range cfg.Sessions {
		w := &closedWorker{stream: s, source: cfg.Source(i), picker: cfg.Picker(i)}
		w.tracker, _ = w.picker.(Tracker)
		for node := range r.nodes {
			w.seats = append(w.seats, newSeat(r, &s.count, s.cfg.Class, w.source, cfg.Dialer, node))
		}
		s.workers = append(s.workers, w)
	}
	return s
}

func (s *closedStream) start() {
	for _, w := range s.workers {
		s.run.workers.Go(w.run)
	}
}

// stats is for when all workers have ended.
func (s *closedStream) stats() StreamStats {
	st := s.count.stats(s.cfg.Class)
	for _, w := range s.workers {
		st.Warmup.Due += w.warmup
		st.Measured.Due += w.measured
	}
	return st
}

// A closedWorker is one sequential user: it keeps a session with each node that
// its picker chose, and uses one at a time.
type closedWorker struct {
	stream           *closedStream
	source           Source
	picker           Picker
	tracker          Tracker // the picker, if it is one
	seats            []seat  // by node
	op               Op
	chunk            *chunk
	inHand           *seat // performing an operation
	due              time.Duration
	warmup, measured uint64
	pause            *time.Timer
}

func (w *closedWorker) run() {
	r := w.stream.run
	w.chunk = r.newChunk()
	defer w.end()
	defer r.recovered("a closed-loop session")
	due, until := r.now(), w.stream.cfg.Until
	for due < until && !r.stopped() && w.source.Next(&w.op) {
		node := w.picker.Pick(&w.op)
		checkPick(node, len(w.seats))
		w.inHand = &w.seats[node]
		s := w.chunk.next()
		w.due = due
		w.perform(node, s)
		due = s.Done
		failed := s.Outcome != OK
		w.keep(s)
		if failed {
			due = w.backOff()
		}
	}
}

func (w *closedWorker) perform(node int, s *Sample) {
	if w.tracker != nil {
		w.tracker.Sent(node)
		defer w.tracker.Done(node)
	}
	w.inHand.perform(&w.op, w.due, w.due, s)
	w.inHand = nil
}

func (w *closedWorker) keep(s *Sample) {
	if s.Due < 0 {
		w.warmup++
	} else {
		w.measured++
	}
	if w.chunk.keep() {
		w.stream.run.handOver(w.chunk)
		w.chunk = w.stream.run.newChunk()
	}
}

// backOff waits and returns the present instant.
func (w *closedWorker) backOff() time.Duration {
	if w.pause == nil {
		w.pause = time.NewTimer(w.stream.backoff)
	} else {
		w.pause.Reset(w.stream.backoff)
	}
	select {
	case <-w.pause.C:
	case <-w.stream.run.ctx.Done():
		w.pause.Stop()
	}
	return w.stream.run.now()
}

// end closes the sessions and hands over what is left. After a panic the
// operation in hand is recorded, and its client, which may hold locks, is left.
func (w *closedWorker) end() {
	if w.inHand != nil {
		s := w.chunk.next()
		w.inHand.lost(&w.op, w.due, w.due, s)
		w.keep(s)
	}
	for i := range w.seats {
		w.seats[i].retire()
	}
	w.stream.run.handOver(w.chunk)
}
