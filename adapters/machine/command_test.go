package machine

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"nines/bench"
)

func drawCommand(t *rapid.T) Command {
	c := Command{
		Session: rapid.Uint64().Draw(t, "session"),
		Seq:     rapid.Uint64Min(1).Draw(t, "seq"),
		Kind:    rapid.SampledFrom([]bench.Kind{bench.Write, bench.CAS, bench.Transact}).Draw(t, "kind"),
		Key:     rapid.Uint64().Draw(t, "key"),
		Arg:     rapid.Uint64Min(1).Draw(t, "arg"),
		Expect:  rapid.Uint64().Draw(t, "expect"),
		Size:    rapid.Uint32Range(bench.MinValueSize, 100).Draw(t, "size"),
	}
	if c.Kind == bench.Transact {
		c.Txn = &bench.Txn{Micros: rapid.SliceOfN(micro, 1, 6).Draw(t, "micros")}
	}
	return c
}

func TestCommandRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := drawCommand(t)
		b := c.AppendTo([]byte("before"))
		if want := len("before") + c.Len(); len(b) != want {
			t.Fatalf("%d bytes, want %d: the value is carried in full", len(b), want)
		}
		if got, err := Decode(b[len("before"):]); err != nil || !reflect.DeepEqual(got, c) {
			t.Fatalf("%+v, %v; want %+v", got, err, c)
		}
	})
}

func TestDecodeRefuses(t *testing.T) {
	valid := func() Command { return Command{Session: 1, Seq: 1, Kind: bench.Write, Key: 1, Arg: 1, Size: 16} }
	with := func(change func(*Command)) []byte {
		c := valid()
		change(&c)
		return c.AppendTo(nil)
	}
	whole := with(func(*Command) {})
	huge := bytes.Clone(whole)
	binary.LittleEndian.PutUint32(huge[33:], 1<<31)
	txn := func(m ...bench.Micro) []byte {
		return with(func(c *Command) { c.Kind, c.Txn = bench.Transact, &bench.Txn{Micros: m} })
	}
	one := txn(bench.Micro{Kind: bench.Read})
	many := bytes.Clone(one)
	binary.LittleEndian.PutUint32(many[headerSize+8:], 2)
	for _, tc := range []struct {
		b    []byte
		want string
	}{
		{nil, "not a command: 0 bytes, the least is 45"},
		{whole[:44], "not a command: 44 bytes, the least is 45"},
		{whole[:52], "not a command: its value has 15 bytes, its size says 16"},
		{append(bytes.Clone(whole), 0), "not a command: its value has 17 bytes, its size says 16"},
		{huge, "not a command: value of 2147483648 bytes, want 8 to 16777216"},
		{with(func(c *Command) { c.Size = 7 }), "not a command: value of 7 bytes, want 8 to 16777216"},
		{with(func(c *Command) { c.Kind = bench.Read }), "not a command: kind read, want write, cas or txn"},
		{with(func(c *Command) { c.Kind = 99 }), "not a command: kind kind(99), want write, cas or txn"},
		{with(func(c *Command) { c.Seq = 0 }), "not a command: sequence 0, they begin with 1"},
		{with(func(c *Command) { c.Arg = 0 }), "not a command: id 0 stands for an absent key"},
		{one[:len(one)-1], "not a command: damaged encoding of micro-operations: 1 elements do not fit into the 24 bytes that are left"},
		{many, "not a command: damaged encoding of micro-operations: 2 elements do not fit into the 25 bytes that are left"},
		{append(bytes.Clone(one), 0), "not a command: 1 bytes too many"},
		{txn(), "not a command: damaged encoding of micro-operations: not a transaction: it has no micro-operations"},
		{txn(bench.Micro{Kind: bench.Transact}), "not a command: damaged encoding of micro-operations: not a transaction: micro-operation 0: kind txn, want read, write, cas, append, list, add, pop or scan"},
		{with(func(c *Command) {
			c.Kind, c.Arg, c.Txn = bench.Transact, 0, &bench.Txn{Micros: []bench.Micro{{Kind: bench.Read}}}
		}), "not a command: id 0 stands for an absent key"},
	} {
		_, err := Decode(tc.b)
		if fmt.Sprint(err) != tc.want || !errors.Is(err, ErrCommand) {
			t.Errorf("Decode(%d bytes): %v, want %s", len(tc.b), err, tc.want)
		}
	}
}

func FuzzDecode(f *testing.F) {
	c := Command{Session: 1, Seq: 2, Kind: bench.CAS, Key: 3, Arg: 4, Expect: 5, Size: 9}
	f.Add(c.AppendTo(nil))
	c.Kind, c.Txn = bench.Transact, &bench.Txn{Micros: []bench.Micro{{Kind: bench.Write, Key: 1, Arg: 2}, {Kind: bench.Add, Key: 3, Arg: minus(4)}}}
	f.Add(c.AppendTo(nil))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, b []byte) {
		c, err := Decode(b)
		if err != nil {
			if !errors.Is(err, ErrCommand) {
				t.Errorf("%v is no ErrCommand", err)
			}
			return
		}
		const fixed = headerSize + bench.MinValueSize
		if again := c.AppendTo(nil); len(again) != len(b) || !bytes.Equal(again[:fixed], b[:fixed]) {
			t.Errorf("%+v is written as %x, was read from %x", c, again, b)
		}
	})
}
