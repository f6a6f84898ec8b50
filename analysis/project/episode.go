package project

import (
	"encoding/json"
	"math"
	"strconv"
)

// An Episode is one injected fault and what it cost.
type Episode struct {
	Fault    string  // as in the schedule: kill(leader)
	Duration float64 // s that the fault lasted; NaN if that is not known
	Outage   float64 // s
	// Later is what of Outage is not of the longest one that began before healing: the rest
	// tells whether an outage ended before the fault did. 0 if that is not known.
	Later float64
	// Censored says that the outage had not ended when it was last seen: Outage is a
	// lower bound.
	Censored bool
}

// A System is what was measured of one, over all runs.
type System struct {
	Name     string
	Nodes    int  // 0 if that is not known
	Quorum   bool // that it works while a majority of its nodes is up, and only then
	Modelled bool // in virtual time
	Episodes []Episode
	// Resolution is how finely the outages were measured, in seconds: the longest probe
	// period; 0 if that is not known.
	Resolution float64
	// NA are the faults that it cannot suffer, and LeftOut is in words which trials
	// and episodes do not count, and why.
	NA, LeftOut []string
}

// A Figure is a number of a projection: NaN where there is none.
type Figure float64

// MarshalJSON writes NaN as null and +Inf as the string "inf".
func (f Figure) MarshalJSON() ([]byte, error) {
	switch x := float64(f); {
	case math.IsNaN(x):
		return []byte("null"), nil
	case math.IsInf(x, 1):
		return []byte(`"inf"`), nil
	default:
		return json.Marshal(x)
	}
}

// Nines is -log₁₀ of a share of downtime: 3 for 0.001; +Inf for none.
func Nines(down float64) float64 {
	if down <= 0 {
		return math.Inf(1)
	}
	return max(0, -math.Log10(down))
}

// count is a number and what it counts: 1 episode, 2 episodes.
func count(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return strconv.Itoa(n) + " " + what
}
