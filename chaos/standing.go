package chaos

import "slices"

// standing says how a fault that is in force leaves the cluster: which nodes it
// holds down, and into which groups it splits them. Two splits at once make groups that
// cannot be told one by one: then there are none. Nor are there of a sequence, which
// leaves the cluster now so and now so.
func standing(in Injected) (down []string, sides [][]string) {
	splits := 0
	for _, p := range parts(in) {
		switch p := p.(type) {
		case *killed:
			down = append(down, p.Nodes()...)
		case *removed:
			down = append(down, p.Nodes()...)
		case *hurtNetwork:
			if p.splits {
				splits++
				sides = p.on
			}
		}
	}
	slices.Sort(down)
	if splits > 1 {
		sides = nil
	}
	return slices.Compact(down), sides
}

// parts are what was injected, one by one.
func parts(in Injected) []Injected {
	switch in := in.(type) {
	case *struckAt:
		return parts(in.Injected)
	case *pickedOne:
		return parts(in.Injected)
	case injectedParts:
		return in
	case *inSequence:
		return nil
	}
	return []Injected{in}
}

// CountsByLeader reports whether the fault strikes a number of nodes with or
// without the leader, as those do that explore how many a system can lose.
func CountsByLeader(f Fault) bool {
	for _, p := range partsOf(f) {
		if slices.ContainsFunc(p.on, selector.byLeader) {
			return true
		}
	}
	return false
}
