package workloads

import (
	"time"

	"nines/bench"
)

// What the checks of a history decide. All of them also ask whether what was
// acknowledged is there at the end.
const (
	verifiesRegisters = "every key is a linearizable register: exactly, for each operation"
	verifiesBank      = "no read of all accounts finds another sum, no account is overdrawn, no money is lost"
	verifiesTransfer  = "no account is overdrawn, and at the end all of the money is there"
	verifiesLists     = "strict serializability: exactly, since lists tell the order of their elements (Elle)"
	verifiesList      = "every key is a linearizable list: exactly, since lists tell the order of their elements"
	verifiesQueues    = "every key is a linearizable queue: exactly; first in, first out, nothing invented, nothing taken twice, empty only if it may have been"
	verifiesLocks     = "every lock is a linearizable register: exactly; no two clients take themselves for its holder at once, by the load's own clock, and fencing tokens rise"
	verifiesRanges    = "scans, reads and inserts have one linearizable order for all keys together: exactly, since each key is written once; every key is a linearizable register"
	verifiesCounters  = "every key is a linearizable counter: exactly, since all add one"
)

// Catalog returns every workload that [New] knows.
func Catalog() []Entry {
	const zipf = ScrambledZipfian
	return []Entry{
		{
			Name: "ycsb-a", About: "update heavy: 50 % reads, 50 % writes (YCSB, Cooper et al., SoCC 2010)",
			Object: bench.Registers, Verifies: verifiesRegisters, Keys: 1000, Reads: 0.5, Distribution: zipf,
		},
		{
			Name: "ycsb-b", About: "read mostly: 95 % reads, 5 % writes",
			Object: bench.Registers, Verifies: verifiesRegisters, Keys: 1000, Reads: 0.95, Distribution: zipf,
		},
		{
			Name: "ycsb-c", About: "read only",
			Object: bench.Registers, Verifies: verifiesRegisters, Keys: 1000, Reads: 1, Distribution: zipf,
		},
		{
			Name: "ycsb-d", About: "read latest: 95 % reads, mostly of the keys that were inserted last, and 5 % inserts of new keys",
			Object: bench.Registers, Verifies: verifiesRegisters, Keys: 1000, Reads: 0.95, Distribution: Latest,
			source: func(s *source) bench.Source { return &inserting{s} },
		},
		{
			Name: "ycsb-e", About: "short scans: 95 % scans of 1 to `scan_length` keys in their order, 5 % inserts of new keys; for systems that replicate",
			Object: bench.Ranges, Verifies: verifiesRanges, Keys: 1000, Reads: 0.95, Distribution: zipf, ScanLength: 100,
			source: func(s *source) bench.Source { return &scanning{inserting{s}} },
		},
		{
			Name: "ycsb-f", About: "read-modify-write: 50 % reads, and 50 % reads that the same user follows up with a compare-and-swap of what was found",
			Object: bench.Registers, Verifies: verifiesRegisters, Keys: 1000, Reads: 0.5, Distribution: zipf, swaps: true,
			source: func(s *source) bench.Source { return &modifying{source: s} },
		},
		{
			Name: "register", About: "one key: 50 % reads, 50 % writes, of which `cas` compare-and-swap",
			Object: bench.Registers, Verifies: verifiesRegisters, Keys: 1, Reads: 0.5, CAS: true, Distribution: zipf,
			source: observed,
		},
		{
			Name: "counter", About: "adds of 1 to a few counters, each of which tells what it found, and 50 % reads",
			Object: bench.Counters, Verifies: verifiesCounters, Keys: 10, Reads: 0.5, Distribution: zipf,
			source: func(s *source) bench.Source { return &counting{s} },
		},
		{
			Name: "list", About: "appends to a few lists, and 50 % reads of a whole list",
			Object: bench.Lists, Verifies: verifiesList, source: appends,
			Keys: 10, Reads: 0.5, Distribution: zipf, Span: 1, Micros: 1, MaxWrites: 32,
		},
		{
			Name: "queue", About: "appends to a few queues, and 50 % takes of their first element",
			Object: bench.Queues, Verifies: verifiesQueues, Keys: 10, Reads: 0.5, Distribution: zipf,
			source: func(s *source) bench.Source { return &queueing{s} },
		},
		{
			Name: "lock", About: "acquires and releases of a few locks with fencing tokens, by compare-and-swap, of which a lease lets go; and 20 % reads",
			Object: bench.Locks, Verifies: verifiesLocks, Keys: 10, Reads: 0.2, Distribution: zipf, Lease: 500 * time.Millisecond, swaps: true,
			source: func(s *source) bench.Source { return &locking{source: s} },
		},
		{
			Name:  "bank",
			About: "transactions: transfers among `span` of a few accounts, and 20 % reads of all accounts at once, whose sum never changes",

			Object: bench.Accounts, Verifies: verifiesBank, source: pays,
			Reads: 0.2, Distribution: Uniform, Accounts: 10, Initial: 1000, Span: 2, ReadsAll: true, most: 5,
		},
		{
			Name:  "transfer-skewed",
			About: "transactions: transfers among `span` of many accounts, some of them hot, and 20 % reads of as many",

			Object: bench.Accounts, Verifies: verifiesTransfer, source: pays,
			Reads: 0.2, Distribution: zipf, Accounts: 1000, Initial: 1000, Span: 2, most: 5,
		},
		{
			Name:  "ycsb-t",
			About: "transactions: the closed economy of YCSB+T (Dey et al., ICDEW 2014): 90 % reads of `span` accounts, 10 % transfers of 1 among as many",

			Object: bench.Accounts, Verifies: verifiesTransfer, source: pays,
			Reads: 0.9, Distribution: zipf, Accounts: 10_000, Initial: 1000, Span: 2, most: 1,
		},
		{
			Name:  "append",
			About: "transactions of 1 to `micros` appends to lists and reads of lists, from which anomalies can be told (Elle, Kingsbury and Alvaro, VLDB 2020)",

			Object: bench.Lists, Verifies: verifiesLists, source: appends,
			Keys: 10, Reads: 0.5, Distribution: zipf, Span: 8, Micros: 8, MaxWrites: 32,
		},
	}
}

func observed(s *source) bench.Source {
	if s.w.seen == nil {
		return s
	}
	return &observing{s}
}

func pays(s *source) bench.Source    { return &paying{source: s} }
func appends(s *source) bench.Source { return &appending{source: s} }
