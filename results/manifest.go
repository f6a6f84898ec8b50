package results

import (
	"cmp"
	"fmt"
	"runtime"
	"runtime/debug"
	"time"
)

// Manifest says what a run was and how to repeat it: manifest.json. It is
// written when the run begins and again whenever a trial begins or ends, so
// that an interrupted run knows what it has.
type Manifest struct {
	Schema   int        `json:"schema"`
	Name     string     `json:"name"`     // of the scenario
	Scenario string     `json:"scenario"` // effective, with all defaults and overrides: YAML
	Command  []string   `json:"command"`  // repeats the run
	Seed     uint64     `json:"seed"`
	Versions Versions   `json:"versions"`
	Machine  Machine    `json:"machine"`
	Started  time.Time  `json:"started"`
	Ended    *time.Time `json:"ended,omitempty"`  // absent while the run goes on, or if it was interrupted
	Search   *Search    `json:"search,omitempty"` // the trials follow from one another, and are added as the run goes on
	Trials   []Entry    `json:"trials"`

	Resumed []time.Time `json:"resumed,omitempty"` // when the run went on after it had been cut off
	Kernels []Kernel    `json:"kernels,omitempty"` // that it went on with, if other than before

	// Columns documents summary.csv, which has no room for it.
	Columns []Column `json:"summary_csv"`
}

// A Kernel is one that a run went on with, after the machine had been started anew
// with another than before.
type Kernel struct {
	Since   time.Time `json:"since"`
	Release string    `json:"release"`
}

// kernel is the one that the run was at work with last, or "" if nobody knows.
func (m *Manifest) kernel() string {
	if n := len(m.Kernels); n > 0 {
		return m.Kernels[n-1].Release
	}
	return m.Machine.Kernel
}

// Warnings are what is to be known of the run as a whole, each a line: where its
// trials are not all of the same kernel.
func (m *Manifest) Warnings() (lines []string) {
	was := m.Machine.Kernel
	for _, k := range m.Kernels {
		lines = append(lines, fmt.Sprintf("the machine has been started anew: figures of trials before %s are of kernel %s, and later ones of %s",
			k.Since.UTC().Format("2006-01-02 15:04:05 UTC"), cmp.Or(was, "unknown"), k.Release))
		was = k.Release
	}
	return lines
}

// Versions are those of the program that made the run.
type Versions struct {
	Nines    string            `json:"nines"` // module version, or (devel)
	Revision string            `json:"revision,omitempty"`
	Modified bool              `json:"modified,omitempty"` // the work tree had uncommitted changes
	Go       string            `json:"go"`
	Modules  map[string]string `json:"modules"` // the libraries it was built with
}

// Entry is one trial of a run.
type Entry struct {
	Trial  string `json:"trial"`
	System string `json:"system"`
	Repeat int    `json:"repeat"`
	State  State  `json:"state"`
	Why    string `json:"why,omitempty"` // it failed

	// Of a trial that was added while the run went on: what it changes in the
	// scenario, by path, and what sets it apart. The scenario plans the others.
	Set     []Variable `json:"set,omitempty"`
	Variant []Variable `json:"variant,omitempty"`
}

// ended notes that the trial is complete, or that it failed and why.
func (e *Entry) ended(failure string) {
	e.State, e.Why = Done, failure
	if failure != "" {
		e.State = Failed
	}
}

// State is how far a trial has come.
type State string

// The states of a trial.
const (
	Planned State = "planned"
	Running State = "running"
	Done    State = "done"
	Failed  State = "failed" // it ended early; what it recorded is kept
)

// BuildVersions are the versions of the running program.
func BuildVersions() Versions {
	v := Versions{Nines: "(devel)", Go: runtime.Version(), Modules: map[string]string{}}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return v
	}
	if info.Main.Version != "" {
		v.Nines = info.Main.Version
	}
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			v.Revision = s.Value
		case "vcs.modified":
			v.Modified = s.Value == "true"
		}
	}
	for _, dep := range info.Deps {
		if dep.Replace != nil {
			dep = dep.Replace
		}
		v.Modules[dep.Path] = dep.Version
	}
	return v
}
