// Package commit is what the atomic commit systems share: two-phase commit,
// three-phase commit and Paxos Commit. Each node owns the keys that [Owner] gives
// it; a transaction spans the owners of its keys, and is coordinated by the node
// that was asked for it. What a protocol adds is how the participants come to
// agree on a transaction's fate.
//
// A [Node] is a [step.Machine]: it takes the calls, splits them into parts,
// executes and locks, writes the log and recovers from it, and takes snapshots. A
// protocol implements [Machine]: it is told of the transactions that it is to
// coordinate and of parts that are prepared at its node, and commits or aborts
// them.
//
// # Transactions
//
// A transaction is one shot: its micro-operations are known when it begins, and go
// to their owners together with the request to prepare. A participant that has all
// its locks executes its part, appends a record of the locks and of the after-images,
// and is prepared. Locks are strict: they are held until the transaction's fate
// is known here. So the instant when the last participant gets its locks lies
// between the call and its answer, all locks are held then, and transactions are
// strictly serializable. That also takes read locks which outlive a crash: a
// participant that only reads forces its record too, but it need not remember the
// fate.
//
// An operation on one key, and a transaction whose keys have one owner, needs no
// agreement. The owner executes it and forces one record; if the owner is not the
// node that was asked, that node forces nothing. Reads force nothing.
//
// # Deadlocks
//
// A node gives a transaction all the locks that it needs there at once, or none. So
// what holds a lock is prepared, or is a transaction of this node alone, which
// never waits while it holds. What must wait for a lock
//
//   - waits, if all its keys are here: it holds nothing that anybody waits for;
//   - waits, if it is older than every holder that is prepared ("wait-die":
//     Rosenkrantz, Stearns, Lewis 1978, section 3);
//   - gives way otherwise: its coordinator has it aborted everywhere, and lets it
//     begin again a tick later, as old as it is, until an election timeout has
//     passed; then its client is told so.
//
// So whoever holds locks waits only for younger ones, and no cycle can form. Age is
// Lamport's logical time. Nobody waits longer than half an election timeout, so that
// one lock in doubt does not spread through the cluster. With little contention
// nothing waits, and the policy costs no message.
//
// # The log
//
// All records have an index; a snapshot holds the whole state, with what is in doubt
// and what the protocol has open, and everything before it is compacted away. Every
// start of a node has a number, its epoch, which is durable before the node names
// its first transaction, so that names are never used twice. A participant remembers
// which transactions are over, so that no late or repeated message begins one again;
// coordinators tell with each request up to where all of theirs are.
package commit
