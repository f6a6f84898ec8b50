package results

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"nines/bench"
)

// A Trial is the folder of a trial that is being made. Its name ends in
// ".partial" until Finish, so that a trial that was cut off is never taken for
// a complete one.
type Trial struct {
	// Samples records the operations; Finish closes it.
	Samples *SampleWriter

	txns  *TxnWriter // nil unless asked for
	run   *Run
	entry Entry
	dir   string // the partial one
}

// Begin starts the folder of a trial. What an interrupted attempt at the same
// trial left is removed.
func (r *Run) Begin(trial, system string, repeat int) (*Trial, error) {
	if err := checkTrialName(trial); err != nil {
		return nil, err
	}
	final := filepath.Join(r.dir, TrialsDir, trial)
	if _, err := os.Stat(final); err == nil {
		return nil, fmt.Errorf("begin trial: %s exists: a trial's name must be unique in its run", final)
	}
	t := &Trial{run: r, entry: Entry{Trial: trial, System: system, Repeat: repeat, State: Running}, dir: final + partial}
	if err := errors.Join(os.RemoveAll(t.dir), os.MkdirAll(t.dir, 0o755)); err != nil {
		return nil, fmt.Errorf("begin trial %s: %w", trial, err)
	}
	var err error
	if t.Samples, err = CreateSamples(filepath.Join(t.dir, SamplesFile)); err != nil {
		return nil, fmt.Errorf("begin trial %s: %w", trial, err)
	}
	return t, r.mark(t.entry)
}

// Txns starts the record of transactions, for a trial whose workload has some;
// Finish closes it.
func (t *Trial) Txns() (*TxnWriter, error) {
	if t.txns != nil {
		return t.txns, nil
	}
	var err error
	if t.txns, err = CreateTxns(filepath.Join(t.dir, TxnsFile)); err != nil {
		return nil, fmt.Errorf("trial %s: %w", t.entry.Trial, err)
	}
	return t.txns, nil
}

// Dir is where the trial's files are now; it changes when the trial is
// finished.
func (t *Trial) Dir() string { return t.dir }

// Finish completes the trial: it closes the samples and
// transactions, writes the rest, and gives
// the folder its name, which it returns. A trial with a Failure counts as
// failed, and keeps what it recorded. After an error there is no such trial, unless
// dir says where it is: then it is complete, and only the manifest does not say so.
func (t *Trial) Finish(facts Facts, faults []bench.Interval, events []bench.Event) (dir string, err error) {
	facts.Schema, facts.Trial = Schema, t.entry.Trial
	dir = filepath.Join(t.run.dir, TrialsDir, t.entry.Trial)
	if err := t.complete(dir, &facts, faults, events); err != nil {
		return "", errors.Join(fmt.Errorf("finish trial %s: %w", t.entry.Trial, err), t.Discard(err.Error()))
	}
	t.dir = dir
	t.entry.ended(facts.Failure)
	if err := errors.Join(syncDir(filepath.Dir(dir)), t.run.mark(t.entry)); err != nil {
		return dir, fmt.Errorf("note that trial %s is complete: %w", t.entry.Trial, err)
	}
	return dir, nil
}

// complete writes what is left to write, and gives the folder its name.
func (t *Trial) complete(dir string, facts *Facts, faults []bench.Interval, events []bench.Event) error {
	if facts.Txns != (t.txns != nil) {
		return fmt.Errorf("its facts say transactions: %t, and a record of them was begun: %t", facts.Txns, t.txns != nil)
	}
	if err := errors.Join(
		t.Samples.Close(),
		t.closeTxns(),
		WriteFaults(filepath.Join(t.dir, FaultsFile), faults),
		WriteEvents(filepath.Join(t.dir, EventsFile), events),
		WriteJSON(filepath.Join(t.dir, FactsFile), facts),
	); err != nil {
		return err
	}
	return os.Rename(t.dir, dir)
}

func (t *Trial) closeTxns() error {
	if t.txns == nil {
		return nil
	}
	return t.txns.Close()
}

// Discard removes the folder of a trial that is not worth keeping, such as one
// that was interrupted; the manifest says why.
func (t *Trial) Discard(why string) error {
	t.Samples.discard()
	if t.txns != nil {
		t.txns.discard()
	}
	t.entry.State, t.entry.Why = Planned, why
	return errors.Join(os.RemoveAll(t.dir), t.run.mark(t.entry))
}

// A Record is what a trial left, without its samples and transactions.
type Record struct {
	Facts  Facts
	Faults []bench.Interval
	Events []bench.Event
}

// ReadTrial reads the files of a complete trial but for its samples and
// transactions.
func ReadTrial(dir string) (Record, error) {
	var r Record
	if err := readJSON(filepath.Join(dir, FactsFile), "nines trial", &r.Facts); err != nil {
		return Record{}, err
	}
	var err error
	if r.Faults, err = ReadFaults(filepath.Join(dir, FaultsFile)); err != nil {
		return Record{}, err
	}
	if r.Events, err = ReadEvents(filepath.Join(dir, EventsFile)); err != nil {
		return Record{}, err
	}
	return r, nil
}

// ReadTrialSummary reads the summary.json of a complete trial into what its
// analysis wrote it from. The error is fs.ErrNotExist if there is none.
func ReadTrialSummary(dir string, into any) error {
	return readJSON(filepath.Join(dir, TrialSummaryFile), "nines summary", into)
}
