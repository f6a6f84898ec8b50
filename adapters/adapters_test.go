package adapters_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"nines/adapters"
	"nines/adapters/host/inproc"
	"nines/adapters/replica"
	"nines/bench"
	"nines/chaos"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// Every system of the table starts with its defaults, serves, declares what it
// can suffer as its cluster does, and stops.
func TestEverySystemStarts(t *testing.T) {
	for _, s := range adapters.Systems() {
		t.Run(s.Name, func(t *testing.T) {
			if s.Name == "" || s.About == "" || strings.Contains(s.About, "\n") {
				t.Errorf("a row without a name or a line about it: %+v", s)
			}
			if err := s.Check(nil, 3); err != nil {
				t.Fatalf("its defaults: %v", err)
			}
			p, err := s.Prepare(s.Effective(nil))
			if err != nil {
				t.Fatal(err)
			}
			if p.Guarantees.Reads == "" || p.Guarantees.Durability == "" {
				t.Errorf("it declares %+v", p.Guarantees)
			}
			synctest.Test(t, func(t *testing.T) { starts(t, s, p) })
		})
	}
}

func starts(t *testing.T, s adapters.System, p adapters.Prepared) {
	nodes := []string{"n1", "n2", "n3"}
	if s.Nodes > 0 {
		nodes = nodes[:s.Nodes]
	}
	c, err := p.Start(inproc.Config{
		Nodes: nodes, Timing: replica.Timing{Heartbeat: 50 * time.Millisecond, Election: 500 * time.Millisecond},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		for range 2 { // it is idempotent
			if err := c.Close(); err != nil {
				t.Errorf("close: %v", err)
			}
		}
	}()
	if got := c.Nodes(); !slices.Equal(got, nodes) {
		t.Errorf("it has the nodes %v, want %v", got, nodes)
	}
	if got := chaos.CapsOf(c); got != s.Caps {
		t.Errorf("its cluster can suffer %v, and the table says %v", got, s.Caps)
	}
	if pt, ok := c.(chaos.Pointer); ok && !slices.Equal(pt.Points(), s.Points) {
		t.Errorf("its cluster has the protocol points %v, and the table says %v", pt.Points(), s.Points)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	for i, n := range nodes {
		cl, err := c.Dial(ctx, n, uint64(i+1))
		if err != nil {
			t.Fatal(err)
		}
		id := uint64(i + 10)
		if _, err := cl.Do(ctx, &bench.Op{Kind: bench.Write, Key: 1, Arg: id, Size: 8}); err != nil {
			t.Fatalf("write on %s: %v", n, err)
		}
		if r, err := cl.Do(ctx, &bench.Op{Kind: bench.Read, Key: 1}); err != nil || r.Value != id {
			t.Errorf("read on %s: %d, %v; want %d", n, r.Value, err, id)
		}
		if p.Guarantees.Txns != "" {
			transacts(ctx, t, cl, n, uint64(i+100))
		}
	}
	if p.Guarantees.Partitioned {
		owners := make(map[int]bool)
		for key := range uint64(100) {
			owners[p.Owner(key, len(nodes))] = true
		}
		if len(owners) != len(nodes) || p.Guarantees.Replicated {
			t.Errorf("the owners of a hundred keys are %v", owners)
		}
	}
}

// transacts has a node do a transaction over several keys.
func transacts(ctx context.Context, t *testing.T, cl bench.Client, node string, id uint64) {
	t.Helper()
	txn := &bench.Txn{}
	for key := range uint64(4) {
		txn.Micros = append(txn.Micros, bench.Micro{Kind: bench.Append, Key: 1000*id + key, Arg: id}, bench.Micro{Kind: bench.List, Key: 1000*id + key})
	}
	r, err := cl.Do(ctx, &bench.Op{Kind: bench.Transact, Key: txn.Micros[0].Key, Arg: id, Size: bench.MinValueSize, Txn: txn})
	if err != nil {
		t.Fatalf("transaction on %s: %v", node, err)
	}
	for pos, f := range r.Txn.Found {
		if pos%2 == 1 && !slices.Equal(f.List, []uint64{id}) {
			t.Errorf("transaction on %s: micro-operation %d found %v", node, pos, f)
		}
	}
}

func TestLookup(t *testing.T) {
	if s, err := adapters.Lookup("single"); err != nil || s.Name != "single" {
		t.Errorf("%v, %v", s.Name, err)
	}
	_, err := adapters.Lookup("etcdraf")
	const want = `unknown system "etcdraf": did you mean "etcdraft"? There are null, single, etcdraft, hashiraft, paxos`
	if err == nil || !strings.HasPrefix(err.Error(), want) {
		t.Errorf("%v, want %s", err, want)
	}
}

func TestSettings(t *testing.T) {
	for _, tc := range []struct {
		system, name, value string
		want                string // of the error; "": there is none
	}{
		{"etcdraft", "reads", "lease", ""},
		{"etcdraft", "reads", "local", ""},
		{"etcdraft", "reads", "fast", `reads: "fast" is none of linearizable, lease, local`},
		{"etcdraft", "prevote", "OFF", ""},
		{"etcdraft", "prevote", "maybe", `prevote: "maybe": want true or false`},
		{"etcdraft", "checkquorum", "no", ""},
		{"etcdraft", "prevot", "no", `unknown setting "prevot": did you mean "prevote"? There are reads, prevote, checkquorum`},
		{"hashiraft", "reads", "local", ""},
		{"hashiraft", "reads", "lease", "reads: lease is not offered"},
		{"hashiraft", "prevote", "", `prevote: "": want true or false`},
		{"single", "reads", "local", `setting "reads": single has no settings`},
		{"paxos", "reads", "lease", ""},
		{"paxos-classic", "reads", "lease", "reads: lease needs a leader"},
		{"paxos", "quorums", "3/1", ""},
		{"paxos", "quorums", " 2 / 2 ", ""},
		{"paxos", "quorums", "1/2", "quorums: 1 nodes in phase 1 and 2 in phase 2 need not share one of 3"},
		{"paxos", "quorums", "4/2", "quorums: 4 nodes in phase 1: the cluster has 3"},
		{"paxos", "quorums", "3", `quorums: "3": want the sizes for phase 1 and phase 2, such as 4/2`},
		{"paxos", "quorums", "0/3", `quorums: "0/3": want the sizes`},
		{"2pc", "presume", "abort", ""},
		{"2pc", "presume", "commit", `presume "commit"`},
		{"paxoscommit", "f", "0", ""},
		{"paxoscommit", "f", "2", "F = 2 takes 2F+1 = 5 acceptors, and there are 3 nodes"},
		{"paxoscommit", "f", "-1", `f: "-1": want a whole number, 0 or more`},
		{"null", "service", "exponential(1ms)", ""},
		{"null", "service", "slow", "service: "},
		{"null", "servers", "1", ""},
		{"null", "servers", "one", `servers: "one": want a whole number, 0 or more`},
		{"null", "servers", "1001", "servers: 1001: want 1 to 1000, or 0"},
		{"null", "stalls", "5s+80ms, 7s + 80ms @ n2", ""},
		{"null", "stalls", "5s+80ms@n7", ""}, // of seven nodes or more
		{"null", "stalls", "5s", `stalls: "5s": want an instant and a length, as in 5s+80ms`},
		{"null", "stalls", "5s+80", `stalls: "5s+80": want an instant and a length`},
		{"null", "stalls", "5s+80ms@", `stalls: "5s+80ms@": want an instant and a length`},
		{"null", "stalls", "5s+0s", "stalls[0]: for 0s: want more than 0"},
		{"null", "stalls", "5s+1s@leader", `stalls[0]: unknown node "leader"`},
		{"null", "rejected", "0.5", ""},
		{"null", "rejected", "50%", `rejected: "50%": want a share between 0 and 1`},
		{"null", "unknown", "NaN", `unknown: "NaN": want a share between 0 and 1`},
		{"null", "unknown", "-0.1", `unknown: "-0.1": want a share between 0 and 1`},
	} {
		s, err := adapters.Lookup(tc.system)
		if err != nil {
			t.Fatal(err)
		}
		err = s.Check(map[string]string{tc.name: tc.value}, 3)
		if got := text(err); tc.want == "" && err != nil || !strings.Contains(got, tc.want) {
			t.Errorf("%s with %s: %q: %q, want %q", tc.system, tc.name, tc.value, got, tc.want)
		}
	}
}

func text(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// Two wrong settings are named at once.
func TestAllErrorsAtOnce(t *testing.T) {
	s, err := adapters.Lookup("etcdraft")
	if err != nil {
		t.Fatal(err)
	}
	got := text(s.Check(map[string]string{"prevote": "1", "checkquorum": "2"}, 3))
	if !strings.Contains(got, "prevote") || !strings.Contains(got, "checkquorum") {
		t.Errorf("%q does not name both", got)
	}
}

// What is declared of reads decides whether a history must be linearizable.
func TestDeclaredReads(t *testing.T) {
	for _, tc := range []struct {
		system, reads string
		linearizable  bool
	}{
		{"etcdraft", "linearizable", true},
		{"etcdraft", "lease", false}, // see etcdraft.ReadLease
		{"etcdraft", "local", false},
		{"hashiraft", "linearizable", true},
		{"hashiraft", "local", false},
	} {
		s, err := adapters.Lookup(tc.system)
		if err != nil {
			t.Fatal(err)
		}
		p, err := s.Prepare(s.Effective(map[string]string{"reads": tc.reads}))
		if err != nil {
			t.Fatal(err)
		}
		if got := p.Guarantees.Linearizable(); got != tc.linearizable {
			t.Errorf("%s with reads: %s declares %q, linearizable %v, want %v", tc.system, tc.reads, p.Guarantees.Reads, got, tc.linearizable)
		}
	}
}

func TestEffective(t *testing.T) {
	s, err := adapters.Lookup("etcdraft")
	if err != nil {
		t.Fatal(err)
	}
	given := map[string]string{"prevote": "false"}
	got := s.Effective(given)
	if got["prevote"] != "false" || got["reads"] != "linearizable" || got["checkquorum"] != "true" || len(got) != 3 {
		t.Errorf("%v", got)
	}
	if len(given) != 1 {
		t.Errorf("what was given has become %v", given)
	}
}

// A null system has what it is told, on as many nodes as the host has.
func TestNullWithSettings(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, err := adapters.Lookup("null")
		if err != nil {
			t.Fatal(err)
		}
		p, err := s.Prepare(s.Effective(map[string]string{"service": "3ms", "stalls": "5s+80ms@n4", "rejected": "0"}))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := p.Start(inproc.Config{Nodes: []string{"n1", "n2", "n3"}}); err == nil || !strings.Contains(err.Error(), `unknown node "n4"`) {
			t.Errorf("a stall of a node that is not there: %v", err)
		}
		c, err := p.Start(inproc.Config{Nodes: []string{"n1", "n2", "n3", "n4"}})
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		c.(interface{ Start(time.Time) }).Start(time.Now())
		took := func(node string) time.Duration {
			cl, err := c.Dial(t.Context(), node, 1)
			if err != nil {
				t.Fatal(err)
			}
			began := time.Now()
			if _, err := cl.Do(t.Context(), &bench.Op{Kind: bench.Read}); err != nil {
				t.Fatal(err)
			}
			return time.Since(began)
		}
		if d := took("n4"); d != 3*time.Millisecond {
			t.Errorf("an operation took %v, want 3ms", d)
		}
		time.Sleep(5 * time.Second)
		if d := took("n1"); d != 3*time.Millisecond {
			t.Errorf("an operation on a node that does not stall took %v, want 3ms", d)
		}
		if d := took("n4"); d < 70*time.Millisecond || d > 80*time.Millisecond {
			t.Errorf("an operation in the stall took %v, want what is left of 80ms", d)
		}
	})
}
