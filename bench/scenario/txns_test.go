package scenario

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"nines/chaos"
)

// txnCatalog has systems with transactions, beside those that have none.
func txnCatalog() Catalog {
	const caps = chaos.CanKill | chaos.CanLink | chaos.CanPoint
	cat := fakeCatalog()
	cat.Hosts[0].Caps |= chaos.CanPoint
	for _, y := range []SystemEntry{{Name: "2pc", Settings: []string{"presume"}}, {Name: "3pc"}, {Name: "paxoscommit", Settings: []string{"f"}}} {
		y.Caps, y.Points, y.Txns, y.Partitioned = caps, []string{"prepared", "voted", "decided"}, true, true
		cat.Systems = append(cat.Systems, y)
	}
	cat.Distributions = append(cat.Distributions, "hotspot")
	cat.Workloads = append(cat.Workloads,
		WorkloadEntry{Name: "ycsb-e", Keys: 1000, Reads: 0.95, Txns: true, ScanLength: 100},
		WorkloadEntry{Name: "lock", Keys: 10, Reads: 0.2, Lease: 500 * time.Millisecond})
	cat.Systems = append(cat.Systems, SystemEntry{Name: "paxos", Caps: caps, Txns: true, Settings: []string{"quorums", "reads"}})
	return cat
}

// A workload of transactions has settings of its own, with defaults of its own,
// which are written and read again.
func TestTransactions(t *testing.T) {
	for text, want := range map[string]Workload{
		"{name: bank}": {
			Name: "bank", Keys: 10, Distribution: "uniform", Theta: 0.99, ValueSize: 100, Users: 100, Reads: 0.2, Preload: true,
			Accounts: 10, Initial: 1000, Span: 2,
		},
		"{name: bank, accounts: 7, initial: 5, span: 3, distribution: zipfian, reads: 50%}": {
			Name: "bank", Keys: 7, Distribution: "zipfian", Theta: 0.99, ValueSize: 100, Users: 100, Reads: 0.5, Preload: true,
			Accounts: 7, Initial: 5, Span: 3,
		},
		"{name: append}": {
			Name: "append", Keys: 10, Distribution: "scrambled-zipfian", Theta: 0.99, ValueSize: 100, Users: 100, Reads: 0.5, Preload: true,
			Span: 8, Micros: 8, MaxWrites: 32,
		},
		"{name: append, keys: 3, micros: 4, span: 2, max_writes_per_key: 5, preload: off}": {
			Name: "append", Keys: 3, Distribution: "scrambled-zipfian", Theta: 0.99, ValueSize: 100, Users: 100, Reads: 0.5,
			Span: 2, Micros: 4, MaxWrites: 5,
		},
		"{name: lock, lease: 2s, keys: 3}": {
			Name: "lock", Keys: 3, Distribution: "scrambled-zipfian", Theta: 0.99, ValueSize: 100, Users: 100, Reads: 0.2, Preload: true,
			Lease: 2 * time.Second,
		},
		"{name: lock, distribution: hotspot, hot_ops: 90%}": {
			Name: "lock", Keys: 10, Distribution: "hotspot", Theta: 0.99, ValueSize: 100, Users: 100, Reads: 0.2, Preload: true,
			Lease: 500 * time.Millisecond, HotKeys: 0.2, HotOps: 0.9,
		},
	} {
		s, err := Parse("f.yaml", []byte("systems: [2pc, paxos]\nworkload: "+text), txnCatalog())
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if s.Workload != want {
			t.Errorf("%s: got\n%+v, want\n%+v", text, s.Workload, want)
		}
		yaml, err := s.YAML()
		if err != nil {
			t.Fatal(err)
		}
		again, err := Parse("f.yaml", yaml, txnCatalog())
		if err != nil || again.Workload != want {
			t.Errorf("%s: %v\n%s", text, err, yaml)
		}
	}
}

