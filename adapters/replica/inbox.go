package replica

import "sync"

// Inbox is what waits for a goroutine's next turn. Whoever puts something in
// never blocks; the owner takes everything at once, which is what makes batches.
type Inbox[T any] struct {
	wake chan<- struct{}

	mu     sync.Mutex
	items  []T
	spare  []T // the last turn's, to be filled again
	closed bool
}

// NewInbox returns an empty Inbox that signals its owner through wake, which has
// capacity 1 and may serve several inboxes of one owner.
func NewInbox[T any](wake chan<- struct{}) *Inbox[T] { return &Inbox[T]{wake: wake} }

// Put adds v and wakes the owner. False means that the owner has ended, and v is
// not taken.
func (i *Inbox[T]) Put(v T) bool {
	i.mu.Lock()
	if i.closed {
		i.mu.Unlock()
		return false
	}
	i.items = append(i.items, v)
	i.mu.Unlock()
	select {
	case i.wake <- struct{}{}:
	default:
	}
	return true
}

// Take returns what is there, valid until the next Take.
func (i *Inbox[T]) Take() []T {
	i.mu.Lock()
	defer i.mu.Unlock()
	clear(i.spare) // so that what was handled can be collected
	taken := i.items
	i.items, i.spare = i.spare[:0], taken
	return taken
}

// Close refuses what comes later and returns what nobody has taken.
func (i *Inbox[T]) Close() []T {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.closed = true
	left := i.items
	i.items = nil
	return left
}
