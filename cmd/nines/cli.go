package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/alecthomas/kong"

	"nines/bench/scenario"
	"nines/results"
)

// Exit codes.
const (
	exitFine        = 0
	exitIllegal     = 1 // a history was not correct
	exitBadInput    = 2
	exitInternal    = 3
	exitInvalid     = 4 // a trial cannot be believed, or its verdict is unknown
	exitInterrupted = 130
)

// terminal is what a command talks to.
type terminal struct {
	in       io.Reader
	out, err io.Writer
}

type cli struct {
	Run     runCmd     `cmd:"" help:"Run a scenario and report what was measured."`
	List    listCmd    `cmd:"" help:"List what there is: systems, workloads, faults, scenarios."`
	Report  reportCmd  `cmd:"" help:"Make the report of a results folder again, from its files alone."`
	Init    initCmd    `cmd:"" help:"Print a commented scenario to start from."`
	Version versionCmd `cmd:"" help:"Print the versions of nines and of the libraries it was built with."`
	Trial   trialCmd   `cmd:"" hidden:"" help:"Run one trial of a results folder; run does this in a process for each."`
}

// badInput marks an error as the user's to mend.
type badInput struct{ error }

func (e badInput) Unwrap() error { return e.error }

// ended ends the command with an exit code that was explained already.
type ended int

func (e ended) Error() string { return fmt.Sprintf("exit code %d", int(e)) }

// execute runs one command line and returns the exit code.
func execute(ctx context.Context, args []string, t terminal) int {
	var c cli
	exit := -1
	parser, err := kong.New(&c,
		kong.Name("nines"),
		kong.Description("Measures how fast, how available and how correct replicated systems are while things break.\n\n"+
			"Start with: nines run"),
		kong.Writers(t.out, t.err),
		kong.Exit(func(code int) { exit = code }),
		kong.UsageOnError(),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
		kong.BindTo(ctx, (*context.Context)(nil)),
		kong.Bind(t),
	)
	if err != nil {
		fmt.Fprintf(t.err, "nines: %v\n", err)
		return exitInternal
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	k, err := parser.Parse(args)
	if exit >= 0 { // help was printed
		return exit
	}
	if err != nil {
		fmt.Fprintf(t.err, "nines: %v (nines --help tells what there is)\n", err)
		return exitBadInput
	}
	return exitCode(k.Run(), t.err)
}

// exitCode prints err and classes it.
func exitCode(err error, w io.Writer) int {
	var (
		code   ended
		bad    badInput
		errs   scenario.Errors
		format *results.FormatError
	)
	switch {
	case err == nil:
		return exitFine
	case errors.As(err, &code):
		return int(code)
	case errors.As(err, &errs): // each line names its file already
		fmt.Fprintln(w, errs)
		return exitBadInput
	case errors.As(err, &bad), errors.As(err, &format):
		fmt.Fprintf(w, "nines: %v\n", err)
		return exitBadInput
	case errors.Is(err, context.Canceled):
		fmt.Fprintln(w, "nines: interrupted")
		return exitInterrupted
	default:
		fmt.Fprintf(w, "nines: %v\n", err)
		return exitInternal
	}
}
