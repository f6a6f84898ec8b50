package twopc

import (
	"fmt"

	"nines/adapters/commit"
)

// Beside these, [commit.Prepare] and [commit.Vote] go over the link.
type (
	// decision tells a participant of a transaction's fate: the coordinator
	// does, or another participant whom it has asked.
	decision struct {
		ID     commit.ID
		Commit bool
		Again  bool // with an abort: it gave way, and is to begin again
	}
	// ack tells the coordinator that a participant will not ask any more.
	ack struct{ ID commit.ID }
	// inquiry asks for the fate of a transaction: the coordinator, and after a
	// while also the other participants.
	inquiry struct{ ID commit.ID }
)

func (d decision) String() string {
	if d.Commit {
		return fmt.Sprintf("commit(%v)", d.ID)
	}
	if d.Again {
		return fmt.Sprintf("abort(%v), to begin again", d.ID)
	}
	return fmt.Sprintf("abort(%v)", d.ID)
}

func (a ack) String() string     { return fmt.Sprintf("ack(%v)", a.ID) }
func (i inquiry) String() string { return fmt.Sprintf("inquiry(%v)", i.ID) }

// What is told to the machine itself when the log has been forced.
type (
	preparedDurable struct{ local *commit.Local }
	decidedDurable  struct{ open *commit.Open }
)

// voted is the Protocol byte of a part whose prepare record is durable.
const voted byte = 1
