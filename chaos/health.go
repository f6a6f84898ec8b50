package chaos

import "time"

// Health is who knows whether a cluster serves again as it did before a fault.
type Health interface {
	// Healthy reports whether it does now, and has for a little while, all of it
	// after since, an instant on the base clock.
	Healthy(since time.Duration) bool
}

// How health is seen: operations are put into bins by when they were due, and the
// last HealthyBins of them are looked at that are old enough.
const (
	HealthyBins = 5
	// HandedOver is how long after an operation is done its sample has arrived.
	HandedOver = 200 * time.Millisecond

	leastHealthyBin = 100 * time.Millisecond
	perHealthyBin   = 4 // operations at least, or two probes of each node
)

// HealthyBin is how long a bin is: such that some operations are due in each. Probe is the
// period of a node's probes, 0 if there are none; rate the operations per second,
// which counts only then.
func HealthyBin(probe time.Duration, rate float64) time.Duration {
	switch {
	case probe > 0:
		return max(leastHealthyBin, 2*probe)
	case rate > 0:
		return max(leastHealthyBin, time.Duration(perHealthyBin/rate*float64(time.Second)))
	}
	return leastHealthyBin
}

// LeastRecovery is how long after healing a cluster that is well at once is seen to be: the
// bins begin up to one bin after it, and their last operations must be past their
// deadline and have arrived.
func LeastRecovery(bin, deadline time.Duration) time.Duration {
	return (HealthyBins+1)*bin + deadline + HandedOver
}
