package balance

import (
	"context"
	"sync"
)

// A race is between two requests for one operation. The first to succeed wins, and has
// the other given up if that is still out. A nil race has one request.
type race struct {
	mu     sync.Mutex
	won    bool
	cancel [2]context.CancelFunc // of those that are out
}

// start reports whether request i may go: not if the other has won.
func (r *race) start(i int, cancel context.CancelFunc) bool {
	if r == nil {
		return true
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.won {
		return false
	}
	r.cancel[i] = cancel
	return true
}

// end says that request i is back, and reports whether it won.
func (r *race) end(i int, ok bool) bool {
	if r == nil {
		return ok
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.cancel[i] = nil
	if !ok || r.won {
		return false
	}
	r.won = true
	if other := r.cancel[1-i]; other != nil {
		other()
	}
	return true
}
