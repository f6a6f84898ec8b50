package chaos

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"
)

// A Point is a moment in a protocol, as a node has reached it.
type Point struct {
	Name         string
	Node         string   // that reached it
	Coordinator  string   // the node that coordinates the transaction, or leads; "" if nobody does
	Participants []string // of the transaction
	Txn          uint64   // the transaction's id, or the term of an election
}

// A Pointer is a cluster that says when a node reaches a moment of its protocol.
type Pointer interface {
	// Points are the names of the moments that its system has.
	Points() []string
	// AtPoint has strike called the next time that a node reaches the point,
	// once. The node is held there until strike has returned, or until it is
	// stopped, which strike may do. When disarm has returned, strike is not
	// running and will not be called. Disarming again does nothing.
	AtPoint(point string, strike func(Point)) (disarm func(), err error)
}

// A PointWord is a moment in a protocol that faults can strike at.
type PointWord struct {
	Name  string
	Means string
}

// PointWords lists the moments of all protocols, for help texts. Which of them a
// system has, it declares.
func PointWords() []PointWord {
	return []PointWord{
		{"prepared", "a participant has forced its prepare record, and its vote has not left"},
		{"voted", "the coordinator has all votes, and has not decided"},
		{"precommitted", "a participant knows that all have voted to commit (3PC), and has not said so"},
		{"decided", "the decision is durable, and nobody has been told"},
		{"elected", "a new leader has been elected, and has proposed nothing"},
		{"promised", "an acceptor's promise is durable, and has not left"},
	}
}

func pointNames() []string {
	var names []string
	for _, w := range PointWords() {
		names = append(names, w.Name)
	}
	return names
}

// pointedKind is the row of at in the table of faults.
var pointedKind = Kind{
	Name: "at", Needs: CanPoint, Usage: []string{"at(P, F)"}, Example: "at(prepared, kill(coordinator))",
	Does: "waits until a node reaches the protocol point P, for as long as the fault would last; " +
		"strikes with the faults F while it is held there, and heals them as much later. " +
		"P is " + strings.Join(pointNames(), ", "),
	Params: []Param{
		{"P", "the protocol point", "one that the system has"},
		{"F", "what strikes there", "faults, several joined by +; no sequence, no choice and no other at"},
	},
}

// A pointed is a fault that strikes at a protocol point.
type pointed struct {
	point  string
	strike Fault // a *fault or together
}

// PointOf returns the name of the protocol point at which the fault strikes, or
// "" if it waits for none.
func PointOf(f Fault) string {
	if f, ok := f.(*pointed); ok {
		return f.point
	}
	return ""
}

func (f *pointed) String() string {
	return fmt.Sprintf("%s(%s, %s)", pointedKind.Name, f.point, f.strike)
}

func (f *pointed) Needs() Caps { return CanPoint | f.strike.Needs() }

// Inject waits for the point, but not longer than t.wait.
func (f *pointed) Inject(ctx context.Context, t Target) (Injected, error) {
	if lacks := CapsOf(t.Cluster).Lacks(f.Needs()); lacks != 0 {
		return nil, fmt.Errorf("the cluster does not offer: %s", lacks)
	}
	var (
		in     Injected
		err    error
		at     Point
		struck = make(chan struct{})
	)
	disarm, armErr := t.Cluster.(Pointer).AtPoint(f.point, func(p Point) {
		defer close(struck)
		at, t.at = p, &p
		in, err = f.strike.Inject(ctx, t)
	})
	if armErr != nil {
		return nil, fmt.Errorf("wait for %s: %w", f.point, armErr)
	}
	if t.armed != nil {
		t.armed()
	}
	over := time.NewTimer(cmp.Or(t.wait, defaultPointWait))
	defer over.Stop()
	select {
	case <-struck:
	case <-over.C:
	case <-ctx.Done():
	}
	disarm()
	select {
	case <-struck: // perhaps in the last moment
	default:
		if ctx.Err() != nil {
			return nil, fmt.Errorf("waiting for %s: %w", f.point, context.Cause(ctx))
		}
		return nil, fmt.Errorf("no node reached %s within %v", f.point, cmp.Or(t.wait, defaultPointWait))
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", at, err)
	}
	return &struckAt{in, at}, nil
}

const defaultPointWait = 5 * time.Second

// String is such as "prepared of 17 on n2".
func (p Point) String() string { return fmt.Sprintf("%s of %d on %s", p.Name, p.Txn, p.Node) }

// struckAt is a fault that struck at a protocol point.
type struckAt struct {
	Injected
	at Point
}

// Evidence is such as "at prepared of 17 on n2: n1 was down 4.00 s, then restarted".
func (s *struckAt) Evidence() string {
	e := s.Injected.Evidence()
	if e == "" {
		return ""
	}
	return fmt.Sprintf("at %s: %s", s.at, e)
}
