package bench_test

import (
	"cmp"
	"context"
	"math/rand/v2"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"nines/bench"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const ms = time.Millisecond

func rng(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 0)) }

type recorderFunc func([]bench.Sample) error

func (f recorderFunc) Record(batch []bench.Sample) error { return f(batch) }

// A fake cluster does what its functions say; nil ones succeed at once.
type fake struct {
	nodes []string
	dial  func(ctx context.Context, node string, session uint64) error
	do    func(ctx context.Context, node string, session uint64, op *bench.Op) (bench.Reply, error)
}

func (f *fake) Nodes() []string {
	if f.nodes == nil {
		return []string{"n1"}
	}
	return f.nodes
}

func (f *fake) Close() error { return nil }

func (f *fake) Dial(ctx context.Context, node string, session uint64) (bench.Client, error) {
	if f.dial != nil {
		if err := f.dial(ctx, node, session); err != nil {
			return nil, err
		}
	}
	return &fakeClient{f, node, session}, nil
}

type fakeClient struct {
	*fake
	node    string
	session uint64
}

func (c *fakeClient) Do(ctx context.Context, op *bench.Op) (bench.Reply, error) {
	if c.do == nil {
		return bench.Reply{}, nil
	}
	return c.do(ctx, c.node, c.session, op)
}

// hang is the operation that is never answered.
func hang(ctx context.Context, _ string, _ uint64, _ *bench.Op) (bench.Reply, error) {
	<-ctx.Done()
	return bench.Reply{}, ctx.Err()
}

// serial makes writes of the keys 0, 1, 2 and so on, until there were n.
type serial struct{ next, n uint64 }

func (s *serial) Next(op *bench.Op) bool {
	*op = bench.Op{Kind: bench.Write, Key: s.next, Arg: s.next + 1, Size: 8}
	s.next++
	return s.next <= s.n
}

func endless() *serial { return &serial{n: 1 << 60} }

// open is an open stream of a constant rate over [0, until).
func open(rate float64, until time.Duration, maxInFlight int) bench.Open {
	return bench.Open{
		Class: bench.Main, Arrivals: bench.Constant(rate, 0, until),
		Source: endless(), Picker: bench.Pinned(0), MaxInFlight: maxInFlight,
	}
}

// closed is a closed stream that runs until the instant.
func closed(sessions int, until time.Duration) bench.Closed {
	return bench.Closed{
		Class: bench.Main, Sessions: sessions, Until: until,
		Source: func(int) bench.Source { return endless() },
		Picker: func(int) bench.Picker { return bench.Pinned(0) },
	}
}

// load runs cfg in virtual time, from base now, and returns what was recorded in
// order of due time. It fails if the engine's counts do not agree with that.
func load(t *testing.T, ctx context.Context, cfg bench.Config) ([]bench.Sample, bench.Stats, error) {
	t.Helper()
	var samples []bench.Sample
	cfg.Recorder = recorderFunc(func(batch []bench.Sample) error {
		samples = append(samples, batch...)
		return nil
	})
	if cfg.Base.IsZero() {
		cfg.Base = time.Now()
	}
	cfg.Pacer = bench.Sleeping(cfg.Base)
	stats, err := bench.Run(ctx, cfg)
	slices.SortStableFunc(samples, func(a, b bench.Sample) int { return cmp.Compare(a.Due, b.Due) })
	checkCounts(t, samples, stats)
	checkSessions(t, samples)
	return samples, stats, err
}

// virtually runs the test in a bubble, and fails if cfg's load does.
func virtually(t *testing.T, cfg func() bench.Config, check func(t *testing.T, s []bench.Sample, st bench.Stats)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		samples, stats, err := load(t, context.Background(), cfg())
		if err != nil {
			t.Fatal(err)
		}
		check(t, samples, stats)
	})
}
