package bench

import (
	"runtime"
	"syscall"
	"time"
)

// Precise returns a Pacer that waits to some tens of microseconds and does not
// spin. It sleeps in the kernel, because the runtime's timers end on whole
// milliseconds of epoll_wait when nothing else runs, which turns arrivals into
// bursts. It is for real time only.
//
// Before it sleeps it yields, so that the goroutines that the caller has just
// woken run at once, on the caller's own thread. A thread that is locked to the
// pacer cannot do that: another has to be woken for every operation, which costs
// a fifth more processor time and, where processors are busy, waits its turn.
//
// It wakes up no more often than every [wakeEvery]: what is due sooner after a
// wake-up comes together with what is due then, later by that at most. The wake-up of
// a thread, and of the goroutines that it wakes, costs more than all else that the
// generator does for an operation.
func Precise(base time.Time) Pacer { return &precise{base: base, woke: time.Since(base) - wakeEvery} }

type precise struct {
	base time.Time
	woke time.Duration // when it last did
}

// wakeEvery is far below what separates an answer from an outage, or one system from
// another, and of the size of a sleep's own error.
const wakeEvery = 100 * time.Microsecond

const prSetTimerSlack = 29 // PR_SET_TIMERSLACK, from linux/prctl.h

func (p *precise) Wait(until time.Duration) time.Duration {
	runtime.Gosched()
	until = max(until, p.woke+wakeEvery)
	for {
		now := time.Since(p.base)
		if now >= until {
			p.woke = now
			return now
		}
		// The slack of a timer is 50 us if nothing is said, and belongs to the
		// thread, which may be another one each time. Where it cannot be set the
		// wait is longer by that: no error.
		syscall.RawSyscall(syscall.SYS_PRCTL, prSetTimerSlack, 1, 0)
		ts := syscall.NsecToTimespec(int64(until - now))
		_ = syscall.Nanosleep(&ts, nil) // ends early on a signal: look again
	}
}
