// Package workloads makes the operations of a load: which keys, which kinds,
// which values.
//
// A [Workload] is made by name ([New]); [Catalog] lists the names. It hands out
// sources, one for each goroutine that makes operations: [Workload.Source] for
// the load itself, [Workload.Preload] to write every key once before it,
// [Workload.Probe] for the probes of one node, [Workload.Final] to read
// everything back. Sources of one workload that are made in the same order give
// the same operations for the same seed.
//
// Every value that is written has an id that no other write of the workload
// has, so that a read tells which write it saw. The most significant bits are
// the number of the source, counted from 1, the others count its writes.
package workloads
