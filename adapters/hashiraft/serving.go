package hashiraft

import (
	"bytes"

	"github.com/hashicorp/raft"
)

// answering is a request of another node that the library has to answer.
type answering struct {
	from string
	id   uint64
	done chan raft.RPCResponse
}

// maxRequests is how many requests of other nodes may wait for the library. A
// leader has few under way; beyond, they are refused.
const maxRequests = 256

// take hands a request to the library.
func (t *transport) take(from string, m *request) {
	rpc := raft.RPC{Command: m.call}
	done := make(chan raft.RPCResponse, 1)
	rpc.RespChan = done
	switch c := m.call.(type) {
	case *raft.AppendEntriesRequest:
		if isHeartbeat(c) && t.steady(c.Term) {
			t.beat(from, m.id, rpc, done)
			return
		}
		t.newest(ack{c.Term, m.id})
	case *raft.InstallSnapshotRequest:
		if !t.newest(ack{c.Term, m.id}) {
			return
		}
		rpc.Reader = bytes.NewReader(m.state)
	}
	select {
	case t.answers <- answering{from, m.id, done}:
	default:
		return
	}
	select {
	case t.requests <- rpc:
	default:
		rpc.Respond(nil, errOverload)
	}
}

// newest reports whether what a leader sends to be stored is newer than all that
// came before. The library installs any snapshot of its term, also an old one that
// comes late or twice, and so forgets what it has applied since. On its own
// network transport, which is a TCP connection, that cannot be. A term has one
// leader, whose ids rise.
func (t *transport) newest(r ack) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if r.term < t.taken.term || r.term == t.taken.term && r.id <= t.taken.id {
		return false
	}
	t.taken = r
	return true
}

// isHeartbeat is as in the library's network transport.
func isHeartbeat(r *raft.AppendEntriesRequest) bool {
	return r.Term != 0 && r.PrevLogEntry == 0 && r.PrevLogTerm == 0 && len(r.Entries) == 0 && r.LeaderCommitIndex == 0
}

// beat answers a heartbeat at once, so that it does not wait for the disk behind
// an append. The library's network transport does so with every heartbeat. Here
// only the heartbeat that changes nothing takes this way: one of a new term would
// write to disk, and could put the term back that another goroutine of the
// library is just raising.
func (t *transport) beat(from string, id uint64, rpc raft.RPC, done <-chan raft.RPCResponse) {
	t.heartbeat(rpc)
	select {
	case r := <-done:
		t.respond(answering{from: from, id: id}, r)
	default: // the library has stopped
	}
}

// answer sends the library's answers. It answers in the order of requests.
func (t *transport) answer() {
	for {
		select {
		case <-t.stop:
			return
		case a := <-t.answers:
			select {
			case <-t.stop:
				return
			case r := <-a.done:
				t.respond(a, r)
			}
		}
	}
}

func (t *transport) respond(a answering, r raft.RPCResponse) {
	if t.silent() {
		return
	}
	m := &response{id: a.id, body: r.Response}
	if r.Error != nil {
		m.err = r.Error.Error()
	}
	t.port.Send(a.from, m, m.size(t.id))
}
