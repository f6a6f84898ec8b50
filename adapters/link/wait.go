package link

import "time"

// waiter lets the deliverer sleep. A wake that comes before wait ends that wait;
// wait may also end early for no reason. Only wake is called from other
// goroutines.
type waiter interface {
	wait(d time.Duration) // or forever
	wake()
	close() // nobody waits then; wake may still be called
}

func newWaiter(precise bool) (waiter, error) {
	if precise {
		return newThreadWaiter()
	}
	return newTimerWaiter(), nil
}

// timerWaiter waits with package time: in virtual time, exactly.
type timerWaiter struct {
	timer *time.Timer
	woken chan struct{}
}

func newTimerWaiter() *timerWaiter {
	w := &timerWaiter{timer: time.NewTimer(0), woken: make(chan struct{}, 1)}
	w.timer.Stop()
	return w
}

func (w *timerWaiter) wait(d time.Duration) {
	if d == forever {
		<-w.woken
		return
	}
	w.timer.Reset(d)
	select {
	case <-w.timer.C:
	case <-w.woken:
		w.timer.Stop()
	}
}

func (w *timerWaiter) wake() {
	select {
	case w.woken <- struct{}{}:
	default:
	}
}

func (w *timerWaiter) close() { w.timer.Stop() }
