package step_test

import (
	"fmt"

	"nines/adapters/disk"
	"nines/adapters/machine"
	"nines/adapters/replica"
	"nines/adapters/replica/step"
	"nines/bench"
)

// toy is the least protocol that needs all of a driver: the first member leads
// for ever, and a command is done when all members have it on disk.
type toy struct {
	cfg     step.Config
	kv      *machine.KV
	log     []*entry // from index 1
	durable uint64   // here
	acked   []uint64 // by member
	done    uint64   // applied by the leader
	calls   map[uint64]replica.Call
	ticks   int
	snap    uint64 // index of the last snapshot asked for
	saving  bool
	point   string // reached when a command becomes durable here; "": none
}

type entry struct {
	index uint64
	data  []byte
}

type (
	isDurable struct{ index uint64 } // to itself
	ack       struct{ index uint64 } // to the leader
)

func newToy(cfg step.Config) (step.Machine, error) { return toyWith(cfg, ""), nil }

func toyWith(cfg step.Config, point string) *toy {
	return &toy{cfg: cfg, kv: machine.New(), acked: make([]uint64, len(cfg.Members)), calls: make(map[uint64]replica.Call), point: point}
}

func (t *toy) leads() bool { return t.cfg.Self == 0 }

func (t *toy) Recover(s step.Stable) error {
	if s.Index > 0 {
		if err := t.kv.Restore(s.Snapshot); err != nil {
			return err
		}
		t.log = make([]*entry, s.Index)
		t.snap = s.Index
	}
	for _, r := range s.Records {
		if r.Index <= uint64(len(t.log)) {
			continue
		}
		if r.Index != uint64(len(t.log))+1 {
			return fmt.Errorf("entry %d follows %d", r.Index, len(t.log))
		}
		t.log = append(t.log, &entry{r.Index, r.Data})
		if _, _, err := t.kv.Apply(r.Index, r.Data); err != nil {
			return err
		}
	}
	t.durable = uint64(len(t.log))
	t.done = t.durable
	return nil
}

func (t *toy) Step(in step.Input, out *step.Output) {
	for _, m := range in.Messages {
		switch b := m.Body.(type) {
		case *entry:
			t.add(b, out)
		case isDurable:
			t.durable = max(t.durable, b.index)
			if t.point != "" {
				out.Points = append(out.Points, replica.Point{Name: t.point, Txn: b.index})
			}
			t.ack(out)
		case ack:
			t.acked[m.Peer] = max(t.acked[m.Peer], b.index)
		}
	}
	for _, c := range in.Calls {
		if !t.leads() && c.Op.Kind != bench.Read {
			out.Replies = append(out.Replies, step.Reply{Call: c, Err: &bench.NotLeaderError{Leader: t.cfg.Members[0]}})
			continue
		}
		if c.Op.Kind == bench.Read {
			out.Replies = append(out.Replies, step.Reply{Call: c, Reply: t.kv.Read(c.Op.Key)})
			continue
		}
		e := &entry{uint64(len(t.log)) + 1, c.Command().AppendTo(nil)}
		t.calls[e.index] = c
		t.tell(e, out)
		t.add(e, out)
	}
	if in.Saved > 0 {
		t.saving = false
		out.Compact = &step.Compact{Index: in.Saved}
		out.Events = append(out.Events, bench.Event{Kind: bench.EventSnapshot, Detail: fmt.Sprint(in.Saved)})
	}
	t.tick(in.Ticks, out)
	t.apply(out)
}

// add appends an entry if it is the next.
func (t *toy) add(e *entry, out *step.Output) {
	if e.index <= uint64(len(t.log)) {
		t.ack(out)
	}
	if e.index != uint64(len(t.log))+1 {
		return
	}
	t.log = append(t.log, e)
	out.Records = append(out.Records, disk.Record{Kind: 1, Index: e.index, Data: e.data})
	out.After = append(out.After, step.Message{Peer: t.cfg.Self, Body: isDurable{e.index}})
}

func (t *toy) ack(out *step.Output) {
	out.Send = append(out.Send, step.Message{Peer: 0, Body: ack{t.durable}, Size: 9})
}

func (t *toy) tell(e *entry, out *step.Output) {
	for p := range t.cfg.Members {
		if p != t.cfg.Self {
			out.Send = append(out.Send, step.Message{Peer: p, Body: e, Size: 9 + len(e.data)})
		}
	}
}

// tick has the leader send again what has not been acknowledged.
func (t *toy) tick(n int, out *step.Output) {
	if t.ticks += n; t.ticks < t.cfg.HeartbeatTicks {
		return
	}
	t.ticks = 0
	for p, at := range t.acked {
		if p == t.cfg.Self || !t.leads() {
			continue
		}
		for _, e := range t.log[at:] {
			if e != nil {
				out.Send = append(out.Send, step.Message{Peer: p, Body: e, Size: 9 + len(e.data)})
			}
		}
	}
}

func (t *toy) apply(out *step.Output) {
	upTo := t.durable
	if t.leads() {
		for _, a := range t.acked {
			upTo = min(upTo, a)
		}
	}
	for t.kv.Applied() < upTo {
		e := t.log[t.kv.Applied()]
		_, reply, err := t.kv.Apply(e.index, e.data)
		if c, ok := t.calls[e.index]; ok {
			delete(t.calls, e.index)
			out.Replies = append(out.Replies, step.Reply{Call: c, Reply: reply, Err: err})
		}
	}
	if every := t.cfg.Batch.SnapshotEvery; every > 0 && !t.saving && t.kv.Applied() >= t.snap+every {
		t.saving, t.snap = true, t.kv.Applied()
		out.Snapshot = &step.Snapshot{Index: t.snap, State: t.kv.Snapshot()}
	}
}

func (t *toy) Status() bench.Status {
	return bench.Status{
		Up: true, Leader: t.cfg.Members[0], Term: 1,
		Committed: t.kv.Applied(), Applied: t.kv.Applied(), Digest: t.kv.Digest(),
	}
}
