package objects

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"nines/analysis/linear"
	"nines/analysis/txn"
	"nines/bench"
)

// Scans decides whether there is an order of all inserts, reads and scans of a
// range of keys that explains what each found, and keeps to real time. Every key
// is written once, by a plain write, else the verdict is [txn.Unknown]; probes'
// keys are left out, with what scans found there.
//
// A key is absent until its insert. So whoever found it comes after its insert,
// and whoever looked and did not comes before it: an order is any that keeps these
// and real time, and there is one if and only if they have no cycle. Where an
// insert and a look at its key do not overlap, real time says it all, or the look
// is wrong by itself. The rest are given to [txn.Check], an insert as an append to
// the list of its key and a look as a read of several lists: its links are just
// these, and its cycles the proof. An unanswered insert was done when the first
// that found it was.
func Scans(samples []bench.Sample, records []bench.TxnRecord, opts txn.Options) txn.Result {
	s := &scans{samples: samples, at: map[uint64]int32{}}
	if why := s.addInserts(); why != "" {
		return txn.Result{Verdict: txn.Unknown, Why: why}
	}
	if why := s.addLooks(records); why != "" {
		return txn.Result{Verdict: txn.Unknown, Why: why}
	}
	if wrong := s.found(); wrong != nil {
		return txn.Result{Verdict: txn.Illegal, Why: wrong.Why, Anomalies: []txn.Anomaly{*wrong}}
	}
	s.latestFirst()
	if wrong := s.overlaps(); wrong != nil {
		return txn.Result{Verdict: txn.Illegal, Why: wrong.Why, Anomalies: []txn.Anomaly{*wrong}}
	}
	return s.cycles(opts)
}

// scans is a history of a range of keys.
type scans struct {
	samples []bench.Sample
	inserts []insert // by key
	at      map[uint64]int32
	keys    map[uint64]int32 // of inserts
	soonest []time.Duration  // of each insert and those of higher keys, the earliest sent
	looks   []look
	probes  map[uint64]bool // ids that probes wrote
}

type insert struct {
	key, id    uint64
	sent, done time.Duration
	sample     int32
}

// A look is a scan, or a read of one key.
type look struct {
	sample     int32
	from       uint64
	n          int
	ids        []uint64
	one        bool // it is a read of the key from
	sent, done time.Duration
	doubt      []bench.Micro // lists of the keys whose inserts overlapped it
	saw        []bench.Found
}

// addInserts makes an insert of each write that may have had an effect.
func (s *scans) addInserts() (why string) {
	s.probes = map[uint64]bool{}
	for i := range s.samples {
		x := &s.samples[i]
		switch {
		case x.Kind != bench.Write || x.Outcome != bench.OK && x.Outcome != bench.Unknown:
			continue
		case x.Class == bench.Probe:
			s.probes[x.Arg] = true
			continue
		case x.Outcome == bench.OK && (x.Done < x.Sent || x.Done == bench.Never):
			return fmt.Sprintf("sample %d was answered at %d ns although sent at %d ns", i, x.Done, x.Sent)
		}
		in := insert{x.Key, x.Arg, x.Sent, x.Done, int32(i)}
		if x.Outcome == bench.Unknown {
			in.done = bench.Never
		}
		s.inserts = append(s.inserts, in)
	}
	slices.SortFunc(s.inserts, func(a, b insert) int { return cmp.Compare(a.key, b.key) })
	s.keys = make(map[uint64]int32, len(s.inserts))
	for i := range s.inserts {
		in := &s.inserts[i]
		if i > 0 && s.inserts[i-1].key == in.key {
			return fmt.Sprintf("key %d is written more than once, so that it is no insert", in.key)
		}
		if _, twice := s.at[in.id]; twice {
			return fmt.Sprintf("%d is written more than once, so that scans tell nothing", in.id)
		}
		s.at[in.id], s.keys[in.key] = int32(i), int32(i)
	}
	return ""
}

// addLooks makes a look of each answered scan, and of each answered read of a
// key that was inserted.
func (s *scans) addLooks(records []bench.TxnRecord) (why string) {
	byID := make(map[uint64]*bench.TxnRecord, len(records))
	for i := range records {
		byID[records[i].ID] = &records[i]
	}
	for i := range s.samples {
		x := &s.samples[i]
		if x.Outcome != bench.OK {
			continue
		}
		l := look{sample: int32(i), from: x.Key, n: 1, one: true, sent: x.Sent, done: x.Done}
		_, inserted := s.keys[x.Key]
		switch r := byID[x.Arg]; {
		case x.Kind == bench.Read && inserted && x.Result != bench.IdleValue:
			l.ids = []uint64{x.Result}
		case x.Kind == bench.Read && inserted:
		case x.Kind != bench.Transact:
			continue
		case r == nil || r.Txn == nil || r.Reply == nil || len(r.Txn.Micros) != 1 || len(r.Reply.Found) != 1:
			return fmt.Sprintf("transaction %d has no record of a scan and what it found", x.Arg)
		default:
			l.one, l.n, l.ids = false, int(r.Txn.Micros[0].Arg), r.Reply.Found[0].List
		}
		s.looks = append(s.looks, l)
	}
	return ""
}

