package scenario

import (
	"maps"
	"slices"
	"strings"
	"time"

	yaml "go.yaml.in/yaml/v4"

	"nines/bench"
	"nines/chaos"
)

// maxRate is beyond what a load generator can do.
const maxRate = 100_000_000

// schema is the shape of a file, bound to the scenario that it is read into.
func schema(s *Scenario, cat *Catalog) codec {
	const any = time.Duration(0)
	return section(
		field{"name", label(&s.Name)},
		field{"description", text(&s.Description)},
		field{"systems", listOf(&s.Systems, func(y *System) codec { return system(y, cat) })},
		field{"nodes", count(&s.Nodes, bounds{1, 100})},
		field{"host", oneOf(&s.Host, "host", cat.hostNames()...)},
		field{"time", oneOf(&s.Time, "kind of time", Real, Virtual)},
		field{"links", links(&s.Links, cat)},
		field{"disk", section(
			field{"kind", oneOf(&s.Disk.Kind, "kind of disk", Files, Memory)},
			field{"sync", duration(&s.Disk.Sync, any)},
			field{"bandwidth", unlessZero(&s.Disk.Bandwidth, size(&s.Disk.Bandwidth, atLeast(0)))},
		)},
		field{"timing", section(
			field{"heartbeat", duration(&s.Timing.Heartbeat, time.Millisecond)},
			field{"election", duration(&s.Timing.Election, time.Millisecond)},
		)},
		field{"batch", section(
			field{"max_bytes", size(&s.Batch.MaxBytes, atLeast(1))},
			field{"max_entries", count(&s.Batch.MaxEntries, atLeast(1))},
			field{"snapshot_every", count(&s.Batch.SnapshotEvery, atLeast(1))},
			field{"trailing", count(&s.Batch.Trailing, atLeast(0))},
		)},
		field{"duration", duration(&s.Duration, time.Millisecond)},
		field{"warmup", duration(&s.Warmup, any)},
		field{"repeat", count(&s.Repeat, bounds{1, 10_000})},
		field{"seed", count(&s.Seed, atLeast(0))},
		field{"load", load(&s.Load)},
		field{"workload", workload(&s.Workload, cat)},
		field{"probes", section(field{"rate", number(&s.Probes.Rate, bounds{0, maxRate})})},
		field{"faults", listOf(&s.Faults, step)},
		field{"settle", duration(&s.Settle, time.Millisecond)},
		field{"slo", section(
			field{"target", share(&s.SLO.Target, 0.000001)},
			field{"bin", duration(&s.SLO.Bin, time.Millisecond)},
		)},
		field{"matrix", matrix(&s.Matrix)},
	)
}

func load(l *Load) codec {
	fields := []field{
		{"arrivals", arrivals(&l.Arrivals)},
		{"rate", unless(func() bool { return len(l.Schedule) > 0 }, rateIn(&l.Rate, &l.OfKnee))},
	}
	fields = append(fields, shapeFields(l)...)
	return section(append(fields,
		field{"knee", knees(&l.Knee)},
		field{"sessions", count(&l.Sessions, atLeast(0))},
		field{"max_in_flight", count(&l.MaxInFlight, atLeast(0))},
		field{"deadline", duration(&l.Deadline, time.Microsecond)},
		field{"abandon", duration(&l.Abandon, time.Microsecond)},
		field{"policy", text(&l.Policy)},
		field{"forward", onOff(&l.Forward)},
	)...)
}

func workload(w *Workload, cat *Catalog) codec {
	return section(
		field{"name", oneOf(&w.Name, "workload", cat.workloadNames()...)},
		field{"keys", unless(func() bool { return w.Accounts > 0 }, count(&w.Keys, bounds{1, 1 << 32}))},
		field{"distribution", oneOf(&w.Distribution, "distribution", cat.Distributions...)},
		field{"theta", number(&w.Theta, bounds{0.01, 10})},
		field{"hot_keys", unlessZero(&w.HotKeys, share(&w.HotKeys, 0))},
		field{"hot_ops", unlessZero(&w.HotOps, share(&w.HotOps, 0))},
		field{"value_size", size(&w.ValueSize, bounds{bench.MinValueSize, 1 << 30})},
		field{"users", count(&w.Users, bounds{1, 1 << 31})},
		field{"reads", share(&w.Reads, 0)},
		field{"cas", share(&w.CAS, 0)},
		field{"preload", onOff(&w.Preload)},
		field{"accounts", unlessZero(&w.Accounts, count(&w.Accounts, atLeast(1)))},
		field{"initial", unlessZero(&w.Initial, count(&w.Initial, atLeast(1)))},
		field{"span", unlessZero(&w.Span, count(&w.Span, atLeast(1)))},
		field{"micros", unlessZero(&w.Micros, count(&w.Micros, atLeast(1)))},
		field{"max_writes_per_key", unlessZero(&w.MaxWrites, count(&w.MaxWrites, atLeast(1)))},
		field{"scan_length", unlessZero(&w.ScanLength, count(&w.ScanLength, atLeast(1)))},
		field{"lease", unlessZero(&w.Lease, duration(&w.Lease, time.Millisecond))},
	)
}

