package history

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"nines/bench"
)

// op is an operation of Jepsen; rest are further keys.
func op(kind string, process int, f, value string, at int) string {
	return fmt.Sprintf("{:type :%s, :process %d, :f :%s, :value %s, :time %d}\n", kind, process, f, value, at)
}

func TestJepsenRegisters(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"one register", op("invoke", 0, "write", "3", 1000000) + op("ok", 0, "write", "3", 2000000), "main write ok s0 u0 n0 k0 a3 e0 r0 1/1/2"},
		{"a read", op("invoke", 0, "read", "nil", 1000000) + op("ok", 0, "read", "3", 2000000), "main read ok s0 u0 n0 k0 a0 e0 r3 1/1/2"},
		{"of nil", op("invoke", 0, "read", "nil", 1000000) + op("ok", 0, "read", "nil", 2000000), "main read ok s0 u0 n0 k0 a0 e0 r0 1/1/2"},
		{"independent", "[" + op("invoke", 5, "read", "[7 nil]", 1000000) + op("ok", 5, "read", "[7 3]", 2000000) + "]", "main read ok s5 u5 n0 k7 a0 e0 r3 1/1/2"},
		{"a swap", op("invoke", 0, "cas", "[1 2]", 1000000) + op("ok", 0, "cas", "[1 2]", 2000000), "main cas ok s0 u0 n0 k0 a2 e1 r1 1/1/2"},
		{"an independent swap", op("invoke", 0, "cas", "[7 [1 2]]", 1000000) + op("fail", 0, "cas", "[7 [1 2]]", 2000000), "main cas rejected s0 u0 n0 k7 a2 e1 r0 1/1/2"},
		{"a write of nobody knows", op("invoke", 0, "write", "3", 1000000) + op("info", 0, "write", "3", 2000000), "main write unknown s0 u0 n0 k0 a3 e0 r0 1/1/2"},
		{"never completed", op("invoke", 0, "write", "3", 1000000), "main write unknown s0 u0 n0 k0 a3 e0 r0 1/1/-"},
		{"records, strings, a nemesis", `#jepsen.history.Op{:index 0, :time 0, :type :info, :process :nemesis, :f :start, :value nil}
#jepsen.history.Op{:index 1, :time 5, :type "invoke", :process 1, :f "write", :value ["k" "v"], :node "n2"} ; and so on
#jepsen.history.Op{:index 2, :time 6, :type :ok, :process 1, :f "write", :value ["k" "v"]}`, "main write ok s1 u1 n0 k1 a1 e0 r0 0.000005/0.000005/0.000006"},
		{"of an export", `{:type :invoke, :process 1, :f :read, :value [1 nil], :time 2000000, :due 1000000, :user 9, :class :probe}` +
			op("invoke", 2, "read", "[1 nil]", 2000000) + op("ok", 1, "read", "[1 4]", 3000000), "probe read ok s1 u9 n0 k1 a0 e0 r4 1/2/3"},
	} {
		h, err := of(c.text, Options{})
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if got := tell(&h.Samples[0]); got != c.want {
			t.Errorf("%s: %s; want %s", c.name, got, c.want)
		}
	}
}

// TestJepsenSteps: what Jepsen has names for are transactions of one step.
func TestJepsenSteps(t *testing.T) {
	did := func(f, asked, kind, value string) string {
		return op("invoke", 0, f, asked, 1000000) + op(kind, 0, f, value, 2000000)
	}
	found := func(text, found string) string { return strings.TrimSuffix(text, "}\n") + ", :found " + found + "}\n" }
	for _, c := range []struct {
		text, want string
		object     bench.Object
	}{
		{found(did("add", "[3 1]", "ok", "[3 1]"), "4"), "main txn ok [[:add 3 1 4]]", bench.Counters},
		{did("add", "2", "ok", "2"), "main txn ok untold", bench.Counters},
		{did("add", "[3 -1]", "info", "[3 -1]"), "main txn unknown [[:add 3 -1]]", bench.Counters},
		{did("enqueue", "5", "ok", "5"), "main txn ok [[:append 0 5]]", bench.Queues},
		{did("enqueue", "[3 5]", "fail", "[3 5]"), "main txn rejected [[:append 3 5]]", bench.Queues},
		{did("dequeue", "nil", "ok", "5"), "main txn ok [[:pop 0 5]]", bench.Queues},
		{did("dequeue", "[3 nil]", "ok", "[3 5]"), "main txn ok [[:pop 3 5]]", bench.Queues},
		{found(did("dequeue", "[3 nil]", "fail", "[3 nil]"), "nil"), "main txn ok [[:pop 3 nil]]", bench.Queues},
		{did("dequeue", "nil", "fail", "nil"), "main txn rejected [[:pop 0 nil]]", bench.Queues},
		{did("drain", "nil", "ok", "[5 6 7]"), "final txn ok [[:r 0 [5 6 7]]]", bench.Queues},
		{did("drain", "nil", "ok", "[5 6]"), "final txn ok [[:r 0 [5 6]]]", bench.Queues},
		{did("drain", "[3 nil]", "ok", "[3 [5 6]]"), "final txn ok [[:r 3 [5 6]]]", bench.Queues},
		{found(did("cas", "[3 [1 2]]", "fail", "[3 [1 2]]"), "9"), "main cas ok e1 r9", ""},
		{did("cas", "[3 [1 2]]", "fail", "[3 [1 2]]"), "main cas rejected e1 r0", ""},
		{found(did("write", "[3 1]", "fail", "[3 1]"), "9"), "main write rejected e0 r0", ""}, // says nothing
	} {
		h := good(t, op("invoke", 9, "read", "nil", 0)+c.text, Options{Period: time.Second})
		s := h.Samples[1]
		got := fmt.Sprintf("%v %v %v", s.Class, s.Kind, s.Outcome)
		switch {
		case s.Kind != bench.Transact:
			got += fmt.Sprintf(" e%d r%d", s.Expect, s.Result)
		case s.Outcome == bench.OK && h.Txns[0].Reply == nil:
			got += " untold"
		default:
			got += " " + string(appendMicros(nil, h.Txns[0].Txn, h.Txns[0].Reply))
		}
		if got != c.want || h.Facts.Object != c.object {
			t.Errorf("%s, %s; want %s of %s", got, h.Facts.Object, c.want, c.object)
		}
	}
}