// found looks at what each look found by itself: values that were written, in
// the order of their keys, from the first key on, and not too many. What was
// found was written by then.
func (s *scans) found() *txn.Anomaly {
	for i := range s.looks {
		l := &s.looks[i]
		from := l.from
		if len(l.ids) > l.n {
			return s.wrong("scan", l, nil, fmt.Sprintf("it found %d keys and was to find at most %d", len(l.ids), l.n))
		}
		if at := slices.IndexFunc(l.ids, func(id uint64) bool { return s.probes[id] }); at >= 0 {
			l.ids, l.n = l.ids[:at], l.n+1 // it went beyond the last insert
		}
		for _, id := range l.ids {
			at, written := s.at[id]
			switch {
			case !written:
				return s.wrong("garbage", l, nil, fmt.Sprintf("it found %d, which nobody inserted", id))
			case s.inserts[at].key < from || l.one && s.inserts[at].key != from:
				return s.wrong("scan", l, &s.inserts[at], fmt.Sprintf("it found %d of the key %d, and that is not its place", id, s.inserts[at].key))
			case l.done < s.inserts[at].sent:
				return s.wrong("future", l, &s.inserts[at], fmt.Sprintf("it found %d of the key %d before that was inserted", id, s.inserts[at].key))
			}
			from = s.inserts[at].key + 1
			s.inserts[at].done = min(s.inserts[at].done, l.done)
		}
	}
	return nil
}

// wrong tells of a look that is wrong by itself, or with one insert.
func (s *scans) wrong(name string, l *look, in *insert, why string) *txn.Anomaly {
	x := &s.samples[l.sample]
	a := &txn.Anomaly{Name: name, Bad: []int{int(l.sample)}, Count: 1}
	a.Why = fmt.Sprintf("a look at keys from %d on (session %d, %s-%s s): %s", l.from, x.Session, linear.Seconds(l.sent), linear.Seconds(l.done), why)
	if in != nil {
		w := &s.samples[in.sample]
		a.Bad = append(a.Bad, int(in.sample))
		a.Why += fmt.Sprintf(" (by session %d, from %s s on)", w.Session, linear.Seconds(w.Sent))
	}
	return a
}

// latestFirst notes from which key on no insert was sent before an instant, so
// that a scan that went to the end need not look at each.
func (s *scans) latestFirst() {
	s.soonest = make([]time.Duration, len(s.inserts)+1)
	s.soonest[len(s.inserts)] = bench.Never
	for i := len(s.inserts) - 1; i >= 0; i-- {
		s.soonest[i] = min(s.soonest[i+1], s.inserts[i].sent)
	}
}

// overlaps notes for each look the keys that it looked at while they were
// inserted, and finds the ones that it missed.
func (s *scans) overlaps() *txn.Anomaly {
	for i := range s.looks {
		l := &s.looks[i]
		last, whole := l.from, !l.one && len(l.ids) < l.n // it looked at all keys from the first on
		if n := len(l.ids); n > 0 {
			last = s.inserts[s.at[l.ids[n-1]]].key
		}
		ids := l.ids
		at, _ := slices.BinarySearchFunc(s.inserts, l.from, func(in insert, key uint64) int { return cmp.Compare(in.key, key) })
		for ; at < len(s.inserts) && (whole || s.inserts[at].key <= last) && (len(ids) > 0 || s.soonest[at] <= l.done); at++ {
			in := &s.inserts[at]
			saw := len(ids) > 0 && ids[0] == in.id
			if saw {
				ids = ids[1:]
			}
			switch {
			case in.sent > l.done || saw && in.done < l.sent:
			case !saw && in.done < l.sent:
				return s.wrong("missed insert", l, in, fmt.Sprintf("it did not find the key %d, whose insert was done before", in.key))
			default:
				f := bench.Found{}
				if saw {
					f.List = []uint64{in.id}
				}
				l.doubt, l.saw = append(l.doubt, bench.Micro{Kind: bench.List, Key: in.key}), append(l.saw, f)
			}
		}
	}
	return nil
}

// cycles gives what is left to the check of transactions.
func (s *scans) cycles(opts txn.Options) txn.Result {
	var samples []bench.Sample
	var records []bench.TxnRecord
	var from []int
	add := func(sample int32, done time.Duration, micros []bench.Micro, found []bench.Found) {
		x := s.samples[sample]
		x.Kind, x.Arg, x.Outcome, x.Done = bench.Transact, uint64(len(records)+1), bench.OK, done
		samples, from = append(samples, x), append(from, int(sample))
		records = append(records, bench.TxnRecord{ID: x.Arg, Txn: &bench.Txn{Micros: micros}, Reply: &bench.TxnReply{Found: found}})
	}
	doubtful := map[uint64]bool{}
	for i := range s.looks {
		l := &s.looks[i]
		if len(l.doubt) == 0 {
			continue
		}
		add(l.sample, l.done, l.doubt, l.saw)
		for _, m := range l.doubt {
			doubtful[m.Key] = true
		}
	}
	for i := range s.inserts {
		in := &s.inserts[i]
		if doubtful[in.key] && in.done != bench.Never { // else nobody found it: it may never have been
			add(in.sample, in.done, []bench.Micro{{Kind: bench.Append, Key: in.key, Arg: in.id}}, make([]bench.Found, 1))
		}
	}
	opts.Level = txn.StrictSerializable
	r := txn.Check(context.Background(), samples, records, opts)
	for i := range r.Anomalies {
		a := &r.Anomalies[i]
		for j := range a.Bad {
			a.Bad[j] = from[a.Bad[j]]
		}
		for j := range a.Picture.Nodes {
			a.Picture.Nodes[j].Index = from[a.Picture.Nodes[j].Index]
		}
	}
	if r.Verdict == txn.OK {
		r.Txns, r.Keys = len(s.looks)+len(s.inserts), len(s.inserts)
		r.Why = fmt.Sprintf("%d scans and reads, and %d inserts, have a legal order", len(s.looks), len(s.inserts))
	}
	return r
}
