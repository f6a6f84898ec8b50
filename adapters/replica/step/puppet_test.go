package step_test

import (
	"log/slog"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"nines/adapters/disk"
	"nines/adapters/replica"
	"nines/adapters/replica/step"
	"nines/bench"
)

// puppet does what the messages that it gets say.
type puppet struct{}

type order func(out *step.Output)

func (puppet) Recover(step.Stable) error { return nil }
func (puppet) Status() bench.Status      { return bench.Status{Up: true, Leader: "n1"} }
func (puppet) Step(in step.Input, out *step.Output) {
	for _, m := range in.Messages {
		if do, ok := m.Body.(order); ok {
			do(out)
		}
	}
}

// stage is a node with a puppet, and its disk and link.
type stage struct {
	replica.Replica
	store  *disk.Store
	points chan replica.Point
	tell   func(from string, payload any)
	mu     sync.Mutex
	sent   []any
}

func (s *stage) Send(_ string, payload any, _ int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sent = append(s.sent, payload)
}

// said is what was sent so far.
func (s *stage) said() []any {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.sent)
}

func (s *stage) Handle(fn func(from string, payload any)) { s.tell = fn }

func (s *stage) order(do func(out *step.Output)) {
	s.tell("n2", order(do))
	synctest.Wait()
}

func newStage(t *testing.T, latency time.Duration) *stage {
	t.Helper()
	d, err := disk.New(disk.Config{SyncLatency: latency})
	if err != nil {
		t.Fatal(err)
	}
	s := &stage{points: make(chan replica.Point, 1)}
	if s.store, err = d.Open(); err != nil {
		t.Fatal(err)
	}
	s.Replica, err = step.Open(func(step.Config) (step.Machine, error) { return puppet{}, nil })(replica.Env{
		ID: "n1", Members: []string{"n1", "n2"}, Link: s, Disk: s.store, Rand: rand.New(rand.NewPCG(1, 1)),
		Timing: replica.Timing{Heartbeat: 50 * time.Millisecond, Election: 500 * time.Millisecond},
		Events: func(bench.Event) {},
		Points: func(p replica.Point) <-chan struct{} {
			s.points <- p
			return make(chan struct{})
		},
		Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// Nothing of a step is done whose node was stopped at its point.
func TestStoppedAtAPointDoesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, 0)
		s.order(func(out *step.Output) {
			out.Points = append(out.Points, replica.Point{Name: "there"})
			out.Send = append(out.Send, step.Message{Peer: 1, Body: "sent"})
			out.Records = append(out.Records, disk.Record{Kind: 1})
		})
		<-s.points
		s.Close()
		if sent := s.said(); len(sent) > 0 {
			t.Errorf("it has sent %v", sent)
		}
		if got := replay(t, s.store); len(got) > 0 {
			t.Errorf("it has written %v", got)
		}
	})
}

// The head of a compaction stands in the log where the machine put it, although
// more was written while the disk was busy.
func TestCompactionKeepsItsPlace(t *testing.T) {
	for _, latency := range []time.Duration{0, 3 * time.Millisecond} {
		synctest.Test(t, func(t *testing.T) {
			s := newStage(t, latency)
			for i := range byte(10) {
				s.order(func(out *step.Output) {
					out.Records = append(out.Records, disk.Record{Kind: i, Index: uint64(i)})
					out.After = append(out.After, step.Message{Peer: 1, Body: i})
					if i == 4 {
						out.Compact = &step.Compact{Index: 4, Head: []disk.Record{{Kind: 100}}}
					}
				})
			}
			time.Sleep(time.Second)
			if got, want := replay(t, s.store), []byte{100, 5, 6, 7, 8, 9}; !slices.Equal(got, want) {
				t.Errorf("the log is %v, want %v", got, want)
			}
			sent := s.said()
			for i := range byte(10) {
				if int(i) >= len(sent) || sent[i] != i {
					t.Errorf("it has sent %v", sent)
					break
				}
			}
		})
	}
}

func replay(t *testing.T, s *disk.Store) (kinds []byte) {
	t.Helper()
	err := s.Replay(func(r disk.Record) error {
		kinds = append(kinds, r.Kind)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return kinds
}
