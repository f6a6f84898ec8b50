package txn

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"nines/bench"
)

// filled is the preload of accounts with 100 each.
func filled(n int) do {
	d := do{sent: -10, done: -9, session: 99}
	for k := range n {
		d.micros = append(d.micros, micro{kind: bench.Write, key: uint64(k), arg: 100})
	}
	return d
}

// banking tells a history whose first transaction is the preload and whose last
// is the final read.
func banking(dos ...do) story {
	st := tell(dos...)
	st.samples[0].Class = bench.Preload
	st.samples[len(st.samples)-1].Class = bench.Final
	return st
}

func TestBank(t *testing.T) {
	unknown := func(micros ...micro) do { return do{0, 9, 9, bench.Unknown, micros} }
	for _, c := range []struct {
		name string
		st   story
		want Verdict
		says string
	}{
		{"nothing but the last read", banking(filled(2), at(90, 91, 1, read(0, 100), read(1, 100))), OK, "1 reads of all 2 accounts"},
		{"a transfer", banking(filled(2), at(0, 9, 1, add(0, -10, 100), add(1, 10, 100)), at(90, 91, 1, read(0, 90), read(1, 110))), OK, "1 transfers"},
		{"half a transfer", banking(filled(2), at(0, 9, 1, add(0, -10, 100), add(1, 10, 100)), at(90, 91, 1, read(0, 90), read(1, 100))), Illegal,
			"T1 (final, session 1, n1, 0.090-0.091 s) found 190 in all accounts together, 10 too little, and not 200 [0: 90 1: 100]"},
		{"a read of half a transfer", banking(filled(2), at(0, 9, 1, add(0, -10, 100), add(1, 10, 100)), at(0, 9, 2, read(0, 100), read(1, 110)),
			at(90, 91, 1, read(0, 90), read(1, 110))), Illegal, "210 in all accounts together, 10 too much"},
		{"a lost update", banking(filled(2), at(0, 9, 1, add(0, -10, 100), add(1, 10, 100)), at(0, 9, 2, add(0, -10, 100), add(1, 10, 100)),
			at(90, 91, 1, read(0, 90), read(1, 110))), Illegal, "account 0: T1 (session 1, n1, 0.000-0.009 s) and T2 (session 2, n2, 0.000-0.009 s) both found 100 there"},
		{"an acknowledged transfer that is gone", banking(filled(2), at(0, 9, 1, add(0, -10, 100), add(1, 10, 100)),
			at(90, 91, 1, read(0, 100), read(1, 100))), Illegal, "lost-transfer"},
		{"an unanswered transfer that happened", banking(filled(2), unknown(add(0, -10, 0), add(1, 10, 0)), at(90, 91, 1, read(0, 90), read(1, 110))), OK, ""},
		{"one that did not", banking(filled(2), unknown(add(0, -10, 0), add(1, 10, 0)), at(90, 91, 1, read(0, 100), read(1, 100))), OK, ""},
		{"overdrawn", banking(filled(2), at(0, 9, 1, add(0, -110, 100), add(1, 110, 100)), at(90, 91, 1, read(0, 0), read(1, 200))), Illegal, "account 0 was at -10"},
		{"read back in parts", banking(filled(2), at(80, 81, 1, read(1, 100)), at(90, 91, 1, read(0, 100))), Unknown, "account 1 had no answered final read"},
		{"not filled", banking(filled(1), at(90, 91, 1, read(0, 100), read(1, 100))), Unknown, "account 1 was not filled"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := Bank(c.st.samples, c.st.records, Accounts{2, 200}, Options{})
			if got.Verdict != c.want || !strings.Contains(got.Why, c.says) {
				t.Errorf("%s: %s, want %s: …%s…", got.Verdict, got.Why, c.want, c.says)
			}
		})
	}
	parts := banking(filled(2), at(0, 9, 1, add(0, -10, 100), add(1, 10, 100)), at(80, 81, 1, read(1, 100)), at(90, 91, 1, read(0, 90)))
	parts.samples[2].Class = bench.Final
	if got := Bank(parts.samples, parts.records, Accounts{2, 200}, Options{}); got.Verdict != Illegal || !strings.Contains(got.Why, "found 190") {
		t.Errorf("in parts: %s: %s", got.Verdict, got.Why)
	}
}

