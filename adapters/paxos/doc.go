// Package paxos is Multi-Paxos as a production system would run it, as a pure
// [step.Machine].
//
// The log is a sequence of slots, each of them one instance of single-decree
// Paxos (Lamport, "Paxos made simple", 2001): a value is chosen in a slot when a
// phase-2 quorum has accepted it in one [Ballot]. What makes this a system:
//
//   - A stable leader runs phase 1 once, for all slots that are still open; after
//     that a command takes one round trip to a quorum and one forced write on each
//     of its members. All commands of a turn share messages and an append, and the
//     next ones do not wait for them.
//   - The commit index (every slot up to it is chosen) travels with the leader's
//     messages. A follower takes a slot below it for chosen if it has accepted it
//     in that leader's ballot, since a leader proposes one value per slot; what it
//     has from another ballot, or not at all, it fetches.
//   - A new leader proposes again what phase 1 has found, fills the gaps with
//     no-ops, and ends with a no-op of its own. When that is committed it knows of
//     everything that was ever acknowledged, and serves reads.
//   - Nodes heed a leader they have heard from within the election timeout: they
//     refuse other candidates. A candidate asks first whether a quorum would
//     have it, so a node that was cut off does not depose a healthy leader.
//
// Whatever another node may build on is on the disk before it is said: a promise,
// an accepted value. The leader's own acceptance counts when its disk has it.
//
// The files: acceptor.go, election.go, proposer.go, learner.go are the roles of
// the papers; reads.go, snapshot.go, recovery.go what goes on beside them;
// classic.go is the protocol without a stable leader; broken.go has variants with
// one planted fault each, which the checkers must find.
package paxos
