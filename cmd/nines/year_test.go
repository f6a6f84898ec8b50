package main

import (
	"math"
	"testing"

	"nines/analysis/project"
)

func TestTwoLengths(t *testing.T) {
	for _, c := range []struct {
		name     string
		episodes []project.Episode
		want     bool
	}{
		{"none", nil, false},
		{"one length, as it was timed", []project.Episode{{Fault: "kill(leader)", Duration: 3}, {Fault: "kill(leader)", Duration: 3.01}}, false},
		{"two faults of one length each", []project.Episode{{Fault: "kill(leader)", Duration: 3}, {Fault: "isolate(leader)", Duration: 6}}, false},
		{"two lengths", []project.Episode{{Fault: "kill(leader)", Duration: 3}, {Fault: "isolate(leader)", Duration: 3}, {Fault: "kill(leader)", Duration: 6}}, true},
		{"not known", []project.Episode{{Fault: "kill(leader)", Duration: math.NaN()}, {Fault: "kill(leader)", Duration: 3}}, false},
	} {
		if got := twoLengths(c.episodes); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}
