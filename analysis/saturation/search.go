package saturation

import (
	"cmp"
	"math"

	"nines/results"
)

// Outcome is what a trial says about its rate.
type Outcome string

// The outcomes.
const (
	Held   Outcome = "held"
	Failed Outcome = "failed" // the system did not do what was asked
	Unfit  Outcome = "unfit"  // the measurement did not, so nothing is known of the system
	Wrong  Outcome = "wrong"  // the history was illegal: how fast it was does not matter
)

// Limit is what kept the knee from being higher.
type Limit string

// The limits.
const (
	BySystem    Limit = "system"
	ByGenerator Limit = "generator" // no trial there was fit; the system's knee is at this rate or above
	ByMaximum   Limit = "maximum"   // the highest rate that was to be tried held
)

// State is how a search ended.
type State string

// The states.
const (
	Unfinished  State = "unfinished"
	Confirmed   State = "confirmed"
	Unconfirmed State = "unconfirmed" // lowered again and again, and still no rate was held as often as it must
	None        State = "none"        // not even the lowest rate was held
	Void        State = "void"        // a history was illegal
)

// Knee is what a search found.
type Knee struct {
	State State   `json:"state"`
	Rate  float64 `json:"rate_ops_s"`        // the highest that held; 0: none did
	Above float64 `json:"failed_at_ops_s"`   // the lowest above it that did not; 0: all did
	Limit Limit   `json:"limit,omitempty"`   // what failed there
	Held  int     `json:"held"`              // of the trials that were to confirm it
	Tried int     `json:"tried"`             // how many those were
	Lower []Refut `json:"lowered,omitempty"` // rates that were not confirmed, in their order

	// Unverified: on the history of a trial that held there the checks came to no
	// verdict.
	Unverified bool `json:"unverified,omitempty"`
}

// Refut is a rate that was taken for the knee and not confirmed.
type Refut struct {
	Rate  float64 `json:"rate_ops_s"`
	Held  int     `json:"held"`
	Tried int     `json:"tried"`
	Unfit int     `json:"unfit,omitempty"` // trials beside these that were no measurement
}

// The search's steps.
const (
	stride      = 1.5 // from rate to rate while all hold
	strikes     = 2   // trials that must fail before a rate has failed
	mostUnfit   = 3   // trials that are unfit when a rate is given up for one that cannot be measured
	mostLowered = 5   // times that a knee is lowered before the search gives up
)

type phase int

const (
	seeking phase = iota
	confirming
	over
)

// A Search finds the knee of one system: it brackets it, halves the bracket by
// its geometric mean until it is no wider than the step, and confirms its lower
// end by further trials. A rate has failed when two trials of it have; so a
// single stall of the machine does not decide. A trial that was unfit says nothing
// and is made again; when three of a rate were, it is given up for one that cannot
// be measured. A knee is confirmed when as many trials of it have held as must, of
// which one more may have failed; if two fail, it is lowered by a step, and confirmed
// there.
type Search struct {
	p      results.Search
	phase  phase
	rate   float64
	lo, hi float64 // the highest that held, the lowest that failed; 0: none yet
	held   int     // trials at rate, since the search came to it
	failed int
	unfit  int
	knee   Knee
}

// NewSearch starts at a rate that is thought to be near the knee.
func NewSearch(start float64, p results.Search) *Search {
	s := &Search{p: p, knee: Knee{State: Unfinished}}
	s.rate = s.within(start)
	return s
}

// Next is the rate that is to be tried next, unless the search is over.
func (s *Search) Next() (rate float64, more bool) { return s.rate, s.phase != over }

// Knee is what has been found so far. The rates of an unfinished search are its
// bracket.
func (s *Search) Knee() Knee {
	k := s.knee
	if k.State == Unfinished || k.State == Confirmed {
		k.Rate = s.lo
	}
	k.Above = s.hi
	if s.phase == confirming {
		k.Held, k.Tried = s.held, s.held+s.failed
	}
	return k
}

