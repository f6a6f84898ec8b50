package history

import (
	"cmp"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"nines/bench"
	"nines/results"
)

// A builder gathers operations as a file tells them, and makes a history of them
// when all are there.
type builder struct {
	path   string
	format string
	opts   Options
	book   book

	keys, values, sessions names
	nodes                  nodeNames
	users                  userNames

	samples []bench.Sample
	txns    []bench.TxnRecord
	faults  []bench.Interval
	notes   []string

	object  bench.Object // what the keys hold, as far as is known; empty: registers
	numeric bool         // numbers, which are no names
	untold  bool         // an add does not say what it found

	hasDue, hasUser bool
	untimed         bool
	sawZero         bool
	wroteZero       bool
	appended, wrote bool                  // transactions did
	uses            map[uint64]bench.Kind // how transactions read a key: List or Read
}

func newBuilder(path string, opts Options) *builder {
	opts.Deadline = cmp.Or(opts.Deadline, DefaultDeadline)
	opts.Bin = cmp.Or(opts.Bin, DefaultBin)
	opts.Check = cmp.Or(opts.Check, Strict)
	opts.Name = cmp.Or(opts.Name, strings.Trim(strings.TrimSuffix(filepath.Base(path), filepath.Ext(path)), "."), "history")
	return &builder{path: path, opts: opts, book: book{file: path}, uses: map[uint64]bench.Kind{}}
}

func (b *builder) note(format string, args ...any) {
	b.notes = append(b.notes, fmt.Sprintf(format, args...))
}

// build makes the history.
func (b *builder) build() (*History, error) {
	if len(b.samples) == 0 {
		return nil, &Problem{File: b.path, Text: "it has no operations: there is nothing to analyse"}
	}
	b.faults = append(b.faults, b.opts.Faults...)
	if err := b.fits(); err != nil {
		return nil, err
	}
	b.resolve()
	b.shorten()
	b.initial()
	now := b.nodes.sort()
	for i := range b.samples {
		b.samples[i].Node = now[b.samples[i].Node]
	}
	b.shift()
	if !b.hasDue {
		b.note("when operations were due is not recorded: each counts from when it was sent, so response is service time")
	}
	if !b.hasUser {
		b.note("users are not recorded: each session counts as one")
	}
	for what, n := range map[string]*names{"keys": &b.keys, "values": &b.values} {
		if text := n.note(what); text != "" {
			b.notes = append(b.notes, text)
		}
	}
	slices.Sort(b.notes)
	facts, err := b.facts()
	return &History{Facts: facts, Samples: b.samples, Txns: b.txns, Faults: b.faults}, err
}

// resolve finds out whether a read of a transaction is of a list or of a register:
// what is nil does not tell, but other operations on the key may.
func (b *builder) resolve() {
	others := bench.Read
	if b.appended && !b.wrote || b.object == bench.Lists || b.object == bench.Queues {
		others = bench.List
	}
	for _, r := range b.txns {
		for i := range r.Txn.Micros {
			if m := &r.Txn.Micros[i]; m.Kind == unresolved {
				m.Kind = cmp.Or(b.uses[m.Key], others)
			}
		}
	}
}

// shorten makes the numbers that were given begin at 1, where there are no others.
func (b *builder) shorten() {
	keys, values, sessions := b.keys.short(), b.values.short(), b.sessions.short()
	if keys == 0 && values == 0 && sessions == 0 {
		return
	}
	less := func(v *uint64, by uint64) {
		if *v >= given {
			*v -= by
		}
	}
	for i := range b.samples {
		s := &b.samples[i]
		less(&s.Key, keys)
		less(&s.Session, sessions)
		for _, v := range []*uint64{&s.Arg, &s.Expect, &s.Result} {
			less(v, values)
		}
	}
	b.eachMicro(func(m *bench.Micro, f *bench.Found) {
		less(&m.Key, keys)
		less(&m.Arg, values)
		less(&m.Expect, values)
		if f == nil {
			return
		}
		less(&f.Value, values)
		for i := range f.List {
			less(&f.List[i], values)
		}
	})
}

// eachMicro calls do with every micro-operation and what it found, or nil.
func (b *builder) eachMicro(do func(*bench.Micro, *bench.Found)) {
	for _, r := range b.txns {
		for i := range r.Txn.Micros {
			var f *bench.Found
			if r.Reply != nil {
				f = &r.Reply.Found[i]
			}
			do(&r.Txn.Micros[i], f)
		}
	}
}

// initial takes reads of 0 for those of an absent key if nobody wrote 0: many
// systems read so.
func (b *builder) initial() {
	switch {
	case !b.sawZero:
		return
	case b.wroteZero:
		b.note("the value 0 is called %d in explanations, since 0 stands for an absent key there", uint64(zero))
		return
	case !b.numeric:
		b.note("reads found 0, which nobody wrote: it counts as the initial value")
	}
	for i := range b.samples {
		for _, v := range []*uint64{&b.samples[i].Expect, &b.samples[i].Result} {
			if *v == zero {
				*v = bench.IdleValue
			}
		}
	}
	b.eachMicro(func(m *bench.Micro, f *bench.Found) {
		if m.Expect == zero {
			m.Expect = bench.IdleValue
		}
		if f != nil && f.Value == zero {
			f.Value = bench.IdleValue
		}
	})
}

