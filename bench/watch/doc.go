// Package watch shows a trial while it runs, to Prometheus and whatever reads
// its text format.
//
// The process of the trial keeps a [Tally]: it counts the samples as they are
// recorded, the arrivals as they are due, and follows what nodes and the fault
// schedule report. From time to time it hands a [View] to its parent, whose
// [Server] answers scrapes: so the address stays while trials come and go, and
// a scrape costs the trial nothing.
//
// Counts are exact: when the load has ended they are those of the trial's
// summary. What depends on the present instant is as old as the last View.
//
// The text format is written by hand: it has four kinds of lines, and the
// client library of Prometheus would bring as many modules as the rest of the
// program. Metrics are named as its documentation asks: base units, _total for
// counters, and labels for what is summed over.
package watch
