package history

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"nines/analysis"
	"nines/bench"
	"nines/results"
)

func writeText(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// anyHistory is one as a trial might have it, with sessions that do one operation
// at a time. Its reads find what they like.
func anyHistory(t *rapid.T) *History {
	const ms = time.Millisecond
	h := &History{Facts: results.Facts{
		Schema: results.Schema, Nodes: []string{"n1", "n2", "n10"}, Duration: time.Second, Deadline: DefaultDeadline,
		SLOBin: DefaultBin, SLOTarget: DefaultTarget, Guarantees: guarantees[Strict],
	}}
	h.Facts.Object = rapid.SampledFrom([]bench.Object{
		"", "", bench.Registers, bench.Accounts, bench.Lists, bench.Counters, bench.Queues, bench.Locks, bench.Ranges,
	}).Draw(t, "object")
	if h.Facts.Object == bench.Locks {
		h.Facts.Lease = lease
	}
	txns := h.Facts.Object == "" && rapid.Bool().Draw(t, "transactions")
	free := map[uint64]time.Duration{}
	taken := map[time.Duration]bool{} // of operations that were due at once, the file has no order
	id := uint64(0)
	next := func() uint64 { id++; return id }
	for range rapid.IntRange(1, 15).Draw(t, "operations") {
		s := bench.Sample{
			Session: rapid.Uint64Range(1, 5).Draw(t, "session"), User: rapid.Uint32Range(0, 3).Draw(t, "user"), Size: 8,
			Node: rapid.Uint16Range(0, 2).Draw(t, "node"), Key: rapid.Uint64Range(0, 2).Draw(t, "key"), Class: bench.Main,
			Outcome: rapid.SampledFrom([]bench.Outcome{bench.OK, bench.OK, bench.Rejected, bench.Unknown, bench.Dropped}).Draw(t, "outcome"),
			Kind:    rapid.SampledFrom([]bench.Kind{bench.Read, bench.Write, bench.CAS}).Draw(t, "kind"),
		}
		s.Due = max(free[s.Session], time.Duration(rapid.Int64Range(-int64(50*ms), int64(900*ms)).Draw(t, "due")))
		for ; taken[s.Due]; s.Due++ {
		}
		taken[s.Due] = true
		s.Sent = s.Due + time.Duration(rapid.Int64Range(0, 5).Draw(t, "lag"))
		s.Done = s.Sent + time.Duration(rapid.Int64Range(0, int64(90*ms)).Draw(t, "service"))
		free[s.Session] = s.Done
		if s.Kind != bench.Read {
			s.Arg = next()
		}
		if s.Kind == bench.CAS {
			s.Expect = rapid.Uint64Range(0, id).Draw(t, "expect")
		}
		if s.Outcome == bench.OK && s.Kind != bench.Write {
			s.Result = rapid.Uint64Range(0, id).Draw(t, "result")
		}
		switch s.Outcome {
		case bench.Dropped:
			s.Session, s.Sent, s.Done = 0, bench.Never, bench.Never
		case bench.Unknown:
			free[s.Session] = s.Due
			s.Session += 100 * next() // retired
		}
		if txns || slices.Contains([]bench.Object{bench.Accounts, bench.Lists, bench.Counters, bench.Queues, bench.Ranges}, h.Facts.Object) {
			h.transact(t, &s, next)
		}
		h.Samples = append(h.Samples, s)
	}
	slices.SortStableFunc(h.Samples, func(a, b bench.Sample) int { return cmp.Compare(a.Due, b.Due) })
	// The load begins and ends so that the period can be inferred.
	h.Samples = append(h.Samples, bench.Sample{Due: 990 * ms, Sent: 990 * ms, Done: 991 * ms, Session: 99, Kind: bench.Read, Key: 9, Outcome: bench.OK, Class: bench.Main})
	if txns || h.Facts.Object == bench.Lists { // Elle's have nothing else
		h.transact(t, &h.Samples[len(h.Samples)-1], next)
	}
	h.Facts.Txns = len(h.Txns) > 0
	return h
}

const lease = 30 * time.Millisecond

// done is what is done to an object by transactions, and whether by several in one.
var done = map[bench.Object]struct {
	kinds []bench.Kind
	most  int
}{
	"":             {[]bench.Kind{bench.Append, bench.List, bench.Write, bench.Read}, 3},
	bench.Accounts: {[]bench.Kind{bench.Add, bench.Write, bench.Read}, 3},
	bench.Lists:    {[]bench.Kind{bench.Append, bench.List}, 3},
	bench.Counters: {[]bench.Kind{bench.Add}, 1},
	bench.Queues:   {[]bench.Kind{bench.Append, bench.Pop, bench.List}, 1},
	bench.Ranges:   {[]bench.Kind{bench.Scan}, 1},
}

// transact makes a transaction of an operation. Counters and ranges have plain ones
// beside.
func (h *History) transact(t *rapid.T, s *bench.Sample, next func() uint64) {
	tx := &bench.Txn{}
	reply := &bench.TxnReply{}
	if s.Outcome == bench.Dropped { // nothing is recorded of it
		s.Kind, s.Arg, s.Expect = bench.Transact, 1000+next(), 0
		return
	}
	if (h.Facts.Object == bench.Counters || h.Facts.Object == bench.Ranges) && s.Kind != bench.CAS {
		return
	}
	for range rapid.IntRange(1, done[h.Facts.Object].most).Draw(t, "micros") {
		m := bench.Micro{Kind: rapid.SampledFrom(done[h.Facts.Object].kinds).Draw(t, "micro"), Key: s.Key}
		f := bench.Found{}
		switch m.Kind {
		case bench.Append, bench.Write:
			m.Arg = next()
		case bench.Add:
			m.Arg, f.Value = uint64(rapid.Int64Range(-3, 3).Draw(t, "more")), uint64(rapid.Int64Range(-3, 50).Draw(t, "was"))
		case bench.Pop:
			f.Value = rapid.Uint64Range(0, 50).Draw(t, "first")
		case bench.Scan:
			m.Arg = rapid.Uint64Range(1, 5).Draw(t, "count")
			f.List = rapid.SliceOfN(rapid.Uint64Range(1, 50), 0, 3).Draw(t, "values")
		case bench.List:
			f.List = rapid.SliceOfN(rapid.Uint64Range(1, 50), 1, 3).Draw(t, "list")
		case bench.Read:
			f.Value = rapid.Uint64Range(1, 50).Draw(t, "value")
			if h.Facts.Object == bench.Accounts {
				f.Value -= 2 // one may be overdrawn
			}
		}
		if h.Facts.Object == "" && (m.Kind == bench.Write || m.Kind == bench.Read) {
			m.Key += 100 // registers, not lists
		}
		tx.Micros = append(tx.Micros, m)
		reply.Found = append(reply.Found, f)
	}
	s.Kind, s.Arg, s.Expect, s.Result, s.Key = bench.Transact, uint64(len(h.Txns)+1), 0, 0, tx.Micros[0].Key
	if s.Outcome != bench.OK {
		reply = nil
	}
	h.Txns = append(h.Txns, bench.TxnRecord{ID: s.Arg, Txn: tx, Reply: reply})
}

// TestRoundTripCSV: what is written as a table is read as it was.
func TestRoundTripCSV(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := anyHistory(t)
		var text bytes.Buffer
		if err := WriteCSV(&text, h); err != nil {
			t.Fatal(err)
		}
		got, err := of(text.String(), Options{Period: h.Facts.Duration, Lease: h.Facts.Lease}) // sessions may push the last dues beyond it
		if err != nil {
			t.Fatalf("%v\n%s", err, &text)
		}
		wanted, same := describeAll(h), describeAll(got)
		if wanted != same {
			t.Fatalf("written\n%s\nread\n%s", wanted, same)
		}
		sameFigures(t, h, got)
	})
}

