package main

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

// slow writes after a while, and tells what it wrote without a lock: who reads must
// have waited.
type slow struct{ text string }

func (s *slow) Write(b []byte) (int, error) {
	time.Sleep(time.Second)
	s.text += string(b)
	return len(b), nil
}

// What is said of an interruption has been said when the run is over; of one that
// comes later nothing is.
func TestOnInterrupt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const said = "interrupted: the trial is being ended; once more, and all ends at once\n"
		for interrupted, want := range map[bool]string{false: "", true: said} {
			ctx, cancel := context.WithCancel(t.Context())
			out := &slow{}
			end := onInterrupt(ctx, &display{out: out, width: 100})
			if interrupted {
				cancel()
			}
			end()
			if out.text != want { // before it is cancelled, if it was not
				t.Errorf("interrupted: %t, said %q, want %q", interrupted, out.text, want)
			}
			cancel()
			synctest.Wait()
			time.Sleep(2 * time.Second) // as long as it would take to say it
			if out.text != want {
				t.Errorf("interrupted: %t, said %q after the end", interrupted, out.text)
			}
		}
	})
}
