package etcdraft_test

import (
	"testing"

	"go.uber.org/goleak"

	"nines/adapters/adaptertest"
	"nines/adapters/etcdraft"
	"nines/chaos"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestConformance(t *testing.T) {
	o, err := etcdraft.Open(etcdraft.DefaultConfig())
	if err != nil {
		t.Fatal(err)
	}
	adaptertest.Run(t, adaptertest.System{Open: o, Nodes: 3, Txns: true, Clock: chaos.CanDrift})
}
