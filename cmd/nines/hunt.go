package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"

	"nines/analysis"
	"nines/analysis/saturation"
	"nines/bench/scenario"
	"nines/results"
)

// A hunt is a search for knees that is under way.
type hunt struct {
	dir      string
	scenario *scenario.Scenario // of which each trial is a variant
	p        results.Search
	try      func(ctx context.Context, dir string, p planned, show *stage) (analysis.Summary, error)
	show     *display
	began    time.Time
	all      []analysis.Summary // so far, in their order
}

// run measures until nothing is left to find out. The systems take turns, so that
// a drift of the machine meets all of them.
func (h *hunt) run(ctx context.Context) error {
	defer onInterrupt(ctx, h.show)()
	for busy := true; busy; {
		busy = false
		for _, y := range h.scenario.Systems {
			found := h.found(y.Label)
			point, more := found.Next(h.p)
			if !more {
				continue
			}
			busy = true
			if ctx.Err() != nil {
				return fmt.Errorf("%w after %s", errInterrupted, plural(len(h.all), "trial"))
			}
			if err := h.measure(ctx, y.Label, point); err != nil {
				return err
			}
		}
	}
	return nil
}

// found is what is known of a system by now.
func (h *hunt) found(label string) saturation.System {
	for _, y := range saturation.Of(h.all, h.p).Systems {
		if y.Name == label {
			return y
		}
	}
	return saturation.New(label)
}

// left is about how many trials there will still be.
func (h *hunt) left() (n int) {
	for _, y := range h.scenario.Systems {
		found := h.found(y.Label)
		n += found.Left(h.p)
	}
	return n
}

// lasts is about how long so many trials take; 0: nobody knows yet.
func (h *hunt) lasts(trials int) time.Duration {
	if len(h.all) == 0 {
		return 0
	}
	return time.Duration(trials) * (time.Since(h.began) / time.Duration(len(h.all)))
}

// measure runs the trial of a point, and takes it into account.
func (h *hunt) measure(ctx context.Context, label string, point results.Variable) error {
	run, err := results.Open(h.dir) // the children write to its manifest
	if err != nil {
		return err
	}
	e := h.entry(label, point)
	p, err := added(run.Manifest().Scenario, e)
	if err != nil {
		return err
	}
	if err := run.Add(e); err != nil {
		return err
	}
	left := h.left()
	stage := h.show.begin(place{n: len(h.all) + 1, of: len(h.all) + left, left: h.lasts(left)}, p)
	sum, err := h.try(ctx, h.dir, p, stage)
	stage.close()
	switch {
	case errors.Is(err, errInterrupted):
		return fmt.Errorf("%w during trial %d, %s", errInterrupted, len(h.all)+1, p.name)
	case err != nil:
		return err
	}
	h.all = append(h.all, sum)
	h.tell(stage.head, label, &sum)
	return nil
}

// entry is the trial of a point, numbered among those of the same point.
func (h *hunt) entry(label string, point results.Variable) results.Entry {
	e := results.Entry{Repeat: 1, Set: pointSets(h.scenario, point), Variant: []results.Variable{point}}
	e.System = label + suffixOf(e.Variant)
	for i := range h.all {
		if h.all[i].Facts.System == e.System {
			e.Repeat++
		}
	}
	e.Trial = fmt.Sprintf("%s-%d", e.System, e.Repeat)
	return e
}

// tell says what came of a trial, which head names, and of the search if that was its end.
func (h *hunt) tell(head, label string, s *analysis.Summary) {
	text := fmt.Sprintf("%.0f op/s", s.Throughput)
	if p99 := float64(s.Response.P99); !math.IsNaN(p99) && !math.IsInf(p99, 1) {
		text += ", p99 " + millis(p99)
	}
	if s.Facts.Rate > 0 {
		j := saturation.Judge(s, h.p.SLO)
		text += ": " + string(j.Outcome)
		if j.Why != "" {
			text += " (" + j.Why + ")"
		}
	}
	if s.Verdict == analysis.VerdictUnknown {
		text += ", verdict unknown"
	}
	h.show.line("%s: %s%s", head, text, notValid(s))
	if found := h.found(label); found.Knee.State != saturation.Unfinished {
		h.show.line("%s: knee %s", label, found.Knee)
	}
}

// writeFound writes what a search found: as JSON, and for a scenario.
func writeFound(run *results.Run, r saturation.Report) error {
	if err := results.WriteJSON(run.Path(results.FoundFile), &r); err != nil {
		return err
	}
	return results.WriteFile(run.Path(results.KneeFile), func(w io.Writer) error {
		_, err := io.WriteString(w, kneeYAML(r))
		return err
	})
}

// kneeYAML is the field knee of a scenario. Only knees that were confirmed are
// in it. What else is to be said of a knee stands above.
func kneeYAML(r saturation.Report) string {
	var items []string
	notes := ""
	for _, y := range r.Systems {
		if y.Knee.State == saturation.Confirmed {
			items = append(items, yamlName(y.Name)+": "+strconv.FormatFloat(y.Knee.Rate, 'f', -1, 64))
			if y.Knee.Limit == saturation.BySystem && !y.Knee.Unverified {
				continue
			}
		}
		notes += fmt.Sprintf("# %s: %s\n", y.Name, y.Knee)
	}
	return fmt.Sprintf("# Operations a second at which p99 is within %s: a field of load, beside rate: 60%% of knee.\n%sknee: {%s}\n", span(r.Search.SLO), notes, strings.Join(items, ", "))
}

// plainName is a name that YAML takes for text as it stands.
var plainName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_-]*$`)

func yamlName(name string) string {
	switch strings.ToLower(name) {
	case "null", "true", "false", "yes", "no", "on", "off", "y", "n":
		return strconv.Quote(name)
	}
	if plainName.MatchString(name) {
		return name
	}
	return strconv.Quote(name)
}

// verdictOf is the exit code that a run deserves.
func verdictOf(run *results.Run, all []analysis.Summary) error {
	search := run.Manifest().Search
	if search == nil {
		return verdict(all)
	}
	code := exitFine
	for _, y := range saturation.Of(all, *search).Systems {
		if y.Knee.State != saturation.Confirmed {
			code = exitInvalid
		}
	}
	for i := range all {
		switch all[i].Verdict {
		case analysis.VerdictIllegal:
			return ended(exitIllegal)
		case analysis.VerdictUnknown:
			code = exitInvalid
		}
	}
	if code != exitFine {
		return ended(code)
	}
	return nil
}
