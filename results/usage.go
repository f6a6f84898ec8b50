package results

import "time"

// Usage is what the process of a trial and its machine did in the measured
// period, of which a share is made by dividing by its length.
type Usage struct {
	Cores int `json:"cores"` // that the process may use at once
	// Generator is the time in which the load generator was not waiting for the
	// next due time: at the length of the period it can do no more. It counts when
	// the generator's thread was kept waiting for a processor, too. 0: there was no
	// open-loop load.
	Generator  time.Duration `json:"generator_ns"`
	Pauses     uint64        `json:"gc_pauses"`         // in which the collector stopped the process
	PauseTotal time.Duration `json:"gc_pause_total_ns"` // of all of them
	PauseMax   time.Duration `json:"gc_pause_max_ns"`   // the longest, rounded up by at most an eighth
	Machine    *Noise        `json:"machine,omitempty"` // nil where the system does not tell
}

// Noise is what others took of the machine in the measured period.
type Noise struct {
	Cores int `json:"cores"` // of the machine, as the kernel counts
	// Stalled is the time in which some runnable thread had no processor, of this
	// process or another: PSI's "cpu some".
	Stalled time.Duration `json:"psi_cpu_some_ns"`
	// Steal is what the hypervisor gave to others, over all cores.
	Steal time.Duration `json:"steal_ns"`
	// Others is the processor time of other processes, and of the kernel's own
	// work, over all cores.
	Others time.Duration `json:"others_ns"`
}
