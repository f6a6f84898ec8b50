package scenario

import (
	"fmt"
	"time"

	"nines/chaos"
)

// Defaults of a step with episodes.
const (
	defaultRecover = 10 * time.Second
	defaultRest    = time.Second
)

// completeEpisodes fills in what a step with episodes leaves open. The measured
// period is as long as all of them may take at most; it ends when they are over.
func (d *decoder) completeEpisodes(s *Scenario) {
	for i := range s.Faults {
		f := &s.Faults[i]
		if f.Episodes <= 0 {
			continue
		}
		path := fmt.Sprintf("faults[%d].", i)
		if !d.given(path + "recover") {
			f.Recover = defaultRecover
		}
		if !d.given(path + "rest") {
			f.Rest = defaultRest
		}
	}
	if f := chaos.EpisodesOf(s.Faults); f != nil && !d.given("duration") {
		s.Duration = min(f.Longest(), maxDuration)
		s.derived = append(s.derived, "duration")
	}
}

func (d *decoder) checkEpisodes(s *Scenario) {
	for i := range s.Faults {
		path := fmt.Sprintf("faults[%d].", i)
		if s.Faults[i].Episodes > 0 {
			continue
		}
		for _, name := range []string{"recover", "rest"} {
			if d.given(path + name) {
				d.failf(path+name, "belongs to episodes, of which there are none: remove it, or want episodes: 30, say")
			}
		}
	}
	if chaos.EpisodesOf(s.Faults) == nil {
		return
	}
	d.checkRecover(s)
	if text := chaos.AloneProblem(s.Faults); text != "" {
		d.failf("faults", "%s", text)
	}
	if s.Load.Arrivals == Closed && d.ok("load.arrivals") {
		d.failf("load.arrivals", "a closed loop asks for nothing while the system stalls, so nobody could tell when it has recovered: with episodes want constant or poisson")
	}
	for _, name := range d.shapesGiven() {
		d.failf("load."+name, "episodes tell of the same fault under the same load, and each would meet another rate: remove it, or episodes")
	}
}

// checkRecover wants recovery to be waited for for as long as it takes to see it,
// whatever the system.
func (d *decoder) checkRecover(s *Scenario) {
	if !d.ok("load.rate", "load.deadline", "probes.rate", "systems") || d.anyBad("load.knee") {
		return
	}
	probe := s.Probes.Period()
	bin := chaos.HealthyBin(probe, s.Load.Rate)
	for _, y := range s.Systems {
		bin = max(bin, chaos.HealthyBin(probe, s.For(y).Load.Rate))
	}
	least := chaos.LeastRecovery(bin, s.Load.Deadline)
	for i := range s.Faults {
		path := fmt.Sprintf("faults[%d].recover", i)
		if f := &s.Faults[i]; f.Episodes > 0 && f.Recover < least && d.ok(path) {
			d.failf(path, "%s is over before recovery can be seen, in %d bins of %s of operations that are past their deadline of %s: want %s or more",
				span(f.Recover), chaos.HealthyBins, span(bin), span(s.Load.Deadline), span(least))
		}
	}
}
