// Package saturation finds the knee of a system: the highest rate of operations
// at which it still keeps its promise of latency. It decides which point is to
// be measured next from the points that were measured so far, and from nothing
// else, so that the report of a finished search is made by the same code as the
// search itself.
//
// A closed loop with more and more sessions says about how much a system can
// take. The universal scalability law is fitted to it (see [Fit]), which is
// advisory: nothing is decided by it. Then [Search] looks for the knee in open
// loop, and confirms it.
package saturation
