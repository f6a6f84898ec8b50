package adaptertest

import "testing"

func transactions(*testing.T, System) {}
