package results

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// The files of a run folder, and of the folder of each trial in it.
const (
	ManifestFile = "manifest.json"
	SummaryFile  = "summary.csv"
	BenchFile    = "bench.txt"
	EpisodesFile = "episodes.json"
	TablesFile   = "tables.md"
	ReportFile   = "report.html"
	FoundFile    = "saturation.json" // if it was a search: what it found
	KneeFile     = "knee.yaml"       // likewise: the knees, for a scenario
	ChartsDir    = "charts"
	TrialsDir    = "trials"

	FactsFile        = "trial.json"
	SamplesFile      = "samples.parquet"
	TxnsFile         = "txns.parquet" // if the workload has transactions
	FaultsFile       = "faults.jsonl"
	EventsFile       = "events.jsonl"
	LatencyFile      = "latency.hlog"
	TrialSummaryFile = "summary.json"
	StacksFile       = "stacks.txt"
	NodesDir         = "nodes"

	CalibrationDir    = "calibration" // that goes with a run, in its folder
	CalibrationFile   = "calibration.json"
	CalibrationTables = "calibration.md"
)

// partial ends the name of a trial's folder until the trial is complete.
const partial = ".partial"

// A Run is a run folder. Its methods may be called from several goroutines.
type Run struct {
	dir string

	mu       sync.Mutex
	manifest Manifest
}

// Create starts a run folder with m in it. It refuses a folder that is not
// empty. The trials that m lists are those that are planned.
func Create(dir string, m Manifest) (*Run, error) {
	names, err := os.ReadDir(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return nil, fmt.Errorf("create results folder: %w", err)
	case len(names) > 0:
		return nil, fmt.Errorf("create results folder: %s is not empty (it has %s): name a new folder", dir, names[0].Name())
	}
	if err := os.MkdirAll(filepath.Join(dir, TrialsDir), 0o755); err != nil {
		return nil, fmt.Errorf("create results folder: %w", err)
	}
	m.Schema, m.Columns = Schema, Columns()
	r := &Run{dir: dir, manifest: m}
	return r, r.save()
}

// Open opens the folder of a run that was made before.
func Open(dir string) (*Run, error) {
	r := &Run{dir: dir}
	path := filepath.Join(dir, ManifestFile)
	if err := readJSON(path, "nines manifest", &r.manifest); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return nil, &FormatError{dir, "not a results folder: it has no " + ManifestFile}
		}
		return nil, err
	}
	return r, nil
}

// Dir is the folder of the run.
func (r *Run) Dir() string { return r.dir }

// Path is the path of a file of the run, such as [ReportFile].
func (r *Run) Path(name string) string { return filepath.Join(r.dir, name) }

// Manifest returns a copy of the manifest as it now stands.
func (r *Run) Manifest() Manifest {
	r.mu.Lock()
	defer r.mu.Unlock()
	m := r.manifest
	m.Trials = append([]Entry(nil), m.Trials...)
	return m
}

// TrialDirs lists the folders of the trials that are complete, done or failed,
// in the order of the manifest. A folder's name tells: the process may have
// ended between naming it and noting it.
func (r *Run) TrialDirs() []string {
	var dirs []string
	for _, e := range r.Manifest().Trials {
		dir := filepath.Join(r.dir, TrialsDir, e.Trial)
		if info, err := os.Stat(dir); err == nil && info.IsDir() {
			dirs = append(dirs, dir)
		}
	}
	return dirs
}

// End notes that the run is over.
func (r *Run) End(at time.Time) error {
	return r.update(func(m *Manifest) error {
		m.Ended = &at
		return nil
	})
}

