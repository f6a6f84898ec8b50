package chaos

import "time"

// processKinds are the faults that stop nodes and start them again while they last.
var processKinds = []kind{
	{
		Kind: Kind{
			Name: "restart", Needs: CanKill, Usage: []string{"restart(T)", "restart(T, 1s)", "restart(rolling)", "restart(rolling, 1s)"}, Example: "restart(rolling)",
			Does: "stops nodes as kill does, and starts them again at once, or after being down for this long; " +
				"rolling: every node in its turn, the next when the last has caught up and knows who leads, until all were or the fault is healed",
		},
		rolling: true, measure: downtime,
		check: anywhere, hurt: restartNodes,
	},
	{
		Kind: Kind{
			Name: "crash-loop", Needs: CanKill, Usage: []string{"crash-loop(T, 500ms)"}, Example: "crash-loop(follower, 500ms)",
			Does: "stops nodes as kill does and starts them again at once, and again whenever they have run for this long; healing leaves them running",
		},
		measure: duration, least: time.Millisecond,
		check: anywhere, hurt: crashLoop,
	},
}
