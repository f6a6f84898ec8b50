package paxos

import (
	"fmt"

	"nines/adapters/replica"
	"nines/adapters/replica/step"
	"nines/bench"
)

// Reads is how a node answers a read.
type Reads string

const (
	// ReadIndex has a quorum confirm that the leader's ballot is still the
	// highest, once for all reads that have come together (Ongaro's thesis,
	// section 6.4, which holds for Paxos as well). Linearizable.
	ReadIndex Reads = "linearizable"
	// ReadLease answers from the leader's state as long as a quorum must still
	// refuse other candidates: see the comment at lease. Linearizable as long as
	// no node's clock runs more than a quarter faster than another's.
	ReadLease Reads = "lease"
	// ReadLocal answers from the node's own state, which may be stale.
	ReadLocal Reads = "local"
)

// Quorums is how many nodes must take part in each phase; 0 stands for a
// majority. Every phase-1 quorum must share a node with every phase-2 quorum;
// those of one phase need not (Howard, Malkhi, Spiegelman, "Flexible Paxos",
// 2016).
type Quorums struct {
	Phase1 int // to become leader
	Phase2 int // to choose a value, and to confirm a leader
}

// on returns the quorums among nodes.
func (q Quorums) on(nodes int) Quorums {
	if q.Phase1 == 0 {
		q.Phase1 = nodes/2 + 1
	}
	if q.Phase2 == 0 {
		q.Phase2 = nodes/2 + 1
	}
	return q
}

// Config is what can be chosen of the protocol.
type Config struct {
	Reads   Reads // default ReadIndex
	Quorums Quorums
	// Classic is the protocol without a stable leader: every node proposes what
	// it is asked for, and every proposal runs both phases. Reads are proposals
	// too, unless they are local.
	Classic bool
}

// DefaultConfig has majorities and linearizable reads.
func DefaultConfig() Config { return Config{Reads: ReadIndex} }

// maxNodes is how many a Ballot can tell apart.
const maxNodes = 1 << nodeBits

// Validate tells what is wrong with the configuration in a cluster of that many
// nodes.
func (c Config) Validate(nodes int) error {
	if nodes < 1 || nodes > maxNodes {
		return fmt.Errorf("%d nodes: want 1 to %d", nodes, maxNodes)
	}
	if err := c.check(); err != nil {
		return err
	}
	q := c.Quorums.on(nodes)
	for phase, size := range []int{q.Phase1, q.Phase2} {
		if size < 1 || size > nodes {
			return fmt.Errorf("quorums: %d nodes in phase %d: the cluster has %d", size, phase+1, nodes)
		}
	}
	if q.Phase1+q.Phase2 <= nodes {
		return fmt.Errorf("quorums: %d nodes in phase 1 and %d in phase 2 need not share one of %d, so a new leader could miss what was chosen: their sum must be at least %d",
			q.Phase1, q.Phase2, nodes, nodes+1)
	}
	return nil
}

// check is what of Validate does not depend on the nodes.
func (c Config) check() error {
	switch c.Reads {
	case ReadIndex, ReadLocal:
	case ReadLease:
		if c.Classic {
			return fmt.Errorf("reads: lease needs a leader that keeps its ballot, and with classic: true there is none: want linearizable or local")
		}
	default:
		return fmt.Errorf("reads: %q is none of linearizable, lease, local", c.Reads)
	}
	return nil
}

// Names of the protocol points.
const (
	// PointElected: a new leader, before it proposes.
	PointElected = "elected"
	// PointPromised: an acceptor whose promise is durable, before it leaves.
	PointPromised = "promised"
)

// Points lists the protocol points at which faults can strike.
func Points() []string { return []string{PointElected, PointPromised} }

// New returns the function that makes the machines of a cluster.
func New(cfg Config) step.New {
	return func(env step.Config) (step.Machine, error) {
		if err := cfg.Validate(len(env.Members)); err != nil {
			return nil, fmt.Errorf("paxos: %w", err)
		}
		return newNode(cfg, env), nil
	}
}

// Open returns the function that opens nodes with this configuration. Quorums are
// checked against the members when a node is opened.
func Open(cfg Config) (replica.Open, error) {
	if err := cfg.check(); err != nil {
		return nil, fmt.Errorf("paxos: %w", err)
	}
	return step.Open(New(cfg), Serves(cfg)), nil
}

// Serves tells the driver which calls a node takes that does not lead.
func Serves(cfg Config) step.Option {
	return step.Serves(func(c *replica.Call) bool {
		return cfg.Reads == ReadLocal && c.Op.Kind == bench.Read
	})
}
