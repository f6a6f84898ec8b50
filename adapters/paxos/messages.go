package paxos

import "nines/adapters/replica/step"

// The messages. None is changed once it is sent.
type (
	// ask is the question before an election: would you promise this ballot?
	ask struct{ Ballot Ballot }
	// answer to an ask. Promised lets the candidate find a ballot that is high
	// enough.
	answer struct {
		Ballot   Ballot
		Yes      bool
		Promised Ballot
	}
	// prepare is phase 1a for every slot above After.
	prepare struct {
		Ballot Ballot
		After  uint64
	}
	// promise is a part of phase 1b: all that its sender has in slots (After, To].
	// Those up to Commit are chosen.
	promise struct {
		Ballot    Ballot
		After, To uint64
		Commit    uint64
		Values    []slotted
		Snapshot  []byte // of the state machine, if slots above After are compacted
		Index     uint64 // of the snapshot
	}
	// accept is phase 2a for the slots from First on. Those up to Start were
	// chosen when the leader's phase 1 ended, those up to Commit are by now.
	accept struct {
		Ballot Ballot
		Start  uint64
		Commit uint64
		First  uint64
		Values [][]byte
	}
	// accepted is phase 2b for all slots from the leader's Start up to Upto.
	accepted struct {
		Ballot Ballot
		Upto   uint64
	}
	// hole says that values have come, and some before them have not.
	hole struct{ Ballot Ballot }
	// beat is a leader's heartbeat. Rounds are numbered within a ballot.
	beat struct {
		Ballot        Ballot
		Start, Commit uint64
		Round         uint64
	}
	// heard answers a beat: when it came its Ballot was the highest.
	heard struct {
		Ballot Ballot
		Round  uint64
	}
	// refusal answers whatever came in a ballot below Promised.
	refusal struct{ Ballot, Promised Ballot }
	// fetch asks for what is chosen in the slots above After.
	fetch struct{ After uint64 }
	// learn tells what is chosen from First on; Commit, how much is.
	learn struct {
		First  uint64
		Values [][]byte
		Commit uint64
	}
	// install is for those who lack what is compacted.
	install struct {
		Index    uint64
		Snapshot []byte
	}
	// durable tells the machine itself that its promise is on the disk.
	durable struct {
		Ballot Ballot
		To     int
		After  uint64
	}
)

// slotted is a value in its slot.
type slotted struct {
	Slot  uint64
	Value []byte
}

// Sizes on a wire, in bytes: a message begins with its kind, a number takes 8, a
// length 4.
const (
	kindSize   = 1
	numberSize = 8
	lengthSize = 4
)

func numbers(n int) int { return kindSize + n*numberSize }

func sizeOfValues(vs [][]byte) int {
	size := lengthSize
	for _, v := range vs {
		size += lengthSize + len(v)
	}
	return size
}

func (m *promise) size() int {
	size := numbers(5) + 2*lengthSize + len(m.Snapshot)
	for _, v := range m.Values {
		size += numberSize + lengthSize + len(v.Value)
	}
	return size
}

// send sends a message at once.
func (n *node) send(to int, body any, size int) {
	n.out.Send = append(n.out.Send, step.Message{Peer: to, Body: body, Size: size})
}

// sendAll sends a message to all others.
func (n *node) sendAll(body any, size int) {
	for to := range n.n {
		if to != n.self {
			n.send(to, body, size)
		}
	}
}

// sendAfter sends a message when all records so far are durable.
func (n *node) sendAfter(to int, body any, size int) {
	n.out.After = append(n.out.After, step.Message{Peer: to, Body: body, Size: size})
}
