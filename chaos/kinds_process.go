package chaos

import "time"

// processKinds are the faults that stop nodes; restart and crash-loop also start
// them again while they last.
var processKinds = []kind{
	{
		Kind: Kind{
			Name: "kill", Needs: CanKill, Usage: []string{"kill(T)"}, Example: "kill(leader)",
			Does: "stops nodes at once, losing what they had not synced; healing restarts them",
		},
		check: anywhere, hurt: killNodes,
	},
	{
		Kind: Kind{
			Name: "restart", Needs: CanKill, Usage: []string{"restart(T)", "restart(T, 1s)", "restart(rolling)", "restart(rolling, 1s)"}, Example: "restart(rolling)",
			Does: "stops nodes as kill does, and starts them again at once, or after being down for this long; " +
				"rolling: every node in its turn, the next when the last has caught up and knows who leads, until all were or the fault is healed",
			Params: []Param{{"1s", "how long a node is down; without it as long as it takes to start", "a time of more than 0s"}},
		},
		rolling: true, measure: period,
		check: anywhere, hurt: restartNodes,
	},
	{
		Kind: Kind{
			Name: "crash-loop", Needs: CanKill, Usage: []string{"crash-loop(T, 500ms)"}, Example: "crash-loop(follower, 500ms)",
			Does:   "stops nodes as kill does and starts them again at once, and again whenever they have run for this long; healing leaves them running",
			Params: []Param{{"500ms", "how long a node runs before it is stopped again", "a time of 1ms or more"}},
		},
		measure: duration, shortest: time.Millisecond,
		check: anywhere, hurt: crashLoop,
	},
}
