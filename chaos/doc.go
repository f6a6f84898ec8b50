// Package chaos hurts a running cluster on a schedule.
//
// A fault is a value that prints and parses:
//
//	kill(leader)
//	partition(leader | rest)
//	delay(n1 -> {n2, n3}, 50ms ± 10ms) + slow-sync(follower, 20ms)
//	at(prepared, kill(coordinator))
//	restart(rolling, 2s)
//	drift(leader, -20%)
//
// [Parse] reads that form, [Check] says whether a cluster of some size can
// suffer it at all, and [Kinds] lists what there is. A fault names its targets
// by role, by number or by chance; who that is, is resolved when the fault is
// injected, so that kill(leader) hits whoever leads at that moment. With at(…) that
// is when a node reaches a moment of its protocol, a [Point].
//
// Some faults of links have a timetable of their own, such as flaky(leader, 500ms):
// what they hurt changes while they are in force, in a goroutine that healing ends.
//
// A schedule is a list of [Step]s. [Run] walks it against a cluster and returns
// one [bench.Interval] for each injection: who was hit, when, and the evidence
// that the fault really did something. Steps may overlap; faults then add up,
// and healing one leaves the others. Whatever happens, Run heals all before it
// returns.
//
// Everything random is drawn from the seed and the place in the schedule, never
// from what a system does: every system of a scenario suffers the same steps.
//
// A node that several faults keep from running, by a kill or by a disk on which it
// could not start, is started when the last of them is healed.
//
// What a cluster can suffer, it offers through [Killer], [Linker], [Disker],
// [Clocker] and [Pointer]; what of it is still in force, through [Sufferer].
package chaos