// Resume notes that the run goes on after it was cut off, with this kernel, "" if it
// is not known. What is left of trials that were not finished is removed; they count
// as planned again. A run of which nothing is missing has still ended.
func (r *Run) Resume(at time.Time, kernel string) error {
	left, err := filepath.Glob(filepath.Join(r.dir, TrialsDir, "*"+partial))
	if err != nil {
		return fmt.Errorf("resume: %w", err)
	}
	for _, dir := range left {
		err = errors.Join(err, os.RemoveAll(dir))
	}
	for _, pattern := range []string{".*.tmp", "." + NodesDir + "*"} { // of a process that was killed
		names, _ := filepath.Glob(filepath.Join(r.dir, pattern))
		for _, name := range names {
			err = errors.Join(err, os.RemoveAll(name))
		}
	}
	if err != nil {
		return fmt.Errorf("resume: remove what a trial left that was cut off: %w", err)
	}
	return r.update(func(m *Manifest) error {
		m.Resumed = append(m.Resumed, at)
		for i := range m.Trials {
			e := &m.Trials[i]
			dir := filepath.Join(r.dir, TrialsDir, e.Trial)
			_, missing := os.Stat(dir)
			switch {
			case missing != nil:
				e.State, e.Why = Planned, ""
				m.Ended = nil
			case e.State != Done && e.State != Failed: // it was cut off between naming the folder and noting it
				if err := e.noteFrom(dir); err != nil {
					return fmt.Errorf("resume: %w", err)
				}
			}
		}
		if m.Ended == nil && kernel != "" && kernel != m.kernel() {
			m.Kernels = append(m.Kernels, Kernel{Since: at, Release: kernel})
		}
		return nil
	})
}

// noteFrom notes what the folder of a complete trial says of how it ended.
func (e *Entry) noteFrom(dir string) error {
	var facts Facts
	if err := readJSON(filepath.Join(dir, FactsFile), "nines trial", &facts); err != nil {
		return err
	}
	e.ended(facts.Failure)
	return nil
}

// Add notes a trial that is to run next and that was not planned at first. Its
// name must be new.
func (r *Run) Add(e Entry) error {
	if err := checkTrialName(e.Trial); err != nil {
		return err
	}
	return r.update(func(m *Manifest) error {
		for _, old := range m.Trials {
			if old.Trial == e.Trial {
				return fmt.Errorf("add trial %s: there is one of that name", e.Trial)
			}
		}
		e.State = Planned
		m.Trials = append(m.Trials, e)
		return nil
	})
}

// mark records how far a trial has come. One that was not planned, a further part,
// is put behind the part before.
func (r *Run) mark(e Entry) error {
	return r.update(func(m *Manifest) error {
		for i, old := range m.Trials {
			if old.Trial == e.Trial {
				e.Set, e.Variant = old.Set, old.Variant
				m.Trials[i] = e
				return nil
			}
		}
		at := len(m.Trials)
		if before := partBefore(e.Trial); before != "" {
			at = 1 + slices.IndexFunc(m.Trials, func(old Entry) bool { return old.Trial == before })
			if at == 0 {
				at = len(m.Trials)
			}
		}
		m.Trials = slices.Insert(m.Trials, at, e)
		return nil
	})
}

// partBefore is the name of the part that a further part of a trial follows, and
// stands behind: x-1 for x-1.2, x-1.2 for x-1.3; empty if it is no further part.
func partBefore(trial string) string {
	dot := strings.LastIndexByte(trial, '.')
	n, err := strconv.Atoi(trial[dot+1:])
	switch {
	case dot < 0 || err != nil || n < 2:
		return ""
	case n == 2:
		return trial[:dot]
	}
	return trial[:dot+1] + strconv.Itoa(n-1)
}

// update changes the manifest as it is by now: others, such as the processes of
// trials that run at the same time, change it too. They take turns by a lock of the
// folder of the trials.
func (r *Run) update(change func(*Manifest) error) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	turn, err := os.Open(filepath.Join(r.dir, TrialsDir))
	if err != nil {
		return fmt.Errorf("change the manifest: %w", err)
	}
	defer turn.Close() // and so unlocks
	if err := syscall.Flock(int(turn.Fd()), syscall.LOCK_EX); err != nil {
		return fmt.Errorf("change the manifest: lock %s: %w", turn.Name(), err)
	}
	now, err := Open(r.dir)
	if err != nil {
		return fmt.Errorf("change the manifest: %w", err)
	}
	r.manifest = now.manifest
	if err := change(&r.manifest); err != nil {
		return err
	}
	return r.save()
}

func (r *Run) save() error { return WriteJSON(r.Path(ManifestFile), &r.manifest) }

// checkTrialName wants a name that is one folder, and not a partial one.
func checkTrialName(name string) error {
	if name == "" || strings.HasPrefix(name, ".") || strings.ContainsAny(name, `/\`+"\x00") || strings.HasSuffix(name, partial) {
		return fmt.Errorf("%q cannot name a trial's folder: want a file name that does not begin with a dot or end in %s", name, partial)
	}
	return nil
}
