package txn

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"nines/bench"
)

// shape says what random histories look like.
type shape struct {
	txns      int     // at most
	micros    int     // of each, at most
	registers float64 // share of keys that are registers
	plain     float64 // share of plain operations
	mutation  float64 // probability that the history is damaged
}

type story struct {
	samples []bench.Sample
	records []bench.TxnRecord
}

// random returns a history of transactions that took effect one after the other,
// each in its time, and so a legal one, which is then perhaps damaged.
func random(r *rand.Rand, sh shape) story {
	st, at := schedule(r, sh)
	stale := 0.0
	damaged := r.Float64() < sh.mutation
	if damaged && r.IntN(2) == 0 {
		stale = 0.3
	}
	st.play(r, at, stale)
	if damaged {
		for range r.IntN(8) {
			st.mutate(r)
		}
	}
	return st
}

const (
	listKeys     = 3
	registerBase = 100
)

// schedule draws sessions that each perform one transaction after the other, and
// when each takes effect; never, if at is negative.
func schedule(r *rand.Rand, sh shape) (st story, at []int) {
	n := 1 + r.IntN(sh.txns)
	clients := 1 + r.IntN(4)
	clock := make([]int, clients)
	session := make([]uint64, clients)
	for c := range session {
		session[c] = uint64(c + 1)
	}
	next := uint64(1)
	for i := range n {
		c := r.IntN(clients)
		sent := clock[c] + r.IntN(3)
		done := sent + r.IntN(6)
		clock[c] = done + r.IntN(2)
		s := bench.Sample{Sent: time.Duration(sent), Done: time.Duration(done), Session: session[c], Node: uint16(c), Arg: uint64(1000 + i),
			Kind: bench.Transact, Outcome: bench.OK, Class: bench.Main}
		effect := sent + r.IntN(done-sent+1)
		switch p := r.Float64(); {
		case p < 0.15:
			s.Outcome = bench.Unknown
			session[c] += 10
			effect = sent + r.IntN(12)
			if r.IntN(3) == 0 {
				effect = -1
			}
		case p < 0.2:
			s.Outcome, effect = bench.Rejected, -1
		}
		t := &bench.Txn{}
		for range 1 + r.IntN(sh.micros) {
			m := bench.Micro{Key: uint64(r.IntN(listKeys)), Arg: next}
			if r.Float64() < sh.registers {
				m.Key = registerBase + uint64(r.IntN(2))
				m.Kind = []bench.Kind{bench.Read, bench.Read, bench.Write, bench.CAS}[r.IntN(4)]
			} else {
				m.Kind = []bench.Kind{bench.Append, bench.List}[r.IntN(2)]
			}
			if m.Kind == bench.Read || m.Kind == bench.List {
				m.Arg = 0
			} else {
				next++
			}
			t.Micros = append(t.Micros, m)
		}
		if r.Float64() < sh.plain {
			m := bench.Micro{Kind: []bench.Kind{bench.Read, bench.Write, bench.CAS}[r.IntN(3)], Key: registerBase + uint64(r.IntN(2)), Arg: next}
			if m.Kind == bench.Read {
				m.Arg = 0
			}
			next++
			s.Kind, s.Key, s.Arg, t = m.Kind, m.Key, m.Arg, &bench.Txn{Micros: []bench.Micro{m}}
		}
		st.samples = append(st.samples, s)
		st.records = append(st.records, bench.TxnRecord{ID: s.Arg, Txn: t})
		at = append(at, effect)
	}
	return st, at
}

// play lets each operation take effect; a swap that misses makes its transaction
// one that was rejected, unless it chose what to expect wisely. A stale one finds
// what was there a while ago.
func (st *story) play(r *rand.Rand, at []int, stale float64) {
	var order []int
	for i, e := range at {
		if e >= 0 {
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return at[a] - at[b] })
	w := world{}
	past := []world{w}
	for _, i := range order {
		s, rec := &st.samples[i], &st.records[i]
		for m := range rec.Txn.Micros {
			if x := &rec.Txn.Micros[m]; x.Kind == bench.CAS && (s.Kind == bench.Transact || i%2 == 0) {
				x.Expect = w.value(x.Key) // mostly right
				for _, earlier := range rec.Txn.Micros[:m] {
					if earlier.Key == x.Key && writes(earlier) {
						x.Expect = earlier.Arg
					}
				}
				s.Expect = x.Expect
			}
		}
		after, found, ok := w.apply(rec.Txn, s.Kind == bench.Transact)
		if !ok {
			if s.Outcome == bench.OK {
				s.Outcome = bench.Rejected
			}
			continue
		}
		if r.Float64() < stale {
			if _, f, ok := past[r.IntN(len(past))].apply(rec.Txn, s.Kind == bench.Transact); ok {
				found = f
			}
		}
		w = after
		past = append(past, w)
		if s.Outcome == bench.OK {
			rec.Reply = &bench.TxnReply{Found: found}
			s.Result = found[0].Value
		}
	}
	st.clean()
}

