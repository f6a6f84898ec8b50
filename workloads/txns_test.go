package workloads

import (
	"math"
	"slices"
	"testing"

	"nines/bench"
)

// modulo is as good as a hash for telling owners.
func modulo(n int) (func(uint64) int, int) {
	return func(key uint64) int { return int((key ^ key>>32) % uint64(n)) }, n
}

func TestTransfers(t *testing.T) {
	for _, c := range []struct {
		name   string
		cfg    Config
		reads  float64
		read   int // accounts of a read
		span   int
		most   int64
		owners int
	}{
		{"bank", Config{}, 0.2, 10, 2, 5, 0},
		{"bank", Config{Accounts: 3, Span: 3, Initial: 7}, 0.2, 3, 3, 5, 0},
		{"transfer-skewed", Config{}, 0.2, 2, 2, 5, 0},
		{"transfer-skewed", Config{Accounts: 4, Span: 4, Theta: 10}, 0.2, 4, 4, 5, 0}, // nearly all draws are of one account
		{"ycsb-t", Config{Span: 5}, 0.9, 5, 5, 1, 0},
		{"bank", Config{Span: 3}, 0.2, 10, 3, 5, 3},
		{"bank", Config{Span: 4}, 0.2, 10, 4, 5, 3}, // one owner twice
		{"transfer-skewed", Config{Span: 6}, 0.2, 6, 6, 5, 6},
	} {
		cfg := c.cfg
		if c.owners > 0 {
			cfg.Owner, cfg.Owners = modulo(c.owners)
		}
		w := workload(t, c.name, cfg)
		accounts, total := w.Bank()
		if accounts != w.Config().Accounts || total != int64(accounts*w.Config().Initial) || !w.Txns() {
			t.Errorf("%s: %d accounts, total %d", c.name, accounts, total)
		}
		const n = 20_000
		var reads int
		ids, amounts := map[uint64]bool{}, map[int64]int{}
		for _, op := range take(w.Source(), n) {
			if op.Kind != bench.Transact || op.Arg == 0 || ids[op.Arg] || op.Key != op.Txn.Micros[0].Key || op.Expect != 0 || op.User >= 100 {
				t.Fatalf("%s: %+v", c.name, op)
			}
			ids[op.Arg] = true
			keys, owners := map[uint64]bool{}, map[int]bool{}
			var sum int64
			for _, m := range op.Txn.Micros {
				keys[m.Key] = true
				sum += int64(m.Arg)
				if m.Key >= accounts || m.Kind != op.Txn.Micros[0].Kind {
					t.Fatalf("%s: %+v", c.name, op.Txn)
				}
				if c.owners > 0 {
					owners[cfg.Owner(m.Key)] = true
				}
			}
			if op.Txn.Micros[0].Kind == bench.Read {
				if reads++; len(keys) != c.read || len(op.Txn.Micros) != c.read || op.Size != 0 {
					t.Fatalf("%s: reads %+v", c.name, op.Txn)
				}
				continue
			}
			pays, gets := int64(op.Txn.Micros[0].Arg), int64(op.Txn.Micros[1].Arg)
			amounts[gets]++
			if sum != 0 || pays >= 0 || gets < 1 || gets > c.most || len(keys) != c.span || len(op.Txn.Micros) != c.span || op.Size != 8 {
				t.Fatalf("%s: transfers %+v", c.name, op.Txn)
			}
			if c.owners > 0 && len(owners) != min(c.span, c.owners) {
				t.Fatalf("%s: a transfer among %d owners", c.name, len(owners))
			}
		}
		if sd := math.Sqrt(c.reads * (1 - c.reads) / n); math.Abs(float64(reads)/n-c.reads) > 4*sd || len(amounts) != int(c.most) {
			t.Errorf("%s: %d reads, amounts %v", c.name, reads, amounts)
		}
	}
}

// Every account is filled once, and read once in the end, by transactions.
func TestAccountsAreFilledAndReadBack(t *testing.T) {
	for _, c := range []struct {
		name         string
		accounts     uint64
		fills, reads int // transactions
	}{
		{"bank", 10, 1, 1},
		{"bank", 130, 3, 1},
		{"transfer-skewed", 130, 3, 3},
		{"ycsb-t", 64, 1, 1},
	} {
		for _, n := range []int{1, 2, 64} {
			w := workload(t, c.name, Config{Accounts: c.accounts, Initial: 42})
			balance, seen, probes := map[uint64]uint64{}, map[uint64]int{}, map[uint64]bool{}
			fills, reads := 0, 0
			for i := range n {
				for _, op := range take(w.Preload(n)(i), 1000) {
					fills++
					for _, m := range op.Txn.Micros {
						balance[m.Key] += m.Arg
						if m.Kind != bench.Write || op.Kind != bench.Transact || op.Size != 8 || op.Arg == 0 {
							t.Fatalf("%s: fills with %+v", c.name, op)
						}
					}
				}
				for _, op := range take(w.Final(n, 3)(i), 1000) {
					if op.Kind == bench.Read {
						probes[op.Key] = true
						continue
					}
					reads++
					for _, m := range op.Txn.Micros {
						seen[m.Key]++
						if m.Kind != bench.Read || op.Kind != bench.Transact || op.Arg == 0 {
							t.Fatalf("%s: reads with %+v", c.name, op)
						}
					}
				}
			}
			if fills != c.fills || reads != c.reads || len(balance) != int(c.accounts) || len(seen) != int(c.accounts) || len(probes) != 3 {
				t.Errorf("%s: %d transactions fill %d accounts, %d read %d, and %d probe keys", c.name, fills, len(balance), reads, len(seen), len(probes))
			}
			for key := range c.accounts {
				if balance[key] != 42 || seen[key] != 1 {
					t.Errorf("%s: account %d is filled with %d and read %d times", c.name, key, balance[key], seen[key])
				}
			}
		}
	}
}

