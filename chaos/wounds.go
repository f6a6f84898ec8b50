package chaos

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// wounds are the links that one fault hurts, and what that did to each.
type wounds struct {
	linker Linker
	names  []string
	open   []wound           // hurt now, the oldest first
	harm   map[wire]LinkHarm // done by those that are healed
	cuts   []cutLink         // those that are healed
}

type wound struct {
	wire
	severs bool
	since  time.Time
	heal   func() LinkHarm
}

// A turn changes which links are hurt.
type turn struct {
	heal []wire // first
	hurt []wire
	with LinkFault // hurt's
}

// take takes a turn.
func (w *wounds) take(t turn) error {
	began := time.Now()
	for _, x := range t.heal {
		w.healOne(x, began)
	}
	old := len(w.open)
	defer func() { // one instant for all: they count as cut when they all are
		for i, now := old, time.Now(); i < len(w.open); i++ {
			w.open[i].since = now
		}
	}()
	for _, x := range t.hurt {
		from, to := w.names[x.from], w.names[x.to]
		heal, err := w.linker.HurtLink(from, to, t.with)
		if err != nil {
			return fmt.Errorf("link %s -> %s: %w", from, to, err)
		}
		w.open = append(w.open, wound{wire: x, severs: t.with.severs(), heal: heal})
	}
	return nil
}

func (w *wounds) healOne(x wire, began time.Time) {
	if i := slices.IndexFunc(w.open, func(o wound) bool { return o.wire == x }); i >= 0 {
		w.close(w.open[i], began)
		w.open = slices.Delete(w.open, i, i+1)
	}
}

func (w *wounds) healAll() {
	began := time.Now()
	for _, o := range slices.Backward(w.open) {
		w.close(o, began)
	}
	w.open = nil
}

// close heals a wound, in a turn that began at that instant.
func (w *wounds) close(o wound, began time.Time) {
	if o.severs && began.After(o.since) {
		w.cuts = append(w.cuts, cutLink{o.wire, o.since, began})
	}
	done, now := w.harm[o.wire], o.heal()
	w.harm[o.wire] = LinkHarm{
		Dropped:    done.Dropped + now.Dropped,
		Delayed:    done.Delayed + now.Delayed,
		Duplicated: done.Duplicated + now.Duplicated,
		Reordered:  done.Reordered + now.Reordered,
	}
}

// did is such as "1,204 messages dropped on 3 of 4 links", or "" if they did
// nothing. All must be healed.
func (w *wounds) did() string {
	var total LinkHarm
	bitten := 0
	for _, h := range w.harm {
		total.Dropped += h.Dropped
		total.Delayed += h.Delayed
		total.Duplicated += h.Duplicated
		total.Reordered += h.Reordered
		if h != (LinkHarm{}) {
			bitten++
		}
	}
	var did []string
	for _, part := range []struct {
		n    uint64
		what string
	}{
		{total.Dropped, "dropped"}, {total.Delayed, "delayed"}, {total.Duplicated, "duplicated"}, {total.Reordered, "overtaken"},
	} {
		if part.n > 0 {
			did = append(did, thousands(part.n)+" messages "+part.what)
		}
	}
	if len(did) == 0 {
		return ""
	}
	links := plural(len(w.harm), "link")
	if bitten < len(w.harm) {
		links = fmt.Sprintf("%d of %s", bitten, links)
	}
	return strings.Join(did, ", ") + " on " + links
}
