package analysis

import "fmt"

// GateEpisodes is the gate that tells how many of the episodes were had.
const GateEpisodes = "episodes"

// episodesHad: the episodes that a schedule has were had, or are left to a further
// part of the trial. If not, the measured period was too short for all of them, of
// which those that were had are none the worse: it is a warning. ok is false where
// there are none, where the system cannot suffer the fault, and where the trial failed,
// which is said elsewhere.
func (t *trial) episodesHad() (g Gate, ok bool) {
	e := t.Facts.Episodes
	if e == nil || t.Facts.Failure != "" {
		return Gate{}, false
	}
	if n := len(t.Faults); n > 0 && t.Faults[n-1].NA != "" {
		return Gate{}, false
	}
	had := e.First + len(t.Faults)
	saw := fmt.Sprintf("%d of %d episodes were had", had, e.Planned)
	if e.First > 0 {
		saw += fmt.Sprintf(", %d of them by the parts before", e.First)
	}
	if e.Left > 0 {
		saw += fmt.Sprintf("; %d are left to a further part", e.Left)
	}
	return warning(GateEpisodes, had+e.Left >= e.Planned, saw,
		"the measured period was over before the last of them: leave duration away, or want fewer episodes"), true
}