func TestAppends(t *testing.T) {
	for _, cfg := range []Config{
		{},
		{Keys: 3, Micros: 4, Span: 2, MaxWrites: 5, Distribution: Uniform},
		{Keys: 1, Micros: 1, MaxWrites: 1},
	} {
		w := workload(t, "append", cfg)
		eff := w.Config()
		appended, ids, lengths := map[uint64]uint64{}, map[uint64]bool{0: true}, map[int]int{}
		const n = 10_000
		var lists, appends float64
		sources := []bench.Source{w.Source(), w.Source()}
		var ops []bench.Op
		for i := range n / 10 {
			ops = append(ops, take(sources[i%2], 10)...)
		}
		unique := func(id uint64) {
			if ids[id] {
				t.Fatalf("id %#x comes again", id)
			}
			ids[id] = true
		}
		for _, op := range ops {
			unique(op.Arg)
			keys := map[uint64]bool{}
			writes := false
			for _, m := range op.Txn.Micros {
				keys[m.Key%eff.Keys] = true
				switch m.Kind {
				case bench.List:
					lists++
				case bench.Append:
					appends++
					writes = true
					unique(m.Arg)
					appended[m.Key]++
				default:
					t.Fatalf("%+v", op.Txn)
				}
			}
			lengths[len(op.Txn.Micros)]++
			if op.Kind != bench.Transact || op.Key != op.Txn.Micros[0].Key || len(keys) > eff.Span || writes != (op.Size == 8) {
				t.Fatalf("%+v: %+v", op, op.Txn)
			}
		}
		if len(lengths) != eff.Micros || lengths[0] > 0 || lengths[eff.Micros] < n/eff.Micros/2 {
			t.Errorf("%+v: lengths %v", cfg, lengths)
		}
		if share, sd := lists/(lists+appends), 0.5/math.Sqrt(lists+appends); math.Abs(share-0.5) > 4*sd {
			t.Errorf("%+v: a share of %v are reads", cfg, share)
		}
		// A key is full before the next one of its place comes, and all are read back.
		keys := w.listKeys()
		for key, count := range appended {
			full := count == eff.MaxWrites
			if _, next := appended[key+eff.Keys]; count > eff.MaxWrites || next && !full || key >= keys {
				t.Errorf("%+v: key %d of %d gets %d elements", cfg, key, keys, count)
			}
		}
		var back []uint64
		for i := range 4 {
			for _, op := range take(w.Final(4, 2)(i), int(keys)) {
				if op.Txn == nil {
					continue
				}
				for _, m := range op.Txn.Micros {
					back = append(back, m.Key)
				}
			}
		}
		slices.Sort(back)
		if len(back) != int(keys) || back[0] != 0 || back[len(back)-1] != keys-1 || len(slices.Compact(back)) != int(keys) {
			t.Errorf("%+v: of %d keys, %d are read back", cfg, keys, len(back))
		}
		if ops := take(w.Preload(1)(0), 1); len(ops) > 0 {
			t.Errorf("lists are filled: %+v", ops)
		}
	}
}

// Where keys have owners, a node probes each of them, and its key tells which.
func TestProbesOfOwners(t *testing.T) {
	owner, n := modulo(3)
	w := workload(t, "bank", Config{Owner: owner, Owners: n, ValueSize: 16})
	all := map[uint64]bool{}
	for node := range n {
		ops := take(w.Probe(node), 12)
		for i, op := range ops {
			all[op.Key] = true
			want := bench.Write
			if i/3%2 == 1 {
				want = bench.Read
			}
			at := (3 + i - node) % 3 // the owner
			if owner(op.Key) != at || int(op.Key>>16&0xffff) != at || int(op.Key&0xffff) != node || op.Key>>62 != 1 || op.Kind != want ||
				op.Key != ops[i%3].Key || int(op.User) != 100+node {
				t.Errorf("probe %d of node %d: %+v", i, node, op)
			}
		}
	}
	var final []uint64
	for _, op := range take(w.Final(1, n)(0), 100) {
		if op.Kind == bench.Read && all[op.Key] {
			final = append(final, op.Key)
		}
	}
	if len(all) != 9 || len(final) != 9 {
		t.Errorf("%d probe keys, of which %d are read back", len(all), len(final))
	}
}

// A transaction that was handed out is not changed any more.
func TestTransactionsAreNotShared(t *testing.T) {
	for _, name := range []string{"bank", "append"} {
		s := workload(t, name, Config{}).Source()
		var before [][]bench.Micro
		ops := take(s, 100)
		for _, op := range ops {
			before = append(before, slices.Clone(op.Txn.Micros))
		}
		take(s, 100)
		for i, op := range ops {
			if !slices.Equal(op.Txn.Micros, before[i]) {
				t.Fatalf("%s: %+v became %+v", name, before[i], op.Txn.Micros)
			}
		}
	}
}
