package disk

import (
	"slices"
	"time"

	"nines/chaos"
)

// fault is one fault upon the disk, and what it did.
type fault struct {
	chaos.DiskFault
	harm  chaos.DiskHarm
	room  int64         // bytes that still fit, if Full
	spent bool          // Tear has had its write
	cut   chan struct{} // closed when the power failure of Tear is over; nil: there was none
}

// Hurt does f to the disk, on top of what is done to it already; see
// [chaos.Disker]. The files of a snapshot and the names in a directory are
// forced writes as well.
//
// Fail fails whatever would change the disk: to write, force, truncate, create,
// rename and remove. Full fails writes that need more than its Room, when they
// have filled it; to remove files gives nothing back. Both stop the store that
// meets them, as an error of the medium does.
//
// Tear cuts the power in the midst of the next forced write of the log, or at a
// [Disk.Crash] that comes before it, once. Then the bytes of the log that no Sync
// has covered, and only those, are left as [torn] says.
func (d *Disk) Hurt(f chaos.DiskFault) (heal func() chaos.DiskHarm) {
	y := &fault{DiskFault: f, room: f.Room}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.faults = append(d.faults, y)
	return func() chaos.DiskHarm {
		d.mu.Lock()
		defer d.mu.Unlock()
		if i := slices.Index(d.faults, y); i >= 0 {
			d.faults = slices.Delete(d.faults, i, i+1)
		}
		if cut := y.cut; cut != nil {
			d.mu.Unlock()
			<-cut
			d.mu.Lock()
		}
		return y.harm
	}
}

// Hurts lists the faults in force.
func (d *Disk) Hurts() (all []chaos.DiskFault) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, y := range d.faults {
		all = append(all, y.DiskFault)
	}
	return all
}

// slow returns how long a forced write that begins now is held up, beside the time
// that its bytes take.
func (d *Disk) slow() time.Duration {
	d.mu.Lock()
	defer d.mu.Unlock()
	total := d.latency
	for _, y := range d.faults {
		if y.SyncDelay > 0 {
			y.harm.Syncs++
			y.harm.Added += y.SyncDelay
			total += y.SyncDelay
		}
	}
	return total
}

// portion is what one forced write transfers before it is another one's turn, if
// another waits: the log does not wait for the whole of a snapshot.
const portion = 64 << 10

// transfer takes the next turn of the medium for so many bytes, and returns when
// they are written: all forced writes share one bandwidth.
func (d *Disk) transfer(bytes int64) time.Time {
	d.mu.Lock()
	defer d.mu.Unlock()
	if now := time.Now(); d.busy.Before(now) {
		d.busy = now
	}
	d.busy = d.busy.Add(time.Duration(float64(bytes) / float64(d.width) * float64(time.Second)))
	return d.busy
}

// Instant reports whether a forced write takes no time now: the disk is memory
// without latency or bandwidth, and nothing hurts it. A node may then write where it must
// not wait.
func (s *Store) Instant() bool {
	d := s.d
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.memory && d.latency == 0 && d.width == 0 && len(d.faults) == 0
}
