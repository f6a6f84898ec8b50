package machine

import (
	"encoding/binary"
	"errors"
	"slices"
	"testing"

	"github.com/cespare/xxhash/v2"

	"nines/bench"
)

func sample() *KV {
	m := New()
	apply(m, write(1, 1, 5, 100))
	apply(m, write(2, 1, 3, 200))
	apply(m, cas(1, 2, 5, 100, 101))
	apply(m, txn(3, 1, bench.Micro{Kind: bench.Append, Key: 7, Arg: 1}, bench.Micro{Kind: bench.Read, Key: 5}, bench.Micro{Kind: bench.List, Key: 7}))
	apply(m, txn(4, 1, bench.Micro{Kind: bench.Add, Key: 8, Arg: 1}, bench.Micro{Kind: bench.Add, Key: 9, Arg: minus(1)}))
	m.Advance(9)
	return m
}

func TestSnapshotIsTheWholeState(t *testing.T) {
	m, n := sample(), New()
	b := m.Snapshot()
	if err := n.Restore(b); err != nil {
		t.Fatal(err)
	}
	clear(b) // nobody keeps it
	if n.Applied() != 9 || n.Digest() != m.Digest() || n.Read(5).Value != 101 || n.Read(3).Value != 200 {
		t.Errorf("restored: applied %d, digest %x, keys %d and %d", n.Applied(), n.Digest(), n.Read(5).Value, n.Read(3).Value)
	}
	if r, err := apply(n, cas(1, 2, 5, 100, 101)); err != nil || r.Value != 100 {
		t.Errorf("a retry after the restore got %v, %v; want 100", r, err)
	}
	c := txn(3, 1, bench.Micro{Kind: bench.Append, Key: 7, Arg: 1}, bench.Micro{Kind: bench.Read, Key: 5}, bench.Micro{Kind: bench.List, Key: 7})
	if r, err := apply(n, c); err != nil || !sameReply(r, bench.Reply{Txn: &bench.TxnReply{Found: []bench.Found{{}, {Value: 101}, {List: []uint64{1}}}}}) {
		t.Errorf("a retry of a transaction after the restore got %v, %v", r, err)
	}
	if _, err := apply(n, txn(4, 1, bench.Micro{Kind: bench.Add, Key: 8, Arg: 1}, bench.Micro{Kind: bench.Add, Key: 9, Arg: minus(1)})); !errors.Is(err, bench.ErrAborted) {
		t.Errorf("a retry of an aborted transaction after the restore: %v", err)
	}
	if got, want := len(m.Snapshot()), m.snapshotSize(); got != want {
		t.Errorf("a snapshot of %d bytes, %d were foreseen", got, want)
	}
}

// A snapshot with one bit changed, or one byte more or less, is refused, and
// the machine stays as it was.
func TestDamagedSnapshotIsRefused(t *testing.T) {
	b, m := sample().Snapshot(), New()
	apply(m, write(7, 1, 7, 7))
	before := m.Snapshot()
	try := func(damaged []byte, what string, at int) {
		t.Helper()
		if err := m.Restore(damaged); !errors.Is(err, ErrSnapshot) {
			t.Errorf("%s %d: %v", what, at, err)
		}
		if !slices.Equal(m.Snapshot(), before) {
			t.Fatalf("%s %d: the machine has changed", what, at)
		}
	}
	for i := range b {
		try(b[:i], "cut off at byte", i)
		damaged := slices.Clone(b)
		damaged[i] ^= 1 << (i % 8)
		try(damaged, "bit changed in byte", i)
	}
	try(append(slices.Clone(b), 0), "byte appended at", len(b))
}

// sealed is a snapshot's body with the checksum that fits.
func sealed(body []byte) []byte {
	return binary.LittleEndian.AppendUint64(slices.Clone(body), xxhash.Sum64(body))
}

func TestNonsenseWithAChecksumIsRefused(t *testing.T) {
	header := func(keys uint64) []byte {
		b := append([]byte(magic), make([]byte, 16)...)
		return binary.LittleEndian.AppendUint64(b, keys)
	}
	key := func(b []byte, key uint64, size uint32, bytes int) []byte {
		b = binary.LittleEndian.AppendUint64(b, key)
		b = binary.LittleEndian.AppendUint32(b, size)
		return append(b, make([]byte, bytes)...)
	}
	numbers := func(b []byte, all ...uint64) []byte {
		for _, n := range all {
			b = binary.LittleEndian.AppendUint64(b, n)
		}
		return b
	}
	session := func(b []byte, id, seq uint64, end byte, outcome ...byte) []byte {
		return append(append(numbers(b, id, seq), end), outcome...)
	}
	reply := make([]byte, 8)
	for name, tc := range map[string]struct {
		body []byte
		want string
	}{
		"empty":              {header(0), "not a snapshot of the state machine: it ends at byte 32, in the middle"},
		"too many keys":      {numbers(header(1), 0), "not a snapshot of the state machine: it ends at byte 40, in the middle"},
		"short value":        {numbers(key(header(1), 1, 7, 7), 0), "not a snapshot of the state machine: key 1 has a value of 7 bytes"},
		"keys in disorder":   {numbers(key(key(header(2), 2, 8, 8), 1, 8, 8), 0), "not a snapshot of the state machine: key 1 after key 2"},
		"key twice":          {numbers(key(key(header(2), 2, 8, 8), 2, 8, 8), 0), "not a snapshot of the state machine: key 2 after key 2"},
		"session twice":      {session(session(numbers(header(0), 2), 1, 1, endedWell, reply...), 1, 1, endedWell, reply...), "not a snapshot of the state machine: session 1 stands twice or has applied nothing"},
		"session of nothing": {session(numbers(header(0), 1), 1, 0, endedWell, reply...), "not a snapshot of the state machine: session 1 stands twice or has applied nothing"},
		"unknown end":        {session(numbers(header(0), 1), 1, 1, 3), "not a snapshot of the state machine: a command that ended as 3"},
		"abort of nothing":   {session(numbers(header(0), 1), 1, 1, endedAborted, make([]byte, 12)...), "not a snapshot of the state machine: micro-operation 0 failed, they are numbered from 1 to 4096"},
		"cut off findings":   {session(numbers(header(0), 1), 1, 1, endedTxn, 2, 0, 0, 0), "not a snapshot of the state machine: 2 elements do not fit into the 0 bytes that are left"},
		"too many sessions":  {numbers(header(0), 1<<17+1), "not a snapshot of the state machine: 131073 sessions, the most is 131072"},
		"more at the end":    {numbers(header(0), 0, 0), "not a snapshot of the state machine: 8 bytes too many"},
	} {
		if err := New().Restore(sealed(tc.body)); err == nil || err.Error() != tc.want {
			t.Errorf("%s: %v, want %s", name, err, tc.want)
		}
	}
}

// What is accepted is exactly what Snapshot writes. The fuzzer gives the body;
// the checksum is put right for it.
func FuzzRestore(f *testing.F) {
	for _, m := range []*KV{New(), sample()} {
		b := m.Snapshot()
		f.Add(b[:len(b)-8])
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		m := New()
		if err := m.Restore(sealed(body)); err != nil {
			if !errors.Is(err, ErrSnapshot) {
				t.Errorf("%v is no ErrSnapshot", err)
			}
			return
		}
		if !slices.Equal(m.Snapshot(), sealed(body)) {
			t.Errorf("%x was accepted and is not what the machine writes", body)
		}
	})
}