// TestBankProperty: banks that are in order are never convicted, and what breaks
// one in a place that somebody saw is found.
func TestBankProperty(t *testing.T) {
	caught := 0
	const rounds = 3000
	for seed := range uint64(rounds) {
		r := rand.New(rand.NewPCG(seed, 5))
		st := randomBank(r)
		if got := Bank(st.samples, st.records, Accounts{4, 400}, Options{}); got.Verdict != OK {
			t.Fatalf("seed %d: %s: %s\n%v", seed, got.Verdict, got.Why, st)
		}
		last := st.records[len(st.records)-1].Reply.Found
		k := r.IntN(4)
		last[k].Value++
		if got := Bank(st.samples, st.records, Accounts{4, 400}, Options{}); got.Verdict != Illegal || got.Anomalies[0].Name != WrongTotal {
			t.Fatalf("seed %d: a wrong end is %s: %s", seed, got.Verdict, got.Why)
		}
		last[k].Value--
		rec := &st.records[1+r.IntN(len(st.records)-2)]
		if rec.Reply == nil || rec.Txn.Micros[0].Kind != bench.Add {
			continue
		}
		rec.Reply.Found[0].Value += 1000
		if got := Bank(st.samples, st.records, Accounts{4, 400}, Options{}); got.Verdict == Illegal {
			caught++
		}
	}
	if caught < rounds/5 {
		t.Errorf("only %d of %d impossible balances were found", caught, rounds)
	}
}

func randomBank(r *rand.Rand) story {
	balance := []int64{100, 100, 100, 100}
	dos := []do{filled(4)}
	for i := range r.IntN(12) + 1 {
		d := do{sent: 10 * i, done: 10*i + 15, session: uint64(i)}
		if r.IntN(4) == 0 {
			for k, v := range balance {
				d.micros = append(d.micros, read(uint64(k), uint64(v)))
			}
			dos = append(dos, d)
			continue
		}
		a, by := r.IntN(4), int64(1+r.IntN(60))
		b := (a + 1 + r.IntN(3)) % 4
		d.micros = []micro{add(uint64(a), -by, balance[a]), add(uint64(b), by, balance[b])}
		happens := balance[a] >= by
		switch {
		case r.IntN(5) == 0:
			d.outcome = bench.Unknown
			happens = happens && r.IntN(2) == 0
		case !happens:
			d.outcome = bench.Rejected
		}
		if happens {
			balance[a] -= by
			balance[b] += by
		}
		dos = append(dos, d)
	}
	end := do{sent: 1000, done: 1001, session: 1000}
	for k, v := range balance {
		end.micros = append(end.micros, read(uint64(k), uint64(v)))
	}
	return banking(append(dos, end)...)
}

func TestSettled(t *testing.T) {
	nodes := []string{"n1", "n2"}
	for _, c := range []struct {
		name string
		of   map[string]bench.Status
		want Verdict
	}{
		{"settled", map[string]bench.Status{"n1": {Up: true}, "n2": {Up: true}}, OK},
		{"a lock", map[string]bench.Status{"n1": {Up: true}, "n2": {Up: true, Locks: 1}}, Illegal},
		{"in doubt", map[string]bench.Status{"n1": {Up: true, InDoubt: 1}, "n2": {}}, Illegal},
		{"down", map[string]bench.Status{"n1": {Up: true}}, Unknown},
	} {
		if got := Settled(nodes, func(n string) bench.Status { return c.of[n] }); got.Verdict != c.want {
			t.Errorf("%s: %s: %s", c.name, got.Verdict, got.Why)
		}
	}
	if got := Settled(nil, nil); got.Verdict != Unknown {
		t.Errorf("nobody: %s", got.Verdict)
	}
}

