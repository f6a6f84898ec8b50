package null

import (
	"math/rand/v2"
	"slices"
	"sync"
	"time"
)

// A queue serves operations in the order in which they come, as many at once as
// there are servers: with Poisson arrivals and one server it is an M/G/1 queue,
// whose response times are known. There is one for all nodes. An operation that
// its client gives up keeps its place, as it does where nobody tells the server.
type queue struct {
	service Dist

	mu   sync.Mutex
	rng  *rand.Rand  // service times are drawn in the order of arrival
	free []time.Time // when each server has nothing more to do
}

// queueStream makes the service times other random numbers than those of arrivals,
// keys and clients, which may have the same seed.
const queueStream = 0x7175657565

func newQueue(cfg *Config) *queue {
	return &queue{
		service: cfg.Service,
		rng:     rand.New(rand.NewPCG(cfg.Seed, queueStream)),
		free:    make([]time.Time, cfg.Servers),
	}
}

// enter takes an operation that comes now, and returns how long it is until it is
// answered. Stalled says how long it is then, if it would be d; what stalls keeps
// its server.
func (q *queue) enter(now time.Time, stalled func(d time.Duration) time.Duration) time.Duration {
	q.mu.Lock()
	defer q.mu.Unlock()
	first := 0
	for i, at := range q.free {
		if at.Before(q.free[first]) {
			first = i
		}
	}
	begin := slices.MaxFunc([]time.Time{now, q.free[first]}, time.Time.Compare)
	d := stalled(begin.Add(q.service.draw(q.rng)).Sub(now))
	q.free[first] = now.Add(d)
	return d
}
