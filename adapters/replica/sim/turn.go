package sim

import (
	"time"

	"nines/adapters/replica/step"
)

// turn is what has come for a node that is busy, under Run.
type turn struct {
	until   time.Duration // it is busy
	planned bool          // a step with in
	in      step.Input
}