// Result takes the outcome of a trial at the rate that Next gave.
func (s *Search) Result(o Outcome) {
	switch o {
	case Held:
		s.held++
	case Failed:
		s.failed++
	case Unfit:
		s.unfit++
	default:
		s.end(Void)
		return
	}
	beaten := s.failed == strikes || s.unfit == mostUnfit
	switch {
	case s.phase == seeking && s.held > 0:
		s.lo = s.rate
		s.seek()
	case s.phase == seeking && beaten:
		s.fail()
		s.seek()
	case s.phase == confirming && beaten:
		s.lower()
	case s.phase == confirming && s.sure():
		s.end(Confirmed)
	}
}

// sure reports whether the rate, which has not failed, is confirmed.
func (s *Search) sure() bool {
	if s.p.Hold == 0 { // the folder of an older search is reported by the rule of that search
		return s.held+s.failed == s.p.Confirm
	}
	return s.held == s.p.Hold
}

func (s *Search) end(as State) {
	s.knee.State, s.knee.Held, s.knee.Tried = as, s.held, s.held+s.failed
	s.phase = over
}

// fail notes that the rate has failed, and whose fault it was.
func (s *Search) fail() {
	s.hi, s.knee.Limit = s.rate, ByGenerator
	if s.failed > 0 {
		s.knee.Limit = BySystem
	}
}

// try turns to another rate, or to the same for another reason.
func (s *Search) try(rate float64, as phase) {
	s.rate, s.phase = rate, as
	s.held, s.failed, s.unfit = 0, 0, 0
}

// seek chooses the next rate of the bracket.
func (s *Search) seek() {
	switch {
	case s.lo == 0 && s.hi <= s.p.MinRate:
		s.end(None)
	case s.lo == 0:
		s.try(s.within(s.hi/2), seeking)
	case s.hi == 0 && s.lo >= s.p.MaxRate:
		s.knee.Limit = ByMaximum
		s.try(s.lo, confirming)
	case s.hi == 0:
		s.try(s.within(s.lo*stride), seeking)
	default:
		middle := round(math.Sqrt(s.lo * s.hi))
		if s.hi/s.lo <= 1+s.p.Step || middle <= s.lo || middle >= s.hi {
			s.try(s.lo, confirming)
			return
		}
		s.try(middle, seeking)
	}
}

// lower takes the rate for failed, and the next lower one for the knee.
func (s *Search) lower() {
	s.knee.Lower = append(s.knee.Lower, Refut{s.rate, s.held, s.held + s.failed, s.unfit})
	s.fail()
	s.lo = s.within(min(s.rate/(1+s.p.Step), s.rate-1))
	switch {
	case s.rate <= s.p.MinRate:
		s.lo = 0
		s.end(None)
	case len(s.knee.Lower) > mostLowered:
		s.lo = 0
		s.end(Unconfirmed)
	default:
		s.try(s.lo, confirming)
	}
}

func (s *Search) within(rate float64) float64 {
	return min(max(round(rate), s.p.MinRate), s.p.MaxRate)
}

// round keeps three digits, and no fractions.
func round(rate float64) float64 {
	if !(rate >= 1) {
		return 1
	}
	unit := math.Pow(10, max(0, math.Floor(math.Log10(rate))-2))
	return math.Round(rate/unit) * unit
}

// left is about how many trials the search still takes.
func (s *Search) left() int {
	const unbracketed = 7 // trials until the bracket is narrow enough, from nothing
	confirm := cmp.Or(s.p.Hold, s.p.Confirm)
	switch {
	case s.phase == over:
		return 0
	case s.phase == confirming:
		return confirm - s.held
	case s.lo == 0 || s.hi == 0:
		return unbracketed + confirm
	}
	halvings := math.Log2(math.Log(s.hi/s.lo) / math.Log(1+s.p.Step))
	return max(1, int(math.Ceil(1.5*halvings))) + confirm // half of them fail, and are tried twice
}
