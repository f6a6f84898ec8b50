package bench

import (
	"runtime"
	"syscall"
	"time"
)

// Precise returns a Pacer that waits to some tens of microseconds and does not
// spin. It is for one goroutine, which Wait locks to its thread: the thread's
// timer slack is set to 1 ns (prctl(2)), and the thread ends with the goroutine.
// The runtime's own timers are not used because they end on whole milliseconds
// of epoll_wait, which turns arrivals into bursts. It is not for virtual time.
func Precise(base time.Time) Pacer { return &precise{base: base} }

type precise struct {
	base   time.Time
	locked bool
}

const prSetTimerSlack = 29 // PR_SET_TIMERSLACK, from linux/prctl.h

func (p *precise) Wait(until time.Duration) time.Duration {
	if !p.locked {
		p.locked = true
		runtime.LockOSThread()
		// Without it waits are 50 us longer: nothing worse, so no error.
		syscall.RawSyscall(syscall.SYS_PRCTL, prSetTimerSlack, 1, 0)
	}
	for {
		now := time.Since(p.base)
		if now >= until {
			return now
		}
		ts := syscall.NsecToTimespec(int64(until - now))
		_ = syscall.Nanosleep(&ts, nil) // ends early on a signal: look again
	}
}
