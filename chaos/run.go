package chaos

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"nines/bench"
)

// Config is what [Run] needs.
type Config struct {
	Cluster  bench.Cluster
	Base     time.Time     // base instant of the trial; must have a monotonic reading
	Steps    []Step        // without problems for Duration, see [Step.Problems]
	Duration time.Duration // of the measured period
	Seed     uint64

	// Health is asked between the episodes of a step that has some; else it may be nil.
	Health Health
	First  int // the episode to begin with, if some were had in another trial
	// Episode is told when one begins, by its number from 0. Optional.
	Episode func(n int)
	// Changed is told when a fault is in force, with what is known of it by then, and
	// when it has been healed. From any goroutine. Optional.
	Changed func(v bench.Interval, inForce bool)

	LeaderWait time.Duration // how long an injection waits for a leader (default 5 s)
	HealWait   time.Duration // how long healing one fault may take (default 30 s)
}

const defaultHealWait = 30 * time.Second

// Validate says what is wrong with the configuration.
func (c Config) Validate() error {
	if c.Cluster == nil {
		return errors.New("chaos: Config.Cluster is nil: want a running cluster")
	}
	if c.Base.IsZero() {
		return errors.New("chaos: Config.Base is zero: want the base instant of the trial")
	}
	if text := AloneProblem(c.Steps); text != "" {
		return errors.New("chaos: " + text)
	}
	if EpisodesOf(c.Steps) != nil && c.Health == nil {
		return errors.New("chaos: Config.Health is nil: want who knows when the next episode can begin")
	}
	for i, s := range c.Steps {
		if s.Fault == nil {
			return fmt.Errorf("chaos: step %d has no fault", i)
		}
		for _, p := range s.Problems(c.Duration) {
			return fmt.Errorf("chaos: step %d: %s: %s", i, p.Field, p.Text)
		}
	}
	return nil
}

// Run walks the schedule, and returns when everything is healed, with one
// interval for each injection in the order of the schedule. When ctx ends it
// heals at once and returns what there was until then.
//
// A fault is healed For after it was injected, however long that took, and so is
// each part of a sequence after its share. Steps
// that do not overlap on paper do not overlap in truth: an injection waits until
// those that were to be over by then are healed. A fault that strikes at a protocol
// point waits for it up to For, and starts when it strikes. A step with episodes
// ends early if the cluster does not recover from one: then there are fewer
// intervals. A step that the cluster cannot
// suffer leaves an interval that says so (NA), and so does a failed one (Error).
// Run itself fails if the configuration is wrong, or if something could not be
// healed: then the cluster is of no further use.
func Run(ctx context.Context, c Config) ([]bench.Interval, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	r := &runner{Config: c, downs: newDowns()}
	if r.HealWait <= 0 {
		r.HealWait = defaultHealWait
	}
	if r.Episode == nil {
		r.Episode = func(int) {}
	}
	if r.Changed == nil {
		r.Changed = func(bench.Interval, bool) {}
	}
	if EpisodesOf(c.Steps) != nil {
		r.playEpisodes(ctx, 0)
		return r.finish(ctx)
	}
	for _, o := range Expand(c.Steps, c.Seed, c.Duration) {
		r.episodes = append(r.episodes, newEpisode(o))
	}
	var wg sync.WaitGroup
	for i := range r.episodes {
		wg.Go(func() { r.play(ctx, i) })
	}
	wg.Wait()
	return r.finish(ctx)
}

type runner struct {
	Config
	downs    *downs
	episodes []*episode // in the order of their instants
}

// episode is one injection. Its goroutine alone writes it.
type episode struct {
	Occurrence
	interval bench.Interval
	in       Injected      // nil if nothing is in force
	begun    bool          // there is an interval to report
	injected chan struct{} // closed when it is in force, or never will be
	healed   chan struct{} // closed when it is over
}

func newEpisode(o Occurrence) *episode {
	return &episode{Occurrence: o, injected: make(chan struct{}), healed: make(chan struct{})}
}