// TestJepsenUntimed: positions stand for times.
func TestJepsenUntimed(t *testing.T) {
	h := good(t, `{:type :invoke, :process 0, :f :read, :value nil} {:type :ok, :process 0, :f :read, :value 1}`, Options{})
	if s := h.Samples[0]; s.Sent != 0 || s.Done != untimedStep || !h.Facts.Elsewhere.Untimed {
		t.Errorf("%+v", s)
	}
}

func TestJepsenTransactions(t *testing.T) {
	h := good(t, op("invoke", 0, "txn", "[[:append x 1] [:r y nil] [:r z nil]]", 1)+op("ok", 0, "txn", "[[:append x 1] [:r y nil] [:r z [4 5]]]", 2)+
		op("invoke", 1, "txn", "[[:append y 2]]", 3)+op("fail", 1, "txn", "[[:append y 2]]", 4), Options{})
	if len(h.Txns) != 2 || !h.Facts.Txns {
		t.Fatalf("%+v", h.Txns)
	}
	m, f := h.Txns[0].Txn.Micros, h.Txns[0].Reply.Found
	if m[0].Kind != bench.Append || m[1].Kind != bench.List || m[2].Kind != bench.List || f[1].List != nil || fmt.Sprint(f[2].List) != "[4 5]" || m[0].Arg != 1 {
		t.Errorf("%+v %+v", m, f)
	}
	if m[0].Key != 1 || m[1].Key != 2 || m[2].Key != 3 || h.Txns[1].Txn.Micros[0].Key != 2 || h.Txns[1].Reply != nil {
		t.Errorf("keys: %+v", m)
	}
	h = good(t, op("invoke", 0, "txn", "[[:w 1 1] [:r 2 nil] [:cas 3 4 5] [:add 6 -7]]", 1)+op("ok", 0, "txn", "[[:w 1 1] [:r 2 8] [:cas 3 4 5] [:add 6 -7]]", 2), Options{})
	m, f = h.Txns[0].Txn.Micros, h.Txns[0].Reply.Found
	if m[1].Kind != bench.Read || f[1].Value != 8 || m[2].Expect != 4 || f[2].Value != 4 || int64(m[3].Arg) != -7 {
		t.Errorf("%+v %+v", m, f)
	}
}

