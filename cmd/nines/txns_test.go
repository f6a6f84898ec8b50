package main

import (
	"path/filepath"
	"strings"
	"testing"

	"nines/analysis"
	"nines/bench"
	"nines/results"
)

// A run of transactions records what each did, and its checks come to a verdict.
// Where nodes own parts of the keys, every node probes every owner.
func TestRunOfTransactions(t *testing.T) {
	whole(t)
	dir := filepath.Join(t.TempDir(), "run")
	_, errs, code := nines(t, "run", "steady", "--systems", "2pc", "--systems", "paxos", "--time", "virtual", "--duration", "8s",
		"--set", "workload={name: bank, accounts: 30, initial: 50}", "--set", "load.rate=200", "--out", dir)
	if code != exitFine {
		t.Fatalf("exit code %d:\n%s", code, errs)
	}
	for name, owners := range map[string]uint64{"2pc-1": 3, "paxos-1": 1} {
		f := facts(t, dir, name)
		if !f.Txns || f.Bank == nil || *f.Bank != (results.Bank{Accounts: 30, Total: 1500}) || f.Guarantees.Txns == "" {
			t.Errorf("%s: transactions: %v, bank %+v, guarantees %+v", name, f.Txns, f.Bank, f.Guarantees)
		}
		ids := make(map[uint64]bool)
		for r, err := range results.ReadTxns(filepath.Join(trialDir(dir, name), results.TxnsFile)) {
			if err != nil {
				t.Fatal(err)
			}
			ids[r.ID] = r.Reply != nil
		}
		samples, err := results.ReadSamples(filepath.Join(trialDir(dir, name), results.SamplesFile))
		if err != nil {
			t.Fatal(err)
		}
		probed := make(map[[2]uint64]bool)
		txns := 0
		for _, s := range samples {
			switch {
			case s.Class == bench.Probe:
				probed[[2]uint64{uint64(s.Node), s.Key >> 16 & 0xffff}] = true
			case s.Kind == bench.Transact:
				txns++
				if ok, found := ids[s.Arg]; !found || ok != (s.Outcome == bench.OK) {
					t.Fatalf("%s: %+v is recorded: %v, with an answer: %v", name, s, found, ok)
				}
			}
		}
		if txns < 1000 || len(ids) != txns || len(probed) != 3*int(owners) {
			t.Errorf("%s: %d transactions, %d recorded; %d pairs of nodes and owners probed", name, txns, len(ids), len(probed))
		}
		s, err := analysis.Trial(trialDir(dir, name), analysis.Options{})
		if err != nil || s.Verdict != analysis.VerdictOK {
			t.Errorf("%s: verdict %v, %v", name, s.Verdict, err)
		}
	}
}

// What cannot be is refused before anything starts, with the reason.
func TestTransactionsThatCannotRun(t *testing.T) {
	for _, c := range []struct {
		sets []string
		want string
	}{
		{[]string{"workload={name: bank}", "systems=[null]"}, "null has no transactions, which bank is made of: want single, etcdraft"},
		{[]string{"workload={name: bank, span: 4}", "systems=[2pc]"}, "a transaction of 4 participants, and 2pc has 3"},
		{[]string{"workload={name: bank, accounts: 5000}", "systems=[paxos]"}, "accounts: 5000: want 2 to 4096"},
		{[]string{"systems=[{system: paxos, quorums: 1/2}]"}, "need not share one of 3"},
		{[]string{"systems=[{system: paxoscommit, f: 2}]"}, "2F+1 = 5 acceptors, and there are 3 nodes"},
	} {
		args := []string{"run", "steady", "--out", filepath.Join(t.TempDir(), "run")}
		for _, s := range c.sets {
			args = append(args, "--set", s)
		}
		_, errs, code := nines(t, args...)
		if code != exitBadInput || !strings.Contains(strings.Join(strings.Fields(errs), " "), c.want) {
			t.Errorf("%v: exit code %d, want …%s…:\n%s", c.sets, code, c.want, errs)
		}
	}
}
