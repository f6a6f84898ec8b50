package commit

import (
	"fmt"

	"nines/adapters/disk"
	"nines/adapters/replica/step"
)

// An Audit watches what the machines of a cluster write into their logs, and finds
// the transactions that one participant commits and another one aborts. It is for
// tests and simulations. The zero Audit is ready; it is not for concurrent use.
type Audit struct {
	fates map[ID]fate
	split []ID
}

// fate is what one participant has written first.
type fate struct {
	committed bool
	node      int
}

// Watch returns machines that are watched.
func (a *Audit) Watch(machine step.New) step.New {
	return func(cfg step.Config) (step.Machine, error) {
		m, err := machine(cfg)
		return &audited{m, a, cfg}, err
	}
}

// Committed is how many transactions of several participants some participant has
// committed.
func (a *Audit) Committed() (n int) {
	for _, f := range a.fates {
		if f.committed {
			n++
		}
	}
	return n
}

// Err tells of transactions that have two fates.
func (a *Audit) Err() error {
	if len(a.split) == 0 {
		return nil
	}
	return fmt.Errorf("%d transactions were committed by one participant and aborted by another: %v", len(a.split), a.split)
}

type audited struct {
	step.Machine
	audit *Audit
	cfg   step.Config
}

// Step implements [step.Machine].
func (m *audited) Step(in step.Input, out *step.Output) {
	m.Machine.Step(in, out)
	for _, r := range out.Records {
		m.audit.record(m.cfg, r)
	}
}

func (a *Audit) record(cfg step.Config, r disk.Record) {
	if r.Kind != recordCommitted && r.Kind != recordAborted {
		return
	}
	read := NewReader(r.Data, len(cfg.Members))
	id := read.ID()
	if read.Byte() != 0 {
		return // a part that only read is let go, and need not be told the truth
	}
	f, known := a.fates[id]
	switch {
	case !known:
		if a.fates == nil {
			a.fates = make(map[ID]fate)
		}
		a.fates[id] = fate{r.Kind == recordCommitted, cfg.Self}
	case f.committed != (r.Kind == recordCommitted):
		a.split = append(a.split, id)
	}
}
