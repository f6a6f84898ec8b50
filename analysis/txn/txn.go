package txn

import (
	"context"
	"fmt"
	"strings"
	"time"

	"nines/bench"
)

// Verdict says whether a history passed a check.
type Verdict string

// The verdicts. Unknown is never a pass.
const (
	OK      Verdict = "ok"
	Illegal Verdict = "illegal"
	Unknown Verdict = "unknown"
)

// Level is how strongly transactions are to be isolated.
type Level string

// The levels. The zero Level is taken for the stronger one.
const (
	// StrictSerializable: some serial order of the transactions explains what
	// they found, and keeps those apart that did not overlap in real time.
	StrictSerializable Level = "strict-serializable"
	// Serializable: some serial order of the transactions explains what they
	// found.
	Serializable Level = "serializable"
)

// Options tune a check. The zero Options are fine.
type Options struct {
	Level Level
	Nodes []string // names by Sample.Node, for explanations; a node without one is "n" and its index
}

// Result is the outcome of a check.
type Result struct {
	Verdict   Verdict
	Why       string    // in words; if illegal, that of the first anomaly
	Anomalies []Anomaly // if illegal: one of each name, the plainest first
	Txns      int       // transactions that the verdict is about
	Keys      int       // distinct keys of those
}

// An Anomaly is something that no legal history has, with its smallest witness
// that was found.
type Anomaly struct {
	Name    string // as the literature has it, such as G1a or G-single-realtime
	Why     string // in words
	Bad     []int  // indices of the samples of the witness, as the picture has them
	Picture Picture
	Count   int // how many were found; of cycles, 1: they overlap too much to be counted
}

// A Picture is a witness to be drawn.
type Picture struct {
	Nodes []Node `json:"nodes"`
	Edges []Edge `json:"edges,omitempty"`
}

// A Node is an operation of a picture.
type Node struct {
	Name  string        `json:"name"`  // T1, T2 and so on, as the words have it
	Who   string        `json:"who"`   // session and node
	What  []string      `json:"what"`  // what it did and found, as far as it matters
	Fate  string        `json:"fate"`  // its outcome
	Sent  time.Duration `json:"sent"`  // in ns since the base instant
	Done  time.Duration `json:"done"`  // likewise; bench.Never if it was not answered
	Index int           `json:"index"` // of its sample in the record
}

// An Edge says why one operation of a picture comes before another.
type Edge struct {
	From  int    `json:"from"` // index of a node
	To    int    `json:"to"`
	Kind  string `json:"kind"`  // ww, wr, rw, process or real time
	Label string `json:"label"` // a few words
	Why   string `json:"why"`   // a sentence
}

// Check decides whether transactions on lists and registers were isolated as
// the level demands. Samples may be in any order and hold plain operations
// too: those on keys that transactions use count as transactions of their own.
// The package comment has the semantics.
func Check(ctx context.Context, samples []bench.Sample, records []bench.TxnRecord, opts Options) Result {
	h, why := newHistory(samples, records)
	if why != "" {
		return Result{Verdict: Unknown, Why: why}
	}
	h.nodes, h.strict = opts.Nodes, opts.Level != Serializable
	for _, phase := range []func(){h.readLists, h.orderLists, h.readRegisters, h.link, h.cycles} {
		if err := ctx.Err(); err != nil {
			return Result{Verdict: Unknown, Why: "the check was given up: " + err.Error()}
		}
		phase()
	}
	return h.result()
}

func (h *history) result() Result {
	r := Result{Verdict: OK, Anomalies: h.anomalies}
	for i := range h.ops {
		if h.ops[i].happened {
			r.Txns++
		}
	}
	for i := range h.keys {
		if h.keys[i].use == asList || h.keys[i].use == asRegister {
			r.Keys++
		}
	}
	if len(r.Anomalies) == 0 {
		r.Why = fmt.Sprintf("%d transactions on %d keys show no anomaly", r.Txns, r.Keys)
		return r
	}
	r.Verdict, r.Why = Illegal, r.Anomalies[0].Why
	var more []string
	for i, a := range r.Anomalies {
		switch {
		case i > 0 && a.Count > 1:
			more = append(more, fmt.Sprintf("%s (%d)", a.Name, a.Count))
		case i > 0:
			more = append(more, a.Name)
		case a.Count > 1:
			more = append(more, fmt.Sprintf("%d more of this kind", a.Count-1))
		}
	}
	if len(more) > 0 {
		r.Why += "; found besides: " + strings.Join(more, ", ")
	}
	return r
}

// none stands for no operation, key or element.
const none int32 = -1
