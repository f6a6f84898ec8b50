package main

import (
	"context"
	"fmt"
	"strings"
	"syscall"
	"time"

	"nines/bench"
)

// A start is how a trial starts its cluster.
type start = func(context.Context, func(time.Time, bench.Event)) (bench.Cluster, error)

// whileRoom ends a trial whose nodes cannot write because dir, in which their
// disks are, is full: that says nothing about the system.
func whileRoom(begin start, dir string, cancel context.CancelCauseFunc) start {
	check := func(why string) {
		if strings.Contains(why, syscall.ENOSPC.Error()) && full(dir) {
			cancel(fmt.Errorf("the nodes' disks are in the results folder: %w", syscall.ENOSPC))
		}
	}
	return func(ctx context.Context, report func(time.Time, bench.Event)) (bench.Cluster, error) {
		c, err := begin(ctx, func(at time.Time, e bench.Event) {
			if e.Kind == bench.EventFailed {
				check(e.Detail)
			}
			report(at, e)
		})
		if err != nil {
			check(err.Error())
		}
		return c, err
	}
}

// little is less than what a node may want to write at once, in bytes.
const little = 8 << 20

// full reports whether there is little room left in the file system of dir.
func full(dir string) bool {
	var st syscall.Statfs_t
	return syscall.Statfs(dir, &st) == nil && uint64(st.Bavail)*uint64(st.Bsize) < little
}
