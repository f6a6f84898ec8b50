// Package calibration holds the harness against truth that is known beforehand:
// queues whose response times have formulas, stalls and outages that were
// scripted, arrivals with a known distribution. It says what to run, as plain
// values ([Queues], [Omission], [Outages], [Ladder], [Recording]); the caller runs that as it runs
// any scenario, and gives back what was measured, of which each value makes checks.
//
// A bound is stated before anything is measured. In virtual time it follows from
// the definition of the figure or, where chance decides, from the standard error
// of the figure: [Sigmas] of them, so that one check in 16,000 fails by chance. In
// real time what the machine may add comes on top: the lag that the gate of a trial allows.
//
// Everything here is pure: the same trials give the same checks.
package calibration
