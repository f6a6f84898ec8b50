package hashiraft

import "github.com/hashicorp/raft"

// request asks another node to perform one of the library's calls. What it
// points to is never changed after it was sent.
type request struct {
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
// is MessagePack with the names of all fields. Names of nodes count twice, as id
// and as address; numbers are taken as five bytes each.
const (
	appendSize   = 121 // without node names and entries
	entrySize    = 76  // without its data
	voteSize     = 112
	preVoteSize  = 78
	snapshotSize = 196 // without configuration and state
	replySize    = 81  // with the empty error before it
	timeoutSize  = 30
)

func (r *request) size(from string) int {
	names := 2 * len(from)
	switch c := r.call.(type) {
	case *raft.AppendEntriesRequest:
		n := appendSize + names + len(c.Leader) + entrySize*len(c.Entries)
		for _, e := range c.Entries {
			n += len(e.Data)
		}
		return n
	case *raft.RequestVoteRequest:
		return voteSize + names + len(c.Candidate)
	case *raft.RequestPreVoteRequest:
		return preVoteSize + names
	case *raft.InstallSnapshotRequest:
		return snapshotSize + names + len(c.Leader) + len(c.Configuration) + len(r.state)
	default:
		return timeoutSize + names
	}
}

func (r *response) size(from string) int { return replySize + 2*len(from) + len(r.err) }
