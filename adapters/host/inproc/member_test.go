package inproc_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"nines/adapters/replica"
	"nines/bench"
	"nines/chaos"
)

// board is a system that only keeps its configuration, in one place for all nodes.
type board struct {
	mu      sync.Mutex
	members []replica.Member
	busy    int // requests that find that the leader has just changed
	opened  []string
}

func (b *board) open(env replica.Env) (replica.Replica, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	index, _, err := env.Disk.Snapshot()
	b.opened = append(b.opened, fmt.Sprintf("%s life %d join %t disk %d", env.ID, env.Life, env.Join, index))
	if b.members == nil {
		for _, m := range env.Members {
			b.members = append(b.members, replica.Member{Node: m})
		}
	}
	env.Link.Handle(func(string, any) {})
	if err == nil {
		err = env.Disk.SaveSnapshot(index+1, []byte("been here"))
	}
	return seat{secondary{"n1"}, b}, err
}

type seat struct {
	secondary
	*board
}

func (b *board) TransferLeader(to string) error { return fmt.Errorf("transfer to %s", to) }

func (b *board) Reconfigure(_ context.Context, c replica.Change) ([]replica.Member, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.busy > 0 {
		b.busy--
		return nil, replica.ErrLost
	}
	b.members = slices.DeleteFunc(b.members, func(m replica.Member) bool { return slices.Contains(c.Remove, m) })
	b.members = append(b.members, c.Add...)
	return slices.Clone(b.members), nil
}

var (
	_ chaos.Memberer = (*cluster)(nil)
	_ chaos.Leaderer = (*cluster)(nil)
)

// A node that has left does not run and cannot be restarted; one that joins has an
// empty disk, and keeps it from then on.
func TestMembers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &board{busy: 3}
		c := start(t, b.open, "n1", "n2", "n3")
		must := func(want string, members []string, err error) {
			t.Helper()
			if got := strings.Join(members, " "); got != want || err != nil {
				t.Errorf("the members are %q, %v; want %q", got, err, want)
			}
		}
		members, err := c.Leave(t.Context(), "n2")
		must("n1 n3", members, err)
		if err := c.Restart(t.Context(), "n2"); err == nil || err.Error() != "restart node n2: it is no member of the cluster" {
			t.Errorf("restarting it: %v", err)
		}
		if _, err := c.HurtDisk("n2", chaos.DiskFault{}); err == nil || !strings.Contains(err.Error(), "no member") {
			t.Errorf("hurting its disk: %v", err)
		}
		if _, err := c.Dial(t.Context(), "n2", 1); bench.OutcomeOf(err) != bench.Rejected {
			t.Errorf("dialling it: %v", err)
		}
		before := c.Cost()
		members, err = c.Join(t.Context(), "n2")
		must("n1 n2#2 n3", members, err)
		if after := c.Cost(); after.Syncs < before.Syncs || after.DiskBytes < before.DiskBytes {
			t.Errorf("the old disk's cost is forgotten: %+v, then %+v", before, after)
		}
		if err := c.Kill("n2"); err != nil {
			t.Fatal(err)
		}
		if err := c.Restart(t.Context(), "n2"); err != nil {
			t.Fatal(err)
		}
		members, err = c.Join(t.Context(), "n2") // in the place of itself
		must("n1 n2#3 n3", members, err)
		for _, want := range []string{"n1 n2#3 n3 spare-1", "n1 n2#3 n3 spare-1#2"} {
			members, err = c.Join(t.Context(), "spare-1")
			must(want, members, err)
		}
		members, err = c.Leave(t.Context(), "spare-1")
		must("n1 n2#3 n3", members, err)
		want := []string{
			"n1 life 0 join false disk 0", "n2 life 0 join false disk 0", "n3 life 0 join false disk 0",
			"n2 life 1 join true disk 0", "n2 life 1 join true disk 1", "n2 life 2 join true disk 0",
			"spare-1 life 0 join true disk 0", "spare-1 life 1 join true disk 0",
		}
		if !slices.Equal(b.opened, want) {
			t.Errorf("opened\n%s\nwant\n%s", strings.Join(b.opened, "\n"), strings.Join(want, "\n"))
		}
		var told []string
		for _, e := range c.events {
			if e.Kind == bench.EventLeft || e.Kind == bench.EventJoined {
				told = append(told, fmt.Sprint(e.Kind, " ", e.Detail))
			}
		}
		if got := strings.Join(told, ", "); got != "left n2, joined n2#2, left n2#2, joined n2#3, joined spare-1, left spare-1, joined spare-1#2, left spare-1#2" {
			t.Errorf("told: %s", got)
		}
	})
}

// Whoever asks for what cannot be had is told why, and does not wait for ever.
func TestMembersRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &board{}
		c := start(t, b.open, "n1", "n2")
		if _, err := c.Join(t.Context(), "n7"); err == nil || !strings.Contains(err.Error(), `no node is called "n7"`) {
			t.Errorf("a node that there is not: %v", err)
		}
		if err := c.TransferLeader(t.Context(), "n2"); err == nil || err.Error() != "transfer to n2" {
			t.Errorf("what the system answers: %v", err)
		}
		if err := c.Kill("n1"); err != nil { // which leads
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		second := make(chan error, 1)
		go func() {
			_, err := c.Join(ctx, "n1")
			second <- err
		}()
		_, err := c.Leave(ctx, "n2")
		for _, err := range []error{err, <-second} {
			if err == nil || !strings.Contains(err.Error(), "context deadline exceeded") {
				t.Errorf("without a leader: %v", err)
			}
		}
		plain := start(t, primary, "n1", "n2")
		if _, err := plain.Leave(t.Context(), "n2"); err == nil || !strings.Contains(err.Error(), "the system cannot change its members") {
			t.Errorf("a system that cannot: %v", err)
		}
		if err := plain.TransferLeader(t.Context(), "n2"); err == nil || err.Error() != "the system cannot transfer leadership" {
			t.Errorf("a system that cannot: %v", err)
		}
	})
}
