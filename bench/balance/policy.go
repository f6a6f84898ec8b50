// Package balance chooses the node that each operation goes to, and what is done if
// that node does not serve it.
//
// A [Policy] is what a scenario says, such as
//
//	round-robin              each node in turn
//	random                   any node, all equally
//	pinned(n2)               always n2
//	weighted(n1=3, n2=1)     at random, n1 three times as often as n2
//	leader                   the node that leads, as far as is known
//	owner                    the node that owns the operation's first key
//	two-choices              of two nodes at random, the one with fewer operations outstanding
//	least-loaded             the node with the fewest operations outstanding
//
// and after that, in this order,
//
//   - retry(tries=3)         what failed without effect is asked for again: see [Retry]
//   - hedge(after=p95)       a second node is asked for a slow read: see [Hedge]
//
// It prints and parses back. [Policy.Balance] turns it into pickers and clients for a
// load on given nodes. How the work is spread is the client's doing, and it decides
// which of the nodes' sides of a partition the load sees: so it is named in every
// report.
//
// Whatever is asked of however many nodes, an operation is one operation: it has one
// sample, due when it was due and sent when it was first sent, with the outcome that its
// client saw, the node that gave it, and how often nodes were asked. To a checker it
// happened once, between sent and done. That is so because a request whose effect
// nobody knows is never repeated, unless it can have none.
package balance

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"nines/bench"
)

// A Policy says how nodes are chosen. The zero Policy is round-robin. Policies
// are made by [Parse].
type Policy struct {
	kind    kind
	weights []weight // weighted: of each node; pinned: the one
	owner   func(key uint64) int
	retry   *Retry // nil: what failed has failed
	hedge   *Hedge // nil: one node is asked at a time
}

type weight struct {
	node string
	n    uint32
}

// Parse reads a policy as it is written above.
func Parse(text string) (Policy, error) {
	p, err := parse(text)
	if err != nil {
		return Policy{}, fmt.Errorf("balance %q: %w", text, err)
	}
	return p, nil
}

func parse(text string) (Policy, error) {
	parts := strings.Split(text, "+")
	p, err := parseKind(parts[0])
	if err != nil {
		return Policy{}, err
	}
	for _, part := range parts[1:] {
		if err := p.add(strings.TrimSpace(part)); err != nil {
			return Policy{}, err
		}
	}
	return p, nil
}

// asksOthers reports whether more than the node that was picked may be asked, or that
// more than once.
func (p *Policy) asksOthers() bool { return p.retry != nil || p.hedge != nil }

func parseKind(text string) (Policy, error) {
	name, list, hasList := strings.Cut(strings.TrimSpace(text), "(")
	name = strings.TrimSpace(name)
	i := slices.Index(kindNames(), name)
	if i < 0 {
		return Policy{}, bench.UnknownName("policy", name, kindNames())
	}
	p := Policy{kind: kind(i)}
	takesList := p.kind == pinned || p.kind == weighted
	switch {
	case hasList && !takesList:
		return Policy{}, fmt.Errorf("%s takes no argument", name)
	case !hasList && p.kind == pinned:
		return Policy{}, errors.New("want a node, as in pinned(n1)")
	case !hasList && p.kind == weighted:
		return Policy{}, errors.New("want the nodes' weights, as in weighted(n1=3, n2=1)")
	case !takesList:
		return p, nil
	}
	list, ok := strings.CutSuffix(list, ")")
	if !ok {
		return Policy{}, errors.New("want a closing parenthesis at the end")
	}
	var err error
	if p.kind == pinned {
		p.weights, err = parsePinned(list)
	} else {
		p.weights, err = parseWeights(list)
	}
	return p, err
}

func parsePinned(text string) ([]weight, error) {
	node, err := parseNode(text)
	return []weight{{node, 1}}, err
}

func parseWeights(text string) ([]weight, error) {
	var ws []weight
	var sum uint64
	for item := range strings.SplitSeq(text, ",") {
		name, number, ok := strings.Cut(item, "=")
		if !ok {
			return nil, fmt.Errorf("weight %q: want a node and a number, as in n1=3", strings.TrimSpace(item))
		}
		node, err := parseNode(name)
		if err != nil {
			return nil, err
		}
		n, err := strconv.ParseUint(strings.TrimSpace(number), 10, 32)
		if err != nil {
			return nil, fmt.Errorf("weight of %s: want a whole number from 0 to 4294967295, not %q", node, strings.TrimSpace(number))
		}
		if slices.ContainsFunc(ws, func(w weight) bool { return w.node == node }) {
			return nil, fmt.Errorf("node %s has two weights", node)
		}
		ws, sum = append(ws, weight{node, uint32(n)}), sum+n
	}
	if sum == 0 {
		return nil, errors.New("all weights are 0: want at least one that is not")
	}
	return ws, nil
}

func parseNode(text string) (string, error) {
	node := strings.TrimSpace(text)
	if node == "" || strings.ContainsAny(node, "(),= \t\r\n") {
		return "", fmt.Errorf("%q is no name of a node", node)
	}
	return node, nil
}

// ToOwner is the text of the policy under which a participant coordinates.
const ToOwner = "owner"

// Owned returns the policy for keys of which each has an owner: a node's index, in
// the order of the nodes. Without it every node is taken to own every key, and the
// policy owner is round-robin.
func (p Policy) Owned(by func(key uint64) int) Policy {
	p.owner = by
	return p
}

// String is the text that parses to p.
func (p Policy) String() string {
	text := p.base()
	if p.retry != nil {
		text += " + " + p.retry.String()
	}
	if p.hedge != nil {
		text += " + " + p.hedge.String()
	}
	return text
}

func (p Policy) base() string {
	name := kinds[p.kind].Name
	switch p.kind {
	case pinned:
		return fmt.Sprintf("%s(%s)", name, p.weights[0].node)
	case weighted:
		var items []string
		for _, w := range p.weights {
			items = append(items, fmt.Sprintf("%s=%d", w.node, w.n))
		}
		return fmt.Sprintf("%s(%s)", name, strings.Join(items, ", "))
	default:
		return name
	}
}

// MarshalText writes String.
func (p Policy) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// UnmarshalText is Parse.
func (p *Policy) UnmarshalText(text []byte) error {
	parsed, err := Parse(string(text))
	if err == nil {
		*p = parsed
	}
	return err
}
