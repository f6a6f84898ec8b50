package paxoscommit_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"nines/adapters/disk"
	"nines/adapters/host/inproc"
	"nines/adapters/link"
	"nines/adapters/paxoscommit"
	"nines/adapters/replica"
	"nines/bench"
	"nines/chaos"
)

// TestCoordinatorKilledAtPoint kills the coordinator of a transaction at each
// protocol point, on real nodes in virtual time: the others learn its fate within
// two election timeouts, long before it is back.
func TestCoordinatorKilledAtPoint(t *testing.T) {
	for _, point := range paxoscommit.Points() {
		t.Run(point, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { coordinatorKilledAt(t, point) })
		})
	}
}

func coordinatorKilledAt(t *testing.T, point string) {
	const (
		election = 500 * time.Millisecond
		down     = 5 * time.Second
	)
	open, err := paxoscommit.Open(paxoscommit.DefaultConfig())
	if err != nil {
		t.Fatal(err)
	}
	lan, err := link.ParseProfile("lan")
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	var doubts []bench.Event
	base := time.Now()
	c, err := inproc.Start(inproc.Config{
		Nodes: []string{"n1", "n2", "n3"}, Links: link.Config{Profile: lan}, Disk: disk.Config{SyncLatency: time.Millisecond},
		Timing: replica.Timing{Heartbeat: 50 * time.Millisecond, Election: election}, Seed: 1, Points: paxoscommit.Points(),
		Events: func(at time.Time, e bench.Event) {
			if e.Kind == bench.EventInDoubt {
				mu.Lock()
				defer mu.Unlock()
				e.At = at.Sub(base)
				doubts = append(doubts, e)
			}
		},
	}, open)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	fault, err := chaos.Parse(fmt.Sprintf("at(%s, kill(coordinator))", point))
	if err != nil {
		t.Fatal(err)
	}
	var clients sync.WaitGroup
	clients.Go(func() {
		time.Sleep(2 * time.Second)
		cl, err := c.Dial(t.Context(), "n1", 1)
		if err != nil {
			t.Error(err)
			return
		}
		defer cl.Close()
		_, err = cl.Do(t.Context(), &bench.Op{Kind: bench.Transact, Key: 0, Arg: 7, Size: 8, Txn: &bench.Txn{Micros: []bench.Micro{
			{Kind: bench.Write, Key: 0, Arg: 70}, {Kind: bench.Write, Key: 1, Arg: 71}, {Kind: bench.Write, Key: 3, Arg: 73},
		}}})
		if got := bench.OutcomeOf(err); got != bench.Unknown {
			t.Errorf("the client was told %v (%v), want unknown", got, err)
		}
	})
	list, err := chaos.Run(t.Context(), chaos.Config{
		Cluster: c, Base: base, Duration: 20 * time.Second,
		Steps: []chaos.Step{{At: time.Second, For: down, Fault: fault}},
	})
	clients.Wait()
	if err != nil || len(list) != 1 || !slices.Equal(list[0].Nodes, []string{"n1"}) || list[0].Evidence == "" {
		t.Fatalf("%+v, %v", list, err)
	}
	time.Sleep(2 * time.Second)
	mu.Lock()
	defer mu.Unlock()
	fates := make(map[string]bool)
	for _, d := range doubts {
		fates[d.Detail] = true
		if d.Node != "n1" && (d.Took > 2*election || d.At > list[0].Start+2*election) {
			t.Errorf("%+v", d)
		}
	}
	if len(fates) != 1 || len(doubts) < 2 || point != paxoscommit.Prepared && !fates["committed"] {
		t.Errorf("%+v", doubts)
	}
	for _, n := range c.Nodes() {
		if s := c.Status(n); !s.Up || s.InDoubt != 0 || s.Locks != 0 {
			t.Errorf("%s: %+v", n, s)
		}
	}
}
