package disk

import (
	"slices"
	"time"

	"nines/chaos"
)

// fault is one fault upon the disk, and what it did.
type fault struct {
	chaos.DiskFault
	harm chaos.DiskHarm
}

// Hurt does f to the disk, on top of what is done to it already; see
// [chaos.Disker]. The files of a snapshot and the names in a directory are
// forced writes as well.
func (d *Disk) Hurt(f chaos.DiskFault) (heal func() chaos.DiskHarm) {
	y := &fault{DiskFault: f}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.faults = append(d.faults, y)
	return func() chaos.DiskHarm {
		d.mu.Lock()
		defer d.mu.Unlock()
		if i := slices.Index(d.faults, y); i >= 0 {
			d.faults = slices.Delete(d.faults, i, i+1)
		}
		return y.harm
	}
}

// slow returns how long a forced write of so many bytes that begins now is held
// up. Those at work at the same time, of the log and of a snapshot, have the whole
// bandwidth each.
func (d *Disk) slow(bytes int64) time.Duration {
	d.mu.Lock()
	defer d.mu.Unlock()
	total := d.latency
	if d.width > 0 {
		total += time.Duration(float64(bytes) / float64(d.width) * float64(time.Second))
	}
	for _, y := range d.faults {
		if y.SyncDelay > 0 {
			y.harm.Syncs++
			y.harm.Added += y.SyncDelay
			total += y.SyncDelay
		}
	}
	return total
}

// Instant reports whether a forced write takes no time now: the disk is memory
// without latency or bandwidth, and nothing slows it. A node may then write where it must
// not wait.
func (s *Store) Instant() bool {
	d := s.d
	d.mu.Lock()
	defer d.mu.Unlock()
	_, memory := d.vol.(*memory)
	return memory && d.latency == 0 && d.width == 0 && len(d.faults) == 0
}
