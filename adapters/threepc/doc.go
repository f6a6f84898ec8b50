// Package threepc is three-phase commit with the termination protocol of Skeen
// 1981, "Nonblocking commit protocols"; see also Bernstein, Hadzilacos, Goodman
// 1987, "Concurrency control and recovery in database systems", section 7.5. What it
// shares with the other atomic commit systems is in package commit.
//
// # The protocol
//
// It begins like two-phase commit: the node that is asked coordinates, and the
// participants prepare, force a record of that and vote. When all votes are yes the
// coordinator does not decide yet: it has everybody precommit, which means to force
// a record that all have voted yes, and decides when all have. So when anybody has
// committed nobody is uncertain any more. Then it answers its client and tells all to
// commit; they force that too and acknowledge, after which it is forgotten. A
// transaction that writes nowhere needs no second phase. The coordinator itself logs
// nothing: what matters is what the participants know, of whom it usually is one.
//
// # When the coordinator is silent
//
// A participant in doubt asks its coordinator every heartbeat whether it is still at
// work. When it has been silent for an election timeout they ask each other how far
// they are, for half an election timeout; who has not answered by then is taken for
// dead. The first, in the order of the nodes, of those that have been up all the time
// decides:
//
//   - as anybody has that already knows the fate;
//   - to commit if anybody has precommitted, after it has made all the others
//     precommit, too;
//   - to abort otherwise.
//
// A participant that has not voted aborts when it is asked. A coordinator takes a
// participant that does not precommit within an election timeout for dead, and goes
// on without it.
//
// A participant that has been down does not decide, as the others may have ended the
// transaction without it; it asks every heartbeat until somebody tells. Only if all
// have been down do they decide by the same rule, and then all of them must be there:
// the last one to fail may have decided alone (total failure).
//
// # What it does not promise
//
// It takes silence for death. That is right if nodes crash and messages arrive in
// time; it is wrong under a partition: with the precommitted on one side and the
// uncertain on the other, one side commits and the other one aborts. Messages that
// are lost now and then are sent again every heartbeat and do no harm, but no timeout
// saves it from a link that is cut. So this system is a negative control by itself,
// and its guarantees hold for crashes only.
//
// # Cost
//
// Of a committed transaction with n participants, at least one of which writes,
// without failures; messages of a node to itself are not counted:
//
//	                                messages   forced writes   delays to the answer
//	coordinator takes part          6(n-1)     3n              4
//	coordinator takes no part       6n         3n              4
//
// Forced writes on the way to the answer: 2. Gray and Lamport 2006, "Consensus on
// transaction commit", give no figures for this protocol. Compared with two-phase
// commit (package twopc) it is two messages and a forced write more for each
// participant, and two delays; the coordinator's own part has to be forced by itself,
// since there is no decision record that could do that, and all n must have forced
// the fate before it may be forgotten.
package threepc
