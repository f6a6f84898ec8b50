package twopc

import (
	"slices"

	"nines/adapters/commit"
	"nines/adapters/disk"
	"nines/adapters/replica/step"
)

// CommitsOnTimeout returns machines that are wrong on purpose, to see whether the
// checkers find out: a participant that has been in doubt for so many ticks acts as
// if it had been told to commit.
func CommitsOnTimeout(machine step.New, ticks int) step.New {
	return func(cfg step.Config) (step.Machine, error) {
		m, err := machine(cfg)
		return &impatient{Machine: m, patience: ticks}, err
	}
}

type impatient struct {
	step.Machine
	patience int
	now      int
	votes    []impatientVote // in order
}

type impatientVote struct {
	id commit.ID
	at int // tick
}

// Step implements [step.Machine].
func (m *impatient) Step(in step.Input, out *step.Output) {
	for _, msg := range in.Messages {
		if d, ok := msg.Body.(decision); ok {
			m.votes = slices.DeleteFunc(m.votes, func(v impatientVote) bool { return v.id == d.ID })
		}
	}
	m.now += in.Ticks
	var forged []step.Message
	m.votes = slices.DeleteFunc(m.votes, func(v impatientVote) bool {
		if m.now-v.at < m.patience {
			return false
		}
		forged = append(forged, step.Message{Peer: v.id.Node, Body: decision{ID: v.id, Commit: true}})
		return true
	})
	if len(forged) > 0 {
		in.Messages = append(slices.Clone(in.Messages), forged...)
	}
	m.Machine.Step(in, out)
	for _, msg := range out.Send {
		if v, ok := msg.Body.(*commit.Vote); ok && v.Refused == "" {
			m.votes = append(m.votes, impatientVote{v.ID, m.now})
		}
	}
}

// ForgetsDecision returns machines that are wrong on purpose: a coordinator's
// decision does not get into its log, nor into a snapshot, so that after a restart
// it answers "aborted" to whoever asks.
func ForgetsDecision(machine step.New) step.New {
	return func(cfg step.Config) (step.Machine, error) {
		m, err := machine(cfg)
		return forgetful{m}, err
	}
}

type forgetful struct{ step.Machine }

// Step implements [step.Machine].
func (m forgetful) Step(in step.Input, out *step.Output) {
	m.Machine.Step(in, out)
	out.Records = slices.DeleteFunc(out.Records, func(r disk.Record) bool { return r.Kind == recordDecided })
	out.Snapshot = nil
}
