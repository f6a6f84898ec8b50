package bench

import "time"

// Sleeping returns a Pacer that sleeps as package time does: to a millisecond
// in real time, exactly in virtual time.
func Sleeping(base time.Time) Pacer { return sleeping{base} }

type sleeping struct{ base time.Time }

func (p sleeping) Wait(until time.Duration) time.Duration {
	now := time.Since(p.base)
	if until > now {
		time.Sleep(until - now)
		now = time.Since(p.base)
	}
	return now
}
