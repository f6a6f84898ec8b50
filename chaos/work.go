package chaos

import (
	"context"
	"fmt"
	"time"
)

// work is what a fault goes on doing while it is in force, in one goroutine.
type work struct {
	stop context.CancelFunc // no new stroke begins
	over context.Context    // is over then
	done chan struct{}
	kill context.CancelFunc // gives up the stroke that is under way
}

// begin starts do. It is to return soon when over is; what it has begun by then it
// brings to an end, with a ctx that is over only when nobody waits any more.
func begin(do func(ctx, over context.Context)) *work {
	w := &work{done: make(chan struct{})}
	w.over, w.stop = context.WithCancel(context.Background())
	ctx, kill := context.WithCancel(context.Background())
	w.kill = kill
	go func() {
		defer close(w.done)
		do(ctx, w.over)
	}()
	return w
}

// end stops the work and waits for it.
func (w *work) end(ctx context.Context) error {
	w.stop()
	select {
	case <-w.done:
		w.kill()
		return nil
	case <-ctx.Done():
		w.kill()
		return fmt.Errorf("stop what is under way: %w", context.Cause(ctx))
	}
}

// pause sleeps until ctx is over, and reports whether it slept to the end.
func pause(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
