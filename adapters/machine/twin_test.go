package machine

import (
	"errors"
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"nines/bench"
)

// twin is the machine as one would write it down.
type twin struct {
	capacity int
	keys     map[uint64]twinKey
	sessions []twinSession // the one used last is last
}

// twinKey is what a key holds: words, and then padding.
type twinKey struct {
	words   []uint64
	padding int
}

// id is that of a value; a number's id is the number.
func (k twinKey) id() uint64 { return append(k.words, 0)[0] }

type twinSession struct {
	id, seq uint64
	reply   bench.Reply
	aborted bool
}

func (w *twin) apply(c Command) (reply bench.Reply, aborted, stale bool) {
	s := twinSession{id: c.Session}
	if i := slices.IndexFunc(w.sessions, func(s twinSession) bool { return s.id == c.Session }); i >= 0 {
		s = w.sessions[i]
		w.sessions = slices.Delete(w.sessions, i, i+1)
	} else if len(w.sessions) == w.capacity {
		w.sessions = w.sessions[1:]
	}
	if c.Seq > s.seq {
		s.seq, s.reply, s.aborted = c.Seq, bench.Reply{}, false
		switch c.Kind {
		case bench.Transact:
			before := maps.Clone(w.keys)
			s.reply.Txn = &bench.TxnReply{}
			for _, m := range c.Txn.Micros {
				found, fails := w.do(m, c.Size)
				s.reply.Txn.Found = append(s.reply.Txn.Found, found)
				s.aborted = s.aborted || fails
			}
			if s.aborted {
				w.keys, s.reply = before, bench.Reply{}
			}
		default:
			found, _ := w.do(bench.Micro{Kind: c.Kind, Key: c.Key, Arg: c.Arg, Expect: c.Expect}, c.Size)
			s.reply.Value = found.Value
		}
	}
	w.sessions = append(w.sessions, s)
	return s.reply, s.aborted, c.Seq < s.seq
}

// do performs one micro-operation, unless it fails.
func (w *twin) do(m bench.Micro, size uint32) (found bench.Found, fails bool) {
	old := w.keys[m.Key]
	now := twinKey{[]uint64{m.Arg}, int(size) - 8}
	switch m.Kind {
	case bench.Read:
		return bench.Found{Value: old.id()}, false
	case bench.List:
		return bench.Found{List: old.words}, false
	case bench.Pop:
		if found.Value = old.id(); found.Value == 0 {
			return found, false
		}
		now = twinKey{old.words[1:], 0}
	case bench.Scan:
		for _, key := range slices.Sorted(maps.Keys(w.keys)) {
			if key >= m.Key && len(found.List) < int(m.Arg) {
				found.List = append(found.List, w.keys[key].id())
			}
		}
		return found, false
	case bench.Append:
		now = twinKey{append(slices.Clone(old.words), m.Arg), 0}
	case bench.Add:
		found.Value = old.id()
		now = twinKey{[]uint64{old.id() + m.Arg}, 0}
		fails = int64(now.words[0]) < 0
	case bench.CAS:
		found.Value = old.id()
		fails = found.Value != m.Expect
	}
	if !fails {
		w.keys[m.Key] = now
	}
	return found, fails
}

func sameReply(a, b bench.Reply) bool {
	if a.Txn == nil || b.Txn == nil {
		return a == b
	}
	return a.Value == b.Value && slices.EqualFunc(a.Txn.Found, b.Txn.Found, sameFound)
}

// Each key is used in one way, as workloads do.
var (
	values  = rapid.Uint64Range(1, 4)
	lists   = rapid.Uint64Range(11, 12)
	numbers = rapid.Uint64Range(21, 23)
)

