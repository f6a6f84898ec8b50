package paxoscommit

import (
	"math/bits"
	"math/rand/v2"
	"slices"

	"nines/adapters/commit"
	"nines/adapters/replica/step"
)

// machine is Paxos Commit at one node: coordinator (the leader of ballot 0),
// participant, acceptor, and leader of higher ballots where it is needed.
type machine struct {
	*commit.Node
	f       int
	self    int
	members int
	rand    *rand.Rand

	heartbeat, election int // ticks

	// By coordinator: all its transactions with a Seq from floor (exclusive of
	// those of earlier starts) to low are over.
	lows, floors []uint64
	floor        uint64 // of this start; 0: not known yet

	acceptor  acceptor
	campaigns campaigns
	ends      ends
	suspects  []int // by node, as coordinator: the tick until which it is taken for dead
}

func newMachine(f int, n *commit.Node, sc *step.Config) *machine {
	nodes := len(sc.Members)
	return &machine{
		Node: n, f: f, self: sc.Self, members: nodes, rand: sc.Rand,
		heartbeat: sc.HeartbeatTicks, election: sc.ElectionTicks,
		lows: make([]uint64, nodes), floors: make([]uint64, nodes),
		acceptor:  acceptor{entries: make(map[commit.ID]*entry)},
		campaigns: campaigns{of: make(map[commit.ID]*campaign)},
		ends:      ends{owed: make([][]commit.ID, nodes)},
		suspects:  make([]int, nodes),
	}
}

// acceptors are the nodes that keep the votes of a transaction, the first F+1 of
// which are enough as long as they live: its coordinator, then its other
// participants, then other nodes, each in the order of the ring from the
// coordinator on.
func (m *machine) acceptors(t *commit.Txn) []int {
	list := make([]int, 0, 2*m.f+1)
	for _, partakes := range []bool{true, false} {
		for d := range m.members {
			node := (t.ID.Node + d) % m.members
			if len(list) < 2*m.f+1 && (d == 0 || slices.Contains(t.Participants, node)) == partakes {
				list = append(list, node)
			}
		}
	}
	return list
}

// nodeSet is a set of nodes, or of participants by their place.
type nodeSet uint64

func (s *nodeSet) add(i int)     { *s |= 1 << i }
func (s nodeSet) has(i int) bool { return s&(1<<i) != 0 }
func (s nodeSet) len() int       { return bits.OnesCount64(uint64(s)) }

// send sends to another node, or takes the message at once if it is for this one.
func (m *machine) send(to int, body message) {
	if to == m.self {
		m.Message(to, body)
		return
	}
	m.Node.Send(to, body, body.wireSize())
}

// Message implements [commit.Protocol].
func (m *machine) Message(from int, body any) {
	m.suspects[from] = 0
	switch b := body.(type) {
	case *request:
		m.onRequest(b)
	case granted:
		m.onGranted(b.l)
	case *refusal:
		m.onRefusal(b)
	case *ballot0:
		m.onBallot0(b)
	case accepted:
		m.onAcceptedHere(b)
	case *phase1a:
		m.onPhase1a(from, b)
	case *phase1b:
		m.onPhase1b(from, b)
	case *phase2a:
		m.onPhase2a(from, b)
	case *phase2b:
		m.onPhase2b(from, b)
	case *outpaced:
		m.onOutpaced(b)
	case *outcome:
		m.onOutcome(b)
	case durableEnds:
		m.tellEnds(b)
	case *ended:
		m.onEnded(from, b)
	case *inquiry:
		m.onInquiry(from, b)
	}
}

// Tick implements [commit.Protocol].
func (m *machine) Tick() {
	m.watchOpen()
	m.watchDoubts()
	m.watchCampaigns()
	m.watchEntries()
	m.flushEnds()
}
