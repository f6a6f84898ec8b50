package hashiraft

import "github.com/hashicorp/raft"

// entry is what the log keeps of a raft.Log: its index is its place, and nobody
// here uses extensions or the time of appending.
type entry struct {
	term uint64
	data []byte
	kind raft.LogType
}

// chunkEntries is how many entries lie together.
const chunkEntries = 1024

// entries is a contiguous run of the log. It grows and is cut at both ends
// without moving what it holds. The zero entries is empty; it is not for
// concurrent use.
type entries struct {
	first, next uint64   // the entries from first to next-1 are here
	chunks      []*chunk // entry i is in the chunk i/chunkEntries, counted from that of first
}

type chunk [chunkEntries]entry

func (s *entries) empty() bool { return s.first == s.next }

func (s *entries) has(index uint64) bool { return s.first <= index && index < s.next }

// at returns the entry at index, which must be here.
func (s *entries) at(index uint64) *entry {
	return &s.chunks[index/chunkEntries-s.first/chunkEntries][index%chunkEntries]
}

// put places an entry. One that was written again voids the old one and all
// behind it (Raft, section 5.3); one behind a gap voids all before it.
func (s *entries) put(index uint64, e entry) {
	if s.has(index) {
		s.truncate(index)
	}
	if s.empty() || index != s.next {
		*s = entries{first: index, next: index}
	}
	if index/chunkEntries-s.first/chunkEntries == uint64(len(s.chunks)) {
		s.chunks = append(s.chunks, new(chunk))
	}
	s.next++
	*s.at(index) = e
}

// truncate drops the entry at from and all behind it.
func (s *entries) truncate(from uint64) {
	if from >= s.next {
		return
	}
	from = max(from, s.first)
	for i := from; i < s.next; i++ {
		*s.at(i) = entry{}
	}
	s.next = from
	keep := 0
	if from > s.first {
		keep = int((from-1)/chunkEntries-s.first/chunkEntries) + 1
	}
	clear(s.chunks[keep:])
	s.chunks = s.chunks[:keep]
}

// release drops the entries before first. The memory of a chunk goes with the
// last of its entries.
func (s *entries) release(first uint64) {
	switch {
	case first <= s.first:
	case first >= s.next:
		*s = entries{first: first, next: first}
	default:
		s.chunks = s.chunks[first/chunkEntries-s.first/chunkEntries:]
		s.first = first
	}
}
