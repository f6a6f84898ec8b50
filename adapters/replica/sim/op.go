package sim

import (
	"fmt"
	"strconv"
	"strings"

	"nines/bench"
)

const opSize = 16 // bytes of a value that a script writes

// parseOp reads an operation of a script.
func parseOp(f []string) (bench.Op, error) {
	if f[0] == "txn" {
		return parseTxn(f[1:])
	}
	ns, err := numbers(f[1:])
	if err != nil {
		return bench.Op{}, err
	}
	switch {
	case f[0] == "read" && len(ns) == 1:
		return bench.Op{Kind: bench.Read, Key: ns[0]}, nil
	case f[0] == "write" && len(ns) == 2:
		return bench.Op{Kind: bench.Write, Key: ns[0], Arg: ns[1], Size: opSize}, nil
	case f[0] == "cas" && len(ns) == 3:
		return bench.Op{Kind: bench.CAS, Key: ns[0], Expect: ns[1], Arg: ns[2], Size: opSize}, nil
	}
	return bench.Op{}, fmt.Errorf("%q is none of read KEY, write KEY ID, cas KEY EXPECT ID, txn ID and micro-operations", strings.Join(f, " "))
}

func numbers(f []string) ([]uint64, error) {
	var ns []uint64
	for _, s := range f {
		n, err := strconv.ParseInt(s, 10, 64)
		if err != nil {
			return nil, fmt.Errorf("%q is no number", s)
		}
		ns = append(ns, uint64(n))
	}
	return ns, nil
}

func parseTxn(f []string) (bench.Op, error) {
	if len(f) < 2 {
		return bench.Op{}, fmt.Errorf("a transaction is its id and its micro-operations, such as %q", "txn 7 read(1) write(2,5)")
	}
	id, err := numbers(f[:1])
	if err != nil {
		return bench.Op{}, err
	}
	t := &bench.Txn{}
	op := bench.Op{Kind: bench.Transact, Arg: id[0], Txn: t}
	for _, s := range f[1:] {
		m, err := parseMicro(s)
		if err != nil {
			return bench.Op{}, err
		}
		switch m.Kind {
		case bench.Write, bench.CAS, bench.Append, bench.Add:
			op.Size += bench.MinValueSize
		}
		t.Micros = append(t.Micros, m)
	}
	op.Key = t.Micros[0].Key
	return op, nil
}

func parseMicro(s string) (bench.Micro, error) {
	name, rest, ok := strings.Cut(s, "(")
	inner, closed := strings.CutSuffix(rest, ")")
	if !ok || !closed {
		return bench.Micro{}, fmt.Errorf("micro-operation %q: want one like write(2,5) here", s)
	}
	ns, err := numbers(strings.Split(inner, ","))
	if err != nil {
		return bench.Micro{}, fmt.Errorf("micro-operation %q: %w", s, err)
	}
	for _, m := range []struct {
		kind bench.Kind
		args int
	}{{bench.Read, 1}, {bench.List, 1}, {bench.Pop, 1}, {bench.Scan, 2}, {bench.Write, 2}, {bench.Append, 2}, {bench.Add, 2}, {bench.CAS, 3}} {
		if m.kind.String() != name || m.args != len(ns) {
			continue
		}
		micro := bench.Micro{Kind: m.kind, Key: ns[0]}
		switch len(ns) {
		case 2:
			micro.Arg = ns[1]
		case 3:
			micro.Expect, micro.Arg = ns[1], ns[2]
		}
		return micro, nil
	}
	return bench.Micro{}, fmt.Errorf("micro-operation %q: want read(KEY), list(KEY), write(KEY,ID), append(KEY,ELEMENT), pop(KEY), add(KEY,NUMBER), scan(KEY,NUMBER) or cas(KEY,EXPECT,ID)", s)
}
