package workloads

import (
	"fmt"

	"nines/bench"
)

// An Entry of the catalog is one kind of workload.
type Entry struct {
	Name  string
	About string // one line

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

	ReadsAll bool   // whether a read is of all accounts; else of Span of them
	most     uint64 // what one transfer moves to each account, at most
}

// Txns reports whether the workload has transactions.
func (e *Entry) Txns() bool { return e.Accounts > 0 || e.Micros > 0 }

// Catalog returns every workload that [New] knows.
func Catalog() []Entry {
	const zipf = ScrambledZipfian
	return []Entry{
		{Name: "ycsb-a", About: "update heavy: 50 % reads, 50 % writes (YCSB, Cooper et al., SoCC 2010)", Keys: 1000, Reads: 0.5, Distribution: zipf},
		{Name: "ycsb-b", About: "read mostly: 95 % reads, 5 % writes", Keys: 1000, Reads: 0.95, Distribution: zipf},
		{Name: "ycsb-c", About: "read only", Keys: 1000, Reads: 1, Distribution: zipf},
		{Name: "register", About: "one key: 50 % reads, 50 % writes, of which `cas` compare-and-swap", Keys: 1, Reads: 0.5, CAS: true, Distribution: zipf},
		{
			Name:  "bank",
			About: "transactions: transfers among `span` of a few accounts, and 20 % reads of all accounts at once, whose sum never changes",
			Reads: 0.2, Distribution: Uniform, Accounts: 10, Initial: 1000, Span: 2, ReadsAll: true, most: 5,
		},
		{
			Name:  "transfer-skewed",
			About: "transactions: transfers among `span` of many accounts, some of them hot, and 20 % reads of as many",
			Reads: 0.2, Distribution: zipf, Accounts: 1000, Initial: 1000, Span: 2, most: 5,
		},
		{
			Name:  "ycsb-t",
			About: "transactions: the closed economy of YCSB+T (Dey et al., ICDEW 2014): 90 % reads of `span` accounts, 10 % transfers of 1 among as many",
			Reads: 0.9, Distribution: zipf, Accounts: 10_000, Initial: 1000, Span: 2, most: 1,
		},
		{
			Name:  "append",
			About: "transactions of 1 to `micros` appends to lists and reads of lists, from which anomalies can be told (Elle, Kingsbury and Alvaro, VLDB 2020)",
			Keys:  10, Reads: 0.5, Distribution: zipf, Span: 8, Micros: 8, MaxWrites: 32,
		},
	}
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
