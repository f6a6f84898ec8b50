package history

import (
	"bytes"
	"cmp"
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
	txns := rapid.Bool().Draw(t, "transactions")
	h.Facts.Txns = txns
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
		if txns {
			h.transact(t, &s, next)
		}
		h.Samples = append(h.Samples, s)
	}
	slices.SortStableFunc(h.Samples, func(a, b bench.Sample) int { return cmp.Compare(a.Due, b.Due) })
	// The load begins and ends so that the period can be inferred.
	h.Samples = append(h.Samples, bench.Sample{Due: 990 * ms, Sent: 990 * ms, Done: 991 * ms, Session: 99, Kind: bench.Read, Key: 9, Outcome: bench.OK, Class: bench.Main})
	if txns {
		h.transact(t, &h.Samples[len(h.Samples)-1], next)
	}
	return h
}

// transact makes a transaction of an operation.
func (h *History) transact(t *rapid.T, s *bench.Sample, next func() uint64) {
	tx := &bench.Txn{}
	reply := &bench.TxnReply{}
	for range rapid.IntRange(1, 3).Draw(t, "micros") {
		m := bench.Micro{Kind: rapid.SampledFrom([]bench.Kind{bench.Append, bench.List, bench.Write, bench.Read}).Draw(t, "micro"), Key: s.Key}
		f := bench.Found{}
		switch m.Kind {
		case bench.Append, bench.Write:
			m.Arg = next()
		case bench.List:
			f.List = rapid.SliceOfN(rapid.Uint64Range(1, 50), 1, 3).Draw(t, "list")
		case bench.Read:
			f.Value = rapid.Uint64Range(1, 50).Draw(t, "value")
		}
		if m.Kind == bench.Write || m.Kind == bench.Read {
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
		got, err := of(text.String(), Options{Period: h.Facts.Duration}) // sessions may push the last dues beyond it
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

// TestRoundTripEDN: likewise, but for what was dropped, for plain operations beside
// transactions, and for what a swap found that did not swap. The verdict is the same.
func TestRoundTripEDN(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := anyHistory(t)
		h.Samples = slices.DeleteFunc(h.Samples, func(s bench.Sample) bool {
			return s.Outcome == bench.Dropped || s.Kind == bench.CAS && s.Outcome == bench.OK && s.Result != s.Expect
		})
		h.Faults = []bench.Interval{{Fault: "kill(leader)", Start: 1e6, Injected: 2e6, HealFrom: 3e6, End: 4e6}, {Fault: "again", Start: 2e6, Injected: 2e6, HealFrom: 5e6, End: 6e6}}
		var text bytes.Buffer
		left, err := WriteEDN(&text, h)
		if err != nil || left != "" {
			t.Fatal(left, err)
		}
		got, err := of(text.String(), Options{Period: h.Facts.Duration}) // sessions may push the last dues beyond it
		if err != nil {
			t.Fatalf("%v\n%s", err, &text)
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
	var text bytes.Buffer
	if left, err := WriteEDN(&text, h); err != nil || left != "1 operations that were dropped and 1 plain operations beside the transactions" || text.Len() > 0 {
		t.Error(left, err, &text)
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
		if err := WriteCSV(&out, h); err != nil {
			t.Fatal(err)
		}
		if _, err := WriteEDN(&out, h); err != nil {
			t.Fatal(err)
		}
	})
}
