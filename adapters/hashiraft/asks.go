package hashiraft

import (
	"sync/atomic"
	"time"
)

// asks bounds the calls of VerifyLeader that the library has not dealt with.
//
// Its main loop takes them, and their results, from one channel of 64. That
// loop also waits for the disk. When the disk is slow the channel fills, and then
// a goroutine that sends heartbeats waits to put a result in, and holds a lock
// while it does: the leader is silent, is deposed, and in virtual time, which
// does not pass while a goroutine waits for a lock, all is stuck for ever.
//
// In each turn the loop serves one of the channels that are ready, at random. So
// a call for every three waits for the disk is less than what is served meanwhile,
// also with its result; and a loop that has not had to wait for a while has
// served everything. The zero asks is ready; it serves one goroutine.
type asks struct {
	spent  int
	stores uint64 // up to which calls were granted
}

const (
	askBurst     = 16 // outstanding, at most, with a result each: half the channel
	storesPerAsk = 3
	askQuiet     = time.Millisecond
)

// may reports whether there may be one more, after so many waits for the disk, the
// last of which ended so long ago.
func (a *asks) may(stores uint64, quiet time.Duration) bool {
	grants := (stores - a.stores) / storesPerAsk
	a.stores += grants * storesPerAsk
	a.spent = int(max(0, int64(a.spent)-int64(grants)))
	if quiet >= askQuiet {
		a.spent = 0
	}
	if a.spent == askBurst {
		return false
	}
	a.spent++
	return true
}

// waits watches the library wait for the disk. It is safe for concurrent use.
type waits struct {
	began atomic.Uint64
	ended atomic.Int64 // when the last one did, in Unix nanoseconds; 0: it waits
}

func (s *waits) begin() {
	s.began.Add(1)
	s.ended.Store(0)
}

func (s *waits) end() { s.ended.Store(time.Now().UnixNano()) }

// now is how many there were, and how long ago the last one ended.
func (s *waits) now() (began uint64, quiet time.Duration) {
	began = s.began.Load()
	if at := s.ended.Load(); at != 0 {
		quiet = time.Duration(time.Now().UnixNano() - at)
	} else if began == 0 {
		quiet = askQuiet
	}
	return began, quiet
}
