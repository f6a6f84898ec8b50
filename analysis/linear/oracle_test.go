package linear

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/anishathalye/porcupine"

	"nines/bench"
)

// porcupineSays is the first oracle: an independent implementation, fed the
// history as it is. An unanswered write or swap has no end; if it never took
// effect, it is one that comes after everything else.
func porcupineSays(samples []bench.Sample) bool {
	byKey := map[uint64][]porcupine.Operation{}
	for i := range samples {
		s := &samples[i]
		end := s.Done
		switch {
		case s.Outcome == bench.Unknown && s.Kind != bench.Read:
			end = bench.Never
		case s.Outcome != bench.OK:
			continue
		}
		byKey[s.Key] = append(byKey[s.Key], porcupine.Operation{Input: s, Call: int64(s.Sent), Return: int64(end)})
	}
	for _, ops := range byKey {
		if !porcupine.CheckOperations(register(), ops) {
			return false
		}
	}
	return true
}

// bruteSays is the second oracle, for at most 20 operations: it tries every
// order, and says in the plainest way what each operation requires and does.
func bruteSays(samples []bench.Sample) bool {
	for i := range samples {
		if !bruteKey(samples, samples[i].Key) {
			return false
		}
	}
	return true
}

func bruteKey(samples []bench.Sample, key uint64) bool {
	type state struct {
		taken uint32
		value uint64
	}
	precedes := func(a, b bench.Sample) bool { return a.Outcome == bench.OK && a.Done < b.Sent }
	seen := map[state]bool{}
	var try func(state) bool
	try = func(at state) bool {
		if seen[at] {
			return false
		}
		seen[at] = true
		complete := true
	next:
		for i, s := range samples {
			if at.taken>>i&1 == 1 || s.Key != key || s.Outcome == bench.Rejected || s.Outcome == bench.Dropped {
				continue
			}
			complete = complete && s.Outcome != bench.OK
			for j, o := range samples {
				if at.taken>>j&1 == 0 && o.Key == key && precedes(o, s) {
					continue next
				}
			}
			to := state{at.taken | 1<<i, at.value}
			switch {
			case s.Kind == bench.Write:
				to.value = s.Arg
			case s.Outcome == bench.OK && s.Result != at.value:
				continue
			case s.Kind == bench.CAS && s.Expect == at.value:
				to.value = s.Arg
			}
			if try(to) {
				return true
			}
		}
		return complete
	}
	return try(state{})
}

// flaws are what tells the explanations of all ways to be illegal apart. Each
// must occur often among the random histories.
var flaws = []string{
	"found a value that nobody wrote", // never written, or without effect
	"although the key began with",     // two blocks, one of them the initial one
	"so value",                        // two blocks
	"both replaced value",
	"of a ring",
	"none of the orders",
	"had finished before", // in one block
}

// flawOf returns the one of flaws that an explanation is about.
func flawOf(why string) string {
	for _, flaw := range flaws {
		if strings.Contains(why, flaw) {
			return flaw
		}
	}
	return why
}

// TestOracles holds Check against both oracles on random small histories, legal
// and illegal, and holds each witness to be illegal by itself. With -short it
// tries a tenth of them: the race detector makes it some ten times slower.
func TestOracles(t *testing.T) {
	kinds := []struct {
		name  string
		shape shape
		n     int
	}{
		{"reads and writes", shape{ops: 12, mutation: 0.95}, 60_000},
		{"swaps", shape{ops: 11, cas: 0.5, mutation: 0.8}, 60_000},
		{"mostly swaps", shape{ops: 10, cas: 0.9, mutation: 0.6}, 30_000},
		{"longer", shape{ops: 30, cas: 0.2, mutation: 0.6}, 10_000},
		{"repeated values", shape{ops: 12, cas: 0.2, repeats: true, mutation: 1}, 30_000},
	}
	seen := map[string]int{}
	for _, k := range kinds {
		t.Run(k.name, func(t *testing.T) {
			const workers = 2
			n := k.n
			if testing.Short() {
				n /= 10
			}
			var legal [workers]int
			var mu sync.Mutex
			var wg sync.WaitGroup
			for w := range workers {
				wg.Go(func() {
					for seed := w; seed < n && !t.Failed(); seed += workers {
						r := rand.New(rand.NewPCG(uint64(seed), uint64(k.n)))
						samples := random(r, k.shape)
						why := agree(t, fmt.Sprintf("%s %d", k.name, seed), samples, !k.shape.repeats)
						if why == "" {
							legal[w]++
							continue
						}
						mu.Lock()
						seen[flawOf(why)]++
						mu.Unlock()
					}
				})
			}
			wg.Wait()
			share := float64(legal[0]+legal[1]) / float64(n)
			t.Logf("%d histories, %.0f %% legal", n, 100*share)
			if share < 0.2 || share > 0.8 {
				t.Errorf("%.0f %% of the histories are legal: want plenty of both", 100*share)
			}
		})
	}
	for _, flaw := range flaws {
		t.Logf("%d explanations with %q", seen[flaw], flaw)
		if seen[flaw] < 50 && !testing.Short() {
			t.Errorf("%d explanations with %q: want plenty", seen[flaw], flaw)
		}
	}
}

// agree checks one history in every way. It returns why it is illegal, or "".
func agree(t *testing.T, name string, samples []bench.Sample, unique bool) string {
	legal := bruteSays(samples)
	if porcupineSays(samples) != legal {
		t.Errorf("%s: the oracles disagree, brute force says legal=%v:\n%s", name, legal, listing(samples))
	}
	want := OK
	if !legal {
		want = Illegal
	}
	got := Check(context.Background(), samples, Options{})
	if got.Verdict != want {
		t.Errorf("%s: verdict %s (%s), want %s:\n%s", name, got.Verdict, got.Why, want, listing(samples))
	}
	if got.Verdict == Illegal {
		witness := pick(samples, got.Bad)
		if len(witness) == 0 || bruteSays(witness) {
			t.Errorf("%s: the witness %v is legal by itself (%s):\n%s", name, got.Bad, got.Why, listing(samples))
		}
		swaps := func(s bench.Sample) bool { return s.Kind == bench.CAS }
		if unique && !slices.ContainsFunc(witness, swaps) {
			again := Check(context.Background(), witness, Options{})
			if len(witness) > 6 || len(again.Bad) != len(witness) || flawOf(again.Why) != flawOf(got.Why) {
				t.Errorf("%s: the witness %v says %s\nby itself it says %s", name, got.Bad, got.Why, again.Why)
			}
		}
	}
	if d := Durable(samples, Options{}); d.Verdict == Illegal && (legal || bruteSays(pick(samples, d.Bad))) {
		t.Errorf("%s: durability (%s) is stricter than linearizability:\n%s", name, d.Why, listing(samples))
	}
	if legal {
		return ""
	}
	return got.Why
}

func pick(samples []bench.Sample, ops []int) []bench.Sample {
	var out []bench.Sample
	for _, i := range ops {
		out = append(out, samples[i])
	}
	return out
}

func listing(samples []bench.Sample) string {
	var out string
	for i, s := range samples {
		out += fmt.Sprintf("%2d key %d [%d, %d] %v arg %d expect %d result %d %v %v\n", i, s.Key, s.Sent, s.Done, s.Kind, s.Arg, s.Expect, s.Result, s.Outcome, s.Class)
	}
	return out
}
