package threepc_test

import (
	"testing"

	"go.uber.org/goleak"

	"nines/adapters/adaptertest"
	"nines/adapters/threepc"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestSystem(t *testing.T) {
	open, err := threepc.Open(threepc.DefaultConfig())
	if err != nil {
		t.Fatal(err)
	}
	// It does not stand cut links: see TestPartition.
	adaptertest.Run(t, adaptertest.System{Open: open, Nodes: 3, Partitioned: true, Txns: true, Synchronous: true})
}