// describeAll prints all operations, with what transactions did.
func describeAll(h *History) string {
	txns := byID(h.Txns)
	var lines []string
	for _, i := range inOrder(h.Samples) {
		s := h.Samples[i]
		line := ""
		if s.Kind == bench.Transact {
			if r := txns[s.Arg]; r != nil && s.Outcome != bench.Dropped {
				line = string(appendMicros(nil, r.Txn, r.Reply))
			}
			s.Arg, s.Key = 0, 0
		}
		lines = append(lines, tell(&s)+" on "+h.node(&s)+line)
		lines[len(lines)-1] = strings.Replace(lines[len(lines)-1], fmt.Sprintf(" n%d ", s.Node), " ", 1)
	}
	return strings.Join(lines, "\n")
}

// sameFigures wants the same analysis of both.
func sameFigures(t *rapid.T, a, b *History) {
	b.Facts.Nodes = a.Facts.Nodes // those without operations are not in the file
	a.Facts.Bank = b.Facts.Bank
	x, y := figures(a), figures(b)
	if x != y {
		t.Fatalf("figures were\n%s\nand are\n%s", x, y)
	}
}

func figures(h *History) string {
	in := analysis.Input{Facts: h.Facts, Samples: h.Samples, Txns: h.Txns, Faults: h.Faults}
	in.Facts.Elsewhere = &results.Elsewhere{Due: true}
	s := analysis.Analyze(in, analysis.Options{})
	r := analysis.Row(&s)
	return fmt.Sprint(r.Verdict, r.Due, r.OK, r.Rejected, r.Unknown, r.Dropped, r.Throughput, r.Goodput, r.ResponseP50, r.ResponseMax, r.ServiceP50,
		r.SuccessRatio, r.IntervalAvailability, r.UserUptime, r.Worst100ms)
}

