package workloads

import (
	"fmt"
	"slices"
	"time"

	"nines/bench"
)

// An Entry of the catalog is one kind of workload.
type Entry struct {
	Name     string
	About    string       // one line
	Object   bench.Object // what its keys hold
	Verifies string       // what the checks of its history decide, in words

	Keys  uint64  // how many, if nothing is said
	Reads float64 // their share, if nothing is said
	CAS   bool    // whether there can be compare-and-swap

	Distribution Distribution // of the keys, if nothing is said

	// Of those with transactions, if nothing is said; 0 means that the workload has
	// no such thing. See [Config].
	Accounts  uint64
	Initial   uint64
	Span      int
	Micros    int
	MaxWrites uint64

	ScanLength int           // of those with scans, if nothing is said; 0: there are none
	Lease      time.Duration // of those with locks, if nothing is said; 0: there are none

	ReadsAll bool   // whether a read is of all accounts; else of Span of them
	most     uint64 // what one transfer moves to each account, at most

	swaps  bool                       // whether there always is compare-and-swap
	source func(*source) bench.Source // of the load; nil: reads, and writes of the same keys
}

// Txns reports whether the workload has transactions, be they of one
// micro-operation.
func (e *Entry) Txns() bool { return !slices.Contains(plain, e.Object) }

// plain are the objects that plain operations suffice for.
var plain = []bench.Object{bench.Registers, bench.Locks}

// fresh reports whether the keys are absent at first, and nothing preloads them.
func (e *Entry) fresh() bool {
	return e.Object != bench.Registers && e.Object != bench.Accounts && e.Object != bench.Ranges
}

// Names returns the names of the catalog.
func Names() []string {
	var names []string
	for _, e := range Catalog() {
		names = append(names, e.Name)
	}
	return names
}

// New makes the workload with the given name.
func New(name string, cfg Config) (*Workload, error) {
	e, cfg, err := complete(name, cfg)
	if err != nil {
		return nil, err
	}
	w, err := newWorkload(e, cfg)
	if err != nil {
		return nil, fmt.Errorf("workload %s: %w", name, err)
	}
	return w, nil
}

// Check says what is wrong with the configuration of the workload with the given
// name: all that New would say, but for what depends on the owners of keys. It
// takes no memory.
func Check(name string, cfg Config) error {
	_, _, err := complete(name, cfg)
	return err
}

// complete finds the workload, and fills in and checks its configuration.
func complete(name string, cfg Config) (Entry, Config, error) {
	for _, e := range Catalog() {
		if e.Name != name {
			continue
		}
		cfg = cfg.withDefaults(&e)
		if err := cfg.validate(&e); err != nil {
			return Entry{}, Config{}, fmt.Errorf("workload %s: %w", name, err)
		}
		return e, cfg, nil
	}
	return Entry{}, Config{}, bench.UnknownName("workload", name, Names())
}
