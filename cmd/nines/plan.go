package main

import (
	"fmt"
	"math"
	"math/rand/v2"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"nines/adapters"
	"nines/adapters/controls"
	"nines/bench/scenario"
	"nines/chaos"
	"nines/results"
)

// planned is one trial of a scenario.
type planned struct {
	name     string             // of its folder
	label    string             // of the system, and of the cell of the matrix
	scenario *scenario.Scenario // of its cell, as the system meets it
	system   scenario.System
	variant  []results.Variable // the cell's values
	repeat   int                // from 1
	part     int                // of its episodes, from 1
	first    int                // episodes that the parts before it had
}

// listed is every trial in the order of the scenario, repeat by repeat: that of
// the report.
func listed(s *scenario.Scenario) (all []planned) {
	for r := 1; r <= s.Repeat; r++ {
		for _, c := range s.Cells() {
			variant, suffix := variantOf(s.Matrix, c.Values)
			for _, y := range c.Cast() {
				label := y.Label + suffix
				all = append(all, planned{
					name: fmt.Sprintf("%s-%d", label, r), label: label, scenario: c.For(y), system: y,
					variant: variant, repeat: r, part: 1,
				})
			}
		}
	}
	return all
}

// plan lists the trials in the order in which they run: repeat by repeat, so
// that a drift of the machine meets every system and every cell alike, and within
// each at random as the seed decides, so that none always follows the same other
// one and none of the axes rises with time. A single pass over a few systems
// is in the order of the scenario: one order is as good as another there, and
// this one is as it was written.
func plan(s *scenario.Scenario) []planned {
	all := listed(s)
	if s.Repeat == 1 && len(s.Matrix) == 0 {
		return all
	}
	ordered := make([]planned, 0, len(all))
	once := len(all) / s.Repeat
	for r := 1; r <= s.Repeat; r++ {
		for _, i := range rand.New(rand.NewPCG(s.Seed, uint64(r))).Perm(once) {
			ordered = append(ordered, all[(r-1)*once+i])
		}
	}
	return ordered
}

// variantOf names the values of a cell, and is what they add to a label, which
// is also the name of a folder.
func variantOf(axes []scenario.Axis, values []string) (variant []results.Variable, suffix string) {
	for i, a := range axes {
		name := a.Name()
		if slices.ContainsFunc(axes, func(b scenario.Axis) bool { return b.Path != a.Path && b.Name() == name }) {
			name = a.Path
		}
		variant = append(variant, results.Variable{Name: name, Value: values[i]})
		suffix += "," + name
		if names := folderNames(a.Values); names != nil {
			suffix += "=" + names[slices.Index(a.Values, values[i])]
		} else {
			suffix += fmt.Sprintf("#%d", 1+slices.Index(a.Values, values[i]))
		}
	}
	return variant, suffix
}

// folderNames are the values of an axis as they can stand in the name of a folder:
// what cannot is a hyphen. nil: that would be unreadable, or two would be the same.
func folderNames(values []string) (names []string) {
	const longest = 32
	for _, v := range values {
		name := strings.Trim(notInNames.ReplaceAllString(v, "-"), "-")
		if name == "" || len(name) > longest || strings.ContainsAny(v, "{}[]:") || slices.Contains(names, name) {
			return nil
		}
		names = append(names, name)
	}
	return names
}

var notInNames = regexp.MustCompile(`[^\pL\pN._+()%-]+`)

// nodesOf is how many nodes a system has in the scenario.
func nodesOf(s *scenario.Scenario, y scenario.System) int {
	if sys, err := adapters.Lookup(y.Name); err == nil && sys.Nodes > 0 {
		return sys.Nodes
	}
	return s.Nodes
}

// starting is what a trial takes beside its warm-up and measured period, about:
// to start, to fill the keys, to read them back, and to be analysed.
const starting = 2 * time.Second

// modelled is how much faster than real time virtual time passes, about: the
// least of what was seen.
const modelled = 50

// lasts is how long a trial will take, about, if it has all episodes that there
// are from its first on.
func (p planned) lasts() time.Duration { return p.lastsFor(math.MaxInt) }

// lasted is how long a trial was to take, about, that had these episodes: those
// that are left to a further part are booked there.
func (p planned) lasted(e *results.Episodes) time.Duration {
	if e == nil {
		return p.lasts()
	}
	return p.lastsFor(e.Planned - e.Left - e.First)
}

func (p planned) lastsFor(episodes int) time.Duration {
	s := p.scenario
	d := s.Duration
	if e := chaos.EpisodesOf(s.Faults); e != nil {
		const recovers = 2 * time.Second
		n := min(episodes, e.Episodes-p.first)
		d = min(d, e.At+time.Duration(n)*(e.For+recovers+e.Rest*3/2))
	}
	d += s.Warmup
	if s.Time == scenario.Virtual {
		d /= modelled
	}
	return d + starting
}

