package txn

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"nines/bench"
)

// serializable is the oracle, for at most 20 transactions: it tries every order,
// and says in the plainest way what each requires and does.
func serializable(st story, strict bool) bool {
	type work struct {
		s     bench.Sample
		txn   *bench.Txn
		found []bench.Found
	}
	var all []work
	byID := map[uint64]bench.TxnRecord{}
	for _, r := range st.records {
		byID[r.ID] = r
	}
	for _, s := range st.samples {
		if s.Outcome == bench.Rejected || s.Outcome == bench.Dropped {
			continue
		}
		w := work{s: s}
		if s.Kind == bench.Transact {
			w.txn = byID[s.Arg].Txn
			if s.Outcome == bench.OK {
				w.found = byID[s.Arg].Reply.Found
			}
		} else {
			w.txn = &bench.Txn{Micros: []bench.Micro{{Kind: s.Kind, Key: s.Key, Arg: s.Arg, Expect: s.Expect}}}
			w.found = []bench.Found{{Value: s.Result}}
		}
		all = append(all, w)
	}
	precedes := func(a, b bench.Sample) bool {
		session := a.Session == b.Session && a.Done <= b.Sent && (a.Sent < b.Sent || a.Done < b.Done)
		return strict && a.Outcome == bench.OK && (a.Done < b.Sent || session)
	}
	seen := map[string]bool{}
	var try func(taken uint32, w world) bool
	try = func(taken uint32, w world) bool {
		state := fmt.Sprint(taken, w)
		if seen[state] {
			return false
		}
		seen[state] = true
		complete := true
	next:
		for i, x := range all {
			if taken>>i&1 == 1 {
				continue
			}
			complete = complete && x.s.Outcome != bench.OK
			for j, y := range all {
				if taken>>j&1 == 0 && precedes(y.s, x.s) {
					continue next
				}
			}
			after, found, ok := w.apply(x.txn, x.s.Kind == bench.Transact)
			if !ok {
				continue
			}
			if x.s.Outcome == bench.OK {
				for m := range found {
					if x.txn.Micros[m].Kind == bench.Write || x.txn.Micros[m].Kind == bench.Append {
						continue
					}
					if found[m].Value != x.found[m].Value || !slices.Equal(found[m].List, x.found[m].List) {
						continue next
					}
				}
			}
			if try(taken|1<<i, after) {
				return true
			}
		}
		return complete
	}
	return try(0, world{})
}

// TestOracle holds Check against the oracle on random small histories. No legal
// one may be convicted. Of the illegal ones it must see nearly all where lists
// are read, and what else it misses must be for a reason: registers that are
// written blindly.
func TestOracle(t *testing.T) {
	kinds := []struct {
		name  string
		shape shape
		n     int
		least float64 // share of illegal histories that must be convicted
	}{
		{"lists", shape{txns: 7, micros: 4, mutation: 0.9}, 30_000, 0.97},
		{"more transactions", shape{txns: 10, micros: 3, mutation: 0.9}, 10_000, 0.97},
		{"registers", shape{txns: 7, micros: 3, registers: 1, plain: 0.2, mutation: 0.9}, 20_000, 0.6},
		{"both", shape{txns: 7, micros: 4, registers: 0.4, plain: 0.1, mutation: 0.9}, 15_000, 0.75},
	}
	names := map[string]int{}
	for _, k := range kinds {
		t.Run(k.name, func(t *testing.T) {
			n := k.n
			if testing.Short() {
				n /= 10
			}
			var mu sync.Mutex
			illegal, convicted, legal := 0, 0, 0
			var wg sync.WaitGroup
			const workers = 2
			for w := range workers {
				wg.Go(func() {
					for seed := w; seed < n && !t.Failed(); seed += workers {
						st := random(rand.New(rand.NewPCG(uint64(seed), uint64(k.n))), k.shape)
						ok, got := judge(t, st)
						mu.Lock()
						if ok {
							legal++
						} else {
							illegal++
						}
						if got.Verdict == Illegal {
							convicted++
							for _, a := range got.Anomalies {
								names[a.Name]++
							}
						}
						mu.Unlock()
					}
				})
			}
			wg.Wait()
			t.Logf("%d legal; of %d illegal, %.1f %% convicted", legal, illegal, 100*float64(convicted)/float64(illegal))
			if float64(convicted) < k.least*float64(illegal) {
				t.Errorf("of %d illegal histories only %d were convicted", illegal, convicted)
			}
			if share := float64(legal) / float64(n); share < 0.2 || share > 0.9 {
				t.Errorf("%.2f of the histories are legal: want plenty of both", share)
			}
		})
	}
	t.Log(names)
}

// judge checks one history at both levels, and each witness by itself.
func judge(t *testing.T, st story) (legal bool, got Result) {
	strict := serializable(st, true)
	got = Check(context.Background(), st.samples, st.records, Options{})
	if got.Verdict == Unknown {
		t.Errorf("no verdict: %s\n%v", got.Why, st)
	}
	if strict && got.Verdict != OK {
		t.Errorf("a legal history is %s: %s\n%v", got.Verdict, got.Why, st)
	}
	weak := Check(context.Background(), st.samples, st.records, Options{Level: Serializable})
	if weak.Verdict == Illegal {
		if got.Verdict != Illegal {
			t.Errorf("not serializable, but strict-serializable: %s\n%v", weak.Why, st)
		}
		if strict || serializable(st, false) {
			t.Errorf("a serializable history is %s: %s\n%v", weak.Verdict, weak.Why, st)
		}
	}
	for _, a := range got.Anomalies {
		if len(a.Bad) == 0 || len(a.Bad) != len(a.Picture.Nodes) || a.Why == "" {
			t.Errorf("anomaly %+v\n%v", a, st)
		}
	}
	return strict, got
}
