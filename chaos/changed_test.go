package chaos

import (
	"fmt"
	"slices"
	"sync"
	"testing"

	"nines/bench"
)

// Whoever watches is told of each fault when it is in force and when it no longer
// is; of one that did not strike, nothing.
func TestChanged(t *testing.T) {
	bubble(t, 3, func(t *testing.T, f *fake) {
		var mu sync.Mutex
		var told []string
		steps := []Step{
			{At: 1 * s, For: 2 * s, Fault: must(t, "kill(n2)")},
			{At: 2 * s, For: 2 * s, Fault: must(t, "isolate(n3)")},
			{At: 8 * s, For: 2 * s, Fault: must(t, "at(prepared, kill(leader))")},
		}
		_, err := Run(t.Context(), Config{Cluster: f, Base: f.base, Steps: steps, Duration: 60 * s, Changed: func(v bench.Interval, inForce bool) {
			mu.Lock()
			defer mu.Unlock()
			told = append(told, fmt.Sprintf("%v %s %v %v", inForce, v.Fault, v.Nodes, f.hurt() != nil))
		}})
		if err != nil {
			t.Fatal(err)
		}
		want := []string{"true kill(n2) [n2] true", "true isolate(n3) [n3] true", "false kill(n2) [n2] true", "false isolate(n3) [n3] false"}
		if !slices.Equal(told, want) {
			t.Errorf("told %q, want %q", told, want)
		}
	})
}
