package sim

import "nines/adapters/replica/step"

// turn is what has come for a node while it is busy, under Run.
type turn struct {
	in   step.Input
	busy bool
}

// wake gives the machine input that is not a message or a call.
func (n *node) wake(in step.Input) {
	n.step(in)
}
