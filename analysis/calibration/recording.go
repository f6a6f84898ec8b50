package calibration

import (
	"fmt"
	"time"

	"nines/analysis/stats"
)

// Recording is what it costs to record an operation: a closed loop of one session
// on a system that answers at once, with the recorder of a trial and with one that
// does nothing, in turns.
type Recording struct {
	Operations int // in each round
	Rounds     int
}

// StandardRecording is long enough for the file's pages to be compressed and
// written several times a round.
func StandardRecording() Recording { return Recording{Operations: 200_000, Rounds: 5} }

// Rounds are the nanoseconds that the rounds took for each operation: processor time of
// the whole process, which others on the machine do not add to, and time that passed.
type Rounds struct {
	With, Without               []float64 // processor time
	ElapsedWith, ElapsedWithout []float64
}

// recordingBound is a hundredth of a processor at the rate of a scenario that says
// none.
const recordingBound = 5 * time.Microsecond

// Title is what the checks are about.
func (r Recording) Title() string { return "Cost of recording an operation, in real time" }

// Bound is where the bounds come from.
func (r Recording) Bound() string {
	return fmt.Sprintf("Closed loop of one session, %d rounds of %d operations with and without the recorder of a trial, in turns; medians. "+
		"Bound: 1 %% of a processor at 2,000 op/s, the rate of scenarios that say none.", r.Rounds, r.Operations)
}

// Judge makes checks of the rounds.
func (r Recording) Judge(rounds Rounds) []Check {
	with, without := stats.Median(rounds.With), stats.Median(rounds.Without)
	const elapsed, cpu = "elapsed", "processor"
	return []Check{
		exactly("rounds", "each", r.Rounds, min(len(rounds.With), len(rounds.Without))),
		tell(elapsed, "engine alone", "ns", stats.Median(rounds.ElapsedWithout)),
		tell(elapsed, "with recorder", "ns", stats.Median(rounds.ElapsedWith)),
		tell(cpu, "engine alone", "ns", without),
		tell(cpu, "with recorder", "ns", with),
		// Of two that are nearly the same the difference may come out below 0.
		check(cpu, "difference", "ns", 0, max(0, with-without), 0, float64(recordingBound)),
	}
}
