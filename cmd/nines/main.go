// Nines measures how fast, how available and how correct replicated systems are
// while things break. See README.md, or run nines --help.
//
// A command is flags, a typed configuration, and calls of libraries; this is
// the one place that picks systems, hosts and workloads for them. Each trial of
// a run is a child process of the same binary: see child.go.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, cancel := context.WithCancel(context.Background())
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		<-signals
		cancel()
		<-signals // a second one: at once
		os.Exit(exitInterrupted)
	}()
	os.Exit(execute(ctx, os.Args[1:], terminal{os.Stdin, os.Stdout, os.Stderr}))
}
