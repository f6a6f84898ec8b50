package chaos

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"time"
)

// A Step is one line of a schedule. Instants count from the base instant of the
// trial.
type Step struct {
	At     time.Duration // of the first injection
	Every  time.Duration // between injections; 0: there is only one
	Jitter time.Duration // each injection comes later by up to this, as the seed decides
	For    time.Duration // from injection to healing; a protocol point is waited for as long before that
	Fault  Fault

	// Episodes, if it is not 0, is how often the fault is injected, each time when
	// the cluster has recovered from the last: see [Config.Health].
	Episodes int
	Recover  time.Duration // with Episodes: how long recovery is waited for after healing
	Rest     time.Duration // with Episodes: from recovery to the next injection, up to twice as long
}

// lasts is how long after its instant the step may be over.
func (s Step) lasts() time.Duration {
	if PointOf(s.Fault) != "" {
		return 2 * s.For
	}
	return s.For
}

// An Occurrence is one injection that a schedule wants.
type Occurrence struct {
	Step  int // index of its step
	N     int // how many of the same step came before it
	At    time.Duration
	For   time.Duration
	Fault Fault
}

// A Problem is what is wrong with one field of a step.
type Problem struct {
	Field string // as in a scenario file: at, every, jitter, for
	Text  string // what is wrong, and what would be right
}

// Problems returns what is wrong with the times of the step in a measured
// period of length within.
func (s Step) Problems(within time.Duration) []Problem {
	var list []Problem
	complain := func(field, format string, args ...any) {
		list = append(list, Problem{field, fmt.Sprintf(format, args...)})
	}
	if s.At < 0 {
		complain("at", "%v is before the measured period: want 0s or later", s.At)
	}
	switch {
	case s.For < 0:
		complain("for", "%v: the fault would end before it starts: want more than 0s", s.For)
	case s.For == 0:
		complain("for", "the fault would end when it starts: want more than 0s")
	default:
		if q, ok := s.Fault.(sequence); ok {
			if text := q.problem(s.For); text != "" {
				complain("for", "%s", text)
			}
		}
	}
	if s.Jitter < 0 {
		complain("jitter", "%v is negative: want 0s or more, by which an injection may come late", s.Jitter)
	}
	switch {
	case s.Every < 0:
		complain("every", "%v is negative: want a period, or 0s for a single injection", s.Every)
	case s.Every > 0 && s.Episodes > 0:
		complain("every", "with episodes the next one comes when the cluster has recovered: remove every, or episodes")
	case s.Every > 0 && s.Every-s.For <= s.Jitter:
		complain("every", "every %v is too often for a fault that lasts %v and may come %v late: want more than %v",
			s.Every, s.For, s.Jitter, s.For+s.Jitter)
	case s.Every > 0 && within/s.Every >= maxInjections:
		complain("every", "every %v would be more than %d injections in %v: want %v or more",
			s.Every, maxInjections, within, within/maxInjections+1)
	}
	switch {
	case s.Episodes < 0:
		complain("episodes", "%d: want how often the fault is to be injected, or leave it away for once", s.Episodes)
	case s.Episodes > maxInjections:
		complain("episodes", "%d: want %d or fewer in a trial, and more repeats", s.Episodes, maxInjections)
	case s.Episodes > 0:
		if s.Jitter > 0 {
			complain("jitter", "episodes come at random by themselves, up to rest later: remove jitter")
		}
		if s.Recover <= 0 {
			complain("recover", "%v: want how long recovery may take, such as 10s", s.Recover)
		}
		if s.Rest <= 0 {
			complain("rest", "%v: want a time under load between two episodes, such as 1s", s.Rest)
		}
	}
	if part, least := tooShort(s.Fault, s.For); part != nil && s.For > 0 {
		complain("for", "%v: %s goes on to change %v after it has begun: want more than that", s.For, part, least)
	}
	if len(list) > 0 {
		return list
	}
	if s.Episodes > 0 {
		return s.episodeProblems(within)
	}
	switch end := s.At + s.Jitter + s.lasts(); {
	case s.At >= within:
		complain("at", "%v is not before the end of the measured period at %v", s.At, within)
	case max(s.Jitter, s.For) > within: // the sum might overflow
		complain("for", "the fault may last longer than the measured period of %v", within)
	case end > within:
		complain("for", "the fault may last until %v, after the end of the measured period at %v: shorten it, or let it begin earlier",
			end, within)
	}
	return list
}

// maxInjections bounds what one step may do in a trial.
const maxInjections = 10_000

// Expand returns the injections of a schedule, in the order of their instants.
// It depends on its arguments alone, and each step on its own index, so that
// another system, or another line in the file, changes nothing. A repeated step
// ends with the last injection that is sure to be healed within the period.
func Expand(steps []Step, seed uint64, within time.Duration) []Occurrence {
	var list []Occurrence
	for i, s := range steps {
		r := stream(seed, uint64(i), 0)
		for n, at := 0, s.At; at+s.Jitter+s.lasts() <= within; n, at = n+1, at+s.Every {
			late := time.Duration(0)
			if s.Jitter > 0 {
				late = time.Duration(r.Int64N(int64(s.Jitter) + 1))
			}
			list = append(list, Occurrence{Step: i, N: n, At: at + late, For: s.For, Fault: s.faultOf(seed, i, n)})
			if s.Every <= 0 {
				break
			}
		}
	}
	slices.SortStableFunc(list, func(a, b Occurrence) int { return int(min(1, max(-1, a.At-b.At))) })
	return list
}

// rand is the random source of this injection alone.
func (o Occurrence) rand(seed uint64) *rand.Rand {
	return stream(seed, uint64(o.Step), uint64(o.N)+1)
}

// stream returns a random source that is independent for each (step, n).
func stream(seed, step, n uint64) *rand.Rand {
	return rand.New(rand.NewPCG(mix(seed), mix(mix(step)+n)))
}

// mix is the finalizer of splitmix64 (Steele, Lea and Flood, OOPSLA 2014): it
// spreads numbers that are close together.
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}
