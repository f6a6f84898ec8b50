// Package report turns the summaries of a run into something to read: tables on
// the terminal ([Terminal]), and in the run's folder tables.md, charts/ and
// report.html ([Write]).
//
// The same tables appear everywhere; each is a plain grid of strings (type
// table) with three renderings. The HTML page is one file that needs no
// network and no script.
//
// A figure is written with three significant digits. What has no value is a
// dash; a time beyond every client's patience T is "> T"; what a system cannot
// suffer is n/a. Figures of trials that are not to be believed carry a mark
// wherever they stand, which a note explains: see [plot.Mark]. Where a system
// has several trials, its row holds medians over those that can be trusted.
//
// Systems appear in the order of the summaries: pass them in the order of the
// scenario, whatever order the trials ran in.
package report