// twinMicro is one that the keys are meant for. Values are small, so that some
// comparisons succeed.
var twinMicro = rapid.Custom(func(t *rapid.T) bench.Micro {
	m := bench.Micro{
		Kind:   rapid.SampledFrom([]bench.Kind{bench.Read, bench.Write, bench.CAS, bench.Append, bench.List, bench.Pop, bench.Add, bench.Add}).Draw(t, "kind"),
		Key:    values.Draw(t, "key"),
		Arg:    rapid.Uint64Range(1, 3).Draw(t, "arg"),
		Expect: rapid.Uint64Range(0, 3).Draw(t, "expect"),
	}
	switch {
	case m.Kind == bench.Append || m.Kind == bench.List || m.Kind == bench.Pop:
		m.Key = lists.Draw(t, "list")
	case m.Kind == bench.Add || m.Kind == bench.Read && rapid.Bool().Draw(t, "of a number"):
		m.Key = numbers.Draw(t, "number")
		m.Arg = uint64(rapid.Int64Range(-3, 5).Draw(t, "more"))
	}
	return m
})

var twinCommand = rapid.Custom(func(t *rapid.T) Command {
	small := rapid.Uint64Range(1, 4)
	c := Command{
		Session: small.Draw(t, "session"), Seq: rapid.Uint64Range(1, 12).Draw(t, "seq"),
		Kind: rapid.SampledFrom([]bench.Kind{bench.Write, bench.CAS, bench.Transact, bench.Transact}).Draw(t, "kind"),
		Key:  values.Draw(t, "key"), Arg: rapid.Uint64Range(1, 3).Draw(t, "arg"), Expect: rapid.Uint64Range(0, 3).Draw(t, "expect"),
		Size: rapid.Uint32Range(8, 20).Draw(t, "size"),
	}
	if c.Kind == bench.Transact {
		c.Txn = &bench.Txn{Micros: rapid.SliceOfN(twinMicro, 1, 5).Draw(t, "micros")}
		if rapid.IntRange(0, 5).Draw(t, "scan") == 0 {
			scan := bench.Micro{Kind: bench.Scan, Key: rapid.Uint64Range(0, 24).Draw(t, "from"), Arg: rapid.Uint64Range(1, 7).Draw(t, "keys")}
			c.Txn.Micros = []bench.Micro{scan}
		}
	}
	return c
})

// The machine does what its twin does; two that apply the same are the same,
// also when one of them goes through a snapshot now and then.
func TestAgainstTwin(t *testing.T) {
	var aborted int
	rapid.Check(t, func(t *rapid.T) {
		const capacity = 3
		w := &twin{capacity: capacity, keys: make(map[uint64]twinKey)}
		m, moved := newKV(capacity), newKV(capacity)
		var c Command
		for range rapid.IntRange(1, 80).Draw(t, "commands") {
			if c.Seq == 0 || rapid.IntRange(0, 3).Draw(t, "retry") > 0 {
				c = twinCommand.Draw(t, "command")
			}
			index := m.Applied() + rapid.Uint64Range(1, 3).Draw(t, "gap")
			reply, abort, stale := w.apply(c)
			if abort {
				aborted++
			}
			for _, m := range []*KV{m, moved} {
				_, r, err := m.Apply(index, c.AppendTo(nil))
				if errors.Is(err, bench.ErrAborted) != (abort && !stale) || errors.Is(err, ErrStale) != stale {
					t.Fatalf("%+v ends with %v; want it aborted %v, stale %v", c, err, abort, stale)
				}
				if !stale && !abort && (err != nil || !sameReply(r, reply)) {
					t.Fatalf("%+v: reply %v, %v; want %v", c, r, err, reply)
				}
			}
			if rapid.IntRange(0, 9).Draw(t, "move") == 0 {
				next := newKV(capacity)
				apply(next, write(9, 9, 9, 9)) // goes with the rest
				if err := next.Restore(moved.Snapshot()); err != nil {
					t.Fatal(err)
				}
				moved = next
			}
		}
		for key := range uint64(30) {
			want := w.keys[key]
			if got := m.Read(key).Value; got != want.id() {
				t.Fatalf("key %d is %d, want %d", key, got, want.id())
			}
			if got, want := len(m.values[key]), 8*len(want.words)+want.padding; got != want {
				t.Fatalf("key %d has %d bytes, want %d", key, got, want)
			}
		}
		if m.Digest() != moved.Digest() || !slices.Equal(m.Snapshot(), moved.Snapshot()) {
			t.Fatal("a machine that went through snapshots is another")
		}
	})
	if aborted == 0 {
		t.Error("no transaction was aborted")
	}
}
