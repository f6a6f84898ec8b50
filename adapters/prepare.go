package adapters

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"nines/adapters/etcdraft"
	"nines/adapters/hashiraft"
	"nines/adapters/host/inproc"
	"nines/adapters/null"
	"nines/adapters/replica"
	"nines/bench"
	"nines/chaos"
	"nines/results"
)

// onHost is a system whose nodes run on the host, and reach these protocol points.
func onHost(open replica.Open, points []string, g results.Guarantees) Prepared {
	return onHostWithout(0, open, points, g)
}

// onHostWithout is one that cannot suffer all that nodes there could. What is done around a
// leader means nothing where every node leads for itself.
func onHostWithout(lacks chaos.Caps, open replica.Open, points []string, g results.Guarantees) Prepared {
	if g.Partitioned || g.Leaderless {
		lacks |= chaos.CanLead
	}
	return Prepared{Guarantees: g, Start: func(cfg inproc.Config) (bench.Cluster, error) {
		cfg.Points, cfg.Lacks = points, lacks
		return inproc.Start(cfg, open)
	}}
}

// What systems do not look at. The library of etcd is told of ticks and reads no
// clock, so that only the rate of its clock matters; that of HashiCorp has timers
// of its own; and a single node waits for nothing.
const (
	noSkew  = chaos.CanSkew
	noClock = chaos.CanSkew | chaos.CanDrift
)

func etcdSettings() []Setting {
	return []Setting{
		{"reads", "linearizable", "linearizable (ReadIndex), lease (may be stale for an election timeout when its node is cut off) or local (may be stale)"},
		{"prevote", "true", "ask before an election whether it could be won"},
		{"checkquorum", "true", "a leader that hears from no quorum steps down"},
	}
}

func prepareEtcd(s map[string]string) (Prepared, error) {
	cfg := etcdraft.DefaultConfig()
	cfg.Reads = etcdraft.Reads(s["reads"])
	if err := errors.Join(
		parsed(s, "prevote", &cfg.PreVote, parseBool),
		parsed(s, "checkquorum", &cfg.CheckQuorum, parseBool),
	); err != nil {
		return Prepared{}, err
	}
	open, err := etcdraft.Open(cfg)
	if err != nil {
		return Prepared{}, err
	}
	reads := string(cfg.Reads)
	if cfg.Reads == etcdraft.ReadLease {
		reads = "lease that outlives an election" // and so not linearizable
	}
	p := onHostWithout(noSkew, open, nil, results.Guarantees{Reads: reads, Durability: onDisk, Replicated: true, Txns: strict})
	p.Tolerate = byMajority(ofRaft, cfg.Reads == etcdraft.ReadLocal)
	return p, nil
}

func hashiSettings() []Setting {
	return []Setting{
		{"reads", "linearizable", "linearizable (VerifyLeader) or local (may be stale)"},
		{"prevote", "true", "ask before an election whether it could be won"},
	}
}

func prepareHashi(s map[string]string) (Prepared, error) {
	cfg := hashiraft.DefaultConfig()
	cfg.Reads = hashiraft.Reads(s["reads"])
	if err := parsed(s, "prevote", &cfg.PreVote, parseBool); err != nil {
		return Prepared{}, err
	}
	open, err := hashiraft.Open(cfg)
	if err != nil {
		return Prepared{}, err
	}
	p := onHostWithout(noClock, open, nil, results.Guarantees{Reads: string(cfg.Reads), Durability: onDisk, Replicated: true, Txns: strict})
	p.Tolerate = byMajority(ofRaft, cfg.Reads == hashiraft.ReadLocal)
	return p, nil
}

func nullSettings() []Setting {
	return []Setting{
		{"service", "0s", "how long an operation takes: 1ms, uniform(1ms, 3ms) or exponential(1ms)"},
		{"servers", "0", "how many operations are served at once, the others waiting in order: 1 makes it a queue; 0: all are"},
		{"stalls", "", "when nothing is answered: 5s+80ms, 7s+80ms@n2"},
		{"rejected", "0", "share of operations that fail without effect"},
		{"unknown", "0", "share of operations whose answer is lost"},
		{"panics", "", "when a goroutine of the system panics, such as 3s: to see that a run survives it"},
		{"hangs", "", "from when clients are never answered, such as 3s: to see that a run survives it"},
	}
}

func prepareNull(s map[string]string) (Prepared, error) {
	var cfg null.Config
	if err := errors.Join(
		parsed(s, "service", &cfg.Service, null.ParseDist),
		parsed(s, "servers", &cfg.Servers, parseCount),
		parsed(s, "stalls", &cfg.Stalls, parseStalls),
		parsed(s, "rejected", &cfg.Rejected, parseShare),
		parsed(s, "unknown", &cfg.Unknown, parseShare),
		parsed(s, "panics", &cfg.Panics, parseInstant),
		parsed(s, "hangs", &cfg.Hangs, parseInstant),
	); err != nil {
		return Prepared{}, err
	}
	cfg.Nodes = mentioned(cfg.Stalls) // how many there will be is not known yet
	if err := cfg.Validate(); err != nil {
		return Prepared{}, err
	}
	return Prepared{
		Guarantees: results.Guarantees{Reads: "linearizable", Durability: "none"},
		Start: func(host inproc.Config) (bench.Cluster, error) {
			cfg.Nodes, cfg.Seed = len(host.Nodes), host.Seed
			return null.New(cfg)
		},
	}, nil
}

// parseStalls reads a list such as "5s+80ms, 7s+80ms@n2".
func parseStalls(text string) ([]null.Stall, error) {
	var out []null.Stall
	for item := range strings.SplitSeq(text, ",") {
		item = strings.TrimSpace(item)
		if item == "" {
			continue
		}
		times, node, one := strings.Cut(item, "@")
		at, length, ok := strings.Cut(times, "+")
		from, err1 := time.ParseDuration(strings.TrimSpace(at))
		long, err2 := time.ParseDuration(strings.TrimSpace(length))
		if !ok || err1 != nil || err2 != nil || one && node == "" {
			return nil, fmt.Errorf("%q: want an instant and a length, as in 5s+80ms, and a node, as in 5s+80ms@n2, if only one stalls", item)
		}
		out = append(out, null.Stall{At: from, For: long, Node: strings.TrimSpace(node)})
	}
	return out, nil
}

// mentioned is the least number of nodes that has all those that stall.
func mentioned(stalls []null.Stall) int {
	most := 0
	for _, s := range stalls {
		if digits, ok := strings.CutPrefix(s.Node, "n"); ok {
			if n, err := strconv.Atoi(digits); err == nil && n <= math.MaxUint16 {
				most = max(most, n)
			}
		}
	}
	return most
}

// parseInstant reads when something happens; nothing means never.
func parseInstant(text string) (time.Duration, error) {
	if text == "" {
		return 0, nil
	}
	at, err := time.ParseDuration(text)
	if err != nil || at <= 0 {
		return 0, fmt.Errorf("%q: want an instant after the beginning, such as 3s", text)
	}
	return at, nil
}

func parseShare(text string) (float64, error) {
	p, err := strconv.ParseFloat(text, 64)
	if err != nil || !(p >= 0 && p <= 1) {
		return 0, fmt.Errorf("%q: want a share between 0 and 1", text)
	}
	return p, nil
}
