package controls

import (
	"fmt"
	"time"

	"nines/adapters/replica/sim"
	"nines/adapters/replica/step"
	"nines/bench"
	"nines/workloads"
)

// lease is for ever: the event queue has a time of its own, which workloads do not
// know. So whoever was not answered keeps the lock, and there must be many.
const lease = time.Hour

// inserts is more than any schedule has: what is read back is said beforehand.
const inserts = 1000

// under is a schedule with the load of a workload.
func under(name string, w workloads.Config, s schedule) schedule {
	return func(seed uint64, machine step.New) sim.Config {
		w.Seed = seed
		load, err := workloads.New(name, w)
		if err != nil { // of the table below
			panic(fmt.Sprintf("controls: %v", err))
		}
		cfg := s(seed, machine)
		cfg.Source = func(int) bench.Source { return load.Source() }
		cfg.Finals = nil
		var op bench.Op
		for all := load.Final(1, 0)(0); all.Next(&op); {
			cfg.Finals = append(cfg.Finals, op)
		}
		for key := w.Keys; load.Object() == bench.Ranges && key < inserts; key++ {
			cfg.Finals = append(cfg.Finals, bench.Op{Kind: bench.Read, Key: key})
		}
		return cfg
	}
}
