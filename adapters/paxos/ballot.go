package paxos

import "fmt"

// A Ballot is a number that one node alone may propose in: its round, then the
// node. The zero Ballot is below all others and nobody's.
type Ballot uint64

const nodeBits = 8

func newBallot(round uint64, node int) Ballot { return Ballot(round<<nodeBits | uint64(node)) }

// Round is the ballot's round, from 1.
func (b Ballot) Round() uint64 { return uint64(b) >> nodeBits }

// Node is whose ballot it is, as an index into the members.
func (b Ballot) Node() int { return int(b & (1<<nodeBits - 1)) }

// String writes the ballot as round.node.
func (b Ballot) String() string { return fmt.Sprintf("%d.%d", b.Round(), b.Node()) }
