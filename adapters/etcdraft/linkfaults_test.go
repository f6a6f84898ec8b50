package etcdraft_test

import (
	"testing"

	"nines/adapters/adaptertest"
)

func TestLinkFaults(t *testing.T) {
	adaptertest.LinkFaults(t, adaptertest.System{Open: open(t, nil)})
}
