package sim_test

import (
	"fmt"
	"slices"

	"nines/adapters/disk"
	"nines/adapters/machine"
	"nines/adapters/replica"
	"nines/adapters/replica/step"
	"nines/bench"
)

// toy is a register machine that the first member serves; a command is done
// when every member has it on disk, the first one before the others: it goes on
// from there after a crash. A hasty one does not wait for its disk.
type toy struct {
	cfg   step.Config
	hasty bool
	kv    *machine.KV
	log   [][]byte // from index 1; nil where a snapshot stands for it
	snap  uint64   // index of the last snapshot
	save  bool     // it is being saved
	acked []uint64 // durable, by member
	calls map[uint64]replica.Call
	ticks int
}

type (
	entry struct {
		index uint64
		data  []byte
	}
	durable struct{ upTo uint64 } // of the sender
)

func (e *entry) String() string { return fmt.Sprintf("entry(%d)", e.index) }

func newToy(cfg step.Config) (step.Machine, error) {
	return &toy{cfg: cfg, kv: machine.New(), acked: make([]uint64, len(cfg.Members)), calls: make(map[uint64]replica.Call)}, nil
}

func newHasty(cfg step.Config) (step.Machine, error) {
	m, err := newToy(cfg)
	m.(*toy).hasty = true
	return m, err
}

func (t *toy) Recover(s step.Stable) error {
	if t.snap = s.Index; t.snap > 0 {
		if err := t.kv.Restore(s.Snapshot); err != nil {
			return err
		}
		t.log = make([][]byte, t.snap)
	}
	for _, r := range s.Records {
		if r.Kind == recordHead { // it stands behind all that was compacted
			continue
		}
		if r.Index <= t.snap {
			continue // it need not have been compacted
		}
		if r.Index != uint64(len(t.log))+1 {
			return fmt.Errorf("entry %d follows entry %d", r.Index, len(t.log))
		}
		t.log = append(t.log, r.Data)
		if _, _, err := t.kv.Apply(r.Index, r.Data); err != nil {
			return err
		}
	}
	t.acked[t.cfg.Self] = uint64(len(t.log))
	return nil
}

// Kinds of records.
const (
	recordEntry byte = iota + 1
	recordHead
)

func (t *toy) Step(in step.Input, out *step.Output) {
	for _, m := range in.Messages {
		switch b := m.Body.(type) {
		case *entry:
			if b.index == uint64(len(t.log))+1 {
				t.add(b, out)
			} else {
				out.Send = append(out.Send, step.Message{Peer: 0, Body: durable{t.acked[t.cfg.Self]}})
			}
		case durable:
			t.acked[m.Peer] = max(t.acked[m.Peer], b.upTo)
			if m.Peer == t.cfg.Self {
				out.Points = append(out.Points, replica.Point{Name: "durable", Txn: b.upTo, Coordinator: "n1", Participants: []string{"n1", "n3"}})
				if m.Peer != 0 {
					out.Send = append(out.Send, step.Message{Peer: 0, Body: b})
				}
			}
		}
	}
	for _, c := range in.Calls {
		if c.Op.Kind == bench.Read {
			out.Replies = append(out.Replies, step.Reply{Call: c, Reply: t.kv.Read(c.Op.Key)})
			continue
		}
		e := &entry{uint64(len(t.log)) + 1, c.Command().AppendTo(nil)}
		t.calls[e.index] = c
		t.add(e, out)
		for p := 1; p < len(t.cfg.Members); p++ {
			t.later(step.Message{Peer: p, Body: e, Size: 9 + len(e.data)}, out)
		}
	}
	t.tick(in.Ticks, out)
	t.apply(out)
	t.snapshot(in.Saved, out)
}

// tick has every member tell what it has, and the first send what others lack.
func (t *toy) tick(n int, out *step.Output) {
	if t.ticks += n; t.ticks < t.cfg.HeartbeatTicks {
		return
	}
	t.ticks = 0
	if t.cfg.Self != 0 {
		out.Send = append(out.Send, step.Message{Peer: 0, Body: durable{t.acked[t.cfg.Self]}})
		return
	}
	for p, at := range t.acked[1:] {
		for i := at; i < t.acked[0]; i++ {
			if t.log[i] != nil {
				out.Send = append(out.Send, step.Message{Peer: p + 1, Body: &entry{i + 1, t.log[i]}})
			}
		}
	}
}

func (t *toy) snapshot(saved uint64, out *step.Output) {
	if saved > 0 {
		t.save = false
		out.Compact = &step.Compact{Index: saved, Head: []disk.Record{{Kind: recordHead}}}
	}
	// The first must have what others lack: it has applied more than they have if it
	// was restarted.
	needed := t.cfg.Self == 0 && t.kv.Applied() > slices.Min(t.acked)
	if every := t.cfg.Batch.SnapshotEvery; every > 0 && !t.save && !needed && t.kv.Applied() >= t.snap+every {
		t.save, t.snap = true, t.kv.Applied()
		out.Snapshot = &step.Snapshot{Index: t.snap, State: t.kv.Snapshot()}
	}
}

func (t *toy) add(e *entry, out *step.Output) {
	t.log = append(t.log, e.data)
	out.Records = append(out.Records, disk.Record{Kind: recordEntry, Index: e.index, Data: e.data})
	t.later(step.Message{Peer: t.cfg.Self, Body: durable{e.index}}, out)
}

// later sends what has to wait for the disk.
func (t *toy) later(m step.Message, out *step.Output) {
	if t.hasty {
		out.Send = append(out.Send, m)
		return
	}
	out.After = append(out.After, m)
}

func (t *toy) apply(out *step.Output) {
	upTo := t.acked[t.cfg.Self]
	if t.cfg.Self == 0 {
		for _, a := range t.acked {
			upTo = min(upTo, a)
		}
	}
	for t.kv.Applied() < min(upTo, uint64(len(t.log))) {
		i := t.kv.Applied() + 1
		_, reply, err := t.kv.Apply(i, t.log[i-1])
		if c, ok := t.calls[i]; ok {
			delete(t.calls, i)
			out.Replies = append(out.Replies, step.Reply{Call: c, Reply: reply, Err: err})
		}
	}
}

func (t *toy) Status() bench.Status {
	return bench.Status{
		Up: true, Leader: t.cfg.Members[0], Term: 1,
		Committed: t.kv.Applied(), Applied: t.kv.Applied(), Digest: t.kv.Digest(),
	}
}
