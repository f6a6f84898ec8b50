// Package project answers how many nines a year a system has: what was measured
// of faults that were injected ([Episode]), times how often such faults happen and
// how long their repair takes ([Table]), is a [Projection] of a year.
//
// The model. Faults of class c come as a Poisson process of λ_c a year, and each
// costs an outage d_c, independent of all others. The downtime D of a year is then
// a compound Poisson variable (Klugman, Panjer and Willmot, Loss Models, chapter 9):
//
//	E[D]   = Σ λ_c · E[d_c]
//	Var[D] = Σ λ_c · E[d_c²]
//	P(no outage in a year) = exp(-Σ λ_c · P(d_c > 0))
//	A      = 1 - E[D] / year
//	nines  = -log₁₀(1 - A)
//
// with the moments of d_c from the episodes. That these are finite many gives E[D] a
// standard error of √(Σ λ_c² · s_c² / n_c). Three things are kept apart: that error,
// what is not known of the rates ([Range]), and the spread from one year to the
// next, which remains if everything is known.
//
// A class is failover-bound if its outage does not depend on how long the fault
// lasts, and repair-bound if it does; see [Fit]. Overlapping crashes that cost the
// quorum are a class of their own: see [Overlap]. docs/projection.md says more.
//
// Times are in seconds throughout; a year has 365 days.
package project

// Year is the length of one, in seconds.
const Year = 365 * 24 * 3600.0

// Level is that of every interval here.
const Level = 0.95
