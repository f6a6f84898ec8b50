package sim

import (
	"slices"

	stored "nines/adapters/disk"

	"nines/adapters/replica/step"
)

// disk is a node's stable storage. One forced write and one snapshot are under
// way at a time; what comes while the log is being forced waits.
type disk struct {
	log      []stored.Record
	durable  int // of log
	index    uint64
	snapshot []byte

	jobs    []*job
	forcing *Action // nil: the log is idle
	saving  *Action
}

// job is what one step wants of the log.
type job struct {
	records []stored.Record
	force   bool
	after   []step.Message
	compact *step.Compact
}

func (d *disk) stable() step.Stable {
	return step.Stable{Index: d.index, Snapshot: slices.Clone(d.snapshot), Records: slices.Clone(d.log)}
}

// crash leaves the first records of the log and nothing that was under way.
func (d *disk) crash(keep int) {
	d.log = d.log[:keep:keep]
	d.durable = keep
	d.jobs, d.forcing, d.saving = nil, nil, nil
}

// persist takes a job on.
func (n *node) persist(j *job) {
	if len(j.records) == 0 && !j.force && len(j.after) == 0 && j.compact == nil {
		return
	}
	j.records, j.after = slices.Clone(j.records), slices.Clone(j.after)
	n.disk.jobs = append(n.disk.jobs, j)
	if n.disk.forcing == nil {
		n.work()
	}
}

// work does jobs until one has to wait for a forced write. All that have come
// share it, up to a compaction.
func (n *node) work() {
	d := &n.disk
	for len(d.jobs) > 0 {
		var force bool
		var after []step.Message
		var compact *step.Compact
		for len(d.jobs) > 0 && compact == nil {
			j := d.jobs[0]
			d.jobs = d.jobs[1:]
			d.log = append(d.log, j.records...)
			force = force || j.force || len(j.after) > 0 || j.compact != nil
			after = append(after, j.after...)
			compact = j.compact
		}
		if force && (d.durable < len(d.log) || compact != nil) {
			d.forcing = n.c.pend(&Action{Kind: Force, Node: n.self, after: after, compact: compact})
			if !n.c.quiet {
				n.c.logf("#%d %s forces %d records", d.forcing.ID, n.name, len(d.log)-d.durable)
			}
			return
		}
		n.send(after)
	}
}

// forced is what comes when a forced write is complete.
func (n *node) forced(a *Action) {
	d := &n.disk
	d.forcing, d.durable = nil, len(d.log) // what has come meanwhile is not in it yet
	n.c.cost.Syncs++
	n.send(a.after)
	if a.compact != nil {
		n.compact(a.compact)
	}
	n.work()
	if len(n.own) > 0 {
		n.wake(step.Input{})
	}
}

// compact drops a prefix of the log, and appends the head. The store drops whole
// segments, hence any prefix without records that are still needed.
func (n *node) compact(c *step.Compact) {
	d := &n.disk
	most := slices.IndexFunc(d.log, func(r stored.Record) bool { return r.Index > c.Index })
	if most < 0 {
		most = len(d.log)
	}
	drop := most
	if n.c.cut != nil {
		drop = n.c.cut(most)
	}
	d.log = append(slices.Clone(d.log[drop:]), c.Head...)
	d.durable = len(d.log)
	n.c.logf("%s compacts its log to %d", n.name, c.Index)
}

func (n *node) save(s *step.Snapshot) {
	if s == nil || !n.up {
		return
	}
	if n.disk.saving != nil {
		n.fail(errTwoSnapshots)
		return
	}
	n.disk.saving = n.c.pend(&Action{Kind: Save, Node: n.self, snap: s})
	n.c.logf("#%d %s saves snapshot %d", n.disk.saving.ID, n.name, s.Index)
}

func (n *node) saved(a *Action) {
	d := &n.disk
	d.saving = nil
	d.index, d.snapshot = a.snap.Index, a.snap.State
	n.c.cost.Syncs += 2 // the file, and its name
	n.wake(step.Input{Saved: a.snap.Index})
}
