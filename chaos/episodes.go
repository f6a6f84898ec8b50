package chaos

import (
	"context"
	"fmt"
	"time"
)

// healthEvery is how often health is asked for. It adds to the time between two
// episodes, and to no figure.
const healthEvery = 50 * time.Millisecond

// EpisodesOf returns the step of a schedule that has episodes, or nil. It is then
// the only step.
func EpisodesOf(steps []Step) *Step {
	for i := range steps {
		if steps[i].Episodes > 0 {
			return &steps[i]
		}
	}
	return nil
}

// Longest is how long the measured period must be so that all episodes fit,
// however long each takes to recover.
func (s Step) Longest() time.Duration {
	return s.At + s.Rest + time.Duration(s.Episodes)*s.longestEpisode()
}

// longestEpisode is from an injection to the next one at most. The fault may
// also take a moment to be injected and healed.
func (s Step) longestEpisode() time.Duration {
	const slack = 100 * time.Millisecond
	return s.lasts() + s.Recover + 2*s.Rest + slack
}

// episodeProblems is what Problems says of a step with episodes.
func (s Step) episodeProblems(within time.Duration) []Problem {
	const most = 24 * time.Hour // also so that no sum overflows
	for _, t := range []struct {
		field string
		d     time.Duration
	}{{"at", s.At}, {"for", s.For}, {"recover", s.Recover}, {"rest", s.Rest}} {
		if t.d > most {
			return []Problem{{t.field, fmt.Sprintf("%v with episodes: want %v or less", t.d, most)}}
		}
	}
	if end := s.At + s.Rest + s.longestEpisode(); end > within {
		return []Problem{{"episodes", fmt.Sprintf("the first one may last until %v, after the end of the measured period at %v: let it begin earlier, or shorten for, recover or rest",
			end, within)}}
	}
	return nil
}

// AloneProblem says what is wrong with a schedule in which a step has episodes
// and is not the only one; it is empty if nothing is.
func AloneProblem(steps []Step) string {
	if EpisodesOf(steps) == nil || len(steps) == 1 {
		return ""
	}
	return "a step with episodes is the only one of its schedule, since it ends when the cluster has recovered: want a matrix over faults[0].fault for several faults"
}

// Phase is the random part of the time before episode n of step i: evenly
// distributed from 0 to Rest, as the seed decides. It knows nothing of what a
// system does, so that every system meets the same phases.
func (s Step) Phase(seed uint64, i, n int) time.Duration {
	own := stream(mix(seed+1), uint64(i), uint64(n)) // another than the one that chooses targets
	return time.Duration(own.Int64N(int64(s.Rest)))
}

// playEpisodes injects the fault of step i again and again, from episode First
// on, until all were had, the period is over, or the cluster does not recover.
func (r *runner) playEpisodes(ctx context.Context, i int) {
	s := r.Steps[i]
	at := s.At + s.Phase(r.Seed, i, r.First)
	for n := r.First; n < s.Episodes && at+s.longestEpisode() <= r.Duration; n++ {
		e := newEpisode(Occurrence{Step: i, N: n, At: at, For: s.For, Fault: s.faultOf(r.Seed, i, n)})
		r.episodes = append(r.episodes, e)
		r.Episode(n)
		r.play(ctx, len(r.episodes)-1)
		if v := &e.interval; !e.begun || v.NA != "" || v.Error != "" || !r.recovered(ctx, v.End, s.Recover) {
			return
		}
		e.interval.Recovered = r.now()
		at = r.now() + s.Rest + s.Phase(r.Seed, i, n+1)
	}
}

// recovered waits until the cluster is healthy after it was healed, at most for a
// while.
func (r *runner) recovered(ctx context.Context, healed, atMost time.Duration) bool {
	for end := healed + atMost; ; {
		if r.Health.Healthy(healed) {
			return true
		}
		if r.now() >= end || !pause(ctx, min(healthEvery, end-r.now())) {
			return false
		}
	}
}