// play lives through one episode.
func (r *runner) play(ctx context.Context, i int) {
	e := r.episodes[i]
	defer close(e.healed)
	inject := sync.OnceFunc(func() { close(e.injected) })
	defer inject()

	e.interval = bench.Interval{Step: e.Step, Fault: e.Fault.String(), For: e.For}
	if na := r.cannot(e.Fault); na != "" {
		e.interval.NA, e.begun = na, true
		e.interval.Start, e.interval.Injected, e.interval.HealFrom, e.interval.End = e.At, e.At, e.At, e.At
		return
	}
	if !pause(ctx, e.At-r.now()) || !r.awaitEarlier(ctx, i) {
		return
	}
	r.inject(ctx, e, inject)
	inject()
	if e.in == nil {
		return
	}
	r.keep(ctx, e)
	r.heal(ctx, e)
}

// keep leaves the fault in force for its time, a sequence with one part after the
// other.
func (r *runner) keep(ctx context.Context, e *episode) {
	q, ok := e.in.(*inSequence)
	if !ok {
		pause(ctx, e.For)
		return
	}
	for i, share := range q.stages.shares(e.For) {
		if i > 0 {
			if err := r.healOnce(ctx, q); err != nil {
				e.interval.Error = "healing: " + err.Error()
				return
			}
			if err := q.next(ctx); err != nil {
				e.interval.Error = "injection: " + err.Error()
				return
			}
		}
		if !pause(ctx, share) {
			return
		}
	}
}

// cannot says why the cluster can never suffer the fault, or "".
func (r *runner) cannot(f Fault) string {
	err := Suffers(f, func(f Fault) error { return unable(r.Cluster, f) })
	if err == nil {
		return ""
	}
	return err.Error()
}

// awaitEarlier keeps the order of the schedule: those that should be over by
// now are healed, and those that come at the same instant and stand before it
// are injected.
func (r *runner) awaitEarlier(ctx context.Context, i int) bool {
	e := r.episodes[i]
	for _, o := range r.episodes[:i] {
		var done chan struct{}
		switch {
		case o.At+o.For <= e.At:
			done = o.healed
		case o.At == e.At:
			done = o.injected
		default:
			continue
		}
		select {
		case <-done:
		case <-ctx.Done():
			return false
		}
	}
	return ctx.Err() == nil
}

// inject calls armed early if the fault then waits for a protocol point: others
// of the same instant, which may lead there, do not wait for it.
func (r *runner) inject(ctx context.Context, e *episode, armed func()) {
	v := &e.interval
	e.begun = true
	v.Start = r.now()
	in, err := e.Fault.Inject(ctx, Target{
		Cluster:    r.Cluster,
		Rand:       e.rand(r.Seed),
		LeaderWait: r.LeaderWait,
		downs:      r.downs,
		begin:      func() { v.Start = r.now() },
		armed:      armed,
		wait:       e.For,
	})
	v.Injected = r.now()
	if err != nil {
		v.Error = "injection: " + err.Error()
		v.HealFrom, v.End = v.Injected, v.Injected
		return
	}
	e.in, v.Nodes = in, in.Nodes()
	v.Down, v.Sides = standing(in)
	r.Changed(*v, true)
}

func (r *runner) heal(ctx context.Context, e *episode) {
	v := &e.interval
	v.HealFrom = r.now()
	err := r.healOnce(ctx, e.in)
	v.End = r.now()
	v.Nodes, v.Picked, v.Evidence = e.in.Nodes(), picked(e.in), e.in.Evidence()
	if err != nil {
		v.Error = "healing: " + err.Error()
		return
	}
	r.over(e)
}

// over takes that a fault has been healed.
func (r *runner) over(e *episode) {
	e.interval.Cuts = cutsOf(e.in, r.Base)
	e.in = nil
	r.Changed(e.interval, false)
}

// healOnce heals although ctx has ended, but not for ever.
func (r *runner) healOnce(ctx context.Context, in Injected) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), r.HealWait)
	defer cancel()
	return in.Heal(ctx)
}

// finish tries once more to heal what could not be healed, the last first.
func (r *runner) finish(ctx context.Context) ([]bench.Interval, error) {
	var errs []error
	for i := len(r.episodes) - 1; i >= 0; i-- {
		if e := r.episodes[i]; e.in != nil {
			if err := r.healOnce(ctx, e.in); err != nil {
				errs = append(errs, fmt.Errorf("%s could not be healed: %w", e.Fault, err))
			} else {
				r.over(e)
			}
		}
	}
	var list []bench.Interval
	for _, e := range r.episodes {
		if e.begun {
			list = append(list, e.interval)
		}
	}
	return list, errors.Join(errs...)
}

// now is the present instant on the base clock.
func (r *runner) now() time.Duration { return time.Since(r.Base) }
