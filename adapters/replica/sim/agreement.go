package sim

import (
	"fmt"

	"nines/bench"
)

// Agreement is what nodes of a replicated system have said of themselves; its
// Watch is for [Config.Watch].
type Agreement struct {
	digest map[uint64]said // by applied index
	first  string
}

type said struct {
	node   string
	digest uint64
}

// Watch takes what a node says.
func (a *Agreement) Watch(node string, s bench.Status) {
	if a.digest == nil {
		a.digest = make(map[uint64]said)
	}
	was, ok := a.digest[s.Applied]
	if !ok {
		a.digest[s.Applied] = said{node, s.Digest}
	} else if was.digest != s.Digest && a.first == "" {
		a.first = fmt.Sprintf("%s and %s have applied %d entries, and their digests are %016x and %016x", was.node, node, s.Applied, was.digest, s.Digest)
	}
}

// Violation tells of the first two nodes that had applied different commands; ""
// if there were none.
func (a *Agreement) Violation() string { return a.first }