// TestRoundTripEDN: likewise, but for what was dropped, and for plain operations beside
// Elle's transactions. An unanswered read of a queue may as well have failed.
func TestRoundTripEDN(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := anyHistory(t)
		h.Samples = slices.DeleteFunc(h.Samples, func(s bench.Sample) bool {
			unanswered := s.Outcome == bench.Unknown && s.Kind == bench.Transact && h.Facts.Object == bench.Queues
			return s.Outcome == bench.Dropped || unanswered && h.Txns[s.Arg-1].Txn.Micros[0].Kind == bench.List
		})
		h.Faults = []bench.Interval{{Fault: "kill(leader)", Start: 1e6, Injected: 2e6, HealFrom: 3e6, End: 4e6}, {Fault: "again", Start: 2e6, Injected: 2e6, HealFrom: 5e6, End: 6e6}}
		var text bytes.Buffer
		left, err := WriteEDN(&text, h)
		if err != nil || left != "" {
			t.Fatal(left, err)
		}
		got, err := of(text.String(), Options{Period: h.Facts.Duration, Lease: h.Facts.Lease}) // sessions may push the last dues beyond it
		if err != nil {
			t.Fatalf("%v\n%s", err, &text)
		}
		if wanted, same := describeAll(h), describeAll(got); wanted != same {
			t.Fatalf("written\n%s\nread\n%s", wanted, same)
		}
		if len(got.Faults) != 2 || fmt.Sprint(got.Faults[0].Start, got.Faults[0].Injected, got.Faults[0].HealFrom, got.Faults[0].End) != "1ms 2ms 3ms 4ms" {
			t.Errorf("%+v", got.Faults)
		}
		got.Faults = h.Faults
		sameFigures(t, h, got)
	})
}

// TestLeftOut is told.
func TestLeftOut(t *testing.T) {
	h := &History{Facts: results.Facts{Nodes: []string{"n1"}, Txns: true}, Samples: []bench.Sample{
		{Kind: bench.Read, Outcome: bench.OK}, {Kind: bench.Read, Outcome: bench.Dropped},
	}}
	h.Txns = []bench.TxnRecord{{ID: 1, Txn: &bench.Txn{Micros: []bench.Micro{{Kind: bench.List}}}}}
	var text bytes.Buffer
	if left, err := WriteEDN(&text, h); err != nil || left != "1 operations that were dropped and 1 plain operations beside the transactions" || text.Len() > 0 {
		t.Error(left, err, &text)
	}
}

