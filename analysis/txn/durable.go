package txn

import (
	"fmt"

	"nines/bench"
)

// Durable decides whether acknowledged appends were still there at the end: the
// final reads of a list must have each element that was acknowledged before they
// were sent. This follows from strict serializability; Durable says it in its
// own words. A list with acknowledged appends and no answered final read makes
// the verdict [Unknown]. Txns of the result counts the transactions that
// appended, Keys the lists. Registers are for the check of plain operations (see
// [Registers]), numbers for [Bank].
func Durable(samples []bench.Sample, records []bench.TxnRecord, opts Options) Result {
	h, why := newHistory(samples, records)
	if why != "" {
		return Result{Verdict: Unknown, Why: why}
	}
	h.nodes = opts.Nodes
	h.finals()
	r := Result{Verdict: OK}
	unread, elements, last := 0, 0, none
	counted := map[int32]bool{}
	for w := range h.written {
		x := &h.written[w]
		o, k := &h.ops[x.op], &h.keys[x.key]
		if k.use != asList || o.outcome != bench.OK {
			continue
		}
		elements++
		if x.op != last {
			last = x.op
			r.Txns++
		}
		if !counted[x.key] {
			counted[x.key] = true
			r.Keys++
			if k.by == none {
				unread++
			}
		}
		if x.at == none && k.by != none && o.done < h.ops[k.by].sent {
			h.lostAppend(int32(w))
		}
	}
	switch {
	case len(h.anomalies) > 0:
		r.Verdict, r.Why, r.Anomalies = Illegal, h.anomalies[0].Why, h.anomalies
		if c := h.anomalies[0].Count; c > 1 {
			r.Why += fmt.Sprintf("; %d acknowledged appends are lost in all", c)
		}
	case unread > 0:
		r.Verdict = Unknown
		r.Why = fmt.Sprintf("%d of %d lists with acknowledged appends had no answered final read", unread, r.Keys)
	default:
		r.Why = fmt.Sprintf("the final reads have all %d acknowledged elements of %d lists", elements, r.Keys)
	}
	return r
}

// finals notes of each list its earliest answered final read, and what is in it.
func (h *history) finals() {
	for n := range h.ops {
		o := &h.ops[n]
		if o.found == nil || h.samples[o.sample].Class != bench.Final {
			continue
		}
		for i, m := range o.txn.Micros {
			k := h.keyOf.find(m.Key, 0)
			if m.Kind != bench.List || h.keys[k].use != asList || h.keys[k].by != none {
				continue
			}
			h.keys[k].longest, h.keys[k].by = o.found[i].List, int32(n)
			for place, e := range o.found[i].List {
				if w := h.writtenC.find(uint64(k), e); w != none {
					h.written[w].at = int32(place)
				}
			}
		}
	}
}

func (h *history) lostAppend(w int32) {
	h.report(LostAppend, func(t *teller) string {
		x := &h.written[w]
		k := &h.keys[x.key]
		t.about(x.key)
		t.name(x.op)
		t.link(k.by, x.op, x.key, rw.String(), fmt.Sprintf("key %d: %d not seen", k.name, h.value(w)), "")
		t.link(x.op, k.by, none, realTime.String(), "done before sent", "")
		return fmt.Sprintf("key %d: %s appended %d, which was acknowledged, but %s found %s", k.name, t.tell(x.op), h.value(w), t.tell(k.by), listed(k.longest))
	})
}
