package chaos

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"nines/bench"
)

// Check says why a cluster of n nodes can never suffer the fault: a node or a
// split that does not exist, sides that overlap. It returns nil if the cluster
// can suffer it, at least when the right node leads.
func Check(f Fault, n int) error {
	return Suffers(f, func(f Fault) error { return checkSimple(f, n) })
}

func checkSimple(f Fault, n int) error {
	parts := partsOf(f)
	if n < 1 {
		return errors.New("the cluster has no nodes")
	}
	var first error
	for leader := range n {
		_, err := chooseFor(parts, world{n: n, leader: leader, at: anyMoment(f, n, leader), order: inOrder})
		if err == nil {
			return nil
		}
		if first == nil {
			first = err
		}
	}
	return first
}

// Suffers says why a cluster cannot suffer a fault, given what says so of faults
// that are neither sequences nor choices: a sequence needs all of its parts, and a
// choice one of its alternatives.
func Suffers(f Fault, can func(Fault) error) error {
	switch f := f.(type) {
	case sequence:
		for _, s := range f {
			if err := Suffers(s.fault, can); err != nil {
				return fmt.Errorf("%s: %w", s.fault, err)
			}
		}
		return nil
	case eachOf:
		return Suffers(oneOf(f), can)
	case oneOf:
		var why []string
		for _, a := range f {
			err := can(a)
			if err == nil {
				return nil
			}
			why = append(why, fmt.Sprintf("%s: %v", a, err))
		}
		return errors.New(strings.Join(why, "; "))
	}
	return can(f)
}

// unable says why the cluster can never suffer the fault, which is neither a
// sequence nor a choice.
func unable(c bench.Cluster, f Fault) error {
	if lacks := CapsOf(c).Lacks(f.Needs()); lacks != 0 {
		return fmt.Errorf("the system does not offer: %s", lacks)
	}
	if p := PointOf(f); p != "" && !slices.Contains(c.(Pointer).Points(), p) {
		return errors.New("the system has no protocol point " + p)
	}
	if _, ok := c.(bench.Inspector); !ok && needsLeader(partsOf(f)) {
		return errNoInspector
	}
	if _, ok := c.(bench.Inspector); !ok && needsStatus(partsOf(f)) {
		return errNoStatus
	}
	return checkSimple(f, len(c.Nodes()))
}

// inOrder is the permutation that changes nothing. Which one is drawn does not
// decide whether all choices can be made, as long as a choice does not stand in
// several parts with different companions.
func inOrder(n int) []int {
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	return order
}
