package chaos

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// A Kind is one row of the table of faults.
type Kind struct {
	Name    string
	Does    string
	Usage   []string // its forms; T, A and B stand for targets
	Params  []Param  // what it says beside its targets
	Needs   Caps
	Example string
}

// A Param is what a fault says about how much.
type Param struct {
	Name  string // as it stands in the kind's forms, such as 20ms
	Means string
	Range string // what is accepted, with the unit
}

// kind is how a Kind is parsed and injected.
type kind struct {
	Kind
	shape    shape
	rolling  bool       // instead of a target it may say rolling
	implied  []selector // targets that are not written, behind those that are
	measure  measure
	shortest time.Duration // that it measures; 0: more than none
	// least says how long a fault of this amount must last at least to do more than
	// begin. Nil: any time will do.
	least func(amount) time.Duration
	// check says why the fault cannot be injected at these nodes of n.
	check func(f *fault, on [][]int, n int) error
	hurt  func(ctx context.Context, t Target, f *fault, on [][]int) (Injected, error)
}

// shape is how a kind names its targets.
type shape uint8

const (
	oneTarget     shape = iota // T
	sides                      // A | B
	arrow                      // A -> B
	targetOrArrow              // T or A -> B
	nobody                     // no target
)

// measure is what a kind says about how much.
type measure uint8

const (
	nothing    measure = iota
	duration           // 20ms
	spread             // 50ms or 50ms ± 10ms
	percentage         // 20%
	room               // 64KiB, or nothing
	offset             // 200ms or -200ms
	flips              // 200ms, 50ms
	pace               // +20% or -20%
	lateness           // 20%, 10ms
	bandwidth          // 1MB/s
	period             // 200ms, or nothing
	count              // 2
)

// optional reports whether the amount may be left out.
func (m measure) optional() bool { return m == room || m == period }

// kinds is the table of faults; the parser, the help text and the injection
// work from it.
var kinds = slices.Concat(processKinds, networkKinds, diskKinds, clockKinds, memberKinds)

// Kinds lists the faults, in the order in which a newcomer would meet them.
func Kinds() []Kind {
	var list []Kind
	for _, k := range kinds {
		list = append(list, k.Kind)
	}
	return append(list, pointedKind)
}

// Names lists the names of the faults, and of what is made of several.
func Names() []string {
	var names []string
	for _, k := range Kinds() {
		names = append(names, k.Name)
	}
	return append(names, oneOfName, eachOfName)
}

func anywhere(*fault, [][]int, int) error { return nil }

// seconds prints a duration with a precision that a reader can use.
func seconds(d time.Duration) string {
	if d < time.Second {
		return fmt.Sprintf("%d ms", d.Milliseconds())
	}
	return fmt.Sprintf("%.2f s", d.Seconds())
}
