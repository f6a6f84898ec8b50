// Package bench is the vocabulary that the rest of nines shares, and the load
// engine that drives a system under test.
//
// The words: an operation ([Op]) is one request of a logical user. It is due at
// an instant that an arrival process fixed beforehand, it is sent when a free
// session takes it, and it is done when the system answers or the client gives
// up. What became of it is its [Outcome]; the whole record is a [Sample]. A
// [Cluster] is a running system; a [Client] is one session with one of its
// nodes. Every figure that nines reports is computed after the run from
// samples, fault intervals ([Interval]) and node events ([Event]).
//
// All instants are durations since the base instant of a trial, which is when
// the measured period begins: instants of the warm-up are negative.
//
// The package imports the standard library only, and nothing else of nines.
package bench