// system is a name, or a mapping of the name, the label and the system's own
// settings.
func system(y *System, cat *Catalog) codec {
	name := oneOf(&y.Name, "system", cat.systemNames()...)
	sizes := listOf(&y.Sizes, func(n *int) codec { return count(n, bounds{1, 100}) })
	fields := []field{{"system", name}, {"label", label(&y.Label)}, {"nodes", unless(func() bool { return y.Sizes == nil }, sizes)}}
	return codec{
		read: func(d *decoder, path string, n *yaml.Node) {
			if n.Kind != yaml.MappingNode {
				name.read(d, path, n)
				return
			}
			all := fields
			given := d.split(path, n)
			if v := given["system"]; v == nil {
				d.failf(path, "which system? Want {system: …} with one of %s", strings.Join(cat.systemNames(), ", "))
			} else if e := cat.system(v.Value); e != nil {
				for _, s := range e.Settings {
					all = append(all, field{s, setting(y, s)})
				}
			} else {
				all = append(all, anySetting(y, given)...) // the system's name is wrong, which is reported once
			}
			d.fields(path, n, all)
		},
		write: func() *yaml.Node {
			all := fields
			for _, s := range slices.Sorted(maps.Keys(y.Settings)) {
				all = append(all, field{s, setting(y, s)})
			}
			return section(all...).write()
		},
	}
}

// anySetting takes whatever is given for a setting.
func anySetting(y *System, given map[string]*yaml.Node) (fields []field) {
	for name := range given {
		if name != "system" && name != "label" && name != "nodes" {
			fields = append(fields, field{name, setting(y, name)})
		}
	}
	return fields
}

// setting is a value that the system itself will read.
func setting(y *System, name string) codec {
	return value("a single value", func(s string) error {
		if y.Settings == nil {
			y.Settings = make(map[string]string)
		}
		y.Settings[name] = s
		return nil
	}, func() *yaml.Node { return textNode(y.Settings[name]) })
}

// links is the name of a profile or a table of round-trip times.
func links(l *Links, cat *Catalog) codec {
	profile := oneOf(&l.Profile, "link profile", cat.Links...)
	table := listOf(&l.RTT, func(row *[]time.Duration) codec {
		return listOf(row, func(d *time.Duration) codec { return duration(d, 0) })
	})
	return codec{
		read: func(d *decoder, path string, n *yaml.Node) {
			switch n.Kind {
			case yaml.SequenceNode:
				l.Profile = ""
				table.read(d, path, n)
			case yaml.MappingNode:
				d.failf(path, "found a mapping: want the name of a profile, or a table of round-trip times such as [[0ms, 1ms], [1ms, 0ms]]")
			default:
				profile.read(d, path, n)
			}
		},
		write: func() *yaml.Node {
			if l.Profile != "" {
				return profile.write()
			}
			t := table.write()
			for _, row := range t.Content {
				row.Style = yaml.FlowStyle
			}
			return t
		},
	}
}

// step is one line of the fault schedule.
func step(s *chaos.Step) codec {
	fields := []field{
		{"at", duration(&s.At, -maxDuration)},
		{"every", unlessZero(&s.Every, duration(&s.Every, -maxDuration))},
		{"jitter", unlessZero(&s.Jitter, duration(&s.Jitter, -maxDuration))},
		{"for", duration(&s.For, -maxDuration)},
		{"fault", fault(&s.Fault)},
		{"episodes", unlessZero(&s.Episodes, count(&s.Episodes, atLeast(0)))},
		{"recover", unlessZero(&s.Recover, duration(&s.Recover, time.Millisecond))},
		{"rest", unlessZero(&s.Rest, duration(&s.Rest, time.Millisecond))},
	}
	all := section(fields...)
	return codec{
		read: func(d *decoder, path string, n *yaml.Node) {
			if n.Kind != yaml.MappingNode {
				d.failf(path, "found a %s: want a step such as {at: 5s, for: 4s, fault: kill(leader)}", kindName(n))
				return
			}
			if d.splitByComma(path, n) {
				return
			}
			all.read(d, path, n)
			for _, name := range []string{"at", "for", "fault"} {
				if !d.given(join(path, name)) {
					d.failf(join(path, name), "is missing: want a step such as {at: 5s, for: 4s, fault: kill(leader)}")
				}
			}
		},
		write: all.write,
	}
}

// unlessZero leaves a field away if it says nothing.
func unlessZero[T comparable](p *T, c codec) codec {
	return unless(func() bool { return *p == *new(T) }, c)
}

// unless leaves a field away when it is written, if so.
func unless(so func() bool, c codec) codec {
	write := c.write
	c.write = func() *yaml.Node {
		if so() {
			return nil
		}
		return write()
	}
	return c
}
