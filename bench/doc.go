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
// [Run] is the load engine. An [Open] stream sends each operation when it is due
// and never waits for the system, as the many users of a service do; a [Closed]
// one sends the next when the last is done, and so measures capacity. One
// goroutine sends for all open streams; each session is a goroutine, so that the
// client of a system is plain blocking code; one sweeper gives up what takes too
// long; one collector hands the samples to a [Recorder].
//
// All instants are durations since the base instant of a trial, which is when
// the measured period begins: instants of the warm-up are negative.
//
// The package imports the standard library only, and nothing else of nines.
package bench
