package scenario

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"nines/chaos"
)

// complete fills in the defaults that depend on other fields.
func (d *decoder) complete(s *Scenario) {
	if !d.given("name") {
		s.Name = nameFrom(d.file)
	}
	for i := range s.Systems {
		if y := &s.Systems[i]; y.Label == "" && d.ok(fmt.Sprintf("systems[%d].label", i)) {
			y.Label = y.Name
		}
	}
	if s.Time == Virtual && !d.given("disk.kind") && !d.given("disk.sync") {
		s.Disk = Disk{Kind: Memory, Sync: modelledSync, Bandwidth: s.Disk.Bandwidth}
		s.derived = append(s.derived, "disk")
	}
	d.completeEpisodes(s)
	if w := d.cat.workload(s.Workload.Name); w != nil {
		if !d.given("workload.keys") && w.Keys > 0 {
			s.Workload.Keys = w.Keys
			s.derived = append(s.derived, "workload.keys")
		}
		if !d.given("workload.reads") {
			s.Workload.Reads = w.Reads
			s.derived = append(s.derived, "workload.reads")
		}
		d.completeTxns(s, w)
	}
	l := &s.Load
	if l.Arrivals == Closed && !d.given("load.rate") {
		l.Rate = 0
		s.derived = append(s.derived, "load.rate")
	}
	d.completeShape(s)
	d.checkShape(s)
	if l.Arrivals != Closed && !l.ofKnee() && l.MaxInFlight == 0 && !d.given("load.max_in_flight") {
		l.MaxInFlight = l.mostInFlight(s.Duration)
		s.derived = append(s.derived, "load.max_in_flight")
	}
}

// modelledSync is what a forced write takes in virtual time if nothing is said:
// what an SSD takes that has to write to its flash.
const modelledSync = 500 * time.Microsecond

// check reports what is wrong between fields. What depends on a field that is
// wrong itself is left out.
func (d *decoder) check(s *Scenario) {
	d.checkSystems(s)
	d.checkLinks(s)
	d.checkLoad(&s.Load, s.Nodes)
	d.checkKnee(s)
	if s.Time == Virtual && d.ok("time") {
		if s.Disk.Kind == Files && d.ok("disk.kind") {
			d.failf("disk.kind", "real files take no virtual time: want kind: memory, with sync: 500us or so")
		}
		if s.Load.Arrivals == Closed && d.ok("load.arrivals") {
			d.failf("load.arrivals", "a closed loop finds out how fast a processor is, and virtual time charges for none: want constant or poisson")
		}
	}
	if s.Disk.Kind == Files && s.Disk.Sync > 0 && d.ok("disk.kind", "disk.sync") {
		d.failf("disk.sync", "real files take the time that they take: want 0s, or kind: memory, or the fault slow-sync")
	}
	if s.Disk.Kind == Files && s.Disk.Bandwidth > 0 && d.ok("disk.kind", "disk.bandwidth") {
		d.failf("disk.bandwidth", "real files are as fast as they are: want kind: memory, or no bandwidth")
	}
	if d.ok("timing.heartbeat", "timing.election") && s.Timing.Election < 2*s.Timing.Heartbeat {
		d.failf("timing.election", "%s with a heartbeat every %s would depose leaders that are well: want at least twice as much, better ten times",
			span(s.Timing.Election), span(s.Timing.Heartbeat))
	}
	if w := d.cat.workload(s.Workload.Name); w != nil {
		d.checkWorkload(s, w)
	}
	if d.ok("slo.bin", "duration") && s.SLO.Bin > s.Duration {
		d.failf("slo.bin", "%s is longer than the measured period of %s", span(s.SLO.Bin), span(s.Duration))
	}
	d.checkEpisodes(s)
	for i := range s.Faults {
		d.checkStep(s, fmt.Sprintf("faults[%d]", i), &s.Faults[i])
	}
}

