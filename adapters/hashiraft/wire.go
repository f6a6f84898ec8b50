package hashiraft

import "github.com/hashicorp/raft"

// request asks another node to perform one of the library's calls. What it
// points to is never changed after it was sent.
type request struct {
	to    raft.ServerID
	id    uint64 // rises with every request of a node
	call  any    // a pointer to one of the library's requests
	state []byte // of an InstallSnapshot
}

// response answers a request.
type response struct {
	id   uint64
	body any // a pointer to one of the library's responses
	err  string
}

// Encoded sizes, in bytes: what the library's own network transport sends, which
// is MessagePack with the names of all fields. The name of the sender stands in
// it as id and as address, and where noted as leader or candidate too; numbers
// are taken as five bytes each.
const (
	appendSize   = 121 // without node names and entries
	entrySize    = 73  // without its data
	voteSize     = 112
	preVoteSize  = 78
	snapshotSize = 170 // without configuration and state
	timeoutSize  = 30
	appendedSize = 81 // with the empty error before it
	answerSize   = 55 // likewise
)

func (r *request) size(from string) int {
	name := len(from)
	switch c := r.call.(type) {
	case *raft.AppendEntriesRequest:
		n := appendSize + 3*name + entrySize*len(c.Entries)
		for _, e := range c.Entries {
			n += len(e.Data)
		}
		return n
	case *raft.RequestVoteRequest:
		return voteSize + 3*name
	case *raft.RequestPreVoteRequest:
		return preVoteSize + 2*name
	case *raft.InstallSnapshotRequest:
		return snapshotSize + 3*name + len(c.Configuration) + len(r.state)
	default:
		return timeoutSize + 2*name
	}
}

func (r *response) size(from string) int {
	n := answerSize
	if _, ok := r.body.(*raft.AppendEntriesResponse); ok {
		n = appendedSize
	}
	return n + 2*len(from) + len(r.err)
}
