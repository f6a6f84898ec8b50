//go:build !linux

package link

// newThreadWaiter falls back on package time, which has no such rounding on
// some systems and is all there is on others.
func newThreadWaiter() (waiter, error) { return newTimerWaiter(), nil }
