// Package controls is the calibration of the checkers: systems with one planted
// fault each, a schedule and a seed that are known to expose it, and the right
// system, which must be fine under the same schedule with the same seed.
//
// A [Control] runs in the event queue of package sim, so that its history is the
// same on every machine. Its broken system runs on any other host too, where
// nothing is known beforehand of the verdict.
//
// When a protocol changes, the same seed leads elsewhere, and a control may no
// longer expose its fault. The tests say so, and
//
//	go test ./adapters/controls -run TestSearch -search 500 -v
//
// looks for new seeds.
package controls
