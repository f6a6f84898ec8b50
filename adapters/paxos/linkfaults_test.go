package paxos_test

import (
	"testing"

	"nines/adapters/adaptertest"
	"nines/adapters/paxos"
)

func TestLinkFaults(t *testing.T) {
	for name, cfg := range map[string]paxos.Config{"stable leader": paxos.DefaultConfig(), "classic": {Reads: paxos.ReadIndex, Classic: true}} {
		t.Run(name, func(t *testing.T) {
			open, err := paxos.Open(cfg)
			if err != nil {
				t.Fatal(err)
			}
			adaptertest.LinkFaults(t, adaptertest.System{Open: open, Leaderless: cfg.Classic})
		})
	}
}
