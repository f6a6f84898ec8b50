package paxoscommit_test

import (
	"fmt"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"nines/adapters/adaptertest"
	"nines/adapters/paxoscommit"
	"nines/chaos"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestSystem(t *testing.T) {
	for _, c := range []struct{ f, nodes int }{{0, 3}, {1, 3}} {
		t.Run(fmt.Sprintf("f=%d", c.f), func(t *testing.T) {
			open, err := paxoscommit.Open(paxoscommit.Config{F: c.f})
			if err != nil {
				t.Fatal(err)
			}
			adaptertest.Run(t, adaptertest.System{Open: open, Nodes: c.nodes, Partitioned: true, Txns: true, Clock: chaos.CanSkew | chaos.CanDrift})
		})
	}
}

func TestConfig(t *testing.T) {
	for _, c := range []struct {
		f, nodes int
		want     string
	}{
		{0, 1, ""},
		{1, 3, ""},
		{2, 5, ""},
		{1, 2, "F = 1 takes 2F+1 = 3 acceptors, and there are 2 nodes: want more nodes, or F of at most 0"},
		{2, 4, "F = 2 takes 2F+1 = 5 acceptors, and there are 4 nodes: want more nodes, or F of at most 1"},
		{-1, 3, "F is -1, want 0 or more"},
		{1, 65, "65 nodes, want at most 64"},
	} {
		err := paxoscommit.Config{F: c.f}.Validate(c.nodes)
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("F = %d of %d nodes: %v, want %q", c.f, c.nodes, err, c.want)
		}
	}
	if err := paxoscommit.DefaultConfig().Validate(3); err != nil {
		t.Error(err)
	}
}
