package txn

import (
	"context"
	"strings"
	"testing"
	"time"

	"nines/bench"
)

// A do is one transaction of a history written by hand: when, by whom, what. The
// micro-operations are appends where list is nil, and else reads of list.
type do struct {
	sent, done int
	session    uint64
	outcome    bench.Outcome // OK if 0
	micros     []micro
}

type micro struct {
	kind  bench.Kind
	key   uint64
	arg   uint64
	found uint64
	list  []uint64
}

func app(key, element uint64) micro         { return micro{kind: bench.Append, key: key, arg: element} }
func list(key uint64, list ...uint64) micro { return micro{kind: bench.List, key: key, list: list} }
func read(key, found uint64) micro          { return micro{kind: bench.Read, key: key, found: found} }
func write(key, value uint64) micro         { return micro{kind: bench.Write, key: key, arg: value} }
func add(key uint64, by int64, f int64) micro {
	return micro{kind: bench.Add, key: key, arg: uint64(by), found: uint64(f)}
}

func tell(dos ...do) story {
	var st story
	for i, d := range dos {
		s := bench.Sample{Sent: time.Duration(d.sent) * time.Millisecond, Done: time.Duration(d.done) * time.Millisecond, Session: d.session,
			Node: uint16(d.session), Arg: uint64(100 + i), Kind: bench.Transact, Outcome: d.outcome, Class: bench.Main}
		if s.Outcome == 0 {
			s.Outcome = bench.OK
		}
		rec := bench.TxnRecord{ID: s.Arg, Txn: &bench.Txn{}}
		var found []bench.Found
		for _, m := range d.micros {
			rec.Txn.Micros = append(rec.Txn.Micros, bench.Micro{Kind: m.kind, Key: m.key, Arg: m.arg})
			found = append(found, bench.Found{Value: m.found, List: m.list})
		}
		if s.Outcome == bench.OK {
			rec.Reply = &bench.TxnReply{Found: found}
		}
		st.samples, st.records = append(st.samples, s), append(st.records, rec)
	}
	return st
}

func at(sent, done int, session uint64, micros ...micro) do {
	return do{sent: sent, done: done, session: session, micros: micros}
}

// TestAnomalies has one history for each anomaly, by name, with what is said of
// it. Transactions overlap unless the anomaly is about their order.
func TestAnomalies(t *testing.T) {
	for _, c := range []struct {
		name string
		st   story
		says string
	}{
		{Garbage, tell(at(0, 9, 1, list(1, 7))), "T1 (session 1, n1, 0.000-0.009 s) read 7 in key 1, which nobody wrote there"},
		{Duplicate, tell(at(0, 9, 1, app(1, 7)), at(0, 9, 2, list(1, 7, 7))), "read 7 twice in key 1, but T2 (session 1"},
		{AbortedRead, tell(do{0, 9, 1, bench.Rejected, []micro{app(1, 7)}}, at(0, 9, 2, list(1, 7))),
			"T1 (session 2, n2, 0.000-0.009 s) read 7 in key 1, which T2 (rejected, session 1, n1, 0.000-0.009 s) wrote; but that was rejected"},
		{AbortedRead, tell(do{0, 9, 1, bench.Rejected, []micro{write(1, 7)}}, at(0, 9, 2, read(1, 7))), "read 7 in key 1, which"},
		{Intermediate, tell(at(0, 9, 1, app(1, 7), app(1, 8)), at(0, 9, 2, list(1, 7)), at(0, 9, 3, list(1, 7, 8))), "found 7 in key 1 as the last"},
		{Internal, tell(at(0, 9, 1, app(1, 7), list(1))), "read [] in key 1, which does not fit what it had done there before"},
		{Internal, tell(at(0, 9, 1, write(1, 7), read(1, 0))), "found 0 in key 1"},
		{Incompatible, tell(at(0, 9, 1, app(1, 7)), at(0, 9, 2, app(1, 8)), at(0, 9, 3, list(1, 7, 8)), at(0, 9, 4, list(1, 8))), "read [8], and"},
		{LostUpdate, tell(at(0, 9, 1, list(1), app(1, 7)), at(0, 9, 2, list(1), app(1, 8)), at(0, 9, 3, list(1, 7, 8))), "both found [] before they appended"},
		{LostUpdate, tell(at(0, 9, 1, read(1, 0), write(1, 7)), at(0, 9, 2, read(1, 0), write(1, 8))), "both found 0 and replaced it"},
		{DirtyWrite, tell(at(0, 9, 1, app(1, 7), app(2, 7)), at(0, 9, 2, app(1, 8), app(2, 8)), at(0, 9, 3, list(1, 7, 8), list(2, 8, 7))),
			"T2 (session 2, n2, 0.000-0.009 s) appended 8 to key 1 right after 7 by T1 (session 1, n1, 0.000-0.009 s), although T1 appended 7 to key 2 right after 8 by T2"},
		{Circular, tell(at(0, 9, 1, app(1, 7), list(2, 8)), at(0, 9, 2, app(2, 8), list(1, 7))), "read 7 in key 1, which T1"},
		{ReadSkew, tell(at(0, 9, 1, app(1, 7), app(2, 7)), at(0, 9, 2, list(1, 7), list(2)), at(0, 9, 3, list(2, 7))),
			"T2 (session 2, n2, 0.000-0.009 s) read key 2 without 7, which T1 (session 1, n1, 0.000-0.009 s) appended, although T2 read 7 in key 1, which T1 appended"},
		{WriteSkew, tell(at(0, 9, 1, list(1), app(2, 7)), at(0, 9, 2, list(2), app(1, 8)), at(0, 9, 3, list(1, 8), list(2, 7))), "although"},
		{DirtyWrite + ofProcess, tell(at(0, 9, 1, app(1, 8)), at(9, 9, 1, app(1, 7)), at(0, 20, 3, list(1, 7, 8))), "its session had finished"},
		{Circular + ofRealTime, tell(at(0, 2, 1, list(1, 7)), at(3, 9, 2, app(1, 7))), "T1 (session 1, n1, 0.000-0.002 s) read 7 in key 1, which T2 (session 2, n2, 0.003-0.009 s) appended, although T1 was done at 0.002 s, before T2 was sent at 0.003 s"},
		{ReadSkew + ofProcess, tell(at(0, 1, 1, app(1, 7)), at(1, 2, 1, list(1)), at(0, 9, 3, list(1, 7))), "read key 1 without 7"},
		{ReadSkew + ofRealTime, tell(at(0, 1, 1, app(1, 7)), at(2, 3, 2, list(1))), "although T1 was done at 0.001 s, before T2 was sent at 0.002 s"},
		{WriteSkew + ofRealTime, tell(at(5, 9, 1, list(1), app(2, 7)), at(0, 4, 3, app(3, 1)), at(0, 20, 2, list(3), app(1, 7)), at(0, 20, 4, list(3, 1), list(1, 7))), "so each of them"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := Check(context.Background(), c.st.samples, c.st.records, Options{})
			if got.Verdict != Illegal || got.Anomalies[0].Name != c.name || !strings.Contains(got.Why, c.says) {
				t.Fatalf("%s: %s\n%+v", got.Verdict, got.Why, got.Anomalies)
			}
			weak := Check(context.Background(), c.st.samples, c.st.records, Options{Level: Serializable})
			if timed := baseName(c.name) != c.name; timed != (weak.Verdict == OK) {
				t.Errorf("as serializable: %s %s", weak.Verdict, weak.Why)
			}
			for _, e := range got.Anomalies[0].Picture.Edges {
				if e.From == e.To || e.Label == "" {
					t.Errorf("edge %+v", e)
				}
			}
		})
	}
}

