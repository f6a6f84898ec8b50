package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/alecthomas/kong"

	"nines/bench"
)

// terminal is what a command talks to.
type terminal struct {
	in       io.Reader
	out, err io.Writer
}

type cli struct {
	Run       runCmd       `cmd:"" help:"Run a scenario and report what was measured."`
	Saturate  saturateCmd  `cmd:"" help:"Find how much load each system holds: its knee."`
	Calibrate calibrateCmd `cmd:"" help:"Hold the harness against known truth: queues, stalls, outages, its own lag; at most a minute."`
	List      listCmd      `cmd:"" help:"List what there is: systems, workloads, arrivals, policies, faults, scenarios, rates."`
	Report    reportCmd    `cmd:"" help:"Make the report of a results folder again, from its files alone."`
	Analyze   analyzeCmd   `cmd:"" help:"Figures and verdict of a history that was recorded elsewhere, as JSON."`
	Export    exportCmd    `cmd:"" help:"Write the history of a trial for other programs: CSV, or EDN for Elle."`
	Compare   compareCmd   `cmd:"" help:"Compare two runs, or the systems of one."`
	Project   projectCmd   `cmd:"" help:"How many nines a year: the outages of runs, times rates of faults."`
	Init      initCmd      `cmd:"" help:"Print a commented scenario to start from."`
	Version   versionCmd   `cmd:"" help:"Print the versions of nines and of the libraries it was built with."`
	Trial     trialCmd     `cmd:"" hidden:"" help:"Run one trial of a results folder: what nines run starts for each."`
}

const about = `Measures how fast, how available and how correct replicated systems are while things break.

Start with: nines run
`

// execute runs one command line and returns the exit code.
func execute(ctx context.Context, args []string, t terminal) int {
	var c cli
	exit := -1
	parser, err := kong.New(&c,
		kong.Name("nines"),
		kong.Description(about),
		kong.Writers(t.out, t.err),
		kong.Exit(func(code int) { exit = code }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
		kong.BindTo(ctx, (*context.Context)(nil)),
		kong.Bind(t),
	)
	if err != nil {
		return exitCode(fmt.Errorf("read the table of commands: %w", err), t.err)
	}
	args = meant(args)
	if err := checkCommand(parser, args); err != nil {
		return exitCode(err, t.err)
	}
	k, err := parser.Parse(args)
	switch {
	case exit >= 0: // help was printed
		return exit
	case err != nil:
		return exitCode(usage(err), t.err)
	}
	return exitCode(k.Run(), t.err)
}

// meant turns what people try into what it is called here.
func meant(args []string) []string {
	switch {
	case len(args) == 0:
		return []string{"--help"}
	case args[0] == "--version":
		return []string{"version"}
	case args[0] == "help":
		return append(slices.Clone(args[1:]), "--help")
	}
	return args
}

// checkCommand wants the first word to be a command.
func checkCommand(parser *kong.Kong, args []string) error {
	if strings.HasPrefix(args[0], "-") {
		return nil
	}
	var names []string
	for _, c := range parser.Model.Children {
		if c.Name == args[0] {
			return nil
		}
		if !c.Hidden {
			names = append(names, c.Name)
		}
	}
	return badInput{bench.UnknownName("command", args[0], names)}
}

// usage says of a wrong command line where to read on.
func usage(err error) error {
	help := "nines --help"
	var parse *kong.ParseError
	if errors.As(err, &parse) && parse.Context != nil && parse.Context.Selected() != nil {
		help = "nines " + parse.Context.Selected().Name + " --help"
	}
	return badInput{fmt.Errorf("%w (see: %s)", err, help)}
}
