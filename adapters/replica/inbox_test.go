package replica

import (
	"errors"
	"slices"
	"sync"
	"testing"

	"nines/bench"
)

func TestInbox(t *testing.T) {
	wake := make(chan struct{}, 1)
	in := NewInbox[int](wake)
	if got := in.Take(); len(got) != 0 {
		t.Errorf("a new inbox holds %v", got)
	}
	for i := range 3 {
		if !in.Put(i) {
			t.Errorf("%d is refused", i)
		}
	}
	if len(wake) != 1 {
		t.Error("the owner is not woken")
	}
	if got := in.Take(); !slices.Equal(got, []int{0, 1, 2}) {
		t.Errorf("took %v", got)
	}
	in.Put(3)
	taken := in.Take()
	in.Put(4) // must not write over what was taken
	if !slices.Equal(taken, []int{3}) {
		t.Errorf("what was taken has become %v", taken)
	}
	if left := in.Close(); !slices.Equal(left, []int{4}) {
		t.Errorf("left over: %v", left)
	}
	if in.Put(5) || len(in.Take()) != 0 || len(in.Close()) != 0 {
		t.Error("a closed inbox takes something")
	}
}

// What was handled is not kept alive.
func TestInboxForgets(t *testing.T) {
	in := NewInbox[*int](make(chan struct{}, 1))
	in.Put(new(int))
	first := in.Take()
	in.Take()
	if first[0] != nil {
		t.Error("an item is kept after the turn that followed its own")
	}
}

// Everything that is put in is taken, once and in the order of each sender.
func TestInboxConcurrently(t *testing.T) {
	const senders, each = 8, 1000
	wake := make(chan struct{}, 1)
	in := NewInbox[[2]int](wake)
	var sending sync.WaitGroup
	for s := range senders {
		sending.Go(func() {
			for i := range each {
				in.Put([2]int{s, i})
			}
		})
	}
	var next [senders]int
	for left := senders * each; left > 0; {
		<-wake
		for _, v := range in.Take() {
			if v[1] != next[v[0]] {
				t.Fatalf("sender %d: %d instead of %d", v[0], v[1], next[v[0]])
			}
			next[v[0]]++
			left--
		}
	}
	sending.Wait()
}

// recorder takes completions.
type recorder map[uint64]error

func (r recorder) Complete(attempt uint64, _ bench.Reply, err error) { r[attempt] = err }

func TestWaiters(t *testing.T) {
	var w Waiters
	done := recorder{}
	w.Answer(1, 1, bench.Reply{}, nil) // nobody waits
	w.Fail(ErrLost)
	w.Add(Call{Session: 1, Seq: 1, Attempt: 10, Done: done})
	w.Add(Call{Session: 2, Seq: 5, Attempt: 20, Done: done})
	w.Answer(2, 4, bench.Reply{}, nil) // an older command
	if len(done) != 0 || w.Len() != 2 {
		t.Errorf("%d answered, %d wait; want 0 and 2", len(done), w.Len())
	}
	w.Add(Call{Session: 1, Seq: 1, Attempt: 11, Done: done}) // takes the place of 10
	w.Answer(1, 1, bench.Reply{}, nil)
	w.Answer(1, 1, bench.Reply{}, errors.New("a second time"))
	if err, ok := done[11]; len(done) != 1 || !ok || err != nil {
		t.Errorf("answered: %v, want 11 alone", done)
	}
	w.Fail(ErrLost)
	if !errors.Is(done[20], ErrLost) || w.Len() != 0 {
		t.Errorf("answered: %v, %d wait", done, w.Len())
	}
}
