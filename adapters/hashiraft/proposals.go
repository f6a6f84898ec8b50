package hashiraft

import (
	"sync"

	"nines/adapters/replica"
	"nines/bench"
)

// proposals is the commands that this node, as leader, has been asked for and
// not yet answered, in the order in which they go to the library.
//
// The library would give each a future to wait on, which takes a goroutine or a
// wake-up per command, and for ever if the library stops while the command is in
// its queue. But a leader appends commands in the order in which it is given
// them, and every entry of its term is its own. So the commands of its term are
// applied in this order too, and the front of this queue is the next to be
// answered. What the library refuses (only while leadership changes hands) is
// skipped, and known by the one behind it being applied.
type proposals struct {
	wake chan struct{} // of capacity 1: there is something to propose

	mu     sync.Mutex
	closed bool
	lead   *leadership // nil unless this node leads
	queue  []proposal
	front  int // place in queue of the first that is not answered
	taken  int // place in queue of the first that the library was not given
}

type proposal struct {
	call replica.Call
	data []byte
}

// leadership is one term of this node as leader.
type leadership struct {
	term  uint64
	start uint64        // index of the last entry when the term began: all that is committed is at or before it
	lost  chan struct{} // closed when it is over
}

func newProposals() *proposals { return &proposals{wake: make(chan struct{}, 1)} }

// leads returns the present leadership, or nil.
func (p *proposals) leads() *leadership {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.lead
}

// add queues a command. False means that this node does not lead.
func (p *proposals) add(c replica.Call, data []byte) bool {
	p.mu.Lock()
	if p.lead == nil {
		p.mu.Unlock()
		return false
	}
	p.queue = append(p.queue, proposal{c, data})
	first := p.taken == len(p.queue)-1
	p.mu.Unlock()
	if first {
		select {
		case p.wake <- struct{}{}:
		default:
		}
	}
	return true
}

// take appends to b the commands that the library is to be given next.
func (p *proposals) take(b [][]byte) [][]byte {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i := p.taken; i < len(p.queue); i++ {
		b = append(b, p.queue[i].data)
	}
	p.taken = len(p.queue)
	return b
}

// gain begins a leadership. False means that it is no news.
func (p *proposals) gain(l *leadership) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed || p.lead != nil && p.lead.term == l.term {
		return false
	}
	p.lead = l
	return true
}

// lose ends the leadership, if there is one. What the library was given may or
// may not take effect: its own ErrLeadershipLost means just this. What it was
// not given has none, and ends with notLeader.
func (p *proposals) lose(notLeader error) {
	p.mu.Lock()
	if p.lead == nil {
		p.mu.Unlock()
		return
	}
	close(p.lead.lost)
	p.lead = nil
	lost, refused := p.queue[p.front:p.taken], p.queue[p.taken:]
	p.queue, p.front, p.taken = nil, 0, 0
	p.mu.Unlock()
	for i := range lost {
		lost[i].call.Complete(bench.Reply{}, replica.ErrLost)
	}
	for i := range refused {
		refused[i].call.Complete(bench.Reply{}, notLeader)
	}
}

// close ends all leadership.
func (p *proposals) close(down error) {
	p.mu.Lock()
	p.closed = true
	p.mu.Unlock()
	p.lose(down)
}

// applied is a command that the state machine has applied.
type applied struct {
	term, session, seq uint64
	reply              bench.Reply
	err                error
}

// answered is a call with its answer.
type answered struct {
	call  replica.Call
	reply bench.Reply
	err   error
}

// match takes out the calls that the applied commands answer, and appends them
// to out.
func (p *proposals) match(done []applied, out []answered) []answered {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.lead == nil {
		return out
	}
	for _, d := range done {
		if d.term != p.lead.term {
			continue
		}
		at := p.find(d.session, d.seq)
		if at < 0 {
			continue
		}
		for i := p.front; i < at; i++ { // refused: the one behind them is in the log
			out = append(out, answered{p.queue[i].call, bench.Reply{}, replica.ErrLost})
		}
		out = append(out, answered{p.queue[at].call, d.reply, d.err})
		p.front = at + 1
	}
	p.tidy()
	return out
}

// find returns the place of a command that waits, or -1.
func (p *proposals) find(session, seq uint64) int {
	for i := p.front; i < p.taken; i++ {
		if c := &p.queue[i].call; c.Session == session && c.Seq == seq {
			return i
		}
	}
	return -1
}

// tidy moves the queue to the front of its memory once half of that is unused,
// so that a command is moved once on average.
func (p *proposals) tidy() {
	if 2*p.front < len(p.queue) {
		return
	}
	n := copy(p.queue, p.queue[p.front:])
	clear(p.queue[n:])
	p.queue = p.queue[:n]
	p.taken -= p.front
	p.front = 0
}
