// Package episodes sums up many episodes of the same fault: how often it took the
// service away, for how long, and how sure that is.
//
// [Observe] takes the episodes out of the summaries of trials, [Analyze] groups
// those that are alike (see [Key]) and gives each figure of a group as a
// [Distribution]. The episode is the unit of inference: nothing is counted over
// requests. An episode that the next fault or the end of the trial cut short is
// censored: it stays, as a lower bound.
//
// A [Set] keeps its observations, so that several runs can be taken together:
// [Merge] gives what one run of all their trials would have given.
package episodes
