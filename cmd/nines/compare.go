package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"nines/analysis/compare"
	"nines/analysis/report"
)

type compareCmd struct {
	A       string   `arg:"" help:"Results folder of a run."`
	B       string   `arg:"" optional:"" help:"Results folder of the run to hold against it."`
	By      string   `enum:",system" default:"" placeholder:"system" help:"Compare within one run: its systems with the first one."`
	Against string   `placeholder:"SYSTEM" help:"With --by system: the one that the others are compared with; default: the first."`
	FailOn  []string `placeholder:"CONDITION" sep:"none" help:"End with exit code 1 if a metric of summary.csv got worse by more than that, as in 'response_p99 +10%' or 'throughput -200'; the sign is that of what is worse. May be repeated."`
	JSON    bool     `help:"Print the comparison as JSON instead of tables."`
}

// Help is what nines compare --help says below the first line.
func (*compareCmd) Help() string {
	return `The figures are those of summary.csv; docs/comparing.md says how they are compared.

    nines compare results/before results/after --fail-on 'response_p99 +10%'
    nines compare results/quickstart --by system --against etcdraft

Exit codes: 0 fine; 1 a metric got worse by more than --fail-on allows; 2 bad input; 3 internal error; 4 there was nothing ` +
		`to compare, or a condition could not be judged.`
}

func (c *compareCmd) Run(t terminal) error {
	var conditions []compare.Condition
	var errs []error
	for _, text := range c.FailOn {
		condition, err := compare.ParseCondition(text)
		conditions, errs = append(conditions, condition), append(errs, err)
	}
	if err := errors.Join(errs...); err != nil {
		return badInput{err}
	}
	result, err := c.compare()
	if err != nil {
		return badInput{err}
	}
	judged := []compare.Judgement{}
	for _, condition := range conditions {
		judged = append(judged, condition.Judge(&result)...)
	}
	if err := c.show(t.out, &result, judged); err != nil {
		return err
	}
	return compared(&result, judged)
}

func (c *compareCmd) compare() (compare.Comparison, error) {
	switch {
	case c.B == "" && c.By == "":
		return compare.Comparison{}, errors.New("compare wants two results folders, or one with --by system (see: nines compare --help)")
	case c.B != "" && c.By != "":
		return compare.Comparison{}, errors.New("compare wants two results folders or --by system, not both (see: nines compare --help)")
	case c.Against != "" && c.By == "":
		return compare.Comparison{}, errors.New("--against is for --by system (see: nines compare --help)")
	}
	a, err := compare.Read(c.A)
	if err != nil {
		return compare.Comparison{}, err
	}
	if c.B == "" {
		return compare.BySystem(a, c.Against)
	}
	b, err := compare.Read(c.B)
	if err != nil {
		return compare.Comparison{}, err
	}
	return compare.Runs(a, b)
}

func (c *compareCmd) show(w io.Writer, result *compare.Comparison, judged []compare.Judgement) error {
	if !c.JSON {
		return report.Comparison(w, result, judged, width(w))
	}
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	if err := e.Encode(struct {
		*compare.Comparison
		Conditions []compare.Judgement `json:"conditions"`
	}{result, judged}); err != nil {
		return fmt.Errorf("write the comparison: %w", err)
	}
	return nil
}

// compared is the exit code that a comparison deserves. What could not be judged is
// not kept, and a comparison without a figure is none.
func compared(c *compare.Comparison, judged []compare.Judgement) error {
	code := exitInvalid
	if c.Rows > 0 {
		code = exitFine
	}
	for _, j := range judged {
		switch j.Outcome {
		case compare.Broken:
			return ended(exitWorse)
		case compare.Unjudged:
			code = exitInvalid
		}
	}
	if code != exitFine {
		return ended(code)
	}
	return nil
}
