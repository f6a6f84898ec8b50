package txn

import (
	"cmp"
	"fmt"
	"slices"

	"nines/bench"
)

// Names of the anomalies of banks and of atomic commit.
const (
	WrongTotal = "wrong-total" // money was made or lost
	Overdrawn  = "overdrawn"   // an account below zero
	LostMoney  = "lost-transfer"
	SplitFate  = "split-fate" // a transaction was both committed and aborted
)

// Accounts are the keys 0 to N-1, which together hold Total once they are filled.
type Accounts struct {
	N     uint64
	Total int64
}

// Bank decides whether transactions that move money between accounts were
// atomic: every read of all accounts finds the total, the last one too, and no
// account is ever below zero. It also follows each account: what a transfer
// found there, the one before it must have left. An account whose transfers
// cannot be put one after the other, from what it was filled with to the last
// read, has lost one.
//
// This is necessary for serializability and not sufficient, since a balance does
// not tell whose it is: a read of all accounts as they once were passes.
//
// Without an answered last read of all accounts, the verdict is at best
// [Unknown]. Txns of the result counts the reads of all accounts.
func Bank(samples []bench.Sample, records []bench.TxnRecord, accounts Accounts, opts Options) Result {
	h := &history{samples: samples, nodes: opts.Nodes, keyOf: newIndex(int(min(accounts.N, 1<<20)))}
	if why := h.join(records); why != "" {
		return Result{Verdict: Unknown, Why: why}
	}
	slices.SortFunc(h.ops, func(a, b op) int { return cmp.Or(cmp.Compare(a.sent, b.sent), cmp.Compare(a.sample, b.sample)) })
	b := &bank{history: h, Accounts: accounts, books: make([]book, accounts.N)}
	for k := range b.books {
		h.keyOf.add(uint64(k), 0)
		h.keys = append(h.keys, key{name: uint64(k), use: asNumber})
	}
	if k := b.fill(); k < accounts.N {
		return Result{Verdict: Unknown, Why: fmt.Sprintf("account %d was not filled by an answered preload, so the total is not known", k)}
	}
	for n := range h.ops {
		b.look(int32(n))
	}
	b.lastSum()
	b.follow()
	r := Result{Verdict: OK, Txns: b.sums, Keys: len(b.books), Anomalies: h.anomalies}
	switch {
	case len(h.anomalies) > 0:
		r.Verdict, r.Why = Illegal, h.anomalies[0].Why
		if c := h.anomalies[0].Count; c > 1 {
			r.Why += fmt.Sprintf("; %d more of this kind", c-1)
		}
	case b.open != "":
		r.Verdict, r.Why = Unknown, b.open
	default:
		r.Why = fmt.Sprintf("%d reads of all %d accounts found the total of %d, and %d transfers follow from each other", b.sums, accounts.N, accounts.Total, b.transfers)
	}
	return r
}

type bank struct {
	*history
	Accounts
	books     []book // by account
	sums      int    // reads of all accounts that found the total
	transfers int    // answered ones
	doubtful  bool   // there are unanswered transfers
	open      string // why there can be no pass
}

// A book is what is known of one account.
type book struct {
	adds    []entry
	unknown int   // unanswered adds
	first   int64 // what it was filled with
	filled  int   // how often, if it was
	last    int64 // what the last read found
	reader  int32 // whose it is; none if there is none
	read    bool
	strange bool // something else than adds writes to it: not followed
}

type entry struct {
	op          int32
	found, left int64
}

// fill enters what the preload filled accounts with, and returns the first
// account that it did not fill, or N.
func (b *bank) fill() uint64 {
	for i := range b.ops {
		o := &b.ops[i]
		if b.samples[o.sample].Class != bench.Preload || o.outcome != bench.OK {
			continue
		}
		for _, m := range o.txn.Micros {
			if m.Key < b.N && m.Kind == bench.Write {
				x := &b.books[m.Key]
				x.first, x.filled = int64(m.Arg), x.filled+1
			}
		}
	}
	for k := range b.books {
		if b.books[k].filled == 0 {
			return uint64(k)
		}
	}
	return b.N
}

// look enters what a transaction did.
func (b *bank) look(n int32) {
	o := &b.ops[n]
	s := &b.samples[o.sample]
	if o.outcome == bench.Rejected {
		return
	}
	reads, sum, others := 0, int64(0), false
	adds := false
	for i, m := range o.txn.Micros {
		if m.Key >= b.N {
			others = true
			continue
		}
		k := &b.books[m.Key]
		var found int64
		if o.found != nil {
			found = int64(o.found[i].Value)
		}
		left := found
		switch m.Kind {
		case bench.Add:
			others, adds = true, true
			if o.found == nil {
				k.unknown++
				continue
			}
			left = found + int64(m.Arg)
			if m.Arg != 0 {
				k.adds = append(k.adds, entry{n, found, left})
			}
		case bench.Read:
			if o.found == nil {
				continue
			}
			reads, sum = reads+1, sum+found
			if s.Class == bench.Final {
				k.last, k.reader, k.read = found, n, true
			}
		case bench.Write:
			others = true
			if s.Class == bench.Preload && o.outcome == bench.OK {
				found, left = 0, 0 // entered already
			} else {
				k.strange = true
			}
		default:
			others, k.strange = true, true
		}
		if found < 0 || left < 0 {
			b.overdrawn(n, m.Key, min(found, left))
		}
	}
	if adds {
		if o.found != nil {
			b.transfers++
		} else {
			b.doubtful = true
		}
	}
	if o.found == nil || others || uint64(reads) != b.N || s.Class == bench.Preload || !b.eachOnce(o.txn) {
		return
	}
	if sum != b.Total {
		b.wrongTotal(n, sum)
		return
	}
	b.sums++
}

