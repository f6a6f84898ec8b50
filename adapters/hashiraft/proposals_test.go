package hashiraft

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"nines/adapters/replica"
	"nines/bench"
)

// completions records what calls were answered with, in order.
type completions []string

func (c *completions) Complete(attempt uint64, r bench.Reply, err error) {
	switch {
	case err == nil:
		*c = append(*c, fmt.Sprintf("%d: %d", attempt, r.Value))
	case errors.Is(err, replica.ErrLost):
		*c = append(*c, fmt.Sprintf("%d: lost", attempt))
	default:
		*c = append(*c, fmt.Sprintf("%d: %v", attempt, err))
	}
}

var errElsewhere = errors.New("elsewhere")

const testTerm = 5

// proposing drives proposals, and is who is answered.
type proposing struct {
	t *testing.T
	*proposals
	got completions
}

// ask queues an attempt at the only command of a session.
func (p *proposing) ask(attempt, session uint64) {
	if !p.add(replica.Call{Session: session, Seq: 1, Attempt: attempt, Done: &p.got}, nil) {
		p.got = append(p.got, fmt.Sprintf("%d: refused", attempt))
	}
}

// propose also gives it to the library.
func (p *proposing) propose(attempt, session uint64) {
	p.ask(attempt, session)
	p.take(nil)
}

// apply applies the commands of sessions; the reply to each is its session.
func (p *proposing) apply(term uint64, sessions ...uint64) {
	var done []applied
	for _, s := range sessions {
		done = append(done, applied{term: term, session: s, seq: 1, reply: bench.Reply{Value: s}})
	}
	for _, a := range p.match(done, nil) {
		a.call.Complete(a.reply, a.err)
	}
}

func TestProposals(t *testing.T) {
	for _, test := range []struct {
		name string
		do   func(*proposing)
		want []string
	}{
		{"in order", func(p *proposing) {
			p.propose(1, 101)
			p.propose(2, 102)
			p.apply(testTerm, 101)
			p.propose(3, 103)
			p.apply(testTerm, 102, 103)
		}, []string{"1: 101", "2: 102", "3: 103"}},
		{"an entry of an earlier leader answers nobody", func(p *proposing) {
			p.propose(1, 101)
			p.apply(testTerm-1, 101)
			p.apply(testTerm, 101)
		}, []string{"1: 101"}},
		{"an entry that nobody waits for is passed over", func(p *proposing) {
			p.propose(1, 101)
			p.apply(testTerm, 999, 101)
		}, []string{"1: 101"}},
		{"what the library refused is lost", func(p *proposing) {
			p.propose(1, 101)
			p.propose(2, 102)
			p.propose(3, 103)
			p.apply(testTerm, 103)
		}, []string{"1: lost", "2: lost", "3: 103"}},
		{"two attempts at one command", func(p *proposing) {
			p.propose(1, 101)
			p.propose(2, 101)
			p.apply(testTerm, 101, 101)
		}, []string{"1: 101", "2: 101"}},
		{"what was not proposed when leadership was lost had no effect", func(p *proposing) {
			p.propose(1, 101)
			p.ask(2, 102)
			p.lose(errElsewhere)
			p.propose(3, 103)
			p.apply(testTerm, 101)
		}, []string{"1: lost", "2: elsewhere", "3: refused"}},
		{"a node that has stopped never leads", func(p *proposing) {
			p.propose(1, 101)
			p.close(errElsewhere)
			if p.gain(&leadership{term: testTerm + 1, lost: make(chan struct{})}) {
				p.t.Error("it does")
			}
			p.propose(2, 102)
		}, []string{"1: lost", "2: refused"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := &proposing{t: t, proposals: newProposals()}
			l := &leadership{term: testTerm, lost: make(chan struct{})}
			if !p.gain(l) || p.gain(l) {
				t.Error("a leadership does not begin just once")
			}
			test.do(p)
			if !slices.Equal(p.got, test.want) {
				t.Errorf("completed %q, want %q", p.got, test.want)
			}
		})
	}
}

// TestQueueStaysSmall: its memory does not grow with what has passed through it.
func TestQueueStaysSmall(t *testing.T) {
	p := &proposing{t: t, proposals: newProposals()}
	p.gain(&leadership{term: testTerm, lost: make(chan struct{})})
	for i := range uint64(10_000) {
		p.propose(i, i)
		if i >= 100 {
			p.apply(testTerm, i-100)
		}
		<-p.wake
	}
	if cap(p.queue) > 1000 {
		t.Errorf("the queue has room for %d, and never held more than 101", cap(p.queue))
	}
	if want := 9900; len(p.got) != want || p.got[want-1] != "9899: 9899" {
		t.Errorf("%d answers, the last %q", len(p.got), p.got[len(p.got)-1])
	}
}
