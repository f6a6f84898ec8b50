package single_test

import (
	"testing"

	"go.uber.org/goleak"

	"nines/adapters/adaptertest"
	"nines/adapters/single"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestConformance(t *testing.T) {
	adaptertest.Run(t, adaptertest.System{Open: single.Open, Nodes: 1, Txns: true})
}
