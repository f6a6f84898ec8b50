package bench

import (
	"errors"
	"fmt"
	"math"
	"time"
)

// Never stands for an instant that did not come, such as when a dropped
// operation was sent.
const Never time.Duration = math.MaxInt64

// Outcome is what became of an operation.
type Outcome uint8

// The zero Outcome is none.
const (
	OK       Outcome = iota + 1 // answered
	Rejected                    // certainly without effect
	Unknown                     // may have had its effect, or may yet have it
	Dropped                     // due, but never sent: no session was free
)

var outcomeNames = [...]string{"none", "ok", "rejected", "unknown", "dropped"}

// String returns the outcome's name as it stands in result files.
func (o Outcome) String() string {
	if int(o) < len(outcomeNames) {
		return outcomeNames[o]
	}
	return fmt.Sprintf("outcome(%d)", uint8(o))
}

// OutcomeOf classifies the error of [Client.Do]: unknown unless the error is
// nil or proves that there was no effect.
func OutcomeOf(err error) Outcome {
	switch {
	case err == nil:
		return OK
	case errors.Is(err, ErrRejected):
		return Rejected
	default:
		return Unknown
	}
}

// Class tells why an operation was made.
type Class uint8

// The zero Class is none. Only Main operations count as load; Probe operations
// measure outages; all classes belong to the history that is checked.
const (
	Main    Class = iota + 1 // the workload
	Probe                    // fixed-rate, pinned to one node, on keys of its own
	Preload                  // fills the keys before the trial
	Final                    // reads everything back after the last heal
)

var classNames = [...]string{"none", "main", "probe", "preload", "final"}

// String returns the class's name as it stands in result files.
func (c Class) String() string {
	if int(c) < len(classNames) {
		return classNames[c]
	}
	return fmt.Sprintf("class(%d)", uint8(c))
}

// A Sample is the record of one operation. It holds no pointer, so that
// millions of them cost the garbage collector nothing.
type Sample struct {
	Due  time.Duration // when the arrival process wanted it
	Sent time.Duration // when a session took it; Never if dropped
	Done time.Duration // when it was answered or given up; Never if dropped

	Session uint64 // the sequential process that performed it; 0 if dropped
	Key     uint64
	Arg     uint64 // as in Op: of a Transact, the id of its TxnRecord
	Expect  uint64 // as in Op
	Result  uint64 // Reply.Value; meaningful only if Outcome is OK

	User    uint32
	Size    uint32
	Node    uint16 // index of the node that the session dialled; with a Router, of the one that served
	Kind    Kind
	Outcome Outcome
	Class   Class
	Tries   uint8 // as in Route; 1 without a Router, 0 if dropped
	Hedges  uint8 // as in Route
}

// Response is the time from when the operation was due until it succeeded, and
// [Never] if it did not succeed.
func (s *Sample) Response() time.Duration {
	if s.Outcome != OK {
		return Never
	}
	return s.Done - s.Due
}

// Service is the time from when the operation was sent until it succeeded, and
// [Never] if it did not succeed.
func (s *Sample) Service() time.Duration {
	if s.Outcome != OK {
		return Never
	}
	return s.Done - s.Sent
}

// Good reports whether the operation succeeded within deadline of its due time.
func (s *Sample) Good(deadline time.Duration) bool {
	return s.Outcome == OK && s.Done-s.Due <= deadline
}

// A Recorder takes the samples of a trial, batch by batch, from one goroutine.
// It must not keep the slice.
type Recorder interface {
	Record([]Sample) error
}
