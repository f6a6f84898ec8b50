package chaos

// diskKinds are the faults of disks.
var diskKinds = []kind{
	{
		Kind: Kind{
			Name: "slow-sync", Needs: CanDisk, Usage: []string{"slow-sync(T, 20ms)"}, Example: "slow-sync(follower, 20ms)",
			Does:   "lets every forced write of the nodes take longer by this much",
			Params: []Param{{"20ms", "what is added to each forced write", "a time of more than 0s"}},
		},
		measure: duration,
		check:   anywhere, hurt: slowSync,
	},
	{
		Kind: Kind{
			Name: "io-error", Needs: CanKill | CanDisk, Usage: []string{"io-error(T)"}, Example: "io-error(follower)",
			Does: "lets whatever the nodes write or force fail, which stops a node at its next write; healing makes the disk well and restarts the node",
		},
		check: anywhere, hurt: breakDisks(func(Target, amount) DiskFault { return DiskFault{Fail: true} }),
	},
	{
		Kind: Kind{
			Name: "disk-full", Needs: CanKill | CanDisk, Usage: []string{"disk-full(T)", "disk-full(T, 64KiB)"}, Example: "disk-full(follower, 64KiB)",
			Does:   "lets writes fail that need more room, from now on or after so many more bytes, which stops a node; healing makes room and restarts the node",
			Params: []Param{{"64KiB", "what can still be written; without it nothing", "from 1B; B, KiB, MiB and GiB"}},
		},
		measure: room,
		check:   anywhere, hurt: breakDisks(func(_ Target, a amount) DiskFault { return DiskFault{Full: true, Room: a.size} }),
	},
	{
		Kind: Kind{
			Name: "torn-write", Needs: CanKill | CanDisk, Usage: []string{"torn-write(T)"}, Example: "torn-write(leader)",
			Does: "cuts the power of the nodes in the midst of their next forced write: of what they had not forced a part reaches the disk, " +
				"cut off or damaged as the seed decides, and what they had forced stays; healing restarts them",
		},
		check: anywhere, hurt: breakDisks(func(t Target, _ amount) DiskFault { return DiskFault{Tear: max(1, t.Rand.Uint64())} }),
	},
}
