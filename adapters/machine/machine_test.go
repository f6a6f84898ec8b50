package machine

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"nines/bench"
)

// write and cas are commands of session s with 16-byte values.
func write(s, seq, key, arg uint64) *Command {
	return &Command{Session: s, Seq: seq, Kind: bench.Write, Key: key, Arg: arg, Size: 16}
}

func cas(s, seq, key, expect, arg uint64) *Command {
	return &Command{Session: s, Seq: seq, Kind: bench.CAS, Key: key, Arg: arg, Expect: expect, Size: 16}
}

// txn is a transaction of session s that writes 16-byte values.
func txn(s, seq uint64, ms ...bench.Micro) *Command {
	return &Command{Session: s, Seq: seq, Kind: bench.Transact, Key: ms[0].Key, Arg: s<<32 | seq, Size: 16, Txn: &bench.Txn{Micros: ms}}
}

// apply applies c as the next entry.
func apply(m *KV, c *Command) (bench.Reply, error) {
	_, r, err := m.Apply(m.Applied()+1, c.AppendTo(nil))
	return r, err
}

func TestCommands(t *testing.T) {
	m := New()
	for i, tc := range []struct {
		c     *Command
		reply uint64
		after uint64 // the id of the key's value
	}{
		{write(1, 1, 5, 100), 0, 100},
		{write(1, 2, 5, 101), 0, 101},      // a write does not tell what was there
		{cas(1, 3, 5, 101, 102), 101, 102}, // swaps
		{cas(1, 4, 5, 101, 103), 102, 102}, // does not
		{cas(1, 5, 6, 0, 104), 0, 104},     // of an absent key
		{cas(1, 6, 7, 1, 105), 0, 0},       // likewise, in vain
	} {
		c, r, err := m.Apply(uint64(i+1), tc.c.AppendTo(nil))
		if err != nil || c != *tc.c || r.Value != tc.reply {
			t.Errorf("%+v: %+v, reply %d, %v; want reply %d", tc.c, c, r.Value, err, tc.reply)
		}
		if got := m.Read(tc.c.Key); got.Value != tc.after {
			t.Errorf("after %+v key %d is %d, want %d", tc.c, tc.c.Key, got.Value, tc.after)
		}
	}
}

func TestRetryIsAppliedOnce(t *testing.T) {
	m := New()
	first, _ := apply(m, cas(1, 1, 5, 0, 100))
	apply(m, write(2, 1, 5, 200))
	again, err := apply(m, cas(1, 1, 5, 0, 100))
	if err != nil || again != first {
		t.Errorf("the retry got %v, %v; the first attempt %v", again, err, first)
	}
	if got := m.Read(5).Value; got != 200 {
		t.Errorf("key 5 is %d, want 200: the retry changed it", got)
	}
	apply(m, cas(1, 2, 5, 200, 300))
	c, _, err := m.Apply(m.Applied()+1, cas(1, 1, 5, 0, 100).AppendTo(nil))
	if !errors.Is(err, ErrStale) || errors.Is(err, bench.ErrRejected) {
		t.Errorf("a stale command: %v, want ErrStale and not ErrRejected: an earlier attempt had its effect", err)
	}
	if c.Session != 1 || c.Seq != 1 {
		t.Errorf("the stale command is %+v: it does not tell whom to answer", c)
	}
	if got := m.Read(5).Value; got != 300 {
		t.Errorf("key 5 is %d, want 300: a stale command changed it", got)
	}
	if r, err := apply(m, cas(1, 2, 5, 200, 300)); err != nil || r.Value != 200 {
		t.Errorf("after a stale command the last one got %v, %v; want 200", r, err)
	}
}

func TestAnEntryThatIsNoCommandIsPartOfTheLog(t *testing.T) {
	m := New()
	before := m.Digest()
	if _, _, err := m.Apply(1, []byte("no command")); !errors.Is(err, ErrCommand) {
		t.Errorf("error %v, want ErrCommand", err)
	}
	if m.Applied() != 1 || m.Digest() == before {
		t.Errorf("applied %d, digest %x", m.Applied(), m.Digest())
	}
	m.Advance(7)
	m.Advance(3)
	if m.Applied() != 7 {
		t.Errorf("applied %d, want 7", m.Applied())
	}
	state := m.Snapshot()
	if _, _, err := m.Apply(7, write(1, 1, 1, 1).AppendTo(nil)); err == nil || !slices.Equal(m.Snapshot(), state) {
		t.Errorf("entry 7 applied twice: %v", err)
	}
}

// A session is forgotten when as many others as there is room for came after.
func TestSessionsAreForgottenInTheOrderOfTheirLastCommand(t *testing.T) {
	m := newKV(3)
	apply(m, write(1, 1, 1, 10))
	apply(m, write(2, 1, 1, 20))
	apply(m, write(3, 1, 1, 30))
	apply(m, write(1, 1, 1, 10)) // a retry is a sign of life
	apply(m, write(4, 1, 1, 40)) // session 2 goes
	remembered := func(s, arg uint64) bool {
		t.Helper()
		n := newKV(3)
		if err := n.Restore(m.Snapshot()); err != nil {
			t.Fatal(err)
		}
		apply(n, write(s, 1, 1, arg)) // is a retry, or else takes effect
		return n.Read(1).Value == 40
	}
	for s, want := range map[uint64]bool{1: true, 2: false, 3: true} {
		if got := remembered(s, s*10); got != want {
			t.Errorf("session %d is remembered: %v, want %v", s, got, want)
		}
	}
}

// The digest tells commands, their order and their indexes apart.
func TestDigest(t *testing.T) {
	digest := func(entries map[uint64]*Command) uint64 {
		m := New()
		for i := uint64(1); i < 10; i++ {
			if c := entries[i]; c != nil {
				if _, _, err := m.Apply(i, c.AppendTo(nil)); err != nil {
					t.Fatal(err)
				}
			}
		}
		return m.Digest()
	}
	a, b := write(1, 1, 1, 1), write(2, 1, 2, 2)
	long := write(1, 1, 1, 1)
	long.Size = 17
	seen := map[uint64]string{0: "nothing"}
	for name, entries := range map[string]map[uint64]*Command{
		"a": {1: a}, "b": {1: b}, "a later": {2: a}, "a b": {1: a, 2: b}, "b a": {1: b, 2: a}, "a long": {1: long},
	} {
		d := digest(entries)
		if other, ok := seen[d]; ok {
			t.Errorf("%s and %s have the same digest", name, other)
		}
		seen[d] = name
	}
	// Pinned: results of different builds are compared.
	if got, want := digest(map[uint64]*Command{1: a, 2: b, 5: cas(1, 2, 1, 1, 3)}), uint64(0x184a6e90bd7cf937); got != want {
		t.Errorf("digest %#x, want %#x", got, want)
	}
}

func ExampleKV_Apply() {
	m := New()
	c := Command{Session: 1, Seq: 1, Kind: bench.Write, Key: 7, Arg: 100, Size: 16}
	for index := range uint64(2) { // the second time as a retry
		_, _, err := m.Apply(index+1, c.AppendTo(nil))
		fmt.Println(m.Read(7).Value, err)
	}
	// Output:
	// 100 <nil>
	// 100 <nil>
}
