package threepc

import (
	"fmt"

	"nines/adapters/commit"
)

// Beside these, [commit.Prepare] and [commit.Vote] go over the link.
type (
	// precommit tells a participant that all have voted yes. It answers with its
	// state.
	precommit struct{ ID commit.ID }
	// decision tells of a transaction's fate.
	decision struct {
		ID     commit.ID
		Commit bool
		Again  bool // with an abort: it gave way, and is to begin again
		Free   bool // it writes nowhere: nobody need remember
	}
	// ack tells the coordinator that a participant will not ask any more.
	ack struct{ ID commit.ID }
	// query asks the others how far they are with a transaction.
	query struct {
		ID   commit.ID
		Part bool // whoever is asked takes part; if not, it is the coordinator
	}
	// report is the answer.
	report struct {
		ID        commit.ID
		State     state
		Recovered bool // the participant has been down since it prepared
	}
)

// state is how far a node is with a transaction, as Skeen names it. A participant
// that has not prepared (q) does not answer so: it aborts.
type state byte

const (
	stateWait      state = 'w' // prepared, and has voted yes
	statePrecommit state = 'p'
	stateAborted   state = 'a'
	stateCommitted state = 'c'
	stateAtWork    state = '+' // the coordinator is up, and has not decided
	stateNothing   state = '-' // a coordinator that takes no part and knows nothing
)

func (p precommit) String() string { return fmt.Sprintf("precommit(%v)", p.ID) }
func (a ack) String() string       { return fmt.Sprintf("ack(%v)", a.ID) }
func (q query) String() string     { return fmt.Sprintf("query(%v)", q.ID) }

func (d decision) String() string {
	switch {
	case d.Commit:
		return fmt.Sprintf("commit(%v)", d.ID)
	case d.Again:
		return fmt.Sprintf("abort(%v), to begin again", d.ID)
	}
	return fmt.Sprintf("abort(%v)", d.ID)
}

func (r report) String() string {
	if r.Recovered {
		return fmt.Sprintf("state(%v) %c, has been down", r.ID, r.State)
	}
	return fmt.Sprintf("state(%v) %c", r.ID, r.State)
}

// What is told to the machine itself when the log has been forced.
type (
	preparedDurable     struct{ local *commit.Local }
	precommittedDurable struct {
		local *commit.Local
		to    int // who wants to know
	}
	// endDurable: the fate is on disk at this node, which had decided it for
	// all.
	endDurable struct {
		txn      *commit.Txn
		decision decision
	}
	// ownDurable: so is that of the coordinator's own part.
	ownDurable struct{ id commit.ID }
)

// The Protocol byte of a part.
const (
	votes        byte = 1 + iota // its prepare record is durable
	precommits                   // its precommit record is being forced
	precommitted                 // its precommit record is durable
)
