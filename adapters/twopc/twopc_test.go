package twopc_test

import (
	"testing"

	"go.uber.org/goleak"

	"nines/adapters/adaptertest"
	"nines/adapters/twopc"
	"nines/chaos"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestSystem(t *testing.T) {
	for _, p := range []twopc.Presume{twopc.Nothing, twopc.Abort} {
		t.Run("presume="+string(p), func(t *testing.T) {
			open, err := twopc.Open(twopc.Config{Presume: p})
			if err != nil {
				t.Fatal(err)
			}
			adaptertest.Run(t, adaptertest.System{Open: open, Nodes: 3, Partitioned: true, Txns: true, Clock: chaos.CanSkew | chaos.CanDrift})
		})
	}
}
