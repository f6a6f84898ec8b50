// Package hashiraft makes github.com/hashicorp/raft a system under test.
//
// The library runs its own goroutines and asks for four things, which are here:
// a log and vote store (logStore) and a snapshot store (snapshotStore) over the
// node's disk, a transport over its link (transport), and a state machine (fsm)
// around the shared one. Around it, node turns calls into proposals, answers them
// when the state machine applies them, and confirms its leadership for
// linearizable reads.
//
// What the library decides and its users should know: a leader forces its own
// write to disk before it sends the entries out; a leader's heartbeats go out at
// random intervals of one to two tenths of the election timeout, so
// [replica.Timing]'s Heartbeat only bounds CommitTimeout here; a follower learns
// what is committed from the next append, or after CommitTimeout; appends are
// limited in entries and never in bytes; its timeouts are drawn from math/rand's
// global source. After failures it holds replication to a follower back for
// 10 ms, doubling up to 10 s, which no setting changes.
package hashiraft

import (
	"fmt"
	"math"
	"time"

	"github.com/hashicorp/raft"

	"nines/adapters/replica"
)

// Reads is how a node answers a read.
type Reads string

const (
	// ReadVerify has the leader ask a quorum whether it still leads, once for all
	// reads that have come together. Linearizable.
	ReadVerify Reads = "linearizable"
	// ReadLocal answers from the node's own state, which may be stale.
	ReadLocal Reads = "local"
)

// Config is what can be chosen of the library.
type Config struct {
	Reads Reads // default ReadVerify
	// PreVote asks before an election whether it could be won (Ongaro's thesis,
	// 9.6), so that a node that was cut off does not depose a healthy leader.
	PreVote bool
	// LeaderLease is how long a leader that hears from no quorum goes on leading.
	// 0 means half the election timeout, as in the library's own defaults.
	LeaderLease time.Duration
	// CommitTimeout is how long a leader without new entries waits before it
	// tells followers what is committed; the library waits one to two times as
	// long. 0 means 50 ms, the library's default, or the heartbeat interval if
	// that is shorter.
	CommitTimeout time.Duration
	// RPCTimeout is how long a node waits for the response to a request. One that
	// was lost is repeated after it. 0 means the election timeout.
	RPCTimeout time.Duration
	// Pipeline is how many appends to one follower may be under way at once.
	Pipeline int
}

// DefaultPipeline is that of the library's own network transport: deeper ones
// were found to cost latency, and to gain only over long distances (its pull
// request 541).
const DefaultPipeline = 2

// DefaultConfig is what the library itself comes with.
func DefaultConfig() Config {
	return Config{Reads: ReadVerify, PreVote: true, Pipeline: DefaultPipeline}
}

// Validate reports what is wrong with the configuration.
func (c Config) Validate() error {
	switch {
	case c.Reads == "lease":
		return fmt.Errorf("reads: lease is not offered: the library's leader lease counts from when an answer came, not from when it was asked for, so it proves nothing; want linearizable or local")
	case c.Reads != ReadVerify && c.Reads != ReadLocal:
		return fmt.Errorf("reads: %q is none of linearizable, local", c.Reads)
	case c.LeaderLease < 0:
		return fmt.Errorf("leader lease: %v is negative", c.LeaderLease)
	case c.CommitTimeout < 0:
		return fmt.Errorf("commit timeout: %v is negative", c.CommitTimeout)
	case c.RPCTimeout < 0:
		return fmt.Errorf("rpc timeout: %v is negative", c.RPCTimeout)
	case c.Pipeline < 1:
		return fmt.Errorf("pipeline: %d appends under way, want 1 or more", c.Pipeline)
	}
	return nil
}

const (
	// snapshotCheck is how often the library looks, at random intervals of one to
	// two times this, whether a snapshot is due. It bounds how far beyond
	// Batch.SnapshotEvery the log grows.
	snapshotCheck = 100 * time.Millisecond
	// commitTimeout is the library's default.
	commitTimeout = 50 * time.Millisecond
	// maxEntries is the most that the library takes for MaxAppendEntries.
	maxEntries = 1024
)

// library is the library's configuration for a node.
func (c Config) library(env replica.Env) *raft.Config {
	conf := raft.DefaultConfig()
	conf.LocalID = serverID(replica.Member{Node: env.ID, Life: env.Life})
	conf.HeartbeatTimeout = env.Timing.Election
	conf.ElectionTimeout = env.Timing.Election
	conf.LeaderLeaseTimeout = c.LeaderLease
	if c.LeaderLease == 0 {
		conf.LeaderLeaseTimeout = env.Timing.Election / 2
	}
	conf.CommitTimeout = c.CommitTimeout
	if c.CommitTimeout == 0 {
		conf.CommitTimeout = min(commitTimeout, env.Timing.Heartbeat)
	}
	conf.PreVoteDisabled = !c.PreVote
	conf.MaxAppendEntries = maxEntries
	if n := env.Batch.MaxEntries; n > 0 {
		conf.MaxAppendEntries = min(n, maxEntries)
	}
	conf.BatchApplyCh = true
	conf.SnapshotInterval = snapshotCheck
	conf.SnapshotThreshold = env.Batch.SnapshotEvery
	if env.Batch.SnapshotEvery == 0 {
		conf.SnapshotThreshold = math.MaxUint64
	}
	conf.TrailingLogs = env.Batch.Trailing
	conf.ShutdownOnRemove = false // the host stops it
	conf.NoLegacyTelemetry = true
	conf.Logger = newLogger(env.Log)
	return conf
}

// Open returns the function that opens nodes with this configuration.
func Open(cfg Config) (replica.Open, error) {
	if err := cfg.Validate(); err != nil {
		return nil, fmt.Errorf("hashiraft: %w", err)
	}
	return func(env replica.Env) (replica.Replica, error) {
		n, err := open(env, cfg)
		if err != nil {
			return nil, fmt.Errorf("hashiraft: %w", err)
		}
		return n, nil
	}, nil
}
