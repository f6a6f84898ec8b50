package balance

import (
	"errors"
	"math"
	"math/rand/v2"
	"time"

	"nines/bench"
)

// A Retry asks again for what failed. Only an operation that certainly had no effect is
// asked for again, and a read, which never has one: of a write whose outcome is unknown
// nobody can say that a second one would not be one too many, since a session's numbers,
// by which a system applies a command once, end with its session.
type Retry struct {
	Tries   int           // of an operation, the first included
	Backoff time.Duration // the first pause lasts up to this, each later one up to twice as long
	Cap     time.Duration // the longest that a pause may last
	Budget  float64       // retries, as a share of the operations
	Same    bool          // the same node is asked again; else the next in the cluster's order
}

func defaultRetry() Retry {
	return Retry{Tries: 3, Backoff: 5 * time.Millisecond, Cap: time.Second, Budget: 0.1}
}

// settings are read and written in this order.
func (r *Retry) settings() []setting {
	return []setting{
		{"tries", wholeIn(&r.Tries, 2, 100)},
		{"backoff", timeIn(&r.Backoff)},
		{"cap", timeIn(&r.Cap)},
		{"budget", shareIn(&r.Budget)},
		{"to", choiceIn(&r.Same, "next", "same")},
	}
}

// allows reports whether op may be asked for again after err.
func (r *Retry) allows(op *bench.Op, err error) bool {
	if errors.Is(err, bench.ErrAborted) {
		return false // that is the answer
	}
	return op.Kind == bench.Read || bench.OutcomeOf(err) == bench.Rejected
}

// pause is how long to wait before retry n, from 1: any time up to a bound that
// doubles ("full jitter"; Brooker, "Exponential Backoff And Jitter", 2015), so that
// clients who failed together do not come back together.
func (r *Retry) pause(n int, rng *rand.Rand) time.Duration {
	bound := min(float64(r.Cap), math.Ldexp(float64(r.Backoff), n-1))
	return time.Duration(rng.Float64() * bound)
}

// next is the node after one that failed.
func (r *Retry) next(node, nodes int) int {
	if r.Same {
		return node
	}
	return (node + 1) % nodes
}

// String is the text that parses to r.
func (r *Retry) String() string {
	usual := defaultRetry()
	return "retry" + written(r.settings(), usual.settings())
}
