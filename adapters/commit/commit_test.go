package commit

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"nines/adapters/disk"
	"nines/adapters/machine"
	"nines/adapters/replica"
	"nines/adapters/replica/step"
	"nines/bench"
)

// idle is a protocol that does nothing.
type idle struct{ granted []*Local }

func (*idle) Begin(*Open)                 {}
func (p *idle) Granted(l *Local)          { p.granted = append(p.granted, l) }
func (*idle) Refused(*Txn, error)         {}
func (*idle) Message(int, any)            {}
func (*idle) Tick()                       {}
func (*idle) Replay(byte, []byte) error   { return nil }
func (*idle) AppendState(b []byte) []byte { return b }
func (*idle) Restore(b []byte) error      { return nil }
func (*idle) Recovered()                  {}

func newNode(self, nodes int) (*Node, *idle) {
	p := new(idle)
	cfg := step.Config{Self: self, HeartbeatTicks: 2, ElectionTicks: 10}
	for i := range nodes {
		cfg.Members = append(cfg.Members, fmt.Sprintf("n%d", i+1))
	}
	return New(cfg, func(*Node) Machine { return p }), p
}

// started is a node that may name transactions.
func started(t *testing.T, self, nodes int) (*Node, *idle) {
	t.Helper()
	n, p := newNode(self, nodes)
	if err := n.Recover(step.Stable{}); err != nil {
		t.Fatal(err)
	}
	run(n, step.Input{})
	return n, p
}

// run takes a step, and those that the node owes itself then. The disk is instant.
func run(n *Node, in step.Input) (all step.Output) {
	for {
		var out step.Output
		n.Step(in, &out)
		in = step.Input{}
		all.Records = append(all.Records, out.Records...)
		all.Replies = append(all.Replies, out.Replies...)
		for _, m := range slices.Concat(out.Send, out.After) {
			if m.Peer == n.cfg.Self {
				in.Messages = append(in.Messages, m)
			} else {
				all.Send = append(all.Send, m)
			}
		}
		if len(in.Messages) == 0 {
			return all
		}
	}
}

func TestOwnersShareTheKeys(t *testing.T) {
	for nodes := 1; nodes <= 7; nodes++ {
		count := make([]int, nodes)
		for key := range uint64(7000) {
			count[Owner(key, nodes)]++
		}
		for node, c := range count {
			if fair := 7000 / nodes; c < fair*9/10 || c > fair*11/10 {
				t.Errorf("of %d nodes, node %d owns %d of 7000 keys", nodes, node, c)
			}
		}
	}
}

// What is split comes together again in the order of the micro-operations, and
// every part has only keys of its participant.
func TestSplitAndMerge(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		nodes := rapid.IntRange(1, 5).Draw(t, "nodes")
		op := bench.Op{Kind: bench.Transact, Arg: 1, Txn: &bench.Txn{}}
		for _, key := range rapid.SliceOfN(rapid.Uint64Range(0, 20), 1, 10).Draw(t, "keys") {
			op.Txn.Micros = append(op.Txn.Micros, bench.Micro{Kind: bench.Read, Key: key})
		}
		participants, parts := split(&op, nodes)
		if !slices.IsSorted(participants) || len(slices.Compact(slices.Clone(participants))) != len(parts) {
			t.Fatalf("participants %v of %d parts", participants, len(parts))
		}
		o := &Open{Txn: &Txn{Participants: participants}, Parts: parts, Found: make([][]bench.Found, len(parts)), call: replica.Call{Op: op}}
		for i, p := range parts {
			for _, m := range p.Micros {
				if Owner(m.Key, nodes) != participants[i] {
					t.Fatalf("key %d is in the part of node %d", m.Key, participants[i])
				}
				o.Found[i] = append(o.Found[i], bench.Found{Value: 100 + m.Key})
			}
		}
		for i, f := range o.merge(nodes).Txn.Found {
			if f.Value != 100+op.Txn.Micros[i].Key {
				t.Fatalf("micro-operation %d of key %d found %d", i, op.Txn.Micros[i].Key, f.Value)
			}
		}
	})
}