func TestJepsenErrors(t *testing.T) {
	invoke := op("invoke", 0, "read", "nil", 1)
	for text, want := range map[string]string{
		"[1]":                              `h:1:2: "1" is no operation: want a map such as {:type :invoke, :process 0, :f :read, :value nil, :time 0}`,
		"[{:f :read}]":                     "h:1:2: the operation has no :process: want the number of who performed it",
		"{:process 0}":                     "h:1:1: the operation has no :type: want :invoke, :ok, :fail or :info",
		"{:process 0, :type :okay}":        "h:1:20: unknown :type :okay: there are :invoke, :ok, :fail, :info",
		invoke + "{:process 0, :type :ok}": "h:2:1: some operations have a :time, and others have none: want it of all or of none",
		invoke + "{:process 0, :type :ok, :time 1.5}": `h:2:31: "1.5" is no :time: want whole nanoseconds`,
		invoke + invoke:                                                     "h:2:1: process 0 invokes an operation, and that of line 1 is not completed: want its :ok, :fail or :info first, or another process",
		op("ok", 3, "read", "1", 1):                                         "h:1:1: process 3 completes an operation that it did not invoke: want its :invoke before",
		invoke + op("ok", 0, "write", "1", 1):                               "h:2:1: process 0 completes :write, and invoked :read in line 1",
		invoke + op("ok", 0, "read", "1", 0):                                "h:2:1: the operation is completed at 0 ns, before it was invoked at 1 ns",
		op("invoke", 0, "push", "1", 1):                                     "h:1:46: an operation :f :push is none that is checked: want :read, :write, :cas, :txn, :add, :enqueue, :dequeue or :drain",
		op("invoke", 0, "add", "x", 1):                                      "h:1:45: \"x\" is no whole number",
		op("invoke", 0, "enqueue", "[1 2 3]", 1):                            "h:1:49: a vector of 3 items is no value of a :enqueue: want a value or [key value]",
		op("invoke", 0, "drain", "nil", 1) + op("ok", 0, "drain", "5", 2):   "h:2:43: \"5\" is nothing that a :drain finds: want [value …] or [key [value …]]",
		op("invoke", 0, "add", "1", 1) + op("invoke", 1, "enqueue", "1", 1): "h:2:49: it is of queues, and what comes before is of counters: want a history of one of them",
		op("invoke", 0, "add", "1", 1) + op("ok", 0, "add", "1", 2) + op("invoke", 0, "read", "nil", 3) + op("ok", 0, "read", "#{1 2}", 4): "h: counters hold whole numbers, and \"a set 1 2\" is none",
		"{:type :invoke, :process 0, :f :cas, :value [1 3], :time 1, :object :locks}":                                                      "h: it is of locks: say with --lease how long after sending its acquisition a holder no longer takes itself for one",
		"{:type :invoke, :process 0, :f :cas, :value [1 3], :time 1, :object :lock}":                                                       "h:1:69: unknown object \"lock\": did you mean \"locks\"? There are registers, accounts, lists, counters, queues, locks, ranges",
		op("invoke", 0, "cas", "1", 1):                                           `h:1:45: "1" is no value of a :cas: want [old new] or [key [old new]]`,
		op("invoke", 0, "write", "[1 2 3]", 1):                                   "h:1:47: a vector of 3 items is no value of a :write: want a value or [key value]",
		invoke + op("ok", 0, "read", "[1]", 2):                                   "h:2:42: a vector of 1 items is nothing that a :read finds: want a value or [key value]",
		op("invoke", 0, "txn", "7", 1):                                           `h:1:45: "7" is no transaction: want micro-operations such as [[:append 1 2] [:r 1 nil]]`,
		op("invoke", 0, "txn", "[[:append 1]]", 1):                               "h:1:46: [:append …] with 2 items is no micro-operation: want [:append key value]",
		op("invoke", 0, "txn", "[[:add 1 x]]", 1):                                `h:1:46: "x" is no whole number`,
		invoke + "{:type :ok":                                                    "h:2:11: the text ends here: want the '}' that closes what line 2, column 1 opens",
		"{:process 0, :type :invoke, :f :read, :time 1, :class :x}":              `h:1:55: unknown class "x": there are main, probe, preload, final`,
		"{:process 0, :type :invoke, :f :read, :time 1, :due 2}":                 `h:1:53: "2" is no :due: want whole nanoseconds, and not after :time`,
		op("invoke", 0, "read", "[1 2 3]", 1) + op("invoke", 1, "r", "(1)", 1):   "h:1:46: a vector of 3 items is no value of a :read: want a value or [key value]\nh:2:43: a list of 1 items is no value of a :r: want a value or [key value]",
		op("invoke", 0, "txn", "[[:r 1 nil]]", 1) + op("ok", 0, "txn", "nil", 2): "h:2:41: what the transaction found is not told for each of its 1 micro-operations",
	} {
		_, err := of(text, Options{})
		if err == nil || err.Error() != want {
			t.Errorf("%s\n%v\nwant\n%s", text, err, want)
		}
	}
}