// TestUnwritable: nothing is written of what nobody could read.
func TestUnwritable(t *testing.T) {
	list := &bench.Txn{Micros: []bench.Micro{{Kind: bench.List, Key: 1}}}
	for want, r := range map[string]bench.TxnRecord{
		"transaction 7 has no record of what it asked for":                                         {ID: 8, Txn: list},
		"the record of transaction 7 does not say what each of its micro-operations found":         {ID: 7, Txn: list},
		"transaction 7 has a micro-operation of the kind kind(99), which has no name in a history": {ID: 7, Txn: &bench.Txn{Micros: []bench.Micro{{Kind: 99}}}, Reply: &bench.TxnReply{Found: make([]bench.Found, 1)}},
	} {
		h := &History{Samples: []bench.Sample{{Kind: bench.Read, Outcome: bench.OK}, {Kind: bench.Transact, Arg: 7, Outcome: bench.OK}}, Txns: []bench.TxnRecord{r}}
		var text bytes.Buffer
		_, edn := WriteEDN(&text, h)
		for _, err := range []error{WriteCSV(&text, h), edn} {
			var refused *Unwritable
			if !errors.As(err, &refused) || err.Error() != want || text.Len() > 0 {
				t.Errorf("%v, and wrote %q; want %s", err, &text, want)
			}
		}
	}
}

// TestExportEDN: operations have the names that Jepsen's checkers know.
func TestExportEDN(t *testing.T) {
	step := func(id uint64, m bench.Micro, f bench.Found) bench.TxnRecord {
		return bench.TxnRecord{ID: id, Txn: &bench.Txn{Micros: []bench.Micro{m}}, Reply: &bench.TxnReply{Found: []bench.Found{f}}}
	}
	for _, c := range []struct {
		object bench.Object
		s      bench.Sample
		r      bench.TxnRecord
		want   string // after the process, of the completion
	}{
		{bench.Counters, bench.Sample{Kind: bench.Transact}, step(1, bench.Micro{Kind: bench.Add, Key: 3, Arg: 1}, bench.Found{Value: 4}), ":ok :f :add, :value [3 1], :found 4"},
		{bench.Counters, bench.Sample{Kind: bench.Read, Key: 3}, bench.TxnRecord{}, ":ok :f :read, :value [3 0]"},
		{bench.Counters, bench.Sample{Kind: bench.Read, Key: 3, Class: bench.Probe}, bench.TxnRecord{}, ":ok :f :read, :value [3 nil]"},
		{bench.Queues, bench.Sample{Kind: bench.Transact}, step(1, bench.Micro{Kind: bench.Append, Key: 3, Arg: 9}, bench.Found{}), ":ok :f :enqueue, :value [3 9]"},
		{bench.Queues, bench.Sample{Kind: bench.Transact}, step(1, bench.Micro{Kind: bench.Pop, Key: 3}, bench.Found{Value: 9}), ":ok :f :dequeue, :value [3 9]"},
		{bench.Queues, bench.Sample{Kind: bench.Transact}, step(1, bench.Micro{Kind: bench.Pop, Key: 3}, bench.Found{}), ":fail :f :dequeue, :value [3 nil], :found nil"},
		{bench.Queues, bench.Sample{Kind: bench.Transact}, step(1, bench.Micro{Kind: bench.List, Key: 3}, bench.Found{List: []uint64{9, 8}}), ":ok :f :drain, :value [3 [9 8]]"},
		{bench.Queues, bench.Sample{Kind: bench.Transact, Outcome: bench.Unknown}, step(1, bench.Micro{Kind: bench.List, Key: 3}, bench.Found{}), ":fail :f :drain, :value [3 nil]"},
		{bench.Ranges, bench.Sample{Kind: bench.Transact}, step(1, bench.Micro{Kind: bench.Scan, Key: 3, Arg: 5}, bench.Found{List: []uint64{9}}), ":ok :f :txn, :value [[:scan 3 5 [9]]]"},
		{bench.Locks, bench.Sample{Kind: bench.CAS, Key: 3, Expect: 2, Arg: 5, Result: 2}, bench.TxnRecord{}, ":ok :f :cas, :value [3 [2 5]]"},
		{bench.Locks, bench.Sample{Kind: bench.CAS, Key: 3, Expect: 2, Arg: 5, Result: 7}, bench.TxnRecord{}, ":fail :f :cas, :value [3 [2 5]], :found 7"},
		{bench.Accounts, bench.Sample{Kind: bench.Transact}, step(1, bench.Micro{Kind: bench.Add, Key: 3, Arg: ^uint64(0)}, bench.Found{Value: 4}), ":ok :f :txn, :value [[:add 3 -1 4]]"},
	} {
		s := c.s
		s.Session, s.Outcome, s.Class = 1, cmp.Or(s.Outcome, bench.OK), cmp.Or(s.Class, bench.Main)
		if s.Kind == bench.Transact {
			s.Arg = c.r.ID
		}
		h := &History{Facts: results.Facts{Nodes: []string{"n1"}, Object: c.object}, Samples: []bench.Sample{s}}
		if c.r.Txn != nil {
			h.Txns = []bench.TxnRecord{c.r}
		}
		var text bytes.Buffer
		if _, err := WriteEDN(&text, h); err != nil {
			t.Errorf("%s: %v", c.want, err)
			continue
		}
		lines := strings.Split(text.String(), "\n")
		if got := strings.NewReplacer("{:index 1, :time 0, :type ", "", ", :process 1,", "", "}", "").Replace(lines[1]); got != c.want {
			t.Errorf("%s; want %s", got, c.want)
		}
		if c.object == bench.Locks && !strings.Contains(lines[0], ":lock :acquire") {
			t.Errorf("%s is no acquisition", lines[0])
		}
		if has := strings.Contains(lines[0], ":object :"+string(c.object)); has != (s.Class == bench.Main) {
			t.Errorf("%s tells its object: %t", lines[0], has)
		}
	}
}

