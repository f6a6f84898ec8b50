package workloads

import (
	"testing"

	"nines/bench"
)

func TestPreloadAndFinalCoverEveryKeyOnce(t *testing.T) {
	w := workload(t, "ycsb-a", Config{Keys: 10})
	for _, n := range []int{1, 3, 13, 20} {
		preload, final := w.Preload(n), w.Final(n, 3)
		written, read := map[uint64]int{}, map[uint64]int{}
		for i := range n {
			for _, op := range take(preload(i), 100) {
				written[op.Key]++
				if op.Kind != bench.Write || op.Arg == 0 || op.Size != 100 {
					t.Errorf("preload: %+v", op)
				}
			}
			for _, op := range take(final(i), 100) {
				read[op.Key]++
				if op != (bench.Op{Kind: bench.Read, Key: op.Key}) {
					t.Errorf("final: %+v", op)
				}
			}
		}
		if len(written) != 10 || len(read) != 13 {
			t.Errorf("%d sources write %v and read %v", n, written, read)
		}
		for key := range uint64(10) {
			if written[key] != 1 || read[key] != 1 {
				t.Errorf("key %d: %d writes, %d reads", key, written[key], read[key])
			}
		}
		for node := range 3 {
			if read[ProbeKey(node)] != 1 {
				t.Errorf("node %d: %d reads of the probe key", node, read[ProbeKey(node)])
			}
		}
	}
}

func TestProbesAlternate(t *testing.T) {
	w := workload(t, "ycsb-c", Config{Users: 5, ValueSize: 16})
	for i, op := range take(w.Probe(2), 10) {
		want := bench.Op{Kind: bench.Write, Key: ProbeKey(2), Arg: op.Arg, Size: 16, User: 7}
		if i%2 == 1 {
			want = bench.Op{Kind: bench.Read, Key: ProbeKey(2), User: 7}
		}
		if op != want {
			t.Errorf("probe %d is %+v, want %+v", i, op, want)
		}
	}
}
