// Package scenario is the file that says what to run: which systems, on which
// host, under which load and which faults.
//
// A file is YAML. [Parse] turns it into a [Scenario] with every default filled
// in, or into [Errors]: all that is wrong at once, each with its line and column
// and with what would be right. What exists - systems, hosts, workloads - comes
// from a [Catalog], so that this package knows no implementation. A [Set]
// changes a field from outside the file, and is checked in the same way.
//
// [Scenario.YAML] writes a scenario back with everything explicit; that text
// parses to the same scenario, so it is what a run keeps of itself.
//
// The built-in scenarios are files in builtin/; [Open] finds them by name.
package scenario