func TestOneFate(t *testing.T) {
	doubt := func(node string, txn uint64, detail string) bench.Event {
		return bench.Event{At: time.Second, Node: node, Kind: bench.EventInDoubt, Txn: txn, Detail: detail}
	}
	st := tell(at(0, 9, 1, app(1, 7)), do{0, 9, 2, bench.Rejected, []micro{app(1, 8)}}, do{0, 9, 3, bench.Unknown, []micro{app(1, 9)}})
	for _, c := range []struct {
		events []bench.Event
		want   Verdict
		says   string
	}{
		{nil, OK, "0 transactions"},
		{[]bench.Event{doubt("n1", 100, "committed"), doubt("n2", 101, "aborted"), doubt("n2", 102, "aborted"), doubt("n1", 0, "aborted")}, OK, "3 transactions"},
		{[]bench.Event{doubt("n1", 102, "committed"), doubt("n2", 102, "aborted")}, Illegal, "transaction 102 (unknown, session 3, n3, from 0.000 s) was committed by n1 and aborted by n2"},
		{[]bench.Event{doubt("n2", 100, "aborted")}, Illegal, "acknowledged to its client, but aborted by n2"},
		{[]bench.Event{doubt("n2", 101, "committed")}, Illegal, "rejected to its client as without effect, but committed by n2"},
	} {
		if got := OneFate(st.samples, c.events, Options{}); got.Verdict != c.want || !strings.Contains(got.Why, c.says) {
			t.Errorf("%s: %s, want %s: …%s…", got.Verdict, got.Why, c.want, c.says)
		}
	}
}

// TestRegisters: what transactions did to a register, as plain operations.
func TestRegisters(t *testing.T) {
	st := tell(
		at(0, 9, 1, read(1, 0), write(1, 7), write(1, 8), read(2, 5)),
		do{0, 9, 2, bench.Unknown, []micro{read(1, 0), write(1, 9)}},
		at(0, 9, 3, app(3, 1)),
	)
	st.samples = append(st.samples, bench.Sample{Kind: bench.Read, Key: 1, Result: 8, Outcome: bench.OK}, bench.Sample{Kind: bench.Read, Key: 3, Outcome: bench.OK})
	ops, from, err := Registers(st.samples, st.records)
	if err != nil || len(ops) != 4 || len(from) != 4 {
		t.Fatalf("%+v %v %v", ops, from, err)
	}
	if s := ops[0]; s.Kind != bench.Read || s.Result != 8 || from[0] != 3 {
		t.Errorf("a plain one: %+v", s)
	}
	if s := ops[1]; s.Kind != bench.CAS || s.Key != 1 || s.Expect != 0 || s.Result != 0 || s.Arg != 8 {
		t.Errorf("read and write: %+v", s)
	}
	if s := ops[2]; s.Kind != bench.Read || s.Key != 2 || s.Result != 5 {
		t.Errorf("read: %+v", s)
	}
	if s := ops[3]; s.Kind != bench.Write || s.Key != 1 || s.Arg != 9 || s.Outcome != bench.Unknown {
		t.Errorf("unanswered: %+v", s)
	}
	if _, _, err := Registers(st.samples, nil); err == nil {
		t.Error("no error without records")
	}
}

func TestDurable(t *testing.T) {
	for _, c := range []struct {
		name string
		st   story
		want Verdict
		says string
	}{
		{"kept", tell(at(0, 9, 1, app(1, 7), app(1, 8)), at(20, 21, 2, list(1, 7, 8))), OK, "all 2 acknowledged elements of 1 lists"},
		{"lost", tell(at(0, 9, 1, app(1, 7), app(1, 8)), at(20, 21, 2, list(1, 7))), Illegal,
			"key 1: T1 (session 1, n1, 0.000-0.009 s) appended 8, which was acknowledged, but T2 (final, session 2, n2, 0.020-0.021 s) found [7]"},
		{"unanswered", tell(do{0, 9, 1, bench.Unknown, []micro{app(1, 7)}}, at(20, 21, 2, list(1))), OK, "all 0"},
		{"acknowledged after the read was sent", tell(at(0, 20, 1, app(1, 7)), at(20, 21, 2, list(1))), OK, ""},
		{"not read", tell(at(0, 9, 1, app(1, 7)), at(20, 21, 2, list(2))), Unknown, "1 of 1 lists"},
	} {
		st := c.st
		st.samples[len(st.samples)-1].Class = bench.Final
		if got := Durable(st.samples, st.records, Options{}); got.Verdict != c.want || !strings.Contains(got.Why, c.says) {
			t.Errorf("%s: %s: %s, want %s: …%s…", c.name, got.Verdict, got.Why, c.want, c.says)
		}
	}
}
