package compare

import (
	"fmt"
	"slices"
	"strings"

	"nines/results"
)

// settings are those in which two trials differ, in words: a difference between them
// may be theirs.
func settings(a, b *Trial) []string {
	x, y := facts(a), facts(b)
	var out []string
	for i, s := range x {
		if s.value != y[i].value {
			out = append(out, fmt.Sprintf("%s differ: %s, and %s", s.name, s.value, y[i].value))
		}
	}
	return out
}

type setting struct{ name, value string }

func facts(t *Trial) []setting {
	f := &t.Summary.Facts
	clock := "real"
	if f.Virtual {
		clock = "virtual"
	}
	return []setting{
		{"clocks", clock},
		{"hosts", f.Host},
		{"numbers of nodes", fmt.Sprint(len(f.Nodes))},
		{"workloads", f.Workload},
		{"arrivals", f.Arrivals},
		{"rates", rate(f)},
		{"durations", f.Duration.String()},
		{"deadlines", f.Deadline.String()},
		{"abandon times", f.Abandon.String()},
		{"probe periods", f.Probe.String()},
		{"faults", faultsOf(t)},
	}
}

// rate is what was asked for.
func rate(f *results.Facts) string {
	if f.Profile != nil {
		return f.Profile.String()
	}
	return fmt.Sprintf("%v op/s", f.Rate)
}

// faultsOf are the faults, each once.
func faultsOf(t *Trial) string {
	var out []string
	for _, e := range t.Summary.Episodes {
		if e.NA == "" && !slices.Contains(out, e.Fault) {
			out = append(out, e.Fault)
		}
	}
	if len(out) == 0 {
		return "none"
	}
	return strings.Join(out, "; ")
}

// machines says where two runs were not made on the same machine or by the same
// program.
func machines(a, b *results.Manifest) []string {
	var out []string
	differ := func(what, x, y string) {
		if x != y {
			out = append(out, fmt.Sprintf("The runs' %s differ: %s, and %s", what, x, y))
		}
	}
	machine := func(m *results.Manifest) string {
		kernel := m.Machine.Kernel
		for _, k := range m.Kernels {
			kernel += ", then " + k.Release
		}
		return fmt.Sprintf("%s with %d cores, %s, %s", m.Machine.CPU, m.Machine.Cores, kernel, m.Machine.Filesystem)
	}
	program := func(m *results.Manifest) string {
		v := m.Versions
		return strings.TrimSpace(fmt.Sprintf("nines %s %.12s, %s", v.Nines, v.Revision, v.Go))
	}
	differ("machines", machine(a), machine(b))
	differ("programs", program(a), program(b))
	return out
}
