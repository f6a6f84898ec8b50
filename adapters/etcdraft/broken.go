package etcdraft

import (
	"nines/adapters/disk"
	"nines/adapters/replica/step"
)

// NewUnsyncedVote returns what makes machines that do not sync their vote, out of
// what makes right ones: a node that was restarted does not know whom it had voted
// for in the term of its last entry, nor of later terms, so that it may vote twice
// and two nodes may lead in one term (Raft, section 5.2).
func NewUnsyncedVote(right step.New) step.New {
	return func(cfg step.Config) (step.Machine, error) {
		m, err := right(cfg)
		return &unsyncedVote{m}, err
	}
}

type unsyncedVote struct{ step.Machine }

// Recover forgets the vote.
func (u *unsyncedVote) Recover(s step.Stable) error {
	kept := s
	kept.Records = nil
	term, commit := uint64(bootTerm), uint64(bootIndex)
	for _, r := range s.Records {
		switch r.Kind {
		case recordState:
			n, err := decodeNumbers(r, 3)
			if err != nil {
				return err
			}
			commit = n[2]
			continue
		case recordEntry:
			e, err := decodeEntry(r)
			if err != nil {
				return err
			}
			term = e.GetTerm()
		}
		kept.Records = append(kept.Records, r)
	}
	kept.Records = append(kept.Records, disk.Record(numbersRecord(recordState, term, 0, commit)))
	return u.Machine.Recover(kept)
}