// TestLegal has histories that look odd and are not.
func TestLegal(t *testing.T) {
	unknown := func(sent int, micros ...micro) do { return do{sent, sent + 1, 9, bench.Unknown, micros} }
	for name, st := range map[string]story{
		"nothing":                          {},
		"an unanswered append, seen late":  tell(unknown(0, app(1, 7)), at(2, 3, 2, list(1)), at(4, 5, 2, list(1, 7))),
		"an unanswered append, never seen": tell(unknown(0, app(1, 7)), at(2, 3, 2, list(1)), at(4, 5, 2, list(1))),
		"seen on one key, not yet read":    tell(unknown(0, app(1, 7), app(2, 7)), at(2, 3, 2, list(2)), at(4, 5, 2, list(1, 7))),
		"an unanswered write that is seen": tell(unknown(0, write(1, 7)), at(2, 3, 2, read(1, 7))),
		"its own appends":                  tell(at(0, 1, 1, app(1, 7), list(1, 7), app(1, 8), list(1, 7, 8)), at(2, 3, 1, list(1, 7, 8))),
		"an append after the last read":    tell(at(0, 1, 1, list(1), app(1, 7)), at(2, 3, 1, app(1, 8))),
		"done and sent at one instant":     tell(at(0, 1, 1, app(1, 7)), at(1, 2, 2, list(1)), at(3, 4, 2, list(1, 7))),
		"a rejected transaction":           tell(do{0, 1, 1, bench.Rejected, []micro{app(1, 7)}}, at(2, 3, 2, list(1))),
		"numbers are not for this check":   tell(at(0, 1, 1, add(1, 5, 0)), at(2, 3, 2, read(1, 99))),
	} {
		t.Run(name, func(t *testing.T) {
			if r := Check(context.Background(), st.samples, st.records, Options{}); r.Verdict != OK {
				t.Errorf("%s: %s", r.Verdict, r.Why)
			}
		})
	}
}

// TestUndecided has records from which nothing can be said.
func TestUndecided(t *testing.T) {
	missing := tell(at(0, 1, 1, app(1, 7)))
	missing.records = nil
	short := tell(at(0, 1, 1, app(1, 7), app(1, 8)))
	short.records[0].Reply.Found = short.records[0].Reply.Found[:1]
	for says, st := range map[string]story{
		"transaction 100 has no record":      missing,
		"does not say what each of its":      short,
		"is written to key 1 more than once": tell(at(0, 1, 1, app(1, 7)), at(0, 1, 2, app(1, 7))),
		"a list and for something else":      tell(at(0, 1, 1, app(1, 7)), at(0, 1, 2, write(1, 8))),
		"stands for no value":                tell(at(0, 1, 1, write(1, 0))),
	} {
		if r := Check(context.Background(), st.samples, st.records, Options{}); r.Verdict != Unknown || !strings.Contains(r.Why, says) {
			t.Errorf("%s: %s, want unknown: …%s…", r.Verdict, r.Why, says)
		}
	}
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	if r := Check(ended, nil, nil, Options{}); r.Verdict != Unknown {
		t.Errorf("after the end: %+v", r)
	}
}