// eachOnce reports whether a transaction of as many reads as there are accounts
// reads each.
func (b *bank) eachOnce(t *bench.Txn) bool {
	seen := make([]bool, b.N)
	for _, m := range t.Micros {
		if seen[m.Key] {
			return false
		}
		seen[m.Key] = true
	}
	return true
}

// lastSum adds up what the final reads found, which may be several transactions.
// Then an unanswered transfer may have come between them.
func (b *bank) lastSum() {
	sum, one := int64(0), true
	for k := range b.books {
		x := &b.books[k]
		if !x.read {
			b.open = fmt.Sprintf("account %d had no answered final read", k)
			return
		}
		sum += x.last
		one = one && x.reader == b.books[0].reader
	}
	switch {
	case sum == b.Total || one: // one that is wrong was told of
	case b.doubtful:
		b.open = fmt.Sprintf("the final reads found %d in all, and the total is %d, but unanswered transfers may have come between these reads", sum, b.Total)
	default:
		b.wrongEnd(sum)
	}
}

// follow puts the transfers of each account one after the other. Every balance
// is a place, and a transfer a way from what it found to what it left: there
// must be a walk from the first balance to the last that takes every way once.
// So each place is left as often as it is come to, but for the first and the
// last. An unanswered transfer may be a way from anywhere: it can make up for
// two places. (That the ways hang together is not looked at.)
func (b *bank) follow() {
	for k := range b.books {
		x := &b.books[k]
		if x.strange || x.filled != 1 {
			continue
		}
		excess := map[int64]int{x.first: -1}
		for _, e := range x.adds {
			excess[e.found]++
			excess[e.left]--
		}
		free := 2 * x.unknown
		if x.read {
			excess[x.last]++
		} else {
			free++
		}
		off := 0
		for _, n := range excess {
			off += max(n, -n)
		}
		if off > free {
			b.lostTransfer(uint64(k), excess)
		}
	}
}

func (b *bank) wrongTotal(n int32, sum int64) {
	b.report(WrongTotal, func(t *teller) string {
		o := &b.ops[n]
		var accounts []string
		for i, m := range o.txn.Micros {
			if i < 8 {
				t.about(b.keyOf.find(m.Key, 0))
				accounts = append(accounts, fmt.Sprintf("%d: %d", m.Key, int64(o.found[i].Value)))
			}
		}
		if more := len(o.txn.Micros) - len(accounts); more > 0 {
			accounts = append(accounts, fmt.Sprintf("and %d more", more))
		}
		return fmt.Sprintf("%s found %d in all accounts together, %s, and not %d %v",
			t.tell(n), sum, excessOf(sum-b.Total), b.Total, accounts)
	})
}

func excessOf(by int64) string {
	if by > 0 {
		return fmt.Sprintf("%d too much", by)
	}
	return fmt.Sprintf("%d too little", -by)
}

func (b *bank) wrongEnd(sum int64) {
	b.report(WrongTotal, func(t *teller) string {
		first, last := b.books[0].reader, b.books[len(b.books)-1].reader
		return fmt.Sprintf("%s and others up to %s found %d in all accounts together, %s, and not %d",
			t.tell(first), t.tell(last), sum, excessOf(sum-b.Total), b.Total)
	})
}

func (b *bank) overdrawn(n int32, account uint64, balance int64) {
	b.report(Overdrawn, func(t *teller) string {
		t.about(b.keyOf.find(account, 0))
		return fmt.Sprintf("account %d was at %d: %s", account, balance, t.tell(n))
	})
}

// lostTransfer tells of the least balance that was left more often than it was
// come to.
func (b *bank) lostTransfer(account uint64, excess map[int64]int) {
	b.report(LostMoney, func(t *teller) string {
		x := &b.books[account]
		t.about(b.keyOf.find(account, 0))
		var more []int64
		for v, n := range excess {
			if n > 0 {
				more = append(more, v)
			}
		}
		slices.Sort(more)
		for _, v := range more {
			var left []int32
			for _, e := range x.adds {
				if e.found == v {
					left = append(left, e.op)
				}
			}
			switch {
			case len(left) > 1:
				return fmt.Sprintf("account %d: %s and %s both found %d there and changed it, and too few transfers made it %d again in between",
					account, t.tell(left[0]), t.tell(left[1]), v, v)
			case x.read && v == x.last && len(left) == 0:
				return fmt.Sprintf("account %d: %s found %d there in the end, which no transfer had left", account, t.tell(x.reader), v)
			case x.read && v == x.last:
				return fmt.Sprintf("account %d: %s found %d there in the end, although %s had changed that", account, t.tell(x.reader), v, t.tell(left[0]))
			case len(left) == 1:
				return fmt.Sprintf("account %d: %s found %d there, which no other transfer had left", account, t.tell(left[0]), v)
			}
		}
		return fmt.Sprintf("account %d: its transfers do not follow from each other", account)
	})
}
