package history

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"nines/bench"
	"nines/results"
)

const head = "session,node,kind,key,arg,result,outcome,due_ms,sent_ms,done_ms\n"

// of reads a history from a text.
func of(text string, opts Options) (*History, error) {
	return read("h", strings.NewReader(text), int64(len(text)), opts)
}

func good(t *testing.T, text string, opts Options) *History {
	t.Helper()
	h, err := of(text, opts)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// tell prints what matters of an operation.
func tell(s *bench.Sample) string {
	at := func(d time.Duration) string {
		if d == bench.Never {
			return "-"
		}
		return millis(d)
	}
	return fmt.Sprintf("%v %v %v s%d u%d n%d k%d a%d e%d r%d %s/%s/%s", s.Class, s.Kind, s.Outcome, s.Session, s.User, s.Node, s.Key, s.Arg, s.Expect, s.Result, at(s.Due), at(s.Sent), at(s.Done))
}

func TestCSV(t *testing.T) {
	const z = "9223372036854775807" // the number that zero is given
	for _, c := range []struct {
		name, text string
		opts       Options
		want       string // of the last operation
	}{
		{"a write", head + "1,n1,write,7,5,,ok,0,1,2.5", Options{}, "main write ok s1 u1 n0 k7 a5 e0 r0 0/1/2.5"},
		{"a read", head + "1,n1,read,7,,5,ok,0,1,2.000001", Options{}, "main read ok s1 u1 n0 k7 a0 e0 r5 0/1/2.000001"},
		{"of an absent key", head + "1,n1,read,7,,,ok,0,1,2\r\n", Options{}, "main read ok s1 u1 n0 k7 a0 e0 r0 0/1/2"},
		{"of nil", head + "1,n1,read,7,,nil,ok,0,1,2\n\n", Options{}, "main read ok s1 u1 n0 k7 a0 e0 r0 0/1/2"},
		{"0 that nobody wrote", head + "1,n1,read,7,,0,ok,0,1,2\n", Options{}, "main read ok s1 u1 n0 k7 a0 e0 r0 0/1/2"},
		{"0 that somebody wrote", head + "1,n1,write,7,0,,ok,0,1,2\n1,n1,read,7,,0,ok,0,1,2", Options{}, "main read ok s1 u1 n0 k7 a0 e0 r" + z + " 0/1/2"},
		{"an initial value", head + "1,n1,read,7,,none,ok,0,1,2\n", Options{Initial: "none"}, "main read ok s1 u1 n0 k7 a0 e0 r0 0/1/2"},
		{"an answer to nothing", head + "1,n1,read,7,,9,unknown,0,1,\n", Options{}, "main read unknown s1 u1 n0 k7 a0 e0 r0 0/1/-"},
		{"what was dropped", head + ",n1,read,7,,,dropped,3,,\n", Options{}, "main read dropped s1 u2147483648 n0 k7 a0 e0 r0 3/-/-"},
		{"words of Jepsen, any case", head + "1,n1,Read,7,,,FAIL,3,3,4\n", Options{}, "main read rejected s1 u1 n0 k7 a0 e0 r0 3/3/4"},
		{"no due", "done_ms,sent_ms,session,node,kind,key,arg,result,outcome\n4,3,1,n1,read,7,,,ok\n", Options{}, "main read ok s1 u1 n0 k7 a0 e0 r0 3/3/4"},
		{"an empty due", head + "1,n1,read,7,,,info,,3,4\n", Options{}, "main read unknown s1 u1 n0 k7 a0 e0 r0 3/3/4"},
		{"strings", head + "a,n1,write,x,\"y, \"\"z\"\"\",,ok,0,1,2\nb,n1,read,x,,\"y, \"\"z\"\"\",ok,0,1,2", Options{}, "main read ok s2 u2147483649 n0 k1 a0 e0 r1 0/1/2"},
		{"strings beside numbers", head + "1,n1,write,5,y,,ok,0,1,2\n1,n1,read,x,,6,ok,0,1,2", Options{}, "main read ok s1 u1 n0 k9223372036854775808 a0 e0 r6 0/1/2"},
		{"a large number is a string", head + "1,n1,write,5,18446744073709551615,,ok,0,1,2", Options{}, "main write ok s1 u1 n0 k5 a1 e0 r0 0/1/2"},
		{"nodes by their names", head + "1,n10,read,5,,,ok,0,1,2\n1,n2,read,5,,,ok,0,1,2", Options{}, "main read ok s1 u1 n0 k5 a0 e0 r0 0/1/2"},
		{"a swap", head + "1,n1,cas,5,[1 2],,ok,0,1,2", Options{}, "main cas ok s1 u1 n0 k5 a2 e1 r1 0/1/2"},
		{"a swap, told true", head + "1,n1,cas,5,1->2,true,ok,0,1,2", Options{}, "main cas ok s1 u1 n0 k5 a2 e1 r1 0/1/2"},
		{"a swap, told false", head + "1,n1,cas,5,1:2,false,ok,0,1,2", Options{}, "main cas rejected s1 u1 n0 k5 a2 e1 r0 0/1/2"},
		{"a swap that found something else", head + "1,n1,cas,5,1 2,3,ok,0,1,2", Options{}, "main cas ok s1 u1 n0 k5 a2 e1 r3 0/1/2"},
		{"a swap that found nothing", head + "1,n1,cas,5,\"1,2\",nil,ok,0,1,2", Options{}, "main cas ok s1 u1 n0 k5 a2 e1 r0 0/1/2"},
		{"an acquisition", head + "1,n1,acquire,5,[2 7],2,ok,0,1,2", Options{Lease: 1}, "main cas ok s1 u1 n0 k5 a7 e2 r2 0/1/2"},
		{"a release, in vain", head + "1,n1,Release,5,[7 8],9,ok,0,1,2", Options{Lease: 1}, "main cas ok s1 u1 n0 k5 a8 e7 r9 0/1/2"},
		{"a swap of a lock", "object," + head + "locks,1,n1,cas,5,[7 8],9,ok,0,1,2", Options{Lease: 1}, "main cas ok s1 u1 n0 k5 a8 e7 r9 0/1/2"},
		{"a counter at 0", "object," + head + "counters,1,n1,read,5,,0,ok,0,1,2", Options{}, "main read ok s1 u1 n0 k5 a0 e0 r0 0/1/2"},
		{"a transaction that was dropped", head + ",n1,txn,7,,,dropped,3,,\n", Options{}, "main txn dropped s1 u2147483648 n0 k7 a0 e0 r0 3/-/-"},
		{"a calendar", head + "1,n1,read,5,,,ok,1700000000123.5,1700000000124,1700000000125", Options{}, "main read ok s1 u1 n0 k5 a0 e0 r0 23.5/24/25"},
		{"a byte order mark, spaces", "\xef\xbb\xbf" + strings.ReplaceAll(head, ",", " , ") + " 1 , n1 , read , 5 , , , ok , 0 , 1 , 2 ", Options{}, "main read ok s1 u1 n0 k5 a0 e0 r0 0/1/2"},
		{"all columns", "class,user,expect,size,phase," + head + "main,8,1,100,before,1,n1,cas,5,2,1,ok,0,1,2\nprobe,9,,,,2,n1,read,5,,2,ok,1,1,2\n", Options{}, "probe read ok s2 u9 n0 k5 a0 e0 r2 1/1/2"},
	} {
		h, err := of(c.text, c.opts)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if got := tell(&h.Samples[len(h.Samples)-1]); got != c.want {
			t.Errorf("%s: %s; want %s", c.name, got, c.want)
		}
	}
}

func TestFacts(t *testing.T) {
	text := "class," + head +
		"preload,0,n1,write,1,1,,ok,-900,-900,-899\n" +
		"main,1,n1,read,1,,1,ok,-250,-250,-249\n" +
		"main,1,n1,read,1,,1,ok,0,0,1\n" +
		"main,1,n2,read,1,,1,ok,199.5,199.5,200\n" +
		"probe,2,n1,read,2,,,ok,10,10,11\nprobe,2,n1,read,2,,,ok,30,30,31\nprobe,2,n1,read,2,,,ok,50,50,51\n" +
		"final,3,n3,read,1,,1,ok,500,500,501\n"
	h := good(t, text, Options{})
	f := h.Facts
	if f.Duration != 200*time.Millisecond || f.Warmup != 250*time.Millisecond || f.Probe != 20*time.Millisecond || f.Offered != 2 ||
		f.Deadline != DefaultDeadline || f.SLOBin != DefaultBin || strings.Join(f.Nodes, " ") != "n1 n2 n3" || f.Txns || f.CAS {
		t.Errorf("%+v", f)
	}
	if e := f.Elsewhere; e == nil || !e.Final || !e.Due || e.Untimed || e.Format != CSV {
		t.Errorf("%+v", e)
	}
	h = good(t, text, Options{Period: time.Second, Deadline: time.Millisecond, Bin: time.Second, Check: Nothing, Name: "x"})
	if f := h.Facts; f.Duration != time.Second || f.Deadline != time.Millisecond || f.SLOBin != time.Second || f.System != "x" || f.Guarantees.Linearizable() {
		t.Errorf("%+v", f)
	}
}

// TestCSVErrors: each says where it is, what is wrong and what would be right.
func TestCSVErrors(t *testing.T) {
	for text, want := range map[string]string{
		"":   "h: it is empty: want a first row with the names of the columns: session,node,kind,key,arg,result,outcome,sent_ms,done_ms",
		head: "h: it has no operations: there is nothing to analyse",
		strings.Replace(head, "kind", "kinds", 1): `h:1: column kind: it is missing: the first row has session,node,kinds,key,arg,result,outcome,due_ms,sent_ms,done_ms; want session,node,kind,key,arg,result,outcome,sent_ms,done_ms; is it the column "kinds"?`,
		strings.Replace(head, "node", "key", 1): `h:1: column key: the table has two columns of this name: remove one
h:1: column node: it is missing: the first row has session,key,kind,key,arg,result,outcome,due_ms,sent_ms,done_ms; want session,node,kind,key,arg,result,outcome,sent_ms,done_ms`,
		head + "1,n1,read,1,,,ok,0,1":                                                    "h:2: 9 cells, and the first row has 10",
		head + "1,n1,reed,1,,,okk,0,1,2":                                                 "h:2: column kind: unknown kind \"reed\": did you mean \"read\"? There are read, write, cas, txn, acquire, release\nh:2: column outcome: unknown outcome \"okk\": did you mean \"ok\"? There are ok, rejected, unknown, dropped, fail, info",
		head + "1,n1,,1,,,ok,0,1,2":                                                      "h:2: column kind: it is empty: want one of read, write, cas, txn, acquire, release",
		head + "1,n1,read,1,,,ok,0,soon,2s":                                              "h:2: column sent_ms: \"soon\" is no time: want milliseconds such as 12.345\nh:2: column done_ms: \"2s\" is no time: want milliseconds such as 12.345",
		head + "1,n1,read,1,,,ok,0,2,1":                                                  "h:2: column done_ms: 1 is before sent_ms, 2: an operation is done after it was sent",
		head + "1,n1,read,1,,,ok,3,2,4":                                                  "h:2: column sent_ms: 2 is before due_ms, 3: an operation is sent when it is due or later",
		head + "1,n1,read,1,,,ok,0,,1":                                                   "h:2: column sent_ms: it is empty: want when the operation was sent, or the outcome dropped",
		head + "1,n1,read,1,,,ok,0,1,":                                                   "h:2: column done_ms: it is empty: want when the operation was answered, or the outcome unknown",
		head + "1,n1,read,1,,,dropped,,,":                                                "h:2: column due_ms: it is empty: want when the operation that was dropped was due",
		head + "1,n1,read,,,,ok,0,1,2":                                                   "h:2: column key: it is empty: want the key of the operation",
		head + "1,n1,write,1,,,ok,0,1,2":                                                 "h:2: column arg: it is empty: want the value that was written",
		head + "1,n1,cas,1,5,,ok,0,1,2":                                                  "h:2: column arg: \"5\" does not say what a cas replaces by what: want both values, such as [1 2], or the first in a column expect",
		head + "1,n1,txn,1,[[:r 1],,ok,0,1,2":                                            "h:2: column arg: the text ends within its outermost list: want ']' (at byte 8): want micro-operations such as [[:append 1 2] [:r 1 nil]]",
		head + "1,n1,txn,1,[[:q 1 2]],,ok,0,1,2":                                         "h:2: column arg: [:q …] with 3 items is no micro-operation: want [:add key number], [:append key value], [:cas key old new], [:pop key nil], [:r key nil], [:scan key count], [:w key value]",
		head + "1,n1,txn,1,[[:scan 1 0]],,ok,0,1,2":                                      "h:2: column arg: \"0\" is no number of keys to scan",
		head + "1,n1,txn,1,[[:scan 1 2]],[[:scan 1 2]],ok,0,1,2":                         "h:2: column result: it does not say what the scan found: want [:scan key count [value …]]",
		head + "1,n1,txn,1,[[:add 1 x]],,ok,0,1,2":                                       "h:2: column arg: \"x\" is no whole number",
		head + "1,n1,acquire,1,[2 8],2,ok,0,1,2":                                         "h:2: column arg: \"8\" is not swapped in by this: want an odd number, the fencing token, to acquire a lock, and an even one above 0 to release it",
		head + "1,n1,release,1,[2 0],2,ok,0,1,2":                                         "h:2: column arg: \"0\" is not swapped in by this: want an odd number, the fencing token, to acquire a lock, and an even one above 0 to release it",
		head + "1,n1,acquire,1,[2 7],2,ok,0,1,2":                                         "h: it is of locks: say with --lease how long after sending its acquisition a holder no longer takes itself for one",
		"object," + head + "stack,1,n1,read,1,,,ok,0,1,2":                                "h:2: column object: unknown object \"stack\": there are registers, accounts, lists, counters, queues, locks, ranges",
		"object," + head + "queues,1,n1,txn,1,[[:scan 1 2]],[[:scan 1 2 []]],ok,0,1,2":   "h:2: column arg: it is of ranges, and what comes before is of queues: want a history of one of them",
		"object," + head + "queues,1,n1,read,1,,,ok,0,1,2\nlocks,1,n1,read,1,,,ok,0,1,2": "h:3: column object: it is of locks, and what comes before is of queues: want a history of one of them",
		"object," + head + "counters,1,n1,read,1,,many,ok,0,1,2":                         "h: counters hold whole numbers, and \"many\" is none",
		"object," + head + "counters,1,n1,txn,1,[[:add 1 1]],[[:add 1 1]],ok,0,1,2":      "h: an add to counters does not say what it found: want [:add key number found]",
		head + "1,n1,txn,1,[[:r 1 nil]],,ok,0,1,2":                                       "h:2: column result: what the transaction found is not told for each of its 1 micro-operations",
		head + "1,n1,txn,1,[[:r 1 nil]],[[:r 2 1]],ok,0,1,":                              "h:2: column done_ms: it is empty: want when the operation was answered, or the outcome unknown",
		head + "1,n1,txn,1,[[:r 1 nil]],[[:r 2 1]],ok,0,1,2":                             "h:2: column result: [:r …] with 3 items is not micro-operation 1 of what was asked",
		head + "1,n1,read,\"1,,,ok,0,1,2\n":                                              "h:2:11: a quote that is not closed in this line\nh:2: 4 cells, and the first row has 10",
		head + "1,n1,read,\"1\"2,,,ok,0,1,2\n":                                           "h:2:11: text after a quoted cell: want a comma, or two quotes for one within the cell",
		"size," + head + "x,1,n1,read,1,,,ok,0,1,2":                                      "h:2: column size: \"x\" is no size in bytes: want a number such as 100",
		head + "1,n1,read,1,,,ok,0,0,1\n1,n1,read,1,,,ok,1e9,1e9,1e9":                    "h: the measured period would be 12 days long, from 0 to 1000000100 ms, and can be 7: are all times in one unit, and from one clock? If so, give --period",
		"class," + head + "probe,1,n1,read,1,,,ok,0,1,2":                                 "h: no operation of the load was due at 0 ms or later, so there is no measured period: class is main for these",
	} {
		_, err := of(text, Options{})
		if err == nil || err.Error() != want {
			t.Errorf("%q:\n%v\nwant\n%s", text, err, want)
		}
	}
}

// TestManyErrors: those of the first lines come together, and not without end.
func TestManyErrors(t *testing.T) {
	text := head + strings.Repeat("1,n1,read,1,,,ok,0,2,1\n", 5000)
	_, err := of(text, Options{})
	var list Problems
	if !errors.As(err, &list) || len(list) != mostProblems+1 || list[mostProblems-1].Line != 21 {
		t.Fatal(err)
	}
	if want := "h: 979 more of the first 1000 lines"; list[mostProblems].Error() != want {
		t.Errorf("%s; want %s", list[mostProblems], want)
	}
	late := head + strings.Repeat("1,n1,read,1,,,ok,0,2,3\n", 3000) + "1,n1,read,1,,,ok,0,2,1\n"
	if _, err := of(late, Options{}); err == nil || !strings.HasPrefix(err.Error(), "h:3002: ") {
		t.Error(err)
	}
	endless := head + "1,n1,read,1,,,ok,0,2," + strings.Repeat("1", maxLine)
	if _, err := of(endless, Options{}); err == nil || err.Error() != "h:2: a line of more than 64 MB" {
		t.Error(err)
	}
}

// TestLongLine: a list may be longer than what is buffered, in the last line and before.
func TestLongLine(t *testing.T) {
	const n = 300_000
	line := "1,n1,txn,1,[[:r 1 nil]],[[:r 1 [" + strings.Repeat("123456 ", n) + "]]],ok,0,1,2"
	h := good(t, head+line+"\n1,n1,txn,1,[[:append 1 2]],[[:append 1 2]],ok,3,3,4\n"+line, Options{})
	if len(h.Samples) != 3 {
		t.Fatalf("%d operations", len(h.Samples))
	}
	for _, i := range []int{0, 2} {
		if got := h.Txns[i].Reply.Found[0].List; len(got) != n || got[n-1] != 123456 {
			t.Errorf("%d elements", len(got))
		}
	}
}

func TestInstant(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"": bench.Never, "0": 0, "-0.5": -500 * time.Microsecond, "1.": time.Millisecond, ".25": 250 * time.Microsecond,
		"1700000000123.456789": 1700000000123456789, "12.3456789": 12345679, "1e3": time.Second, "1.5E-3": 1500,
	} {
		if got, ok := instant([]byte(text)); !ok || got != want && text != "1700000000123.456789" {
			t.Errorf("%q: %d, %t; want %d", text, got, ok, want)
		}
	}
	for _, text := range []string{"-", ".", "1,5", "inf", "NaN", "1e300", "99999999999999999999", "1 2", "0x10", "１"} {
		if got, ok := instant([]byte(text)); ok {
			t.Errorf("%q is %v", text, got)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		want := time.Duration(rapid.Int64Range(-9e15, 9e15).Draw(t, "ns"))
		if got, ok := instant(appendMillis(nil, want)); !ok || got != want {
			t.Fatalf("%d is written %s and read %d", want, appendMillis(nil, want), got)
		}
	})
}

