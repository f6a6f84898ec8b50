package commit

// seen remembers which transactions of one coordinator are over at this node, so
// that a message that comes late, or twice, does not begin them again.
type seen struct {
	low  uint64          // all with a lower Seq are over
	over map[uint64]bool // those with a higher one that are, too: committed or not
}

func (s *seen) has(seq uint64) bool {
	if seq < s.low {
		return true
	}
	_, ok := s.over[seq]
	return ok
}

func (s *seen) add(seq uint64, committed bool) {
	if seq < s.low && seq>>epochShift == s.low>>epochShift {
		return
	}
	if s.over == nil {
		s.over = make(map[uint64]bool)
	}
	s.over[seq] = committed
}

// raise takes the coordinator's word that all below low is over. A coordinator that
// has been down knows nothing of what it had begun before, unless its protocol logs
// that, but participants may still need to tell each other: what is over from before
// is kept. That is little for each restart.
func (s *seen) raise(low uint64) {
	if low <= s.low {
		return
	}
	if low>>epochShift != s.low>>epochShift || low-s.low > uint64(len(s.over)) {
		for seq := range s.over {
			if seq < low && seq>>epochShift == low>>epochShift {
				delete(s.over, seq)
			}
		}
	} else {
		for seq := s.low; seq < low; seq++ {
			delete(s.over, seq)
		}
	}
	s.low = low
}
