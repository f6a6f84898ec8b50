package hashiraft

import (
	"testing"
	"time"
)

func TestAsks(t *testing.T) {
	var a asks
	granted := func(stores uint64, quiet time.Duration) (n int) {
		for n < 100 && a.may(stores, quiet) {
			n++
		}
		return n
	}
	for _, step := range []struct {
		stores uint64
		quiet  time.Duration
		want   int
	}{
		{0, 0, 16},
		{2, 0, 0},
		{3, 0, 1},
		{5, 0, 0}, // two that count later
		{6, 0, 1},
		{6, time.Microsecond, 0},
		{7 + 3*5, 0, 5},
		{1000, 0, 16},
		{1001, 0, 0},
	} {
		if got := granted(step.stores, step.quiet); got != step.want {
			t.Errorf("after %d waits for the disk, %v ago: %d calls, want %d", step.stores, step.quiet, got, step.want)
		}
	}
	for range 1000 { // a loop that does not wait serves all
		if !a.may(1001, askQuiet) {
			t.Fatal("refused although the disk is quiet")
		}
	}
}
