package analysis

import (
	"fmt"
	"math"
	"path/filepath"
	"time"

	"nines/bench"
	"nines/results"
)

// A trial of hours has more operations than can be held. Then one pass over the
// record counts all of them, and keeps two parts: a share of the load, by chance, for
// percentiles, user-uptime and episodes, with all probes; and all operations on a
// share of the keys, for the checks. What was counted is exact. What rests on a
// part says so, and a history of which only some keys were checked is not known to
// be correct.

// A Thinning says how much of a long trial is kept. The zero value means the
// defaults.
type Thinning struct {
	Whole  int64 // records of up to so many operations are held whole
	Load   int64 // else about so many of the load are kept
	Checks int   // and at most so many for the checks
}

// Defaults of [Thinning].
const (
	DefaultWhole  = 4_000_000
	DefaultLoad   = 500_000
	DefaultChecks = 400_000
)

// Thinned is what was counted of a long trial, and how much was kept.
type Thinned struct {
	Operations int64   `json:"operations"`  // in the record
	LoadShare  float64 `json:"load_share"`  // of the load that was kept, by chance
	CheckShare float64 `json:"check_share"` // of the keys whose operations were checked
	Checked    int     `json:"checked"`     // operations on these

	history []bench.Sample // on the keys that are checked
	census  census
}

// census counts the load of a trial as it passes by.
type census struct {
	facts      *results.Facts
	end        time.Duration
	counts     Counts
	done, good uint64 // completions in the measured period: all, and the good ones
	paid       uint64 // likewise, of all classes
	timeline   []Bin
	grid       binned
	goods, all []int64 // by bin of the grid
	slo        []struct{ due, good uint32 }
}

func newCensus(f *results.Facts) census {
	t := trial{Input: Input{Facts: *f}, end: f.Duration}
	y := census{facts: f, end: f.Duration, grid: t.binned(), timeline: make([]Bin, (f.Duration+TimelineBin-1)/TimelineBin)}
	y.goods, y.all = make([]int64, y.grid.count()+1), make([]int64, y.grid.count()+1)
	if f.SLOBin > 0 {
		y.slo = make([]struct{ due, good uint32 }, f.Duration/f.SLOBin+1)
	}
	return y
}

func (y *census) add(s *bench.Sample) {
	good := s.Good(y.facts.Deadline)
	if s.Outcome == bench.OK && s.Done >= 0 && s.Done < y.end {
		y.paid++
		if s.Class == bench.Main {
			y.done++
			y.timeline[s.Done/TimelineBin].Done++
			if good {
				y.good++
			}
		}
	}
	if s.Class != bench.Main || s.Due < 0 || s.Due >= y.end {
		return
	}
	y.counts.add(s, good)
	bin, slo := &y.timeline[s.Due/TimelineBin], s.Due/max(1, y.facts.SLOBin)
	bin.Due++
	y.all[s.Due/y.grid.bin]++
	if y.slo != nil {
		y.slo[slo].due++
	}
	if !good {
		return
	}
	bin.Good++
	y.goods[s.Due/y.grid.bin]++
	if y.slo != nil {
		y.slo[slo].good++
	}
}

// LoadThinned reads the files of a trial like [Load], and keeps only a part of a
// long one. One with transactions is read whole: what they did lies elsewhere.
// adjust, if not nil, changes the facts before anything is counted.
func LoadThinned(dir string, opts Thinning, adjust func(*results.Facts)) (Input, error) {
	path := filepath.Join(dir, results.SamplesFile)
	n, err := results.CountSamples(path)
	if err != nil {
		return Input{}, err
	}
	whole := opts.Whole
	if whole == 0 {
		whole = DefaultWhole
	}
	r, err := results.ReadTrial(dir)
	if err != nil {
		return Input{}, err
	}
	if r.Facts.Txns || n <= whole {
		in, err := Load(dir)
		if adjust != nil {
			adjust(&in.Facts)
		}
		return in, err
	}
	if adjust != nil {
		adjust(&r.Facts)
	}
	in := Input{Facts: r.Facts, Faults: r.Faults, Events: r.Events}
	return in, in.thin(path, n, opts)
}

