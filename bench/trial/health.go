package trial

import (
	"sync"
	"time"

	"nines/bench"
	"nines/chaos"
)

// A vigil tells whether the cluster serves as it should, from the status of its
// nodes and the samples of the last moments, which go through it to the recorder.
//
// Samples are put into bins by when they were due. Looked at are the last
// [chaos.HealthyBins] of them that are old enough for their operations to be good or not,
// and to have arrived here: sessions hand over samples in chunks.
type vigil struct {
	to       bench.Recorder
	now      func() time.Duration // on the base clock
	ready    func() bool          // what the nodes tell
	deadline time.Duration
	probed   int           // how many nodes have probes
	bin      time.Duration // such that each is due to have some operations

	readySince time.Duration // as of the last time that somebody asked; -1: it was not

	mu   sync.Mutex
	ring []binned // longer than what is looked at is old
}

// binned is what was due in one bin.
type binned struct {
	index     int64 // since the base instant
	good, bad int
	nodes     uint64 // nodes that answered a probe in time, by bit; those beyond the 64th are not told apart
}

// healthyShare of the operations in all bins together must be good.
const healthyShare = 0.95

func newVigil(t *trial) *vigil {
	f := &t.result.Facts
	v := &vigil{to: t.Recorder, deadline: f.Deadline, bin: chaos.HealthyBin(f.Probe, f.Rate), readySince: -1}
	v.now = func() time.Duration { return time.Since(t.base) }
	v.ready = func() bool {
		in, ok := t.cluster.(bench.Inspector)
		return !ok || t.ready(in)
	}
	if f.Probe > 0 {
		v.probed = min(len(t.cluster.Nodes()), 64)
	}
	v.ring = make([]binned, chaos.HealthyBins+3+int((v.deadline+chaos.HandedOver)/v.bin))
	return v
}

// Record implements [bench.Recorder].
func (v *vigil) Record(batch []bench.Sample) error {
	v.mu.Lock()
	for i := range batch {
		v.count(&batch[i])
	}
	v.mu.Unlock()
	return v.to.Record(batch)
}

func (v *vigil) count(s *bench.Sample) {
	if s.Due < 0 {
		return
	}
	index := int64(s.Due / v.bin)
	b := &v.ring[index%int64(len(v.ring))]
	switch {
	case b.index > index:
		return // long over
	case b.index < index:
		*b = binned{index: index}
	}
	if !s.Good(v.deadline) {
		b.bad++
		return
	}
	b.good++
	if s.Class == bench.Probe && s.Node < 64 {
		b.nodes |= 1 << s.Node
	}
}

// Healthy implements [chaos.Health]: the cluster is ready and has been; operations
// of each bin since then were good, of every node that has probes, and nearly all
// of them together. One goroutine asks, several times in a bin.
func (v *vigil) Healthy(since time.Duration) bool {
	now := v.now()
	if !v.ready() {
		v.readySince = -1
		return false
	}
	if v.readySince < since {
		v.readySince = now
	}
	return now-v.readySince >= chaos.HealthyBins*v.bin && v.served(now, since)
}

// served reports whether operations were answered as they should be.
func (v *vigil) served(now, since time.Duration) bool {
	last := int64((now-v.deadline-chaos.HandedOver)/v.bin) - 1
	v.mu.Lock()
	defer v.mu.Unlock()
	good, bad := 0, 0
	for index := last; index > last-chaos.HealthyBins; index-- {
		if index < 0 || time.Duration(index)*v.bin < since {
			return false
		}
		b := v.ring[index%int64(len(v.ring))]
		if b.index != index || b.good == 0 || b.nodes != 1<<v.probed-1 {
			return false
		}
		good, bad = good+b.good, bad+b.bad
	}
	return float64(good) >= healthyShare*float64(good+bad)
}