func TestLockKeys(t *testing.T) {
	got := lockKeys([]bench.Micro{{Kind: bench.Read, Key: 3}, {Kind: bench.Write, Key: 1}, {Kind: bench.Add, Key: 3}, {Kind: bench.List, Key: 2}, {Kind: bench.Read, Key: 1}})
	if want := []lockKey{{1, true}, {2, false}, {3, true}}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

// What is over stays over, also what a coordinator did before it was restarted;
// what the coordinator has closed is forgotten.
func TestSeen(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var s seen
		over, low := make(map[uint64]bool), uint64(0)
		seqs := rapid.Custom(func(t *rapid.T) uint64 {
			return rapid.Uint64Range(1, 3).Draw(t, "epoch")<<epochShift | rapid.Uint64Range(0, 20).Draw(t, "count")
		})
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			seq := seqs.Draw(t, "seq")
			switch rapid.IntRange(0, 3).Draw(t, "what") {
			case 0:
				low = max(low, seq)
				s.raise(seq)
				for seq := range over {
					if seq < low && seq>>epochShift == low>>epochShift {
						delete(over, seq) // closed
					}
				}
			default:
				if _, known := over[seq]; !known && seq >= low {
					over[seq] = rapid.Bool().Draw(t, "committed")
					s.add(seq, over[seq])
				}
			}
			for seq, committed := range over {
				if !s.has(seq) || s.over[seq] != committed {
					t.Fatalf("%d (committed: %v) is not over, low %d", seq, committed, low)
				}
			}
			if probe := seqs.Draw(t, "probe"); s.has(probe) {
				if _, known := over[probe]; !known && probe >= low {
					t.Fatalf("%d is over, and never was; low %d", probe, low)
				}
			}
		}
	})
}

// A node that has recovered from its log, or from a snapshot and the rest of its
// log, is the one that wrote them: the same values, fates, locks and doubts.
func TestRecover(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		n, p := newNode(0, 2)
		if err := n.Recover(step.Stable{}); err != nil {
			rt.Fatal(err)
		}
		records := run(n, step.Input{}).Records
		cut := rapid.IntRange(0, 20).Draw(rt, "snapshot")
		s := step.Stable{}
		for i := range 20 {
			if i == cut {
				n.out = new(step.Output)
				s.Index, s.Snapshot = n.index, n.state()
			}
			id := ID{1, 1<<epochShift | uint64(i)}
			part := Part{Txn: &Txn{ID: id, Label: uint64(i), Stamp: uint64(i), Participants: []int{0, 1}}, Size: 8}
			for _, key := range rapid.SliceOfN(rapid.Uint64Range(0, 9), 1, 3).Draw(rt, "keys") {
				kind := rapid.SampledFrom([]bench.Kind{bench.Append, bench.List}).Draw(rt, "kind")
				part.Micros = append(part.Micros, bench.Micro{Kind: kind, Key: key, Arg: uint64(i)})
			}
			var out step.Output
			n.out = &out
			n.Prepare(&Prepare{Part: part, Low: uint64(rapid.IntRange(0, i).Draw(rt, "low")) | 1<<epochShift})
			if len(p.granted) > 0 {
				l := p.granted[0]
				switch rapid.IntRange(0, 2).Draw(rt, "fate") {
				case 0:
					n.Commit(l)
					p.granted = p.granted[1:]
				case 1:
					n.Abort(l)
					p.granted = p.granted[1:]
				}
			}
			n.retryAll()
			records = append(records, out.Records...)
		}
		s.Records = records
		again, _ := newNode(0, 2)
		if err := again.Recover(s); err != nil {
			rt.Fatal(err)
		}
		for l := range n.InDoubt { // what waits has left nothing behind
			if m := again.Local(l.Txn.ID); m == nil || !m.Recovered || !slices.Equal(m.keys, l.keys) || len(m.Writes) != len(l.Writes) {
				rt.Fatalf("%v was %+v, is %+v", l.Txn.ID, l, m)
			}
		}
		a, b := n.Status(), again.Status()
		if a.Digest != b.Digest || a.InDoubt != b.InDoubt || a.Locks != b.Locks || a.Applied != b.Applied {
			rt.Fatalf("it was %+v, is %+v", a, b)
		}
		for key, v := range n.values {
			if !bytes.Equal(again.values[key], v) {
				rt.Fatalf("key %d was %x, is %x", key, v, again.values[key])
			}
		}
	})
}