// thin makes the pass over the record.
func (in *Input) thin(path string, n int64, opts Thinning) error {
	load, most := opts.Load, opts.Checks
	if load == 0 {
		load = DefaultLoad
	}
	if most == 0 {
		most = DefaultChecks
	}
	th := &Thinned{Operations: n, LoadShare: min(1, float64(load)/float64(n)), census: newCensus(&in.Facts)}
	keep := uint64(th.LoadShare * math.MaxUint64)
	shards, at := uint64(1), uint64(0)
	for int64(shards)*int64(most) < n {
		shards *= 2
	}
	// Without room from the start, each time that they grow there are two of them.
	in.Samples = make([]bench.Sample, 0, int64(float64(load)*1.01)+probesOf(&in.Facts))
	th.history = make([]bench.Sample, 0, most+most/8)
	err := results.EachSamples(path, func(group []bench.Sample) error {
		for i := range group {
			s := &group[i]
			th.census.add(s)
			if at++; s.Class != bench.Main || mix(at) <= keep {
				in.Samples = append(in.Samples, *s)
			}
			if mix(s.Key)%shards == 0 {
				th.history = append(th.history, *s)
			}
		}
		for len(th.history) > most && shards < 1<<32 { // keys are not asked for equally often
			shards *= 2
			th.history = onShard(th.history, shards)
		}
		return nil
	})
	th.CheckShare, th.Checked = 1/float64(shards), len(th.history)
	in.Thinned = th
	return err
}

// probesOf is about how many probes a trial has: a little less.
func probesOf(f *results.Facts) int64 {
	if f.Probe <= 0 {
		return 0
	}
	return int64(len(f.Nodes)) * int64((f.Warmup+f.Duration)/f.Probe)
}

func onShard(samples []bench.Sample, shards uint64) []bench.Sample {
	kept := samples[:0]
	for i := range samples {
		if mix(samples[i].Key)%shards == 0 {
			kept = append(kept, samples[i])
		}
	}
	return kept
}

// mix is the finalizer of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014): numbers
// in sequence come out as if by chance, and the same in every analysis.
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// correct puts what was counted in the place of what the kept part says.
func (th *Thinned) correct(s *Summary, t *trial) {
	y, seconds := &th.census, t.end.Seconds()
	s.Thinned = th
	s.Counts = y.counts
	s.Throughput, s.Goodput = ratio(float64(y.done), seconds), ratio(float64(y.good), seconds)
	s.SuccessRatio = ratio(float64(y.counts.Good), float64(y.counts.Due))
	s.Downtime, s.DowntimeYear = downtime(s.SuccessRatio, t.end), downtime(s.SuccessRatio, year)
	s.IntervalAvailability = y.intervalAvailability()
	ops := newSums(y.grid, y.goods, y.all)
	s.Windows.Ops, s.Alerts = ops.curve(y.grid.lengths()), t.alerts(ops)
	for i := range s.Timeline {
		b := &s.Timeline[i]
		b.Due, b.Good, b.Done = y.timeline[i].Due, y.timeline[i].Good, y.timeline[i].Done
	}
	by := 1 / th.LoadShare
	for _, f := range []*float64{&s.Steady.Rate.Mean, &s.Steady.Rate.Lo, &s.Steady.Rate.Hi} {
		*f *= by
	}
	for i := range s.Episodes {
		s.Episodes[i].Baseline *= by
		s.Episodes[i].LostOps *= by
	}
}

func (y *census) intervalAvailability() float64 {
	if y.slo == nil {
		return nan
	}
	var up, all float64
	for _, b := range y.slo {
		if b.due == 0 {
			continue
		}
		all++
		if float64(b.good) >= y.facts.SLOTarget*float64(b.due) {
			up++
		}
	}
	return ratio(up, all)
}

// checks judge the keys that were kept. That nothing is wrong with these says
// nothing of the others.
func (th *Thinned) checks(t *trial) []Check {
	part := *t
	part.Samples, part.Thinned = th.history, nil
	out := part.checks()
	if th.CheckShare == 1 {
		return out
	}
	for i := range out {
		if c := &out[i]; c.Verdict == VerdictOK && c.Name != "agreement" {
			c.Verdict = VerdictUnknown
			c.Why = fmt.Sprintf("only the %d operations on 1 of %.0f keys were checked, of %d, since more would not fit into the memory for it: nothing is wrong with these (%s)",
				th.Checked, 1/th.CheckShare, th.Operations, c.Why)
		}
	}
	return out
}

// partly warns of what rests on a part of the load.
func (th *Thinned) partly() Gate {
	return warning("whole record", false,
		fmt.Sprintf("percentiles, user-uptime, shares, kinds and episodes rest on %.3g %% of the load, chosen by chance; counts, rates and windows on all %d operations", 100*th.LoadShare, th.Operations),
		"the trial has more operations than are held at once: where every one must count, run several shorter trials")
}
