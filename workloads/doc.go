// Package workloads makes the operations of a load: which keys, which kinds,
// which values.
//
// A [Workload] is made by name ([New]); [Catalog] lists the names. It hands out
// sources, one for each goroutine that makes operations: [Workload.Source] for
// the load itself, [Workload.Preload] to fill the keys before it,
// [Workload.Probe] for the probes of one node, [Workload.Final] to read
// everything back. Sources of one workload that are made in the same order give
// the same operations for the same seed.
//
// Every value that is written has an id that no other write of the workload
// has, so that a read tells which write it saw. The most significant bits are
// the number of the source, counted from 1, the others count its writes. The
// elements of lists and the transactions have such ids too; what an account
// holds is a number, and only transactions write it.
//
// Transactions know of keys only. Where nodes own parts of the keys, whoever
// makes the workload says which (Config.Owner).
package workloads