func TestNemesis(t *testing.T) {
	nemesis := func(f, value string, at int) string {
		return fmt.Sprintf("{:type :info, :process :nemesis, :f :%s, :value %s, :time %d}\n", f, value, at)
	}
	one := op("invoke", 0, "read", "nil", 0) + op("ok", 0, "read", "1", 1)
	for text, want := range map[string]string{
		nemesis("start", "nil", 5) + nemesis("start", "{}", 6) + nemesis("stop", "nil", 8) + nemesis("stop", "nil", 9):  "nemesis start 5 6 8 9",
		nemesis("kill", "nil", 5) + nemesis("kill", "nil", 6) + nemesis("start", "nil", 8) + nemesis("start", "nil", 9): "nemesis kill 5 6 8 9",
		nemesis("start-partition", "nil", 5) + nemesis("stop-partition", "nil", 7):                                      "nemesis start-partition 5 5 7 7",
		nemesis("pause", "nil", 5) + nemesis("start-x", `"cut n1"`, 6) + nemesis("resume", "nil", 7):                    "nemesis pause 5 5 7 7; cut n1 6 6 0 0",
		nemesis("bump-clock", "nil", 5): "",
		nemesis("start", "nil", 1) + nemesis("stop", "nil", 2) + nemesis("stop", "nil", 3) + nemesis("start", "nil", 4): "nemesis start 1 1 2 3; nemesis start 4 4 0 0",
	} {
		var got []string
		h := good(t, one+text, Options{})
		for _, f := range h.Faults {
			got = append(got, fmt.Sprintf("%s %d %d %d %d", f.Fault, f.Start, f.Injected, f.HealFrom, f.End))
		}
		if strings.Join(got, "; ") != want {
			t.Errorf("%s\n%q; want %q", text, got, want)
		}
		if note := strings.Contains(strings.Join(h.Facts.Elsewhere.Notes, " "), ":bump-clock"); note != strings.Contains(text, "bump") {
			t.Errorf("%s: %s", text, h.Facts.Elsewhere.Notes)
		}
	}
}

func TestReadFaults(t *testing.T) {
	for text, want := range map[string]string{
		"fault,start_ms,end_ms\nkill(n1),5000,9000.5\n":                                              "kill(n1) [] 5s 5s 9.0005s 9.0005s",
		"end_ms,start_ms,fault,nodes,heal_ms,injected_ms\n9,5,\"cut, twice\",n1 n2,8,6\n":            "cut, twice [n1 n2] 5ms 6ms 8ms 9ms",
		"fault,start_ms,end_ms\nf,1,\n":                                                              "f [] 1ms 1ms 0s 0s",
		`{"fault":"f","start_ms":1,"end_ms":2.5,"nodes":["n1"]}` + "\n\n":                            "f [n1] 1ms 1ms 2.5ms 2.5ms",
		`{"fault":"f","start_ms":1}`:                                                                 "f [] 1ms 1ms 0s 0s",
		"\xef\xbb\xbf" + `{"schema":1,"holds":"faults"}` + "\n" + `{"fault":"f","start_ns":1000000}`: "f [] 1ms 0s 0s 0s",
	} {
		path := t.TempDir() + "/faults"
		writeText(t, path, strings.TrimPrefix(text, map[bool]string{true: "\xef\xbb\xbf"}[strings.Contains(text, "schema")]))
		list, err := ReadFaults(path)
		if err != nil || len(list) != 1 {
			t.Errorf("%s: %v: %v", text, err, list)
			continue
		}
		f := list[0]
		if got := fmt.Sprint(f.Fault, " ", f.Nodes, " ", f.Start, " ", f.Injected, " ", f.HealFrom, " ", f.End); got != want {
			t.Errorf("%s: %s; want %s", text, got, want)
		}
	}
	for text, want := range map[string]string{
		"fault,start\nf,1":                           ":1: column start_ms: it is missing: the first row has fault,start; want fault,start_ms,end_ms; is it the column \"start\"?\nF:1: column end_ms: it is missing: the first row has fault,start; want fault,start_ms,end_ms",
		"fault,start_ms,end_ms\n,x,y":                ":2: column fault: it is empty: want what the fault was, such as kill(n1)\nF:2: column start_ms: \"x\" is no time: want milliseconds such as 12.345\nF:2: column end_ms: \"y\" is no time: want milliseconds such as 12.345",
		"fault,start_ms,end_ms\nf,,2":                ":2: column start_ms: it is empty: want when injection began",
		"fault,start_ms,end_ms\nf,3,2":               ":2: a fault is injected after it starts, and healed before it ends: want start_ms ≤ injected_ms ≤ heal_ms ≤ end_ms",
		"fault,start_ms,end_ms\nf,3":                 ":2: 2 cells, and the first row has 3",
		`{"fault":"f","start":1}`:                    `:1: json: unknown field "start": want a line such as {"fault":"kill(n1)","start_ms":5000,"end_ms":9000,"nodes":["n1"]}`,
		`{"fault":"f","start_ms":1,"end_ms":1e9999}`: `:1: column end_ms: "1e9999" is no time: want milliseconds such as 12.345`,
	} {
		path := t.TempDir() + "/F"
		writeText(t, path, text)
		_, err := ReadFaults(path)
		if err == nil || strings.ReplaceAll(err.Error(), path, "F") != "F"+want {
			t.Errorf("%s:\n%v\nwant\nF%s", text, err, want)
		}
	}
}
