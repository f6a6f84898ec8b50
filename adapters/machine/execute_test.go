package machine

import (
	"encoding/binary"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"nines/bench"
)

// list is what a key holds that is a list of these elements.
func list(es ...uint64) []byte {
	var b []byte
	for _, e := range es {
		b = binary.LittleEndian.AppendUint64(b, e)
	}
	return b
}

// number is what a key holds that is a number.
func number(n int64) []byte { return list(uint64(n)) }

func minus(n int64) uint64 { return uint64(-n) }

func TestExecute(t *testing.T) {
	held := map[uint64][]byte{1: value(100, 16), 2: list(7, 8), 3: number(30), 4: number(math.MaxInt64)}
	type micros = []bench.Micro
	type found = []bench.Found
	for name, tc := range map[string]struct {
		micros micros
		found  found
		writes []Write
		abort  string // the beginning of the error
	}{
		"reads": {
			micros{{Kind: bench.Read, Key: 1}, {Kind: bench.Read, Key: 9}, {Kind: bench.List, Key: 2}, {Kind: bench.List, Key: 9}, {Kind: bench.Read, Key: 3}},
			found{{Value: 100}, {}, {List: []uint64{7, 8}}, {}, {Value: 30}}, nil, "",
		},
		"writes are seen by what follows": {
			micros{{Kind: bench.Write, Key: 1, Arg: 5}, {Kind: bench.Read, Key: 1}, {Kind: bench.CAS, Key: 1, Expect: 5, Arg: 6}, {Kind: bench.Read, Key: 1}},
			found{{}, {Value: 5}, {Value: 5}, {Value: 6}}, []Write{{1, value(6, 12)}}, "",
		},
		"appends": {
			micros{{Kind: bench.Append, Key: 2, Arg: 9}, {Kind: bench.List, Key: 2}, {Kind: bench.Append, Key: 9, Arg: 1}, {Kind: bench.Append, Key: 2, Arg: 10}, {Kind: bench.List, Key: 9}},
			found{{}, {List: []uint64{7, 8, 9}}, {}, {}, {List: []uint64{1}}},
			[]Write{{2, list(7, 8, 9, 10)}, {9, list(1)}}, "",
		},
		"pops": {
			micros{{Kind: bench.Pop, Key: 2}, {Kind: bench.Append, Key: 2, Arg: 9}, {Kind: bench.Pop, Key: 9}, {Kind: bench.Pop, Key: 2}, {Kind: bench.List, Key: 2}},
			found{{Value: 7}, {}, {}, {Value: 8}, {List: []uint64{9}}}, []Write{{2, list(9)}}, "",
		},
		"what empties a list": {
			micros{{Kind: bench.Pop, Key: 2}, {Kind: bench.Pop, Key: 2}, {Kind: bench.Pop, Key: 2}, {Kind: bench.List, Key: 2}, {Kind: bench.Read, Key: 2}},
			found{{Value: 7}, {Value: 8}, {}, {}, {}}, []Write{{2, list()}}, "",
		},
		"a transfer": {
			micros{{Kind: bench.Add, Key: 3, Arg: minus(30)}, {Kind: bench.Add, Key: 9, Arg: 30}},
			found{{Value: 30}, {}}, []Write{{3, number(0)}, {9, number(30)}}, "",
		},
		"a transfer of too much": {
			micros{{Kind: bench.Add, Key: 9, Arg: 31}, {Kind: bench.Add, Key: 3, Arg: minus(31)}, {Kind: bench.Read, Key: 1}},
			found{{}, {Value: 30}}, nil, "micro-operation 1: adding -31 to key 3, which holds 30: aborted",
		},
		"more than a number holds": {
			micros{{Kind: bench.Add, Key: 4, Arg: 1}},
			found{{Value: math.MaxInt64}}, nil, "micro-operation 0: adding 1 to key 4",
		},
		"a cas of something else": {
			micros{{Kind: bench.Write, Key: 1, Arg: 5}, {Kind: bench.CAS, Key: 1, Expect: 100, Arg: 6}},
			found{{}, {Value: 5}}, nil, "micro-operation 1: cas of key 1 found 5, not 100: aborted",
		},
		"a cas of an absent key": {
			micros{{Kind: bench.CAS, Key: 9, Expect: bench.IdleValue, Arg: 6}},
			found{{}}, []Write{{9, value(6, 12)}}, "",
		},
	} {
		t.Run(name, func(t *testing.T) {
			e, err := Execute(func(key uint64) []byte { return slices.Clip(held[key]) }, tc.micros, 12)
			if (err != nil) != (tc.abort != "") || err != nil && (!errors.Is(err, bench.ErrAborted) || !strings.HasPrefix(err.Error(), tc.abort)) {
				t.Errorf("it ends with %v, want %q", err, tc.abort)
			}
			if !slices.EqualFunc(e.Found, tc.found, sameFound) {
				t.Errorf("found %v, want %v", e.Found, tc.found)
			}
			if !slices.EqualFunc(e.Writes, tc.writes, sameWrite) {
				t.Errorf("writes %v, want %v", e.Writes, tc.writes)
			}
			if !slices.Equal(held[1], value(100, 16)) || !slices.Equal(held[2], list(7, 8)) || !slices.Equal(held[3], number(30)) {
				t.Error("what was there has changed")
			}
		})
	}
}

func sameFound(a, b bench.Found) bool { return a.Value == b.Value && slices.Equal(a.List, b.List) }

func sameWrite(a, b Write) bool { return a.Key == b.Key && slices.Equal(a.Value, b.Value) }

func TestValidateTxn(t *testing.T) {
	for _, tc := range []struct {
		txn  *bench.Txn
		size uint32
		want string
	}{
		{nil, 8, "not a transaction: it has no micro-operations"},
		{&bench.Txn{}, 8, "not a transaction: it has no micro-operations"},
		{&bench.Txn{Micros: make([]bench.Micro, MaxMicros+1)}, 8, "not a transaction: it has 4097 micro-operations, the most is 4096"},
		{&bench.Txn{Micros: []bench.Micro{{Kind: bench.Read}, {Kind: bench.Transact}}}, 8, "not a transaction: micro-operation 1: kind txn, want read, write, cas, append, list, add, pop or scan"},
		{&bench.Txn{Micros: []bench.Micro{{Kind: bench.CAS}}}, 8, "not a transaction: micro-operation 0: value id 0 stands for an absent key"},
		{&bench.Txn{Micros: []bench.Micro{{Kind: bench.Write, Arg: 1}}}, 7, "not a transaction: micro-operation 0: value of 7 bytes, want 8 to 16777216"},
		{&bench.Txn{Micros: []bench.Micro{{Kind: bench.Append}, {Kind: bench.Add}, {Kind: bench.List}, {Kind: bench.Pop}}}, 0, ""},
		{&bench.Txn{Micros: []bench.Micro{{Kind: bench.Scan, Arg: 1}, {Kind: bench.List}}}, 0, "not a transaction: micro-operation 0: a scan is a transaction by itself"},
		{&bench.Txn{Micros: []bench.Micro{{Kind: bench.Scan}}}, 0, "not a transaction: a scan of 0 keys, want 1 to 10000"},
		{&bench.Txn{Micros: []bench.Micro{{Kind: bench.Scan, Arg: MaxScan}}}, 0, ""},
	} {
		err := ValidateTxn(tc.txn, tc.size)
		if tc.want == "" && err == nil {
			continue
		}
		if err == nil || err.Error() != tc.want || !errors.Is(err, ErrTxn) {
			t.Errorf("%v, want %s", err, tc.want)
		}
	}
}