// Names are never used twice, however often a node is restarted.
func TestNamesAreUnique(t *testing.T) {
	var s step.Stable
	seen := make(map[ID]bool)
	for range 5 {
		n, _ := newNode(0, 3)
		if err := n.Recover(s); err != nil {
			t.Fatal(err)
		}
		if n.Status().Leader != "" {
			t.Error("it serves before its start is durable")
		}
		s.Records = append(s.Records, run(n, step.Input{}).Records...)
		if n.Status().Leader != "n1" {
			t.Error("it does not serve")
		}
		for range 10 {
			id := n.name()
			if seen[id] {
				t.Fatalf("%v twice", id)
			}
			seen[id] = true
		}
	}
}

func TestCallsThatAreRefused(t *testing.T) {
	n, _ := started(t, 0, 1)
	for _, c := range []struct {
		op   bench.Op
		want string
	}{
		{bench.Op{Kind: bench.Append, Key: 1, Arg: 1, Size: 8}, "append is no operation"},
		{bench.Op{Kind: bench.Transact, Arg: 1}, "it has no micro-operations"},
		{bench.Op{Kind: bench.Write, Key: 1, Arg: 1, Size: 3}, "value of 3 bytes"},
	} {
		out := run(n, step.Input{Calls: []replica.Call{{Session: 1, Seq: 1, Attempt: 1, Op: c.op}}})
		if len(out.Replies) != 1 || !errors.Is(out.Replies[0].Err, bench.ErrRejected) || !bytes.Contains([]byte(out.Replies[0].Err.Error()), []byte(c.want)) {
			t.Errorf("%+v: %+v, want a rejection with %q", c.op, out.Replies, c.want)
		}
	}
}

// FuzzRecover gives a node what no node has written.
func FuzzRecover(f *testing.F) {
	n, _ := newNode(0, 2)
	l := &Local{Txn: &Txn{ID: ID{1, 5}, Participants: []int{0, 1}}, keys: []lockKey{{1, true}}, Writes: []machine.Write{{Key: 1, Value: make([]byte, 9)}}}
	f.Add(recordPrepared, appendLocal(nil, l), []byte(nil))
	f.Add(recordOnce, appendOnce(nil, l), n.state())
	f.Add(recordCommitted, append(AppendID(nil, ID{1, 5}), 0), []byte("ninesac1"))
	f.Add(recordRenounced, AppendID(nil, ID{7, 5}), []byte(nil))
	f.Fuzz(func(t *testing.T, kind byte, record, snapshot []byte) {
		n, _ := newNode(0, 2)
		s := step.Stable{Records: []disk.Record{{Kind: kind, Index: 9, Data: record}}}
		if len(snapshot) > 0 {
			s.Index, s.Snapshot = 3, snapshot
		}
		if err := n.Recover(s); err != nil {
			if !errors.Is(err, ErrDamaged) {
				t.Errorf("%v is no ErrDamaged", err)
			}
			return
		}
		for key := range n.values {
			run(n, step.Input{Calls: []replica.Call{{Session: 1, Seq: 1, Attempt: 1, Op: bench.Op{Kind: bench.Read, Key: key}}}})
		}
		n.state()
	})
}
