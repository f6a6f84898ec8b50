package chaos

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"nines/bench"
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

// A moment is what a [Point] tells the choice of targets. Nodes are numbered
// from 0, and -1 is none.
type moment struct {
	node        int
	coordinator int
	members     []int // the participants
}

func momentOf(p *Point, nodes []string) *moment {
	m := &moment{node: slices.Index(nodes, p.Node), coordinator: slices.Index(nodes, p.Coordinator)}
	for i, n := range nodes {
		if slices.Contains(p.Participants, n) {
			m.members = append(m.members, i)
		}
	}
	return m
}

// anyMoment is one at which f can strike if it can at all: all nodes of n take
// part. It is nil if f does not wait for a point.
func anyMoment(f Fault, n, leader int) *moment {
	if PointOf(f) == "" {
		return nil
	}
	return &moment{node: leader, coordinator: leader, members: inOrder(n)}
}

// participants are those of the moment, the best target first: the node that
// reached the point, then the others in the given order, then the coordinator.
func (m *moment) participants(order []int) []int {
	rank := func(i int) int {
		switch i {
		case m.coordinator:
			return 2
		case m.node:
			return 0
		}
		return 1
	}
	var list []int
	for _, i := range order {
		if slices.Contains(m.members, i) {
			list = append(list, i)
		}
	}
	slices.SortStableFunc(list, func(a, b int) int { return rank(a) - rank(b) })
	return list
}

// pointed parses at(point, faults).
func (p *parser) pointed() (Fault, error) {
	k := &kind{Kind: pointedKind}
	p.advance()
	if err := p.expect("(", k); err != nil {
		return nil, err
	}
	t := p.tok
	if t.kind != word {
		return nil, p.fail(t.pos, "found %s instead of a protocol point: want %s, and points are %s",
			t, k.usage(), strings.Join(pointNames(), ", "))
	}
	if !slices.Contains(pointNames(), t.text) {
		return nil, p.fail(t.pos, "%w", bench.UnknownName("protocol point", t.text, pointNames()))
	}
	p.advance()
	if err := p.expect(",", k); err != nil {
		return nil, err
	}
	p.inPoint = true
	strike, err := p.together()
	if err != nil {
		return nil, err
	}
	return &pointed{point: t.text, strike: strike}, p.expect(")", k)
}
