// Package paxoscommit is Paxos Commit (Gray and Lamport, "Consensus on Transaction
// Commit", ACM Transactions on Database Systems 31(1), 2006) as a step machine: atomic
// commit that no single crash blocks. Keys, locks, log and transactions of one
// participant are those of package commit.
//
// # The protocol
//
// Each participant's vote, Prepared or Aborted, is an instance of Paxos of its own,
// and all instances of a transaction share 2F+1 acceptors. It is committed if
// Prepared is chosen in every instance. Without failures:
//
//  1. The coordinator sends each participant its part.
//  2. A participant locks, executes, forces its record (point prepared), and sends
//     phase 2a of ballot 0 of its instance straight to F+1 acceptors: it is the only
//     one that proposes in ballot 0, and it only ever proposes Prepared there.
//  3. An acceptor that has all votes forces one record of them, and sends one phase 2b
//     for all to the coordinator.
//  4. When F+1 acceptors have all votes, the transaction is committed (points voted
//     and decided: the coordinator forces nothing, since the acceptors have it on
//     disk). The client is answered and the participants are told.
//
// A participant that refuses makes a durable note of that, which keeps it from ever
// proposing Prepared, and tells the coordinator, which can then abort alone. The
// coordinator's own refusal needs no note: nobody but itself could ask it again.
//
// # Acceptors
//
// The acceptors of a transaction are its coordinator, then its other participants, then
// other nodes, in the order of the ring; the first F+1 are used. So acceptors and
// participants share nodes as far as can be, and the load is spread. (The paper lets
// any nodes be acceptors; here no node is one for all.) With F = 0 the coordinator is
// the only acceptor: its record of the votes is two-phase commit's decision record,
// and the protocol blocks like that one. If one of the F+1 is silent, the coordinator
// asks again for votes to all 2F+1, still in ballot 0, and does so at once for what
// comes next until it hears of that acceptor.
//
// # Failures
//
// A participant that has been in doubt for an election timeout leads a ballot of its
// own, as does a coordinator that has waited for three quarters of one: phase 1 of all
// instances of the transaction at once, then phase 2 with the value of the highest
// ballot in each, and Aborted where nothing may have been chosen. The participants'
// timeouts differ by a heartbeat, and a leader that is outpaced waits for a random
// time. It takes F+1 acceptors: with up to F of the 2F+1 down everything comes to an
// end. Ballot kn + i + 1 belongs to node i of n. If F+1 acceptors turn out to have
// accepted all of ballot 0, phase 2 is not needed; and a participant that has committed
// tells a leader so.
//
// A client is told that its transaction is aborted when Aborted was chosen, or was
// refused; that it is committed when that was chosen. The outcome is unknown if its
// coordinator stops, or if what the transaction found was lost with a participant.
//
// # The log
//
// An acceptor's record of a transaction has its promise and votes; a later one
// replaces it. Participants' records are those of package commit. The record that a
// transaction is over need not be forced: once a heartbeat a node makes all of those
// durable by one forced write, and tells each coordinator in one message. When a
// transaction is over everywhere, the coordinator says so with its next ones, and
// acceptors forget it; a coordinator that has been restarted cannot, or may be idle, and
// after four election timeouts acceptors ask the participants themselves.
//
// # Cost
//
// A committed transaction of N participants, in messages between different nodes
// (a node's messages to itself are free), forced writes, and message delays until the
// client is answered and until the last participant knows. The test TestCost counts
// the same for F = 0 to 2 and N = 2 to 6.
//
//	coordinator takes part          N(F+3) + F − 2 − min(N, F+1)  messages
//	  prepare                         N−1
//	  phase 2a                        N(F+1) − min(N, F+1)
//	  phase 2b                        F
//	  decision                        N−1
//	  for F+1 ≤ N                     N(F+3) − 3
//	coordinator takes no part       N(F+3) + F − min(N, F)        messages
//	forced writes                   N + F + 1
//	message delays                  3, and 4 for the participants; one less if F = 0
//	                                (or if F = 1, N = 2, and the coordinator takes part)
//
// Gray and Lamport, where they compare it with two-phase commit, count N(F+3) − 3
// messages if each acceptor shares a node with a participant, and the first of these
// with the leader, and N + F + 1 forced writes: the same. Their 5 message delays begin
// with a participant that asks the leader to begin; here that is the client's call, and
// 4 are left. What neither counts: the records that participants have committed, and
// the messages that a transaction is over. Both are paid once a heartbeat, whatever the
// number of transactions. An abort by refusal costs less, one that takes another ballot
// more.
package paxoscommit
