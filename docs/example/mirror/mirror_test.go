package mirror_test

import (
	"testing"

	"go.uber.org/goleak"

	"nines/adapters/adaptertest"
	"nines/docs/example/mirror"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestConformance(t *testing.T) {
	adaptertest.Run(t, adaptertest.System{Open: mirror.Open, Nodes: 2, Txns: true})
}