// TestNotes: what was inferred is said.
func TestNotes(t *testing.T) {
	text := "extra," + strings.Replace(head, ",due_ms", "", 1) + "?,1,n1,write,k,0,,ok,5001,5002\n?,1,n1,read,k,,0,ok,5003,5004\n"
	got := strings.Join(good(t, text, Options{}).Facts.Elsewhere.Notes, "\n")
	for _, want := range []string{
		"columns that mean nothing here were left alone: extra", `keys that are no numbers were given some, 1 in all: "k" is 1`,
		"the value 0 is called 9223372036854775807", "each counts from when it was sent", "each session counts as one",
		"times count from 5000 ms of the file", "the measured period is taken to end at 100ms", "there are no probes",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no note %q in\n%s", want, got)
		}
	}
}

func TestFaultsOfFile(t *testing.T) {
	h := good(t, head+"1,n1,read,1,,,ok,1000,1000,1001\n", Options{Faults: []bench.Interval{{Fault: "f", Start: 1500 * time.Millisecond, End: 2 * time.Second}}})
	if f := h.Faults[0]; f.Start != 500*time.Millisecond || f.End != time.Second {
		t.Errorf("%+v", f)
	}
}

func TestParquet(t *testing.T) {
	path := t.TempDir() + "/samples.parquet"
	w, err := results.CreateSamples(path)
	if err != nil {
		t.Fatal(err)
	}
	want := bench.Sample{Due: 1, Sent: 2, Done: 3, Session: 4, Key: 5, Result: 6, User: 7, Node: 2, Kind: bench.Read, Outcome: bench.OK, Class: bench.Main}
	if err := errors.Join(w.Record([]bench.Sample{want}), w.Close()); err != nil {
		t.Fatal(err)
	}
	h, err := Read(path, Options{})
	if err != nil || h.Samples[0] != want || strings.Join(h.Facts.Nodes, " ") != "n1 n2 n3" || h.Facts.Elsewhere.Format != Parquet {
		t.Errorf("%v: %+v", err, h)
	}
}
