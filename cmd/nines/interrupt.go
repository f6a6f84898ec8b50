package main

import "context"

// onInterrupt says on a display that a run is being ended, once ctx is. What it
// returns is to be called once, at the end of the run: after that nothing is said.
// It waits for what is being said.
func onInterrupt(ctx context.Context, show *display) (end func()) {
	said := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(said)
		show.line("interrupted: the trial is being ended; once more, and all ends at once")
	})
	return func() {
		if !stop() {
			<-said
		}
	}
}
