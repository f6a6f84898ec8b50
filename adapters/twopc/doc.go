// Package twopc is two-phase commit (Gray 1978, "Notes on data base operating
// systems", section 5.8.3.3; Mohan, Lindsay, Obermarck 1986, "Transaction
// management in the R* distributed database management system"). What it shares
// with the other atomic commit systems is in package commit.
//
// # The protocol
//
// The node that is asked for a transaction coordinates it. It sends each owner its
// part with the request to prepare. An owner locks, executes, forces a prepare
// record and votes yes; from then on it is in doubt, and may not decide by itself.
// One that cannot votes no and forgets. When all have voted yes the coordinator
// forces a record of its decision, answers its client and tells the participants;
// these force a commit record and acknowledge, so that they need not ask again, and
// when all have the coordinator forgets.
//
// Presumed nothing ([Nothing]; the basic protocol of the 1986 paper, section 2) does
// the same for an abort. Presumed abort ([Abort]; section 3) uses that a coordinator
// which knows nothing of a transaction answers "aborted" anyway: it forces no record
// of an abort, tells it once and forgets; participants do not force their abort
// record, and do not acknowledge. A commit is the same in both.
//
// A participant that only reads forces its prepare record, for its locks have to
// survive until all the others have theirs; it is told of the outcome, but forces no
// record of it and acknowledges nothing. A transaction that writes nowhere has no
// decision record. A coordinator that takes part itself does not force its prepare
// record, and so does not come to the point prepared: the decision's record, behind
// it in the same log, makes it durable, and without a decision it is aborted. A
// transaction that is aborted because it gave way, to begin again, is not logged
// either; that its participants have let go of it is acknowledged.
//
// # Failures
//
// What is not answered is sent again every heartbeat. A coordinator aborts what has
// not all its votes after an election timeout. After a restart it tells again what
// it had decided, and aborts the rest. A participant in doubt asks the coordinator
// every heartbeat, and from an election timeout on also the other participants
// (cooperative termination): one that has been told tells, one that has not voted
// promises never to. If all are in doubt they are blocked until the coordinator is
// back, and that is what this protocol is known for.
//
// # Cost
//
// Of a committed transaction with n participants that all write, without failures;
// messages of a node to itself are not counted:
//
//	                                messages   forced writes   delays to the answer
//	coordinator takes part          4(n-1)     2n-1            2
//	coordinator takes no part       4n         2n+1            2
//	abort presumed                  the same
//
// Gray and Lamport 2006, "Consensus on transaction commit", have 3n-3 messages and
// n+1 forced writes for the first line (sections 3.2 and 5). The difference is: they
// leave out the n-1 acknowledgements and the commit records of the n-1 other
// participants, without which a coordinator could never forget, and they count the
// forced write of the coordinator's own part, which is saved here. They count 3
// delays until the participants know the fate; the client knows it after 2, the
// request to prepare and the vote. Forced writes on the way to the answer: 2.
package twopc
