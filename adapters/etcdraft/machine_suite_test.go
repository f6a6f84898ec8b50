package etcdraft_test

import (
	"testing"

	"nines/adapters/adaptertest"
	"nines/adapters/replica/step"
)

// The machine passes the suite of all systems under the driver, and so the driver
// does.
func TestDriven(t *testing.T) {
	adaptertest.Run(t, adaptertest.System{Open: step.Open(newMachine(t, nil)), Nodes: 3, Txns: true})
}