func (d *decoder) checkSystems(s *Scenario) {
	if len(s.Systems) == 0 {
		if d.ok("systems") {
			d.failf("systems", "there is none to run: want one or more of %s", strings.Join(d.cat.systemNames(), ", "))
		}
		return
	}
	seen := make(map[string]bool)
	for i, y := range s.Systems {
		path := fmt.Sprintf("systems[%d]", i)
		if seen[y.Label] && y.Label != "" {
			d.failf(path, "a second system with the label %q: want {system: %s, label: …} with a label of its own", y.Label, y.Name)
		}
		seen[y.Label] = true
		if h := d.cat.host(s.Host); h != nil && h.Systems != nil && y.Name != "" && !d.anyBad(path) && !slices.Contains(h.Systems, y.Name) {
			d.failf(path, "host %s does not run %s: want one of %s", h.Name, y.Name, strings.Join(h.Systems, ", "))
		}
		e := d.cat.system(y.Name)
		if e == nil || e.Check == nil || d.anyBad(path) || !d.ok("nodes") || !y.takesPart(s.Nodes) {
			continue
		}
		if err := e.Check(y.Settings, s.nodesOf(e)); err != nil {
			d.failf(path, "%w", err)
		}
	}
	if whole := len(s.Matrix) == 0; whole && len(s.Cast()) == 0 && !d.anyBad("systems") && d.ok("nodes") {
		d.failf("systems", "none takes part in a cluster of %d: each says nodes: of what sizes it does", s.Nodes)
	}
}

// nodesOf is how many nodes a system has here.
func (s *Scenario) nodesOf(e *SystemEntry) int {
	if e.Nodes > 0 {
		return e.Nodes
	}
	return s.Nodes
}

// anyBad reports whether there is an error at the path or within it.
func (d *decoder) anyBad(path string) bool {
	for p := range d.bad {
		if rest, ok := strings.CutPrefix(p, path); ok && (rest == "" || rest[0] == '.' || rest[0] == '[') {
			return true
		}
	}
	return false
}

func (d *decoder) checkLinks(s *Scenario) {
	if s.Links.Profile != "" || d.anyBad("links") || !d.ok("nodes") {
		return
	}
	if len(s.Links.RTT) != s.Nodes {
		d.failf("links", "a table of %d rows for %d nodes: want one row for each node", len(s.Links.RTT), s.Nodes)
		return
	}
	for i, row := range s.Links.RTT {
		path := fmt.Sprintf("links[%d]", i)
		if len(row) != s.Nodes {
			d.failf(path, "%d round-trip times for %d nodes: want one to each node, 0s to itself", len(row), s.Nodes)
		} else if row[i] != 0 {
			d.failf(fmt.Sprintf("%s[%d]", path, i), "%s from n%d to itself: want 0s", span(row[i]), i+1)
		}
	}
}

func (d *decoder) checkLoad(l *Load, nodes int) {
	switch {
	case !d.ok("load.arrivals"):
	case l.Arrivals == Closed:
		d.checkClosed(l)
	default:
		d.checkOpen(l)
	}
	if d.ok("load.deadline", "load.abandon") && l.Abandon < l.Deadline {
		d.failf("load.abandon", "clients would give up after %s, before the deadline of %s: want at least as much", span(l.Abandon), span(l.Deadline))
	}
	if d.cat.Policy != nil && d.ok("load.policy", "nodes") {
		if err := d.cat.Policy(l.Policy, nodes); err != nil {
			d.failf("load.policy", "%w", err)
		}
	}
}

func (d *decoder) checkClosed(l *Load) {
	if d.ok("load.sessions") && l.Sessions < 1 {
		d.failf("load.sessions", "closed arrivals need at least one session: want sessions: 64, say")
	}
	if d.ok("load.rate") && (l.Rate != 0 || l.OfKnee != 0) {
		d.failf("load.rate", "closed arrivals have no rate, they go as fast as the system answers: remove it, or want arrivals: poisson or constant")
	}
	if d.ok("load.max_in_flight") && l.MaxInFlight != 0 {
		d.failf("load.max_in_flight", "with closed arrivals it is the number of sessions: remove it")
	}
}

