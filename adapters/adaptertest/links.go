package adaptertest

import "testing"

// What links tell of a fault, in its evidence.
const (
	some    = `[1-9][\d,]* messages `
	dropped = `^` + some + `dropped on `
	delayed = `^` + some + `delayed on `
)

// linkFaults are the patterns of links that are cut, and what is done to links for a
// while or by chance, for clusters of five, each with what its evidence must be.
var linkFaults = []struct{ fault, evidence string }{
	{"bridge(follower)", dropped + `\d+ (of 8 )?links? \(n\d n\d - n\d - n\d n\d\)$`},
	{"ring()", dropped + `\d+ (of 10 )?links? \(ring of( n\d){5}\)$`},
	{"quorum-loss(follower)", dropped + `\d+ (of 12 )?links? \(hub n\d\)$`},
	{"constrained(follower, 250ms)", dropped + `\d+ (of 14 )?links? \(n\d \| n\d\), in 2 turns$`},
	{"chained(follower)", dropped + `2 links \(n\d \| n\d\)$`},
	{"duplicate(all, 20%)", `^` + some + `duplicated on \d+ (of 20 )?links`},
	{"reorder(all, 20%, 20ms)", `^` + some + `overtaken on \d+ (of 20 )?links`},
	{"duplicate(all, 50%) + reorder(all, 50%, 30ms)", `^` + some + `duplicated on .*; ` + some + `overtaken on `},
	{"rate(leader -> rest, 100kB/s)", delayed + `4 links \(n\d ->( n\d){4}\)$`},
	{"rate(leader -> rest, 5kB/s)", `^(` + some + `dropped, )?` + some + `delayed on 4 links \(n\d ->( n\d){4}\)$`},
	{"flaky(leader, 200ms ± 100ms)", dropped + `\d+ (of 8 )?links? \(n\d\), in \d+ turns$`},
	{"swizzle(all, 150ms)", delayed + `\d+ (of 20 )?links \(n1 n2 n3 n4 n5\), in \d+ turns$`},
	{"reset(leader, 200ms)", dropped + `\d+ (of 8 )?links? \(n\d\), in \d+ turns$`},
	{"reset(all, 100ms)", dropped + `\d+ (of 20 )?links? \(n1 n2 n3 n4 n5\), in \d+ turns$`},
	{"isolate(lagging)", dropped + `\d+ (of 8 )?links? \(n\d\)$`},
}

// LinkFaults injects each fault of links into a cluster of five under load.
func LinkFaults(t *testing.T, s System) {
	if testing.Short() {
		t.Skip("fifteen clusters of five nodes under load")
	}
	s.Nodes = 5
	for _, f := range linkFaults {
		s.suffer(t, f.fault, f.evidence)
	}
}
