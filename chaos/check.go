package chaos

import "errors"

// Check says why a cluster of n nodes can never suffer the fault: a node or a
// split that does not exist, sides that overlap. It returns nil if the cluster
// can suffer it, at least when the right node leads.
func Check(f Fault, n int) error {
	parts := partsOf(f)
	if parts == nil {
		return nil
	}
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
