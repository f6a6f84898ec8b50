package results

import (
	"path/filepath"
	"strings"
	"testing"
)

// TestTrialWithTxns: a trial's record of transactions goes with its folder, and
// its facts say whether there is one.
func TestTrialWithTxns(t *testing.T) {
	run := newRun(t)
	trial, err := run.Begin("2pc-1", "2pc", 1)
	if err != nil {
		t.Fatal(err)
	}
	w, err := trial.Txns()
	if err != nil {
		t.Fatal(err)
	}
	if err := w.RecordTxn(someTxns(1)[0]); err != nil {
		t.Fatal(err)
	}
	dir, err := trial.Finish(Facts{Txns: true}, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := readTxns(filepath.Join(dir, TxnsFile)); err != nil || len(got) != 1 {
		t.Errorf("%v: %v", got, err)
	}

	if trial, err = run.Begin("2pc-2", "2pc", 2); err != nil {
		t.Fatal(err)
	}
	if _, err := trial.Finish(Facts{Txns: true}, nil, nil); err == nil || !strings.Contains(err.Error(), "its facts say transactions: true") {
		t.Errorf("a record that was never begun: %v", err)
	}

	if trial, err = run.Begin("2pc-3", "2pc", 3); err != nil {
		t.Fatal(err)
	}
	if _, err := trial.Txns(); err != nil {
		t.Fatal(err)
	}
	if err := trial.Discard("interrupted"); err != nil {
		t.Fatal(err)
	}
	if got := names(t, filepath.Join(run.Dir(), TrialsDir)); len(got) != 1 {
		t.Errorf("left behind: %v", got)
	}
}
