package adapters

import (
	"fmt"

	"nines/adapters/commit"
	"nines/adapters/paxoscommit"
	"nines/adapters/threepc"
	"nines/adapters/twopc"
	"nines/results"
)

// What a committed transaction of n participants should cost, beside the counts of
// the paper that compares the protocols. It has each acceptor, and the leader, on
// a participant's node, as is the case here.

const grayLamport = "Gray and Lamport 2006, Consensus on Transaction Commit, ACM TODS 31(1)"

func expectTwopc(n int) results.Expected {
	return results.Expected{
		Formula: txnCost(twopc.Cost(n)),
		Paper:   results.TxnCost{Messages: float64(3*n - 3), Forced: float64(n + 1), Delays: 3},
		Source:  grayLamport,
		Differs: "The paper leaves out the n−1 acknowledgements and the n−1 commit records of the other participants, without which a coordinator could never forget, " +
			"and counts the forced write of the coordinator's own part, which its decision's record makes needless here. Its delays last until all participants know; the client knows one earlier.",
	}
}

func expectThreepc(n int) results.Expected {
	return results.Expected{
		Formula: txnCost(threepc.Cost(n)),
		Source:  "Skeen 1981, Nonblocking Commit Protocols",
		Differs: "Gray and Lamport give no figures for three-phase commit. Beside two-phase commit it is a round of messages, a forced write of each participant and two delays more.",
	}
}

func expectPaxosCommit(cfg paxoscommit.Config) func(n int) results.Expected {
	return func(n int) results.Expected {
		e := results.Expected{
			Formula: txnCost(cfg.Cost(n)),
			Paper:   results.TxnCost{Messages: float64(n*(cfg.F+3) - 3), Forced: float64(n + cfg.F + 1), Delays: 4},
			Source:  grayLamport,
			Differs: "The paper's delays last until all participants know; the client knows one earlier. Neither formula has the notes that a transaction is over, " +
				"which nodes write and send together once a heartbeat: they are what is measured beyond the formula.",
		}
		switch {
		case cfg.F == 0: // the paper has it as two-phase commit
			e.Paper.Delays = 3
		case cfg.F+1 > n:
			e.Paper = results.TxnCost{Forced: e.Paper.Forced, Delays: e.Paper.Delays}
			e.Differs += fmt.Sprintf(" With %d participants some of the %d acceptors are on other nodes, for which the paper gives no count of messages.", n, cfg.F+1)
		}
		return e
	}
}

func txnCost(c commit.Cost) results.TxnCost {
	return results.TxnCost{Messages: float64(c.Messages), Forced: float64(c.Forced), Delays: float64(c.Delays)}
}
