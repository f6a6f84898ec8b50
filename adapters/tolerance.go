package adapters

import (
	"fmt"

	"nines/adapters/paxos"
	"nines/results"
)

// What each system should survive, as its protocol says.

// alone is a node without replication.
func alone(int) results.Tolerance {
	return results.Tolerance{Serve: 1, Elect: 1, Reads: 1, Formula: "0", Source: "one copy on one node"}
}

// byMajority is a system that needs a majority for everything but reads, which it
// may answer from each node's own state.
func byMajority(source string, localReads bool) func(n int) results.Tolerance {
	return func(n int) results.Tolerance {
		m := n/2 + 1
		t := results.Tolerance{Serve: m, Elect: m, Reads: m, Killed: n - m, Formula: "⌊(n−1)/2⌋", Source: source}
		if localReads {
			t.Reads = 1
		}
		return t
	}
}

const ofRaft = "Ongaro and Ousterhout 2014, In Search of an Understandable Consensus Algorithm, section 5: a majority elects and commits"

// byQuorums is Paxos with quorums of two sizes. Nodes may be dead whichever they are
// as long as another leader can be chosen and can serve; if the leader lives it
// goes on with a quorum of phase 2.
func byQuorums(cfg paxos.Config) func(n int) results.Tolerance {
	localReads := cfg.Reads == paxos.ReadLocal
	if cfg.Quorums == (paxos.Quorums{}) {
		return byMajority("Lamport 2001, Paxos Made Simple: a majority promises and accepts", localReads)
	}
	return func(n int) results.Tolerance {
		q := cfg.Quorums
		t := results.Tolerance{
			Serve: q.Phase2, Elect: q.Phase1, Reads: q.Phase2, Killed: n - max(q.Phase1, q.Phase2), Formula: "n − max(P1, P2)",
			Source: fmt.Sprintf("Howard, Malkhi, Spiegelman 2016, Flexible Paxos: P1 = %d to elect, P2 = %d to serve; while the leader lives, n − P2", q.Phase1, q.Phase2),
		}
		if localReads {
			t.Reads = 1
		}
		return t
	}
}

// byOwner is a system whose nodes own parts of the keys: each key needs its owner,
// and nobody else.
func byOwner(int) results.Tolerance {
	return results.Tolerance{
		Serve: 1, Elect: 1, Reads: 1, Formula: "0",
		Source: "one copy of each key, at its owner: of every key none may be dead; with k dead, (n−k)/n of the keys are served",
	}
}