func (d *decoder) checkOpen(l *Load) {
	if d.ok("load.rate") && l.OfKnee == 0 && l.Rate <= 0 {
		d.failf("load.rate", "%v: want more than 0 operations per second", l.Rate)
	}
	if d.ok("load.sessions") && l.Sessions != 0 {
		d.failf("load.sessions", "%s arrivals take as many sessions as they need, up to max_in_flight: remove it, or want arrivals: closed", l.Arrivals)
	}
	left := l.ofKnee() && l.MaxInFlight == 0 // to each system
	if d.ok("load.max_in_flight", "load.rate") && l.MaxInFlight < 1 && !left {
		d.failf("load.max_in_flight", "every operation would be dropped: want 1 or more, or remove it for rate × abandon")
	}
}

func (d *decoder) checkStep(s *Scenario, path string, step *chaos.Step) {
	if d.ok("duration") && !d.anyBad(path) {
		for _, p := range step.Problems(s.Duration) {
			d.failf(join(path, p.Field), "%s", p.Text)
		}
	}
	if at := join(path, "fault"); step.Fault != nil && d.ok(at) && d.ok("host") {
		if err := d.canSuffer(s, step.Fault); err != nil && !d.explored(s, step.Fault) {
			d.failf(at, "%w", err)
		}
	}
}

// explored reports whether a step that no system can suffer is one of several that
// find out how many nodes can be lost, and of which some are possible: then it is
// no mistake that others need a larger cluster.
func (d *decoder) explored(s *Scenario, f chaos.Fault) bool {
	host := d.cat.host(s.Host)
	return host != nil && host.Caps.Lacks(f.Needs()) == 0 && chaos.CountsByLeader(f) && slices.ContainsFunc(s.Faults, func(other chaos.Step) bool {
		return other.Fault != nil && chaos.CountsByLeader(other.Fault) && d.canSuffer(s, other.Fault) == nil
	})
}

// canSuffer says why no system of the scenario can suffer a fault. If only some
// cannot, it is not applicable to those, and no mistake.
func (d *decoder) canSuffer(s *Scenario, f chaos.Fault) error {
	host := d.cat.host(s.Host)
	if host == nil {
		return nil
	}
	if lacks := host.Caps.Lacks(f.Needs()); lacks != 0 {
		who := "no host would"
		if hosts := d.cat.hostsWith(f.Needs()); len(hosts) > 0 {
			who = strings.Join(hosts, " and ") + " would"
		}
		return fmt.Errorf("host %s does not offer %s, which %s needs: %s", s.Host, lacks, f, who)
	}
	if !d.ok("nodes") || d.anyBad("systems") || len(s.Cast()) == 0 {
		return nil
	}
	var why, who []string
	for _, y := range s.Cast() {
		e := d.cat.system(y.Name)
		err := chaos.Suffers(f, func(f chaos.Fault) error { return d.suffers(e, s.nodesOf(e), f) })
		if err == nil {
			return nil
		}
		why = append(why, err.Error())
		who = append(who, y.Label+": "+err.Error())
	}
	if len(slices.Compact(slices.Clone(why))) == 1 {
		return fmt.Errorf("no system of this scenario can suffer %s: %s", f, why[0])
	}
	return fmt.Errorf("no system of this scenario can suffer %s: %s", f, strings.Join(who, "; "))
}

// suffers says why a system of so many nodes cannot suffer a fault that is neither a
// sequence nor a choice.
func (d *decoder) suffers(e *SystemEntry, nodes int, f chaos.Fault) error {
	if err := chaos.Check(f, nodes); err != nil {
		return err
	}
	if point := chaos.PointOf(f); point != "" && !slices.Contains(e.Points, point) {
		return d.noPoint(point)
	}
	if lacks := e.Caps.Lacks(f.Needs()); lacks != 0 {
		return fmt.Errorf("it does not offer %s", lacks)
	}
	return nil
}

// noPoint says that a system has no such protocol point, and which have it.
func (d *decoder) noPoint(point string) error {
	who := "no system has"
	switch names := d.cat.systemsAt(point); len(names) {
	case 0:
	case 1:
		who = names[0] + " has"
	default:
		who = strings.Join(names, ", ") + " have"
	}
	return fmt.Errorf("it has no protocol point %s: %s", point, who)
}
