package sim

import (
	"errors"
	"fmt"
	"time"

	"nines/bench"
)

// Config says what [Run] does.
type Config struct {
	ClusterConfig
	// Think is how long a machine's step takes: what comes meanwhile makes up the
	// next one. Default 20 µs.
	Think   time.Duration
	Network Network
	// Force is how long a forced write takes; a snapshot takes twice as long.
	// Default 1 ms.
	Force time.Duration

	// Clients each perform what their Source says, one operation after the other,
	// Pause apart on the average.
	Clients int
	Source  func(client int) bench.Source
	Pause   time.Duration // default 5 ms
	Abandon time.Duration // when a client gives an operation up; default 3 s

	// Duration is how long there is load, and there are faults. Then all is healed,
	// and the cluster has the time Settle, default 20 s, to come to rest: until all
	// clients have their answers, and nothing has changed for an election timeout.
	Duration, Settle time.Duration
	Faults           []Fault // that are planned
	Storm            Storm   // that come at random
	// Finals are performed at the end, on one node after the other, to read
	// everything back.
	Finals []bench.Op

	// Watch is told what a node says about itself whenever it has applied more.
	Watch func(node string, s bench.Status)
}

// Network is what happens to messages between nodes.
type Network struct {
	Delay           time.Duration // at least; default 500 µs
	Jitter          time.Duration // on top of that, on the average; messages overtake each other. Default none
	Drop, Duplicate float64       // of all messages, between 0 and 1
}

// Storm is faults that come at random, each after an exponentially distributed
// time. They differ in their seed only, not by what the system does, but for a
// fault that finds nothing to hit.
type Storm struct {
	Kill    time.Duration // mean time between kills of a node; 0: there are none
	Isolate time.Duration // likewise, of a node that is cut off
	Split   time.Duration // likewise, of a cluster that is cut in two
	OneWay  time.Duration // likewise, of a node whose messages are not heard
	For     time.Duration // mean duration of each; default 300 ms
	Most    int           // nodes that are down at once; default: a minority, but one at least
}

// A Fault is one that is planned. One that strikes at a point waits for it from
// At on.
type Fault struct {
	At    time.Duration
	Point string // "": it strikes at once
	Nth   int    // time that some node comes to the point; 0 means 1
	Do    Harm
	Whom  Target
	For   time.Duration // 0: until the end of the load
}

// Harm is what is done to a node.
type Harm string

// Harms.
const (
	Kill    Harm = "kill"    // it loses what was not durable, and is restarted later
	Isolate Harm = "isolate" // all its links are cut
	Mute    Harm = "mute"    // its messages are lost
	Deaf    Harm = "deaf"    // messages for it are lost
)

// Target is a node, by its name or by what it is when the fault strikes.
type Target string

// Targets.
const (
	Leader      Target = "leader"      // whom most nodes take for the leader
	Here        Target = "here"        // who has come to the point
	Coordinator Target = "coordinator" // of the transaction or term at the point
	Participant Target = "participant" // the first of the transaction who is not its coordinator
)

// String is the fault as scenarios write it.
func (f Fault) String() string {
	s := fmt.Sprintf("%s(%s)", f.Do, f.Whom)
	if f.Point != "" {
		s = fmt.Sprintf("at(%s, %s)", f.Point, s)
	}
	return s
}

func (c *Config) setDefaults() {
	for _, d := range []struct {
		at   *time.Duration
		want time.Duration
	}{
		{&c.Think, 20 * time.Microsecond}, {&c.Force, time.Millisecond},
		{&c.Network.Delay, 500 * time.Microsecond}, {&c.Pause, 5 * time.Millisecond}, {&c.Abandon, 3 * time.Second},
		{&c.Settle, 20 * time.Second}, {&c.Storm.For, 300 * time.Millisecond},
	} {
		if *d.at == 0 {
			*d.at = d.want
		}
	}
	if c.Storm.Most == 0 {
		c.Storm.Most = max(1, (c.Nodes-1)/2)
	}
}

// Validate tells what is wrong with the configuration.
func (c *Config) Validate() error {
	if err := c.ClusterConfig.Validate(); err != nil {
		return err
	}
	for _, d := range []time.Duration{
		c.Think, c.Network.Delay, c.Network.Jitter, c.Force, c.Pause, c.Abandon, c.Duration, c.Settle,
		c.Storm.Kill, c.Storm.Isolate, c.Storm.Split, c.Storm.OneWay, c.Storm.For,
	} {
		if d < 0 {
			return fmt.Errorf("sim: a duration of %v: want 0 or more", d)
		}
	}
	if n := c.Network; n.Drop < 0 || n.Drop > 1 || n.Duplicate < 0 || n.Duplicate > 1 {
		return fmt.Errorf("sim: drop %v, duplicate %v: want shares from 0 to 1", n.Drop, n.Duplicate)
	}
	if c.Clients > 0 && c.Source == nil {
		return errors.New("sim: there are clients, and Source is nil")
	}
	for _, f := range c.Faults {
		switch f.Whom {
		case Here, Coordinator, Participant:
			if f.Point == "" {
				return fmt.Errorf("sim: %v: only a fault at a point knows who that is", f)
			}
		case Leader:
		default:
			if !c.hasNode(string(f.Whom)) {
				return fmt.Errorf("sim: %v: no node is called %s; there are n1 to n%d", f, f.Whom, c.Nodes)
			}
		}
		switch f.Do {
		case Kill, Isolate, Mute, Deaf:
		default:
			return fmt.Errorf("sim: fault %q: want kill, isolate, mute or deaf", f.Do)
		}
	}
	return nil
}

func (c *Config) hasNode(name string) bool {
	for i := range c.Nodes {
		if name == nodeName(i) {
			return true
		}
	}
	return false
}
