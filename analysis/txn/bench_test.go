package txn

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"nines/bench"
)

// load returns a legal history of list-append transactions as a workload makes
// them: up to 8 micro-operations on 32 keys at a time, of which each gives way
// to a fresh one after 64 appends. A hundredth is unanswered.
func load(txns, clients int) story {
	r := rand.New(rand.NewPCG(1, uint64(txns)))
	const open, full = 32, 64
	keys := make([]uint64, open)
	for i := range keys {
		keys[i] = uint64(i)
	}
	fresh := uint64(open)
	lists := map[uint64][]uint64{}
	var st story
	element := uint64(0)
	session := make([]uint64, clients)
	for c := range session {
		session[c] = uint64(c)
	}
	free := make([]time.Duration, clients)
	for i := range txns {
		now := time.Duration(i) * 10 * time.Microsecond // when it takes effect
		c := i % clients
		s := bench.Sample{Sent: max(free[c], now-time.Duration(r.IntN(200))*time.Microsecond), Session: session[c], Arg: uint64(i + 1),
			Kind: bench.Transact, Outcome: bench.OK, Class: bench.Main}
		s.Sent = min(s.Sent, now)
		s.Done = now + time.Duration(r.IntN(100))*time.Microsecond
		free[c] = s.Done
		lost := false
		if r.IntN(100) == 0 {
			s.Outcome, lost = bench.Unknown, r.IntN(2) == 0
			session[c] += uint64(clients)
		}
		rec := bench.TxnRecord{ID: s.Arg, Txn: &bench.Txn{}, Reply: &bench.TxnReply{}}
		for range 1 + r.IntN(8) {
			slot := r.IntN(open)
			k := keys[slot]
			if r.IntN(2) == 0 {
				rec.Txn.Micros = append(rec.Txn.Micros, bench.Micro{Kind: bench.List, Key: k})
				rec.Reply.Found = append(rec.Reply.Found, bench.Found{List: lists[k][:len(lists[k]):len(lists[k])]})
				continue
			}
			element++
			rec.Txn.Micros = append(rec.Txn.Micros, bench.Micro{Kind: bench.Append, Key: k, Arg: element})
			rec.Reply.Found = append(rec.Reply.Found, bench.Found{})
			if lost {
				continue
			}
			lists[k] = append(lists[k], element)
			if len(lists[k]) == full {
				keys[slot] = fresh
				fresh++
			}
		}
		if s.Outcome != bench.OK {
			rec.Reply = nil
		}
		st.samples, st.records = append(st.samples, s), append(st.records, rec)
	}
	return st
}

// stale makes reads of every so many transactions miss the last elements.
func (st story) stale(every int) story {
	for i := every; i < len(st.records); i += every {
		rec := st.records[i]
		if rec.Reply == nil {
			continue
		}
		uses := map[uint64]int{}
		for _, m := range rec.Txn.Micros {
			uses[m.Key]++
		}
		for m, f := range rec.Reply.Found {
			if n := len(f.List); n > 2 && uses[rec.Txn.Micros[m].Key] == 1 {
				rec.Reply.Found[m].List = f.List[:n-2]
			}
		}
	}
	return st
}

// BenchmarkCheck is to be near-linear in the number of transactions.
func BenchmarkCheck(b *testing.B) {
	for _, n := range []int{10_000, 100_000, 1_000_000} {
		b.Run(fmt.Sprintf("txns=%d", n), func(b *testing.B) {
			measure(b, load(n, 64), OK)
		})
	}
	for _, every := range []int{3, 1000, 90_000} {
		b.Run(fmt.Sprintf("stale=1in%d/txns=100000", every), func(b *testing.B) {
			measure(b, load(100_000, 64).stale(every), Illegal)
		})
	}
}

func measure(b *testing.B, st story, want Verdict) {
	b.ReportAllocs()
	for b.Loop() {
		if r := Check(context.Background(), st.samples, st.records, Options{}); r.Verdict != want {
			b.Fatal(r.Verdict, r.Why)
		}
	}
	b.ReportMetric(float64(len(st.samples))*float64(b.N)/b.Elapsed().Seconds(), "txns/s")
}
