package bench

import (
	"container/heap"
	"sync"
	"time"
)

// The sweeper gives up operations that are not done in time: one goroutine for
// all sessions, because a timer or a context for each operation would cost more
// than the operation.
//
// Every session has exactly one entry, at an instant not after its operation's
// deadline, and the entry is moved when that instant comes: so a session costs
// the sweeper a few looks per abandon time, however many operations it does.
// An entry of an idle session moves on by half the abandon time, so an operation
// is given up on time (to a timer's millisecond) if it was sent less than half
// the abandon time after it was due, and else at most that much later.
type sweeper struct {
	mu  sync.Mutex
	new []entry // added since the last look
}

type entry struct {
	at      time.Duration
	session *session
	count   *counter
}

// add takes a new session, whose first deadline is set.
func (w *sweeper) add(s *session, c *counter) {
	w.mu.Lock()
	w.new = append(w.new, entry{session: s, count: c})
	w.mu.Unlock()
}

// run sweeps until stop is closed.
func (w *sweeper) run(r *run, stop <-chan struct{}) {
	var q entries
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-stop:
			return
		case <-timer.C:
		}
		now := r.now()
		q = w.take(q, now)
		next := q.sweep(now, r.abandon/2)
		// The runtime's timers resolve a millisecond; asking for less is waste.
		timer.Reset(max(next-r.now(), time.Millisecond))
	}
}

// take moves the new sessions into q, to be looked at now.
func (w *sweeper) take(q entries, now time.Duration) entries {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, e := range w.new {
		e.at = now
		heap.Push(&q, e)
	}
	clear(w.new)
	w.new = w.new[:0]
	return q
}

// sweep gives up what is overdue, and returns when to look again: at most idle
// from now, when new sessions may have operations that are overdue.
func (q *entries) sweep(now, idle time.Duration) time.Duration {
	for len(*q) > 0 && (*q)[0].at <= now {
		e := &(*q)[0]
		d := e.session.deadline.Load()
		switch {
		case d == markClosed:
			heap.Pop(q)
			continue
		case d == markIdle || d == markGaveUp:
			e.at = now + idle
		case d > int64(now):
			e.at = time.Duration(d)
		case e.session.deadline.CompareAndSwap(d, markGaveUp):
			e.session.cancel()
			e.count.abandoned.Add(1)
			e.at = now + idle
		default: // the operation was done just now: look again
			continue
		}
		heap.Fix(q, 0)
	}
	if len(*q) > 0 {
		return min((*q)[0].at, now+idle)
	}
	return now + idle
}

// entries is a heap by instant.
type entries []entry

func (q entries) Len() int           { return len(q) }
func (q entries) Less(i, j int) bool { return q[i].at < q[j].at }
func (q entries) Swap(i, j int)      { q[i], q[j] = q[j], q[i] }
func (q *entries) Push(x any)        { *q = append(*q, x.(entry)) }
func (q *entries) Pop() any {
	last := len(*q) - 1
	e := (*q)[last]
	(*q)[last] = entry{}
	*q = (*q)[:last]
	return e
}
