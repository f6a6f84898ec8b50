package adapters

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"nines/adapters/commit"
	"nines/adapters/paxos"
	"nines/adapters/paxoscommit"
	"nines/adapters/replica"
	"nines/adapters/threepc"
	"nines/adapters/twopc"
	"nines/results"
)

// The protocols of this project.

func paxosSettings() []Setting {
	return []Setting{
		{"reads", "linearizable", "linearizable (confirmed by a quorum), lease (while no other can lead; not with paxos-classic) or local (may be stale)"},
		{"quorums", "", "sizes of the quorums of phase 1 and phase 2, such as 4/2 of five nodes, which must intersect; \"\" is a majority for both"},
	}
}

func preparePaxos(s map[string]string, classic bool) (Prepared, error) {
	cfg := paxos.DefaultConfig()
	cfg.Classic = classic
	cfg.Reads = paxos.Reads(s["reads"])
	err := parsed(s, "quorums", &cfg.Quorums, parseQuorums)
	open, openErr := paxos.Open(cfg)
	if err := errors.Join(err, openErr); err != nil {
		return Prepared{}, err
	}
	p := onHost(open, paxos.Points(), results.Guarantees{
		Reads: string(cfg.Reads), Durability: onQuorum(cfg.Quorums), Replicated: true, Leaderless: classic, Txns: strict,
	})
	p.Fits, p.Tolerate = cfg.Validate, byQuorums(cfg)
	return p, nil
}

// onQuorum is what paxos promises.
func onQuorum(q paxos.Quorums) string {
	if q.Phase2 == 0 {
		return onDisk
	}
	return fmt.Sprintf("the kill of every node at once: answered when %d have it on disk", q.Phase2)
}

// parseQuorums reads sizes such as 4/2.
func parseQuorums(text string) (paxos.Quorums, error) {
	if text == "" {
		return paxos.Quorums{}, nil
	}
	first, second, ok := strings.Cut(text, "/")
	one, err1 := strconv.Atoi(strings.TrimSpace(first))
	two, err2 := strconv.Atoi(strings.TrimSpace(second))
	if !ok || err1 != nil || err2 != nil || one < 1 || two < 1 {
		return paxos.Quorums{}, fmt.Errorf("%q: want the sizes for phase 1 and phase 2, such as 4/2", text)
	}
	return paxos.Quorums{Phase1: one, Phase2: two}, nil
}

func twopcSettings() []Setting {
	return []Setting{
		{"presume", string(twopc.Nothing), "abort: an abort is neither forced to disk nor acknowledged, and a transaction that its coordinator does not know is one; or nothing"},
	}
}

func prepareTwopc(s map[string]string) (Prepared, error) {
	cfg := twopc.DefaultConfig()
	cfg.Presume = twopc.Presume(s["presume"])
	open, err := twopc.Open(cfg)
	if err != nil {
		return Prepared{}, err
	}
	return partitioned(open, twopc.Points(), expectTwopc), nil
}

func prepareThreepc(map[string]string) (Prepared, error) {
	open, err := threepc.Open(threepc.DefaultConfig())
	if err != nil {
		return Prepared{}, err
	}
	return partitioned(open, threepc.Points(), expectThreepc), nil
}

func paxosCommitSettings() []Setting {
	return []Setting{
		{"f", "1", "how many acceptors may fail without blocking a transaction; there are 2f+1, so it takes as many nodes"},
	}
}

func preparePaxosCommit(s map[string]string) (Prepared, error) {
	cfg := paxoscommit.DefaultConfig()
	if err := parsed(s, "f", &cfg.F, parseCount); err != nil {
		return Prepared{}, err
	}
	open, err := paxoscommit.Open(cfg)
	if err != nil {
		return Prepared{}, err
	}
	p := partitioned(open, paxoscommit.Points(), expectPaxosCommit(cfg))
	p.Fits = cfg.Validate
	return p, nil
}

func parseCount(text string) (int, error) {
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 {
		return 0, fmt.Errorf("%q: want a whole number, 0 or more", text)
	}
	return n, nil
}

// partitioned is a system of atomic commit.
func partitioned(open replica.Open, points []string, expect func(n int) results.Expected) Prepared {
	p := onHost(open, points, results.Guarantees{
		Reads:       "linearizable",
		Durability:  "the kill of every node at once: answered when the decision, and what every participant is to write, is on disk",
		Partitioned: true, Txns: strict,
	})
	p.Owner, p.Expect, p.Tolerate = commit.Owner, expect, byOwner
	return p
}
