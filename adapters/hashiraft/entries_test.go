package hashiraft

import (
	"testing"

	"github.com/hashicorp/raft"
	"pgregory.net/rapid"
)

// TestEntries holds entries against a map.
func TestEntries(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var s entries
		model := map[uint64]uint64{} // term by index
		var first, next uint64
		for term := range uint64(rapid.IntRange(1, 30).Draw(t, "steps")) {
			switch rapid.IntRange(0, 4).Draw(t, "step") {
			case 0, 1: // append some, also over a chunk's end
				from := next
				if next > first && rapid.Bool().Draw(t, "again") {
					from = rapid.Uint64Range(first, next-1).Draw(t, "from")
				}
				n := rapid.Uint64Range(1, 1500).Draw(t, "n")
				for i := from; i < from+n; i++ {
					s.put(i, entry{term: term, kind: raft.LogCommand})
					model[i] = term
				}
				next = from + n
			case 2:
				first = next + rapid.Uint64Range(1, 3000).Draw(t, "gap")
				next = first + 1
				s.put(first, entry{term: term})
				model[first] = term
			case 3:
				from := rapid.Uint64Range(0, next+10).Draw(t, "from")
				s.truncate(from)
				next = min(next, max(from, first))
			case 4:
				from := rapid.Uint64Range(0, next+10).Draw(t, "first")
				s.release(from)
				first = max(first, from)
				next = max(next, first)
			}
			if s.empty() != (first == next) || !s.empty() && (s.first != first || s.next != next) {
				t.Fatalf("entries from %d to %d, want %d to %d", s.first, s.next, first, next)
			}
			for i := first; i < next; i++ {
				if got := s.at(i).term; got != model[i] {
					t.Fatalf("entry %d is of term %d, want %d", i, got, model[i])
				}
			}
			if most := int((next-first)/chunkEntries) + 2; len(s.chunks) > most {
				t.Fatalf("%d chunks for %d entries", len(s.chunks), next-first)
			}
		}
	})
}
