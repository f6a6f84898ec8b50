package chaos

import (
	"cmp"
	"slices"
	"time"

	"nines/bench"
)

// A cutLink is a link that let nothing through for a while, in one direction.
type cutLink struct {
	wire
	since, until time.Time
}

// cutsOf are the links that a fault has cut, each stage of a sequence its own. It
// must be healed. Instants are since base.
func cutsOf(in Injected, base time.Time) []bench.Cut {
	var list []bench.Cut
	for _, h := range networks(in) {
		list = append(list, h.told(base)...)
	}
	slices.SortStableFunc(list, func(a, b bench.Cut) int { return cmp.Compare(a.From, b.From) })
	return list
}

// networks are the faults of links in what was injected.
func networks(in Injected) []*hurtNetwork {
	switch in := in.(type) {
	case *hurtNetwork:
		return []*hurtNetwork{in}
	case *struckAt:
		return networks(in.Injected)
	case *pickedOne:
		return networks(in.Injected)
	case *inSequence:
		return networks(in.all())
	case injectedParts:
		var all []*hurtNetwork
		for _, p := range in {
			all = append(all, networks(p)...)
		}
		return all
	}
	return nil
}

// told puts the links together that were cut over the same time.
func (w *wounds) told(base time.Time) []bench.Cut {
	cuts := slices.Clone(w.cuts)
	slices.SortFunc(cuts, func(a, b cutLink) int {
		return cmp.Or(a.since.Compare(b.since), a.until.Compare(b.until), cmp.Compare(a.from, b.from), cmp.Compare(a.to, b.to))
	})
	var list []bench.Cut
	for i, c := range cuts {
		if i == 0 || !c.since.Equal(cuts[i-1].since) || !c.until.Equal(cuts[i-1].until) {
			list = append(list, bench.Cut{From: c.since.Sub(base), To: c.until.Sub(base)})
		}
		last := &list[len(list)-1]
		last.Links = append(last.Links, [2]string{w.names[c.from], w.names[c.to]})
	}
	return list
}

// severs reports whether nothing gets through a link while it has the fault. What
// waits for the fault to be healed has not got through.
func (f LinkFault) severs() bool { return f.Cut || f.Clog || f.Loss >= 1 }
