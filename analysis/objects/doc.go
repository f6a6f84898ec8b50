// Package objects decides whether histories of counters, queues, locks and
// ranges of keys are correct: [Counters], [Queues], [Locks], [Scans]; and whether
// what was acknowledged of the first two was still there at the end:
// [DurableCounters], [DurableQueues].
//
// A sequential object is linearizable if there is an order of its operations
// that explains what each found, and in which no operation comes before one that
// was done before it was sent (Herlihy and Wing, TOPLAS 12(3), 1990). Every key
// is an object of its own. Instants are as in package linear: an operation takes
// effect in the closed interval [Sent, Done]; two that touch are concurrent; one
// that was not answered has no end and may never have happened; rejected and
// dropped ones, and unanswered reads, are left out.
//
// Operations on these objects are transactions of one micro-operation, and plain
// reads. All checks are exact, but for what their comments name, and take
// O(n log n) time for n operations.
package objects
