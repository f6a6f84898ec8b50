package bench_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"nines/adapters/null"
	"nines/bench"
	"nines/workloads"
)

// A load of 1000 operations a second for a tenth of a second, from users who do
// not know of one another, on a system that answers after 2 ms.
func ExampleRun() {
	system, err := null.New(null.Config{Service: null.Constant(2 * time.Millisecond)})
	if err != nil {
		panic(err)
	}
	users, err := workloads.New("ycsb-a", workloads.Config{Keys: 100})
	if err != nil {
		panic(err)
	}
	var progress bench.Progress
	stats, err := bench.Run(context.Background(), bench.Config{
		Cluster: system,
		Base:    time.Now(),
		Open: []bench.Open{{
			Class:       bench.Main,
			Arrivals:    bench.Poisson(1000, 0, 100*time.Millisecond, rand.New(rand.NewPCG(1, 2))),
			Source:      users.Source(),
			Picker:      bench.Pinned(0),
			MaxInFlight: bench.MaxInFlight(1000, bench.DefaultAbandon),
		}},
		Recorder: &progress,
	})
	if err != nil {
		panic(err)
	}
	fmt.Println("due:", stats.Open[0].Measured.Due, "succeeded:", progress.Now().OK)
	// Output: due: 112 succeeded: 112
}
