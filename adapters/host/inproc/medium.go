package inproc

import (
	"sync"

	"nines/adapters/disk"
)

// medium is the disk of a node, which is another in each of its lives.
type medium struct {
	mu           sync.Mutex // held only for moments
	d            *disk.Disk // nil: it has none yet
	syncs, bytes uint64     // what those before it have cost
}

func (m *medium) disk() *disk.Disk {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.d
}

// change puts another disk in the place of the one that there was, which is closed.
func (m *medium) change(d *disk.Disk) error {
	m.mu.Lock()
	old := m.d
	m.d = d
	if old != nil {
		syncs, bytes := old.Cost()
		m.syncs += syncs
		m.bytes += bytes
	}
	m.mu.Unlock()
	if old == nil {
		return nil
	}
	return old.Close()
}

func (m *medium) cost() (syncs, bytes uint64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	syncs, bytes = m.syncs, m.bytes
	if m.d != nil {
		s, b := m.d.Cost()
		syncs, bytes = syncs+s, bytes+b
	}
	return syncs, bytes
}
