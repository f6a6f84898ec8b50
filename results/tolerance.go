package results

// Tolerance is what a system in a cluster of so many nodes should survive, as its
// protocol says. What was measured stands beside it.
type Tolerance struct {
	// Serve is how many nodes must be together, the leader among them, for writes and
	// linearizable reads: a quorum of phase 2 in Paxos.
	Serve int `json:"serve"`
	// Elect is how many must be together to choose another leader: a quorum of phase 1.
	Elect int `json:"elect"`
	// Reads is how many must be together for a read: Serve, or 1 where a node answers
	// from its own state, which may be stale.
	Reads int `json:"reads"`
	// Killed is how many nodes may be dead, whichever they are, with every key still
	// read and written.
	Killed  int    `json:"killed"`
	Formula string `json:"formula"` // of Killed, n being the nodes
	Source  string `json:"source"`
}
