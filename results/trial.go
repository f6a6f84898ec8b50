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

// Dir is where the trial's files are now; it changes when the trial is
// finished.
func (t *Trial) Dir() string { return t.dir }

// Finish completes the trial: it closes the samples, writes the rest, and gives
// the folder its name, which it returns. A trial with a Failure counts as
// failed, and keeps what it recorded. After an error there is no such trial.
func (t *Trial) Finish(facts Facts, faults []bench.Interval, events []bench.Event) (dir string, err error) {
	facts.Schema, facts.Trial = Schema, t.entry.Trial
	defer func() {
		if err != nil {
			err = errors.Join(fmt.Errorf("finish trial %s: %w", t.entry.Trial, err), t.Discard(err.Error()))
		}
	}()
	if err := errors.Join(
		t.Samples.Close(),
		WriteFaults(filepath.Join(t.dir, FaultsFile), faults),
		WriteEvents(filepath.Join(t.dir, EventsFile), events),
		WriteJSON(filepath.Join(t.dir, FactsFile), &facts),
	); err != nil {
		return "", err
	}
	dir = filepath.Join(t.run.dir, TrialsDir, t.entry.Trial)
	if err := os.Rename(t.dir, dir); err != nil {
		return "", err
	}
	if err := syncDir(filepath.Dir(dir)); err != nil {
		return "", err
	}
	t.dir = dir
	t.entry.State, t.entry.Why = Done, facts.Failure
	if facts.Failure != "" {
		t.entry.State = Failed
	}
	return dir, t.run.mark(t.entry)
}

// Discard removes the folder of a trial that is not worth keeping, such as one
// that was interrupted; the manifest says why.
func (t *Trial) Discard(why string) error {
	t.Samples.discard()
	t.entry.State, t.entry.Why = Planned, why
	return errors.Join(os.RemoveAll(t.dir), t.run.mark(t.entry))
}

// A Record is what a trial left, without its samples.
type Record struct {
	Facts  Facts
	Faults []bench.Interval
	Events []bench.Event
}

// ReadTrial reads the files of a complete trial but for its samples.
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
