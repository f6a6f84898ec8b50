// Package paxoscommit is Paxos Commit (Gray and Lamport, "Consensus on Transaction
// Commit", ACM TODS 31(1), 2006) as a step machine.
package paxoscommit
