// Package null is the system that answers at once, or exactly as late as it is
// told: the target that the load engine and the analysis are calibrated against.
//
// It is one linearizable register for each key, in memory: no replication, no
// durability, no messages. It can be given a service-time distribution, a number
// of servers before which operations queue, stalls at known instants, and shares of
// operations that fail, so that what a report should show is known beforehand. It can also be told to panic or to hang, to see
// that a run survives a system that does.
package null

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"nines/bench"
)

// Config is what a null system is told. The zero Config answers at once.
type Config struct {
	// Nodes is how many nodes there are; 0 means 3. They are called n1, n2, …
	Nodes int `yaml:"nodes"`
	// Service is how long an operation takes. In real time it comes out up to a
	// millisecond longer, as the runtime's timers do.
	Service Dist `yaml:"service"`
	// Servers is how many operations are served at once, on all nodes together; the
	// others wait in the order in which they came. 0: all are.
	Servers int `yaml:"servers"`
	// Stalls are periods in which nothing is answered.
	Stalls []Stall `yaml:"stalls"`
	// Rejected and Unknown are the shares of operations that fail that way, in
	// [0, 1]. Half of the unknown ones take effect.
	Rejected float64 `yaml:"rejected"`
	Unknown  float64 `yaml:"unknown"`
	// Panics is when, on the base clock, a goroutine of the system panics, which
	// ends the process; 0: never.
	Panics time.Duration `yaml:"panics"`
	// Hangs is when the system stops answering for good: from then on clients
	// ignore their contexts, until the cluster is closed; 0: never.
	Hangs time.Duration `yaml:"hangs"`
	// Seed of the service times and the failures.
	Seed uint64 `yaml:"seed"`
}

// A Stall is a period [At, At+For) on the base clock: what would be answered
// within it is answered at its end.
type Stall struct {
	At   time.Duration `yaml:"at"`
	For  time.Duration `yaml:"for"`
	Node string        `yaml:"node"` // "": all nodes
}

// maxServers is more than a queue is made for: each operation looks at all.
const maxServers = 1000

func (c Config) withDefaults() Config {
	if c.Nodes == 0 {
		c.Nodes = 3
	}
	return c
}

// names returns n1, n2 and so on.
func (c *Config) names() []string {
	var names []string
	for i := range c.Nodes {
		names = append(names, fmt.Sprintf("n%d", i+1))
	}
	return names
}

// immediate reports whether every operation is answered at once.
func (c *Config) immediate() bool {
	return c.Service == Dist{} && c.Servers == 0 && len(c.Stalls) == 0 && c.Rejected == 0 && c.Unknown == 0 && c.Hangs == 0
}

// Validate says everything that is wrong with the configuration.
func (c Config) Validate() error {
	c = c.withDefaults()
	var errs []error
	bad := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	if c.Nodes < 0 {
		bad("nodes: %d: want at least 1", c.Nodes)
	}
	if err := c.Service.validate(); err != nil {
		bad("service: %w", err)
	}
	if c.Servers < 0 || c.Servers > maxServers {
		bad("servers: %d: want 1 to %d, or 0 for as many as it takes", c.Servers, maxServers)
	}
	for i, s := range c.Stalls {
		if s.For <= 0 {
			bad("stalls[%d]: for %v: want more than 0", i, s.For)
		}
		if names := c.names(); s.Node != "" && !slices.Contains(names, s.Node) {
			bad("stalls[%d]: %w", i, bench.UnknownName("node", s.Node, names))
		}
	}
	for _, share := range []struct {
		name string
		p    float64
	}{{"rejected", c.Rejected}, {"unknown", c.Unknown}} {
		if !(share.p >= 0 && share.p <= 1) {
			bad("%s: %v: want a share between 0 and 1", share.name, share.p)
		}
	}
	if c.Rejected+c.Unknown > 1 {
		bad("rejected and unknown: %v together: want at most 1", c.Rejected+c.Unknown)
	}
	for _, instant := range []struct {
		name string
		at   time.Duration
	}{{"panics", c.Panics}, {"hangs", c.Hangs}} {
		if instant.at < 0 {
			bad("%s: at %v: want an instant after the beginning, or 0 for never", instant.name, instant.at)
		}
	}
	return errors.Join(errs...)
}
