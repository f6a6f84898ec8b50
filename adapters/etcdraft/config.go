// Package etcdraft makes etcd's raft library (go.etcd.io/raft/v3) a system under
// test.
//
// The library is a step machine; this package is what etcd's server is around
// it, without the server: one goroutine owns the RawNode and applies committed
// entries, one writes the log with group commit (the library's asynchronous
// storage writes), and snapshots are saved beside both. Reads are linearizable
// by ReadIndex (Ongaro's thesis, section 6.4) unless told otherwise.
package etcdraft

import (
	"fmt"

	"nines/adapters/replica"
)

// Reads is how a node answers a read.
type Reads string

const (
	// ReadIndex asks a quorum whether the node still leads, once for all reads
	// that have come together. Linearizable.
	ReadIndex Reads = "linearizable"
	// ReadLease is the library's lease: a leader answers as long as CheckQuorum,
	// which it needs, lets it lead. CheckQuorum looks once in an election timeout
	// whether a quorum was heard from since it last looked, so a leader that is
	// cut off goes on for one to two election timeouts, while the others elect
	// another after one to two. For up to one election timeout its reads may be
	// stale, with perfect clocks.
	ReadLease Reads = "lease"
	// ReadLocal answers from the node's own state, which may be stale.
	ReadLocal Reads = "local"
)

// Config is what can be chosen of the library.
type Config struct {
	Reads Reads // default ReadIndex
	// PreVote asks before an election whether it could be won (thesis, 9.6), so
	// that a node that was cut off does not depose a healthy leader.
	PreVote bool
	// CheckQuorum makes a leader step down that has not heard from a quorum for
	// an election timeout.
	CheckQuorum bool
}

// DefaultConfig is what etcd itself runs with.
func DefaultConfig() Config {
	return Config{Reads: ReadIndex, PreVote: true, CheckQuorum: true}
}

// Validate reports what is wrong with the configuration.
func (c Config) Validate() error {
	switch c.Reads {
	case ReadIndex, ReadLocal:
	case ReadLease:
		if !c.CheckQuorum {
			return fmt.Errorf("reads: lease needs checkquorum: true, since without it a deposed leader does not notice that its lease is over")
		}
	default:
		return fmt.Errorf("reads: %q is none of linearizable, lease, local", c.Reads)
	}
	return nil
}

// ticksPerHeartbeat is how finely the library's clock runs. Its election timeout
// is drawn in whole ticks from one to two times the least, so ten ticks a
// heartbeat make that nearly continuous.
const ticksPerHeartbeat = 10

// Open returns the function that opens nodes with this configuration.
func Open(cfg Config) (replica.Open, error) {
	if err := cfg.Validate(); err != nil {
		return nil, fmt.Errorf("etcdraft: %w", err)
	}
	return func(env replica.Env) (replica.Replica, error) { return open(env, cfg) }, nil
}