// longest is what a measured period may be: its bins are all held.
const longest = 7 * 24 * time.Hour

// mostQuiet is how long after the file's base instant the first operation may be due.
const mostQuiet = time.Second

// shift makes instants count from the base instant: that of the file or, if nothing
// was due for long after that, as where times are those of a calendar, the start of
// the first operation's bin.
func (b *builder) shift() {
	first := bench.Never
	for i := range b.samples {
		first = min(first, b.samples[i].Due)
	}
	if first < mostQuiet {
		return
	}
	base := first.Truncate(DefaultBin)
	b.note("times count from %s ms of the file", millis(base))
	for i := range b.samples {
		s := &b.samples[i]
		for _, at := range []*time.Duration{&s.Due, &s.Sent, &s.Done} {
			if *at != bench.Never {
				*at -= base
			}
		}
	}
	for i := range b.faults {
		f := &b.faults[i]
		for _, at := range []*time.Duration{&f.Start, &f.Injected, &f.HealFrom, &f.End} {
			*at -= base
		}
	}
}

// millis prints an instant in ms, to the nanosecond.
func millis(d time.Duration) string {
	return strconv.FormatFloat(float64(d)/float64(time.Millisecond), 'f', -1, 64)
}

// facts are what a trial of ours would have noted.
func (b *builder) facts() (results.Facts, error) {
	f := results.Facts{
		Schema: results.Schema, Trial: b.opts.Name, System: b.opts.Name, Adapter: "recorded elsewhere", Repeat: 1, Host: "elsewhere",
		Nodes: b.nodes.list, Deadline: b.opts.Deadline, Abandon: max(defaultAbandon, b.opts.Deadline),
		Workload: "recorded", Object: b.object, Lease: b.opts.Lease, Bank: b.bank(), SLOTarget: DefaultTarget, SLOBin: b.opts.Bin, Txns: len(b.txns) > 0,
		Elsewhere: &results.Elsewhere{File: b.path, Format: b.format, Due: b.hasDue, Untimed: b.untimed, Cutoff: b.opts.Cutoff},
	}
	last, first := time.Duration(-1), time.Duration(0)
	for i := range b.samples {
		s := &b.samples[i]
		f.CAS = f.CAS || s.Kind == bench.CAS
		if s.Class == bench.Main {
			last, first = max(last, s.Due), min(first, s.Due)
		}
		f.Elsewhere.Final = f.Elsewhere.Final || s.Class == bench.Final
	}
	if last < 0 {
		return f, &Problem{File: b.path, Text: "no operation of the load was due at 0 ms or later, so there is no measured period: class is main for these"}
	}
	f.Warmup, f.Duration = -first, b.opts.Period
	if f.Duration == 0 {
		f.Duration = last.Truncate(DefaultBin) + DefaultBin
		b.note("the measured period is taken to end at %v, after the last operation of the load", f.Duration)
	}
	if f.Duration > longest {
		return f, &Problem{File: b.path, Text: fmt.Sprintf("the measured period would be %.0f days long, from 0 to %s ms, and can be %.0f: are all times in one unit, and from one clock? If so, give --period",
			f.Duration.Hours()/24, millis(f.Duration), longest.Hours()/24)}
	}
	for i := range b.samples {
		if s := &b.samples[i]; s.Class == bench.Main && s.Due >= 0 && s.Due < f.Duration {
			f.Offered++
		}
	}
	if f.Probe = b.probePeriod(); f.Probe == 0 {
		b.note("there are no probes: gaps and SLO outages are not measured")
	}
	f.Guarantees = guarantees[b.opts.Check]
	f.Elsewhere.Notes = b.notes
	return f, nil
}

// guarantees is what the system is held to.
var guarantees = map[Check]results.Guarantees{
	Strict:       {Reads: "linearizable", Txns: "strict-serializable"},
	Serializable: {Reads: "linearizable", Txns: "serializable"},
	Nothing:      {Reads: "unchecked", Durability: "none", Txns: "none"},
}

// probePeriod is the median of the times between the dues of a node's probes; 0 if
// there are too few.
func (b *builder) probePeriod() time.Duration {
	dues := make([][]time.Duration, len(b.nodes.list))
	for i := range b.samples {
		if s := &b.samples[i]; s.Class == bench.Probe {
			dues[s.Node] = append(dues[s.Node], s.Due)
		}
	}
	var between []time.Duration
	for _, d := range dues {
		slices.Sort(d)
		for i := 1; i < len(d); i++ {
			between = append(between, d[i]-d[i-1])
		}
	}
	if len(between) == 0 {
		return 0
	}
	slices.Sort(between)
	return between[len(between)/2]
}
