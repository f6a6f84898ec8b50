package linear_test

import (
	"context"
	"fmt"
	"time"

	"nines/analysis/linear"
	"nines/bench"
)

// A node that no longer led answered a read from its own state.
func ExampleCheck() {
	const ms = time.Millisecond
	samples := []bench.Sample{
		{Session: 1, Node: 0, Kind: bench.Write, Key: 17, Arg: 812, Sent: 5005 * ms, Done: 5010 * ms, Outcome: bench.OK},
		{Session: 2, Node: 1, Kind: bench.Write, Key: 17, Arg: 940, Sent: 5012 * ms, Done: 5015 * ms, Outcome: bench.OK},
		{Session: 9, Node: 2, Kind: bench.Read, Key: 17, Result: 812, Sent: 5021 * ms, Done: 5023 * ms, Outcome: bench.OK},
	}
	r := linear.Check(context.Background(), samples, linear.Options{Nodes: []string{"n1", "n2", "n3"}})
	fmt.Println(r.Verdict, r.Bad)
	fmt.Println(r.Why)
	// Output:
	// illegal [0 1 2]
	// key 17: read of 812 (session 9, n3, 5.021-5.023 s) began after write of 940 (session 2, n2, 5.012-5.015 s) had finished, so value 812 came after value 940; but write of 812 (session 1, n1, 5.005-5.010 s) had finished before that write of 940 began, so value 812 came before value 940
}
