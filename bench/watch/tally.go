package watch

import (
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"nines/bench"
)

// A Tally counts a trial while it runs. It is a [bench.Recorder]; its methods may
// be called from any goroutine. Nothing that it does allocates for an operation.
type Tally struct {
	deadline time.Duration
	due      [2]atomic.Uint64 // by period: counted by the generator, which must not wait

	mu   sync.Mutex // held for the time of a copy
	view View
}

// NewTally returns one for a trial with these nodes and these faults in its
// schedule. An operation is good if it succeeded within deadline of its due time.
func NewTally(deadline time.Duration, nodes, faults []string) *Tally {
	t := &Tally{deadline: deadline}
	for _, n := range nodes {
		t.view.Nodes = append(t.view.Nodes, Node{Name: n})
	}
	for _, f := range faults {
		t.fault(f)
	}
	return t
}

// Record counts the batch.
func (t *Tally) Record(batch []bench.Sample) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	for i := range batch {
		s := &batch[i]
		if s.Class != bench.Main {
			continue
		}
		if s.Due < 0 {
			t.view.Warmup.add(s, t.deadline)
		} else {
			t.view.Measured.add(s, t.deadline)
		}
	}
	return nil
}

func (c *Counts) add(s *bench.Sample, deadline time.Duration) {
	switch s.Outcome {
	case bench.OK:
		c.OK++
		if s.Good(deadline) {
			c.Good++
		}
		c.Response.add(s.Response())
	case bench.Rejected:
		c.Rejected++
		c.Response.never()
	case bench.Dropped:
		c.Dropped++
		c.Response.never()
		return
	default:
		c.Unknown++
		c.Response.never()
	}
	c.Lag.add(s.Sent - s.Due)
}

// Arrivals counts the operations of an arrival process as they are due: when the
// generator asks for another one, the last one is.
func (t *Tally) Arrivals(next bench.Arrivals) bench.Arrivals {
	var last *atomic.Uint64
	return func() (time.Duration, bool) {
		if last != nil {
			last.Add(1)
		}
		due, ok := next()
		switch {
		case !ok:
			last = nil
		case due < 0:
			last = &t.due[0]
		default:
			last = &t.due[1]
		}
		return due, ok
	}
}

// Event takes what a node reports.
func (t *Tally) Event(e bench.Event) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for i := range t.view.Nodes {
		if n := &t.view.Nodes[i]; n.Name == e.Node {
			n.Role = n.After(e)
			return
		}
	}
}

// Fault takes that a fault has been injected, or healed.
func (t *Tally) Fault(v bench.Interval, inForce bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	f := t.fault(v.Fault)
	if inForce {
		f.InForce++
	} else {
		f.InForce--
	}
}

// fault finds one by its name, or adds it.
func (t *Tally) fault(name string) *Fault {
	for i := range t.view.Faults {
		if t.view.Faults[i].Name == name {
			return &t.view.Faults[i]
		}
	}
	t.view.Faults = append(t.view.Faults, Fault{Name: name})
	return &t.view.Faults[len(t.view.Faults)-1]
}

// View is what is known now.
func (t *Tally) View() *View {
	t.mu.Lock()
	defer t.mu.Unlock()
	v := t.view
	v.Nodes, v.Faults = slices.Clone(v.Nodes), slices.Clone(v.Faults)
	for i, c := range []*Counts{&v.Warmup, &v.Measured} {
		// In a closed loop nobody counts arrivals: there an operation is due when it is
		// sent. And one may have been recorded that the generator is about to count.
		c.Due = max(t.due[i].Load(), c.ended())
	}
	return &v
}
