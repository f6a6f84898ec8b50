package workloads

import (
	"math"
	"testing"

	"nines/bench"
)

// A read that announces a swap is followed by it, by the same user, with what the
// read found; one that was not answered is not.
func TestReadModifyWrite(t *testing.T) {
	s := workload(t, "ycsb-f", Config{Seed: 3}).Source()
	observe := s.(bench.Observer).Observe
	var announced []bench.Op
	const n = 20_000
	for _, op := range take(s, n) {
		if op.Kind != bench.Read || op.Size != 0 || op.Expect != 0 {
			t.Fatalf("%+v before any answer", op)
		}
		if op.Arg != 0 {
			announced = append(announced, op)
		}
	}
	if share := float64(len(announced)) / n; math.Abs(share-0.5) > 0.015 {
		t.Errorf("a share of %.3f are read-modify-writes, want half", share)
	}
	observe(&bench.Op{Kind: bench.Read, Key: 5}, bench.Reply{Value: 6})           // a plain read
	observe(&bench.Op{Kind: bench.CAS, Key: 5, Arg: 7}, bench.Reply{Value: 1234}) // a swap that lost
	for i, op := range announced[:100] {
		observe(&op, bench.Reply{Value: uint64(i)})
	}
	for i, op := range take(s, 100) {
		want := bench.Op{Kind: bench.CAS, Key: announced[i].Key, Arg: announced[i].Arg, Expect: uint64(i), Size: 100, User: announced[i].User}
		if op != want {
			t.Errorf("swap %d is %+v, want %+v", i, op, want)
		}
	}
	if op := take(s, 1)[0]; op.Kind != bench.Read {
		t.Errorf("%+v after the last swap", op)
	}
}

// Inserts are of new keys, each once; reads are of keys that are known to be
// there, mostly of the last.
func TestReadLatest(t *testing.T) {
	w := workload(t, "ycsb-d", Config{Keys: 100})
	a, b := w.Source(), w.Source()
	next, newest := uint64(100), 0
	for range 50_000 {
		op := take(b, 1)[0]
		switch {
		case op.Kind == bench.Write && op.Key != next:
			t.Fatalf("%+v, want the key %d", op, next)
		case op.Kind == bench.Write:
			next++
			a.(bench.Observer).Observe(&op, bench.Reply{})
		case op.Key >= next:
			t.Fatalf("%+v of a key that is not there yet", op)
		case op.Key == next-1:
			newest++
		}
	}
	if next < 2000 || newest < 2000 {
		t.Errorf("%d keys, and %d reads of the newest", next, newest)
	}
	lost := take(w.Source(), 1000) // not answered
	for _, op := range lost {
		if op.Kind == bench.Write {
			next++
		} else if op.Key >= next {
			t.Errorf("%+v of a key whose insert was not answered", op)
		}
	}
	if got := len(take(w.Final(1, 3)(0), 1<<20)); got != int(next)+3 {
		t.Errorf("%d final reads, want %d: of all inserts, acknowledged or not, and probes", got, next+3)
	}
}

func TestCounting(t *testing.T) {
	w := workload(t, "counter", Config{})
	adds := 0
	for _, op := range take(w.Source(), 10_000) {
		if op.Kind == bench.Read {
			continue
		}
		adds++
		if m := op.Txn.Micros; op.Kind != bench.Transact || op.Arg == 0 || len(m) != 1 || m[0] != (bench.Micro{Kind: bench.Add, Key: op.Key, Arg: 1}) {
			t.Fatalf("%+v", op)
		}
	}
	if adds < 4500 || adds > 5500 {
		t.Errorf("%d adds of 10000 operations", adds)
	}
	if n := len(take(w.Preload(1)(0), 100)); n != 0 {
		t.Errorf("%d preloads", n)
	}
	if n := len(take(w.Final(1, 3)(0), 100)); n != 13 {
		t.Errorf("%d final reads, want 13", n)
	}
}

func TestQueueing(t *testing.T) {
	w := workload(t, "queue", Config{})
	takes, seen := 0, map[uint64]bool{}
	for _, op := range take(w.Source(), 10_000) {
		m := op.Txn.Micros[0]
		if op.Kind != bench.Transact || seen[op.Arg] || len(op.Txn.Micros) != 1 || m.Key != op.Key {
			t.Fatalf("%+v %+v", op, m)
		}
		seen[op.Arg] = true
		switch {
		case m.Kind == bench.Pop && m.Arg == 0:
			takes++
		case m.Kind != bench.Append || seen[m.Arg]:
			t.Fatalf("%+v", m)
		}
		seen[m.Arg] = true
	}
	if takes < 4800 || takes > 5200 {
		t.Errorf("%d takes of 10000 operations", takes)
	}
	for _, op := range take(w.Final(1, 0)(0), 100) {
		if m := op.Txn.Micros; len(m) != 1 || m[0] != (bench.Micro{Kind: bench.List, Key: op.Key}) {
			t.Errorf("finally %+v", op.Txn)
		}
	}
}

func TestScanning(t *testing.T) {
	w := workload(t, "ycsb-e", Config{Keys: 50, ScanLength: 4})
	asked, next := map[uint64]int{}, uint64(50)
	for _, op := range take(w.Source(), 20_000) {
		if op.Kind == bench.Write {
			if op.Key != next || op.Txn != nil {
				t.Fatalf("%+v, want an insert of %d", op, next)
			}
			next++
			continue
		}
		m := op.Txn.Micros[0]
		if op.Kind != bench.Transact || op.Arg == 0 || m.Kind != bench.Scan || m.Key >= 50 || len(op.Txn.Micros) != 1 {
			t.Fatalf("%+v %+v", op, m)
		}
		asked[m.Arg]++
	}
	if len(asked) != 4 || asked[1] < 4500 || asked[4] < 4500 {
		t.Errorf("scans by how many keys they ask for: %v", asked)
	}
	if n := len(take(w.Preload(1)(0), 1000)); n != 50 {
		t.Errorf("%d preloads", n)
	}
}
