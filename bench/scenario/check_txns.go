package scenario

import (
	"fmt"
	"strings"
)

// completeTxns fills in what the workload's kind says of its transactions.
func (d *decoder) completeTxns(s *Scenario, e *WorkloadEntry) {
	w := &s.Workload
	derive(d, s, "workload.distribution", &w.Distribution, e.Distribution)
	derive(d, s, "workload.accounts", &w.Accounts, e.Accounts)
	derive(d, s, "workload.initial", &w.Initial, e.Initial)
	derive(d, s, "workload.span", &w.Span, e.Span)
	derive(d, s, "workload.micros", &w.Micros, e.Micros)
	derive(d, s, "workload.max_writes_per_key", &w.MaxWrites, e.MaxWrites)
	derive(d, s, "workload.scan_length", &w.ScanLength, e.ScanLength)
	derive(d, s, "workload.lease", &w.Lease, e.Lease)
	if w.Distribution == hotspot {
		derive(d, s, "workload.hot_keys", &w.HotKeys, 0.2) // as in YCSB
		derive(d, s, "workload.hot_ops", &w.HotOps, 0.8)
	}
	if e.Accounts > 0 {
		derive(d, s, "workload.keys", &w.Keys, w.Accounts)
	}
}

// hotspot is the distribution that has settings of its own.
const hotspot = "hotspot"

// derive fills a field in that is not given; a zero value says nothing.
func derive[T comparable](d *decoder, s *Scenario, path string, field *T, value T) {
	if value != *new(T) && !d.given(path) {
		*field = value
		s.derived = append(s.derived, path)
	}
}

// checkWorkload reports what does not fit the workload's kind, or the systems.
func (d *decoder) checkWorkload(s *Scenario, e *WorkloadEntry) {
	w := &s.Workload
	if w.CAS > 0 && !e.CAS {
		d.failf("workload.cas", "%s has no compare-and-swap: want 0", e.Name)
	}
	if e.Accounts > 0 && d.given("workload.keys") {
		d.failf("workload.keys", "the keys of %s are its accounts: want accounts: %d", e.Name, w.Keys)
	}
	if e.Accounts > 0 && !w.Preload {
		d.failf("workload.preload", "the accounts of %s would be empty, and nothing could be paid: want on", e.Name)
	}
	d.checkHas("accounts", e, func(e *WorkloadEntry) bool { return e.Accounts > 0 })
	d.checkHas("initial", e, func(e *WorkloadEntry) bool { return e.Initial > 0 })
	d.checkHas("span", e, func(e *WorkloadEntry) bool { return e.Span > 0 })
	d.checkHas("micros", e, func(e *WorkloadEntry) bool { return e.Micros > 0 })
	d.checkHas("max_writes_per_key", e, func(e *WorkloadEntry) bool { return e.MaxWrites > 0 })
	d.checkHas("scan_length", e, func(e *WorkloadEntry) bool { return e.ScanLength > 0 })
	d.checkHas("lease", e, func(e *WorkloadEntry) bool { return e.Lease > 0 })
	if e.Check != nil && !d.anyBad("workload") {
		if err := e.Check(*w); err != nil {
			d.failf("workload", "%s", strings.ReplaceAll(err.Error(), "\n", "; "))
		}
	}
	if e.Txns {
		d.checkTxns(s, e)
	}
}

// checkHas reports a setting that only other workloads have.
func (d *decoder) checkHas(name string, e *WorkloadEntry, has func(*WorkloadEntry) bool) {
	path := "workload." + name
	if has(e) || !d.given(path) || !d.ok(path) {
		return
	}
	var who []string
	for i := range d.cat.Workloads {
		if has(&d.cat.Workloads[i]) {
			who = append(who, d.cat.Workloads[i].Name)
		}
	}
	d.failf(path, "%s has none: remove it, or want one of %s", e.Name, strings.Join(who, ", "))
}

// checkTxns reports systems that cannot do the workload's transactions.
func (d *decoder) checkTxns(s *Scenario, e *WorkloadEntry) {
	for i, y := range s.Systems {
		sys := d.cat.system(y.Name)
		if sys == nil || !y.takesPart(s.Nodes) {
			continue
		}
		if !sys.Txns {
			d.failf(fmt.Sprintf("systems[%d]", i), "%s has no transactions, which %s is made of: want %s", sys.Name, e.Name, strings.Join(d.cat.systemsWithTxns(), ", "))
			continue
		}
		if e.ScanLength > 0 && sys.Partitioned {
			d.failf(fmt.Sprintf("systems[%d]", i), "%s has no node with all keys, and the scans of %s need one: want a system that replicates", sys.Name, e.Name)
			continue
		}
		nodes := s.nodesOf(sys)
		// The default is no wish: there, fewer nodes mean fewer participants.
		if e.Accounts > 0 && sys.Partitioned && d.ok("workload.span", "nodes") && s.Workload.Span > max(nodes, e.Span) {
			d.failf("workload.span", "a transaction of %d participants, and %s has %d: want at most as many as there are nodes", s.Workload.Span, y.Label, nodes)
		}
	}
}

func (c *Catalog) systemsWithTxns() (names []string) {
	for _, s := range c.Systems {
		if s.Txns {
			names = append(names, s.Name)
		}
	}
	return names
}
