package link

import (
	"fmt"
	"os"
	"runtime"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// threadWaiter waits in a thread of its own, since the runtime's timers round
// up to a millisecond when all else is idle. The eventfd ends the wait for a
// message that is due earlier.
type threadWaiter struct {
	locked bool

	mu sync.Mutex // guards fd between wake and close
	fd int        // -1 when closed
}

func newThreadWaiter() (waiter, error) {
	fd, err := unix.Eventfd(0, unix.EFD_NONBLOCK|unix.EFD_CLOEXEC)
	if err != nil {
		return nil, fmt.Errorf("link: %w", os.NewSyscallError("eventfd", err))
	}
	return &threadWaiter{fd: fd}, nil
}

func (w *threadWaiter) wait(d time.Duration) {
	if !w.locked {
		// The thread is not unlocked: it ends with the goroutine, and its timer
		// slack with it. A kernel that refuses leaves the default of 50 µs.
		runtime.LockOSThread()
		_ = unix.Prctl(unix.PR_SET_TIMERSLACK, 1, 0, 0, 0)
		w.locked = true
	}
	var timeout *unix.Timespec
	if d != forever {
		ts := unix.NsecToTimespec(int64(d))
		timeout = &ts
	}
	fds := []unix.PollFd{{Fd: int32(w.fd), Events: unix.POLLIN}}
	if n, err := unix.Ppoll(fds, timeout, nil); n == 1 && err == nil {
		var count [8]byte
		_, _ = unix.Read(w.fd, count[:]) // back to 0; it cannot block
	}
}

func (w *threadWaiter) wake() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.fd >= 0 {
		one := [8]byte{1}
		_, _ = unix.Write(w.fd, one[:]) // fails only if 2⁶⁴-2 wakes are pending
	}
}

func (w *threadWaiter) close() {
	w.mu.Lock()
	defer w.mu.Unlock()
	_ = unix.Close(w.fd)
	w.fd = -1
}
