package balance

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"nines/bench"
)

// Config is what a policy is put to work on.
type Config struct {
	Nodes []string // in the cluster's order
	// Seed of the random choices.
	Seed uint64
	// Leads tells the index of the leading node, or a negative number if that is not
	// known; only the policy leader needs it. It must answer at once, since the
	// generator waits for it: see [Leader].
	Leads func() int
	// Dialer opens the sessions with the nodes, usually the cluster, and NewSession
	// returns the id of one more. Only retries and hedges need them.
	Dialer     bench.Dialer
	NewSession func() uint64
}

// A Balancer spreads the operations of one load over the nodes: its pickers choose one
// for each, and its clients retry and hedge. They share what they know of the nodes.
type Balancer struct {
	policy     Policy
	nodes      []string
	seed       uint64
	picker     func(i int) bench.Picker
	dialer     bench.Dialer
	newSession func() uint64
	load       outstanding
	retries    *budget // nil without retries
	hedges     *budget // nil without hedges
	times      recent  // of reads, if they are hedged
}

// Balance puts the policy to work.
func (p Policy) Balance(c Config) (*Balancer, error) {
	b := &Balancer{
		policy: p, nodes: c.Nodes, seed: c.Seed, dialer: c.Dialer, newSession: c.NewSession,
		load: make(outstanding, len(c.Nodes)),
	}
	var err error
	if b.picker, err = p.pickers(c.Nodes, c.Seed, c.Leads, b.load); err != nil {
		return nil, err
	}
	if p.retry != nil {
		b.retries = newBudget(p.retry.Budget)
	}
	if p.hedge != nil {
		b.hedges, b.times.q = newBudget(p.hedge.Budget), p.hedge.Quantile
	}
	return b, nil
}

// Picker makes the picker of stream or session i.
func (b *Balancer) Picker(i int) bench.Picker {
	p := b.picker(i)
	if _, is := p.(bench.Tracker); !is && b.policy.asksOthers() {
		p = tracked{p, b.load}
	}
	return p
}

// Dialer opens the sessions of the load: nil if it needs no other than the cluster.
func (b *Balancer) Dialer() bench.Dialer {
	if !b.policy.asksOthers() {
		return nil
	}
	return b
}

// Dial implements [bench.Dialer]. The client is a [bench.Router]. It asks no node
// before it has an operation to perform, so it can turn to another one if that is down.
func (b *Balancer) Dial(_ context.Context, node string, id uint64) (bench.Client, error) {
	home := slices.Index(b.nodes, node)
	if home < 0 {
		return nil, fmt.Errorf("balance %v: %w", b.policy, bench.UnknownName("node", node, b.nodes))
	}
	c := &client{Balancer: b, home: home, sessions: make([]session, len(b.nodes)), rng: rand.New(rand.NewPCG(b.seed, id))}
	c.sessions[home].id = id
	return c, nil
}

// hedgeAfter is how long to wait for a read before another node is asked; ok is false
// while too few reads are done to tell.
func (b *Balancer) hedgeAfter() (after time.Duration, ok bool) {
	if h := b.policy.hedge; h.After > 0 {
		return h.After, true
	}
	return b.times.get()
}