// outline says what a run will do.
func outline(s *scenario.Scenario) []string {
	if s.Host == controls.Host {
		return []string{fmt.Sprintf("%s: %s in the event queue; load, faults and seed are each control's own", s.Name, plural(len(plan(s)), "trial"))}
	}
	var fresh tempo
	todo := plan(s)
	all := fresh.left(todo) / time.Duration(jobs(todo, false))
	first := fmt.Sprintf("%s: %s; %s for %s each", s.Name, cast(s), offered(s), span(s.Duration))
	if e := chaos.EpisodesOf(s.Faults); e != nil {
		first = fmt.Sprintf("%s: %s; %s for %s each, which take %s at most", s.Name, cast(s), offered(s), plural(e.Episodes, "episode"), span(s.Duration))
	}
	if s.Warmup > 0 {
		first += fmt.Sprintf(" after %s of warm-up", span(s.Warmup))
	}
	if s.Repeat > 1 {
		first += fmt.Sprintf(", %d times", s.Repeat)
	}
	first += fmt.Sprintf("; about %s in all", span(all.Round(time.Second)))
	lines := []string{first}
	for _, a := range s.Matrix {
		lines = append(lines, fmt.Sprintf("each with %s: %s", a.Path, strings.Join(a.Values, ", ")))
	}
	if len(s.Faults) == 0 {
		return append(lines, "no faults")
	}
	faults := make([]string, len(s.Faults))
	for i, f := range s.Faults {
		faults[i] = step(f)
	}
	if n := len(faults); n > manyFaults {
		return append(lines, fmt.Sprintf("%d faults, from %s to %s", n, faults[0], faults[n-1]))
	}
	return append(lines, "faults: "+strings.Join(faults, ", "))
}

// manyFaults are more than the outline lists.
const manyFaults = 12

// cast is who takes part: single (1 node), etcdraft and hashiraft (3 nodes).
func cast(s *scenario.Scenario) string {
	var parts, group []string
	for i, y := range s.Systems {
		group = append(group, y.Label)
		size := sizeOf(s, y)
		if i+1 < len(s.Systems) && sizeOf(s, s.Systems[i+1]) == size {
			continue
		}
		parts = append(parts, fmt.Sprintf("%s (%s)", strings.Join(group, ", "), size))
		group = nil
	}
	return strings.Join(parts, ", ")
}

// sizeOf says how many nodes a system has: 3 nodes, or 1, 2 or 5 nodes where a matrix
// varies it.
func sizeOf(s *scenario.Scenario, y scenario.System) string {
	var sizes []int
	for _, c := range s.Cells() {
		n := nodesOf(c.Scenario, y)
		takesPart := slices.ContainsFunc(c.Cast(), func(z scenario.System) bool { return z.Label == y.Label })
		if takesPart && !slices.Contains(sizes, n) {
			sizes = append(sizes, n)
		}
	}
	switch last := len(sizes) - 1; {
	case last == 0:
		return plural(sizes[0], "node")
	case last > 2 && sizes[last]-sizes[0] == last:
		return fmt.Sprintf("%d to %d nodes", sizes[0], sizes[last])
	default:
		words := strings.Trim(strings.Join(strings.Fields(fmt.Sprint(sizes[:last])), ", "), "[]")
		return fmt.Sprintf("%s or %d nodes", words, sizes[last])
	}
}

// offered is the load.
func offered(s *scenario.Scenario) string {
	if s.Load.Arrivals == scenario.Closed {
		return fmt.Sprintf("%s in a closed loop of %s", s.Workload.Name, plural(s.Load.Sessions, "session"))
	}
	if s.Load.OfKnee > 0 {
		return fmt.Sprintf("%s at %.4g %% of each system's knee%s", s.Workload.Name, 100*s.Load.OfKnee, course(&s.Load))
	}
	if p := s.Load.Profile(); !p.Steady() {
		return fmt.Sprintf("%s at %s", s.Workload.Name, p.String())
	}
	return fmt.Sprintf("%s at %s op/s", s.Workload.Name, strconv.FormatFloat(s.Load.Rate, 'f', -1, 64))
}

// course says that a rate which is a share of a knee changes: to what, each system
// knows.
func course(l *scenario.Load) string {
	if steady(l) {
		return ""
	}
	return ", at first"
}

func step(f chaos.Step) string {
	when := "at " + span(f.At)
	if f.Every > 0 {
		when = fmt.Sprintf("from %s every %s", span(f.At), span(f.Every))
	}
	if f.Episodes > 0 {
		when = "again and again from " + span(f.At)
	}
	return fmt.Sprintf("%s %s for %s", f.Fault, when, span(f.For))
}

// span writes a time as scenarios do, without the zeros that package time adds:
// 2m, not 2m0s.
func span(d time.Duration) string {
	text := d.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return strconv.Itoa(n) + " " + what + "s"
}
