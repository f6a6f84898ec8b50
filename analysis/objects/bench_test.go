package objects

import (
	"math/rand/v2"
	"testing"
	"time"

	"nines/analysis/linear"
	"nines/analysis/txn"
	"nines/bench"
)

// load is a legal history of so many operations on ten objects, in order, each
// overlapping some sixteen others, with a hundredth of them unanswered.
func load(o *object, ops int) (samples []bench.Sample, recs []bench.TxnRecord) {
	r := rand.New(rand.NewPCG(1, 1))
	events := make([]event, ops)
	states := make([][]uint64, 10)
	for i := range events {
		e := &events[i]
		e.Micro, e.outcome, e.client = o.draw(r, uint64(i+1)), bench.OK, i
		key := r.IntN(len(states))
		if r.IntN(100) == 0 {
			e.outcome = bench.Unknown
		}
		at := 100 * i
		e.sent, e.done = at-r.IntN(800), at+r.IntN(800)
		e.found, states[key] = o.step(states[key], e.Micro)
		e.Key = uint64(key)
	}
	return records(events)
}

func BenchmarkObjects1M(b *testing.B) {
	for name, o := range map[string]*object{"counters": &aCounter, "queues": &aQueue} {
		check := map[string]func([]bench.Sample, []bench.TxnRecord, linear.Options) linear.Result{"counters": Counters, "queues": Queues}[name]
		b.Run(name, func(b *testing.B) {
			samples, recs := load(o, 1_000_000)
			b.ReportAllocs()
			for b.Loop() {
				if r := check(samples, recs, linear.Options{}); r.Verdict != linear.OK {
					b.Fatal(r.Why)
				}
			}
		})
	}
	b.Run("locks", func(b *testing.B) {
		var samples []bench.Sample
		for i := range 500_000 { // acquired and released
			sent := time.Duration(100 * i)
			acquired := bench.Sample{Kind: bench.CAS, Key: uint64(i % 10), Sent: sent, Done: sent + 50, Outcome: bench.OK, Arg: uint64(4*i + 3)}
			released := acquired
			released.Sent, released.Done, released.Expect, released.Result, released.Arg = sent+500, sent+550, acquired.Arg, acquired.Arg, acquired.Arg+1
			samples = append(samples, acquired, released)
		}
		b.ReportAllocs()
		for b.Loop() {
			if r := Locks(samples, time.Second, linear.Options{}); r.Verdict != linear.OK {
				b.Fatal(r.Why)
			}
		}
	})
	b.Run("scans", func(b *testing.B) { // of up to 20 keys, a tenth of 100,000 operations are inserts
		r := rand.New(rand.NewPCG(1, 1))
		var events []event
		there := uint64(0)
		for i := range 100_000 {
			e := event{sent: 100*i - r.IntN(800), done: 100*i + r.IntN(800), outcome: bench.OK}
			if r.IntN(10) == 0 || there == 0 {
				there++
				e.Micro = bench.Micro{Kind: bench.Write, Key: there, Arg: there}
			} else {
				e.Micro = bench.Micro{Kind: bench.Scan, Key: 1 + r.Uint64N(there), Arg: 1 + r.Uint64N(20)}
				for k := e.Key; k < min(e.Key+e.Arg, there+1); k++ {
					e.found.List = append(e.found.List, k)
				}
			}
			events = append(events, e)
		}
		samples, recs := records(events)
		b.ReportAllocs()
		for b.Loop() {
			if r := Scans(samples, recs, txn.Options{}); r.Verdict != txn.OK {
				b.Fatal(r.Why)
			}
		}
	})
}