func TestTransactionsThatCannotBe(t *testing.T) {
	for _, c := range []struct{ systems, workload, want string }{
		{"2pc", "{name: bank, micros: 3}", "workload.micros: bank has none: remove it, or want one of append"},
		{"etcdraft", "{name: ycsb-a, accounts: 3}", "workload.accounts: ycsb-a has none: remove it, or want one of bank"},
		{"2pc", "{name: append, initial: 3}", "workload.initial: append has none"},
		{"2pc", "{name: bank, keys: 20}", "workload.keys: the keys of bank are its accounts: want accounts: 20"},
		{"2pc", "{name: bank, accounts: 0}", "workload.accounts: 0: want 1 or more"},
		{"2pc", "{name: bank, preload: off}", "workload.preload: the accounts of bank would be empty, and nothing could be paid: want on"},
		{"paxos", "{name: bank, span: 11}", "workload: span: 11: want at most the 10 accounts; and so on"},
		{"2pc", "{name: bank, span: 4}", "workload.span: a transaction of 4 participants, and 2pc has 3: want at most as many as there are nodes"},
		{"paxos", "{name: bank, span: 4}", ""},
		{"[2pc, etcdraft]", "{name: bank}", "systems[1]: etcdraft has no transactions, which bank is made of: want 2pc, 3pc, paxoscommit, paxos"},
		{"etcdraft", "{name: append}", "etcdraft has no transactions, which append is made of"},
		{"[etcdraft, 2pc]", "{name: ycsb-a}", ""},
		{"paxos", "{name: ycsb-e, scan_length: 5}", ""},
		{"[paxos, 2pc]", "{name: ycsb-e}", "systems[1]: 2pc has no node with all keys, and the scans of ycsb-e need one: want a system that replicates"},
		{"etcdraft", "{name: ycsb-a, scan_length: 5}", "workload.scan_length: ycsb-a has none: remove it, or want one of ycsb-e"},
		{"etcdraft", "{name: ycsb-a, lease: 5s}", "workload.lease: ycsb-a has none: remove it, or want one of lock"},
		{"etcdraft", "{name: lock, lease: 5}", "workload.lease: "},
	} {
		_, err := Parse("f.yaml", []byte(fmt.Sprintf("systems: %s\nworkload: %s\n", c.systems, c.workload)), txnCatalog())
		switch {
		case c.want == "" && err != nil:
			t.Errorf("%s on %s: %v", c.workload, c.systems, err)
		case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
			t.Errorf("%s on %s:\n got %v\nwant %s", c.workload, c.systems, err, c.want)
		}
	}
}

// What is wrong with a system may depend on how many nodes it has.
func TestSettingsOnNodes(t *testing.T) {
	cat := txnCatalog()
	cat.Systems = append(cat.Systems, SystemEntry{Name: "quorums", Check: func(_ map[string]string, nodes int) error {
		if nodes != 5 {
			return fmt.Errorf("%d nodes", nodes)
		}
		return nil
	}})
	for text, want := range map[string]string{"nodes: 5": "", "nodes: 3": "systems[0]: 3 nodes", "nodes: 0": "nodes: 0: want 1"} {
		_, err := Parse("f.yaml", []byte("systems: quorums\n"+text), cat)
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want) || strings.Count(err.Error(), "\n") > 0) {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
}

// One node has one participant; that is the default's fault, not the user's.
func TestSpanOfOneNode(t *testing.T) {
	s, err := Parse("f.yaml", []byte("systems: 2pc\nnodes: 1\nworkload: {name: bank}\n"), txnCatalog())
	if err != nil || s.Workload.Span != 2 {
		t.Errorf("%v", err)
	}
}

// In each cell of a matrix, what was not given follows from the workload there.
func TestMatrixOfTransactions(t *testing.T) {
	s, err := Parse("f.yaml", []byte("systems: 2pc\nworkload: {name: bank}\nmatrix: {workload.span: [2, 3], workload.accounts: [5, 8]}\n"), txnCatalog())
	if err != nil {
		t.Fatal(err)
	}
	yaml, err := s.YAML()
	if err != nil {
		t.Fatal(err)
	}
	again, err := Parse("f.yaml", yaml, txnCatalog())
	if err != nil {
		t.Fatalf("%v\n%s", err, yaml)
	}
	var got []string
	for _, c := range again.Cells() {
		w := &c.Scenario.Workload
		got = append(got, fmt.Sprint(w.Span, w.Accounts, w.Keys))
	}
	if text := strings.Join(got, ", "); text != "2 5 5, 2 8 8, 3 5 5, 3 8 8" {
		t.Errorf("the cells are %s", text)
	}
}
