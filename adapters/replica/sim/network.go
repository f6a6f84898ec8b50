package sim

import "time"

// planned takes what machines have pending: the time that it takes is drawn, and
// a message may be lost.
func (r *run) planned(a *Action) {
	switch a.Kind {
	case Force:
		a.at = r.c.now + r.cfg.Force
	case Save:
		a.at = r.c.now + 2*r.cfg.Force
	case Deliver:
		from := a.Message.Peer
		copies := r.copies(from, a.Node)
		if copies == 2 {
			twin := *a
			twin.at = r.c.now + r.delay()
			r.queue.push(&twin)
		}
		if copies == 0 {
			return
		}
		a.at = r.c.now + r.delay()
	}
	r.queue.push(a)
}

// copies draws how often a message arrives.
func (r *run) copies(from, to int) int {
	if !r.links.pass(from, to) {
		return 0
	}
	if r.healed {
		return 1
	}
	switch p := r.net.Float64(); {
	case p < r.cfg.Network.Drop:
		return 0
	case p < r.cfg.Network.Drop+r.cfg.Network.Duplicate:
		return 2
	}
	return 1
}

func (r *run) delay() time.Duration {
	d := r.cfg.Network.Delay
	if j := r.cfg.Network.Jitter; j > 0 {
		d += time.Duration(r.net.ExpFloat64() * float64(j))
	}
	return d
}

// post sends what is not a machine's: do happens when it arrives.
func (r *run) post(from, to int, do func()) {
	for range r.copies(from, to) {
		r.after(r.delay(), func() {
			if r.links.pass(from, to) {
				do()
			}
		})
	}
}
