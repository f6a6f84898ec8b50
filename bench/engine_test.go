package bench_test

import (
	"math/rand/v2"
	"testing"

	"go.uber.org/goleak"

	"nines/bench"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

type recorderFunc func([]bench.Sample) error

func (f recorderFunc) Record(batch []bench.Sample) error { return f(batch) }

func rng(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 0)) }
