// Package txn decides whether transactions were isolated as they should have
// been, from what each of them asked for and found: [Check]. For workloads that
// move money [Bank] decides whether all of it was there at all times, and
// [Settled] and [OneFate] whether atomic commit left nothing open.
//
// # The history
//
// A transaction is a sample of the kind Transact, joined with the record of its
// micro-operations by its id. One that was answered happened, at one instant of
// [Sent, Done]. A rejected one did not. An unanswered one may have happened at
// any instant from Sent on, or never: it happened if anybody found what it
// wrote, and then all that it wrote was written; nothing is held against a
// history because of one that nobody saw. Plain operations on registers that
// transactions use are transactions of one micro-operation. Samples of all
// classes are one history: preloads, the workload, final reads.
//
// # What precedes what
//
// The method is that of Elle (Kingsbury and Alvaro, "Elle: Inferring Isolation
// Anomalies from Experimental Observations", VLDB 2020), with the dependencies
// of Adya (PhD thesis, MIT, 1999). A value is unique in its key, so a read tells
// whose write it saw. A list that only grows by appends tells more: it shows the
// order of all writes before it. The longest list read of a key is the order of
// its versions. Every other list must be a prefix of it. What happened and is not
// in it came later than all of it. A register tells its order only where
// transactions replaced what they had read; [Registers] makes of transactions
// what a check of linearizability can order by real time.
//
// Between transactions that happened there is a link
//
//	ww         from the writer of a version to that of the next
//	wr         from the writer of a version to whoever read it
//	rw         from whoever read a version to the writer of the next
//	process    from an operation of a session to the next of that session
//	real time  from an operation to those sent after it was done
//
// the last two if strict serializability is promised. What a link leads to must
// come later in any serial order that explains the history. So a cycle of links
// proves that there is none. Nothing is inferred that could be otherwise: a
// legal history is never convicted. An illegal one may pass, if it has registers
// that are written without being read, or numbers.
//
// Instants tie: an operation precedes another in real time only if it was done
// strictly before the other was sent.
//
// # The graph is linear
//
// Links in real time would be quadratic in number. Nodes that stand for instants
// take their place: what was done before an instant leads to it, each instant to
// the next, and to what was sent from then on. Likewise a node stands for the
// end of a list's known part: whoever read up to it leads there, and it leads to
// all appends that were not read. A path between transactions through such nodes
// is one link.
//
// Cycles are looked for with Tarjan's algorithm, first among ww links, then with
// more and more kinds: the fewer a cycle needs, the worse the isolation. A
// shortest cycle of the first kind found is the witness.
package txn