// TestPhase: the export says what went on.
func TestPhase(t *testing.T) {
	h := &History{Faults: []bench.Interval{{NA: "no"}, {Fault: "kill(x)", Start: 10, End: 20}, {Fault: "cut", Start: 30}}}
	for due, want := range map[time.Duration]string{-1: "warm-up", 5: "before", 10: "during 2 kill(x)", 20: "after", 99: "during 3 cut"} {
		if got := h.phase(&bench.Sample{Due: due, Class: bench.Main}); got != want {
			t.Errorf("%d: %s; want %s", due, got, want)
		}
	}
	if got := h.phase(&bench.Sample{Class: bench.Final}); got != "final" {
		t.Error(got)
	}
}

// FuzzRead: whatever the file, reading ends with a history that can be analysed, or
// with an error.
func FuzzRead(f *testing.F) {
	for _, s := range []string{
		head + "1,n1,write,7,5,,ok,0,1,2.5\n2,n2,cas,7,[5 6],true,ok,1,1,2\n", head + "1,n1,txn,1,[[:append 1 2] [:r 1 nil]],[[:append 1 2] [:r 1 [2]]],ok,0,1,2\n",
		op("invoke", 0, "cas", "[7 [1 2]]", 1) + op("ok", 0, "cas", "[7 [1 2]]", 2), op("invoke", 0, "txn", "[[:append x 1] [:w 2 3]]", 1) + op("info", 0, "txn", "nil", 2),
		op("invoke", 0, "add", "1", 1) + op("ok", 0, "add", "1", 2), op("invoke", 0, "enqueue", "[1 2]", 1) + op("info", 0, "enqueue", "[1 2]", 2) + op("invoke", 1, "dequeue", "nil", 1) + op("ok", 1, "dequeue", "2", 2),
		"object," + head + "accounts,1,n1,txn,1,[[:add 1 -2] [:r 1 nil]],[[:add 1 -2 5] [:r 1 3]],ok,0,1,2\n", head + "1,n1,txn,1,[[:scan 1 2]],[[:scan 1 2 [3]]],ok,0,1,2\n1,n1,write,1,3,,ok,0,1,2\n",
		head + "1,n1,txn,1,[[:pop 1 nil]],[[:pop 1 2]],ok,0,1,2\n1,n1,txn,1,,,dropped,0,,\n",
		"{:type :info, :process :nemesis, :f :start, :time 1}" + op("invoke", 0, "read", "nil", 1),
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if formatOf([]byte(text)) == Parquet {
			return
		}
		h, err := of(text, Options{Period: time.Second})
		if err != nil {
			return
		}
		figures(h)
		var out bytes.Buffer
		var refused *Unwritable
		if err := WriteCSV(&out, h); err != nil && !errors.As(err, &refused) {
			t.Fatal(err)
		}
		if _, err := WriteEDN(&out, h); err != nil && !errors.As(err, &refused) {
			t.Fatal(err)
		}
	})
}
