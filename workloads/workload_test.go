package workloads

import (
	"math"
	"testing"

	"nines/bench"
)

func workload(t *testing.T, name string, cfg Config) *Workload {
	t.Helper()
	w, err := New(name, cfg)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func take(s bench.Source, n int) (ops []bench.Op) {
	var op bench.Op
	for range n {
		op = bench.Op{Expect: 99, Arg: 99, Size: 99, User: 99} // Next sets every field
		if !s.Next(&op) {
			break
		}
		ops = append(ops, op)
	}
	return ops
}

func TestMixes(t *testing.T) {
	half := 0.25
	for _, c := range []struct {
		name              string
		cfg               Config
		read, write, cas  float64
		keys, users, size uint64
	}{
		{"ycsb-a", Config{}, 0.5, 0.5, 0, 1000, 100, 100},
		{"ycsb-b", Config{Keys: 10, Users: 3, ValueSize: 8}, 0.95, 0.05, 0, 10, 3, 8},
		{"ycsb-c", Config{}, 1, 0, 0, 1000, 100, 100},
		{"register", Config{}, 0.5, 0.5, 0, 1, 100, 100},
		{"register", Config{Keys: 4, CAS: 0.4}, 0.5, 0.3, 0.2, 4, 100, 100},
		{"ycsb-a", Config{Reads: &half}, 0.25, 0.75, 0, 1000, 100, 100},
	} {
		const n = 100_000
		var got [bench.CAS + 1]float64
		keys, users := map[uint64]bool{}, map[uint32]bool{}
		for _, op := range take(workload(t, c.name, c.cfg).Source(), n) {
			got[op.Kind]++
			keys[op.Key], users[op.User] = true, true
			if op.Key >= c.keys || uint64(op.User) >= c.users {
				t.Fatalf("%s: %+v is out of range", c.name, op)
			}
			writes := op.Kind != bench.Read
			if writes != (op.Arg != 0) || writes != (uint64(op.Size) == c.size) || op.Kind != bench.CAS && op.Expect != 0 {
				t.Fatalf("%s: %+v", c.name, op)
			}
		}
		for kind, want := range map[bench.Kind]float64{bench.Read: c.read, bench.Write: c.write, bench.CAS: c.cas} {
			if sd := math.Sqrt(want * (1 - want) / n); math.Abs(got[kind]/n-want) > 4*sd {
				t.Errorf("%s %+v: a share of %v is %v, want %v", c.name, c.cfg, got[kind]/n, kind, want)
			}
		}
		if uint64(len(keys)) != c.keys || uint64(len(users)) != c.users {
			t.Errorf("%s: %d keys and %d users, want %d and %d", c.name, len(keys), len(users), c.keys, c.users)
		}
	}
}

// The hottest key of a scrambled distribution is as hot as without, elsewhere.
func TestDistributions(t *testing.T) {
	for d, want := range map[Distribution]float64{
		Uniform: 0.001, Zipfian: 1 / 7.7289, ScrambledZipfian: 1 / 7.7289,
	} {
		counts := make([]float64, 1000)
		const n = 300_000
		for _, op := range take(workload(t, "ycsb-c", Config{Distribution: d}).Source(), n) {
			counts[op.Key]++
		}
		for _, key := range []int{0} {
			if sd := math.Sqrt(want * (1 - want) / n); math.Abs(counts[key]/n-want) > 4*sd {
				t.Errorf("%s: a share of %.4f is key %d, want %.4f", d, counts[key]/n, key, want)
			}
		}
		second := counts[spread(1000)] / n
		if hot := second > 0.05; hot != (d == ScrambledZipfian) {
			t.Errorf("%s: a share of %.4f is key %d", d, second, spread(1000))
		}
	}
}

// No value id is ever used twice, nor is one the id of an absent value.
func TestValueIDsAreUnique(t *testing.T) {
	w := workload(t, "register", Config{Keys: 100, CAS: 0.5})
	sources := []bench.Source{w.Source(), w.Source(), w.Probe(0), w.Probe(1)}
	preload := w.Preload(3)
	for i := range 3 {
		sources = append(sources, preload(i))
	}
	seen := map[uint64]bool{bench.IdleValue: true}
	for i, s := range sources {
		for _, op := range take(s, 5000) {
			if op.Kind == bench.Read {
				continue
			}
			if seen[op.Arg] {
				t.Fatalf("source %d: id %#x was used before", i, op.Arg)
			}
			seen[op.Arg] = true
		}
	}
}

func TestTheSameSeedGivesTheSameOperations(t *testing.T) {
	ops := func(seed uint64) (ops []bench.Op) {
		w := workload(t, "ycsb-a", Config{Seed: seed})
		return append(take(w.Source(), 100), take(w.Source(), 100)...)
	}
	a, b, c := ops(1), ops(1), ops(2)
	differ := func(a, b []bench.Op) (n int) {
		for i := range a {
			if a[i] != b[i] {
				n++
			}
		}
		return n
	}
	if differ(a, b) != 0 {
		t.Error("the same seed gave other operations")
	}
	if differ(a, c) < 100 {
		t.Error("another seed gave much the same operations")
	}
	if differ(a[:100], a[100:]) < 100 {
		t.Error("two sources gave much the same operations")
	}
}

// A compare-and-swap expects what was seen last, whoever saw it and however.
func TestCASExpectsWhatWasSeen(t *testing.T) {
	w := workload(t, "register", Config{CAS: 1, Reads: new(float64)})
	a, b := w.Source(), w.Source()
	next := func() bench.Op {
		t.Helper()
		op := take(b, 1)[0]
		if op.Kind != bench.CAS {
			t.Fatalf("%+v is no compare-and-swap", op)
		}
		return op
	}
	saw := func(op bench.Op, found uint64) { a.(bench.Observer).Observe(&op, bench.Reply{Value: found}) }
	if op := next(); op.Expect != bench.IdleValue {
		t.Errorf("at first: %+v", op)
	}
	for _, c := range []struct {
		op    bench.Op
		found uint64
		want  uint64
	}{
		{bench.Op{Kind: bench.Read}, 11, 11},
		{bench.Op{Kind: bench.Write, Arg: 12}, 0, 12},
		{bench.Op{Kind: bench.CAS, Expect: 12, Arg: 13}, 12, 13},
		{bench.Op{Kind: bench.CAS, Expect: 13, Arg: 14}, 20, 20},
	} {
		saw(c.op, c.found)
		if op := next(); op.Expect != c.want {
			t.Errorf("after %+v found %d: expects %d, want %d", c.op, c.found, op.Expect, c.want)
		}
	}
	if _, ok := workload(t, "ycsb-a", Config{}).Source().(bench.Observer); ok {
		t.Error("a workload without compare-and-swap wants to be told of replies")
	}
}

func BenchmarkSource(b *testing.B) {
	for _, name := range Names() {
		b.Run(name, func(b *testing.B) {
			w, err := New(name, Config{})
			if err != nil {
				b.Fatal(err)
			}
			s, op := w.Source(), bench.Op{}
			b.ReportAllocs()
			for b.Loop() {
				s.Next(&op)
			}
		})
	}
}
