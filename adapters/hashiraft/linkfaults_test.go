package hashiraft_test

import (
	"testing"

	"nines/adapters/adaptertest"
	"nines/adapters/hashiraft"
)

func TestLinkFaults(t *testing.T) {
	open, err := hashiraft.Open(hashiraft.DefaultConfig())
	if err != nil {
		t.Fatal(err)
	}
	adaptertest.LinkFaults(t, adaptertest.System{Open: open})
}