// clean drops the records of plain operations.
func (st *story) clean() {
	var kept []bench.TxnRecord
	for i, rec := range st.records {
		if st.samples[i].Kind == bench.Transact {
			kept = append(kept, rec)
		}
	}
	st.records = kept
}

// world is what the keys hold.
type world map[uint64][]uint64

func (w world) value(k uint64) uint64 {
	if v := w[k]; len(v) > 0 {
		return v[len(v)-1]
	}
	return 0
}

// apply performs a transaction on a copy, in the plainest way; not ok is one
// that a swap undoes, which a plain swap does not.
func (w world) apply(t *bench.Txn, undo bool) (after world, found []bench.Found, ok bool) {
	after = world{}
	for k, v := range w {
		after[k] = v
	}
	for _, m := range t.Micros {
		var f bench.Found
		v := after[m.Key]
		switch m.Kind {
		case bench.List:
			f.List = slices.Clone(v)
		case bench.Append:
			after[m.Key] = append(slices.Clone(v), m.Arg)
		case bench.Read:
			f.Value = after.value(m.Key)
		case bench.Write:
			after[m.Key] = []uint64{m.Arg}
		case bench.CAS:
			f.Value = after.value(m.Key)
			if f.Value == m.Expect {
				after[m.Key] = []uint64{m.Arg}
			} else if undo {
				return nil, nil, false
			}
		}
		found = append(found, f)
	}
	return after, found, true
}

// mutate changes a history in one place.
func (st *story) mutate(r *rand.Rand) {
	s := &st.samples[r.IntN(len(st.samples))]
	if r.IntN(3) == 0 {
		by := time.Duration(r.IntN(13) - 6)
		if s.Sent+by >= 0 {
			s.Sent, s.Done = s.Sent+by, s.Done+by
		}
		return
	}
	if len(st.records) == 0 {
		return
	}
	rec := &st.records[r.IntN(len(st.records))]
	if rec.Reply == nil {
		return
	}
	i := r.IntN(len(rec.Txn.Micros))
	f, key := &rec.Reply.Found[i], rec.Txn.Micros[i].Key
	switch other := &st.records[r.IntN(len(st.records))]; {
	case rec.Txn.Micros[i].Kind == bench.List && len(f.List) > 0 && r.IntN(2) == 0:
		switch r.IntN(6) {
		case 0:
			a, b := r.IntN(len(f.List)), r.IntN(len(f.List))
			f.List[a], f.List[b] = f.List[b], f.List[a]
		case 1:
			f.List[r.IntN(len(f.List))] = uint64(r.IntN(12))
		default:
			f.List = f.List[:len(f.List)-1]
		}
	case other.Reply != nil: // what another found
		for j, m := range other.Txn.Micros {
			if m.Key == key && m.Kind == rec.Txn.Micros[i].Kind {
				*f = bench.Found{Value: other.Reply.Found[j].Value, List: slices.Clone(other.Reply.Found[j].List)}
			}
		}
	default: // what it did not
		for _, m := range other.Txn.Micros {
			if m.Key == key && m.Kind == bench.Append && rec.Txn.Micros[i].Kind == bench.List {
				f.List = append(slices.Clone(f.List), m.Arg)
			}
		}
	}
}

func (st story) String() string {
	var b strings.Builder
	byID := map[uint64]bench.TxnRecord{}
	for _, r := range st.records {
		byID[r.ID] = r
	}
	for _, s := range st.samples {
		fmt.Fprintf(&b, "[%d, %d] session %d %v %v:", s.Sent, s.Done, s.Session, s.Kind, s.Outcome)
		if s.Kind != bench.Transact {
			fmt.Fprintf(&b, " key %d arg %d expect %d result %d\n", s.Key, s.Arg, s.Expect, s.Result)
			continue
		}
		r := byID[s.Arg]
		for i, m := range r.Txn.Micros {
			var f *bench.Found
			if r.Reply != nil {
				f = &r.Reply.Found[i]
			}
			b.WriteString(" " + told(m, f) + ";")
		}
		b.WriteString("\n")
	}
	return b.String()
}
