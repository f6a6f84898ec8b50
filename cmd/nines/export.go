package main

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"time"

	"nines/analysis"
	"nines/bench"
	"nines/results"
	"nines/results/history"
)

type exportCmd struct {
	Dir    string `arg:"" help:"Folder of a trial, or results folder of a run."`
	Trial  string `placeholder:"NAME" help:"Which trial of the run, if it has several."`
	Format string `default:"csv" enum:"csv,edn" placeholder:"FORMAT" help:"csv, or edn: as Jepsen and Elle have it. Default: csv."`
	Out    string `placeholder:"FILE" help:"Where it goes. Default: standard output."`
}

// Help is what nines export --help says below the first line.
func (*exportCmd) Help() string {
	return `Writes every operation of a trial. nines analyze reads both formats again. docs/histories.md has them.

  nines export results/quickstart --trial etcdraft-1 > history.csv
  nines export results/txn/trials/2pc-1 --format edn --out history.edn

Exit codes: 0 fine; 2 bad input, or a place that cannot be written to; 3 internal error.`
}

func (c *exportCmd) Run(t terminal) error {
	dir, err := trialOf(c.Dir, c.Trial)
	switch {
	case err != nil:
		return err
	case dir == "":
		return badInput{fmt.Errorf("%s is a file: want the folder of a trial, or that of a run", c.Dir)}
	case c.Trial != "" && filepath.Base(dir) != c.Trial:
		return badInput{fmt.Errorf("%s is the folder of the trial %s, not of %s", c.Dir, filepath.Base(dir), c.Trial)}
	}
	in, err := analysis.Load(dir)
	if err != nil {
		return badInput{err}
	}
	h := &history.History{Facts: in.Facts, Samples: in.Samples, Txns: in.Txns, Faults: in.Faults}
	left := ""
	write := func(w io.Writer) (err error) {
		if c.Format == history.EDN {
			left, err = history.WriteEDN(w, h)
			return err
		}
		return history.WriteCSV(w, h)
	}
	if c.Out == "" {
		err = write(t.out)
	} else {
		err = results.WriteFile(c.Out, write)
	}
	if refused := (*history.Unwritable)(nil); errors.As(err, &refused) {
		return badInput{err}
	} else if err != nil {
		return err
	}
	if left != "" {
		fmt.Fprintf(t.err, "left out: %s\n", left)
	}
	fmt.Fprintf(t.err, "to analyse it: nines analyze %s\n", strings.Join(c.again(dir, &in), " "))
	return nil
}

// again are the arguments that analyze needs to find the same figures.
func (c *exportCmd) again(dir string, in *analysis.Input) []string {
	args := []string{"FILE"}
	if c.Out != "" {
		args[0] = c.Out
	}
	for _, x := range []struct {
		flag        string
		is, without time.Duration
	}{
		{"--deadline", in.Facts.Deadline, history.DefaultDeadline},
		{"--bin", in.Facts.SLOBin, history.DefaultBin},
		{"--period", in.Facts.Duration, 0},
		{"--lease", leaseOf(&in.Facts), 0},
	} {
		if x.is != x.without {
			args = append(args, x.flag, x.is.String())
		}
	}
	if c.Format == history.CSV && len(in.Faults) > 0 {
		args = append(args, "--faults", filepath.Join(dir, results.FaultsFile))
	}
	if check := checkOf(&in.Facts); check != history.Strict {
		args = append(args, "--check", string(check))
	}
	return args
}

// leaseOf is that of the locks of a trial; 0: it has none.
func leaseOf(f *results.Facts) time.Duration {
	if f.Object != bench.Locks {
		return 0
	}
	return f.Lease
}

// checkOf is what the history of a trial can be held to: nothing, if operations are
// missing from it.
func checkOf(f *results.Facts) history.Check {
	switch {
	case f.Cut, !f.Guarantees.Linearizable():
		return history.Nothing
	case f.Txns && history.Check(f.Guarantees.Txns) == history.Serializable:
		return history.Serializable
	}
	return history.Strict
}
