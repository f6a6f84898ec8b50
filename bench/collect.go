package bench

import "time"

// Sessions write samples into chunks; full ones go to one collector goroutine,
// which hands them to the recorder and gives them back. Nothing is allocated
// once there are enough of them.

const (
	// chunkSize samples are 12 kB: few enough to stay in a core's own cache,
	// enough that handing them over costs nothing per operation.
	chunkSize = 128
	// chunksInFlight bounds how far the recorder may fall behind before
	// sessions wait for it: a second at 100,000 op/s.
	chunksInFlight = 1024
	// chunkSpan is the longest time that a chunk waits to be full while there
	// are operations, so that a display of progress is fresh.
	chunkSpan = 100 * time.Millisecond
)

type chunk struct {
	samples [chunkSize]Sample
	n       int
}

// next returns the place for the next sample, which the caller fills in.
func (c *chunk) next() *Sample { return &c.samples[c.n] }

// keep makes what was written into next part of the chunk, and reports whether
// the chunk should be handed over.
func (c *chunk) keep() bool {
	c.n++
	return c.n == chunkSize || c.samples[c.n-1].Due-c.samples[0].Due > chunkSpan
}

// newChunk returns an empty chunk.
func (r *run) newChunk() *chunk {
	select {
	case c := <-r.spare:
		return c
	default:
		return new(chunk)
	}
}

// handOver gives c to the collector.
func (r *run) handOver(c *chunk) {
	if c.n > 0 {
		r.full <- c
	}
}

// collect records chunks until there are no more. After an error it only
// empties the channel, so that sessions can end.
func (r *run) collect(rec Recorder) {
	failed := false
	for c := range r.full {
		if !failed {
			if err := rec.Record(c.samples[:c.n]); err != nil {
				failed = true
				r.fail(err)
			}
		}
		c.n = 0
		select {
		case r.spare <- c:
		default:
		}
	}
}
