package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"nines/bench"
	"nines/results"
)

// TestInterruptedWhileReading: going on with a run that is complete, and cut short
// before all of it was read again, leaves the report and the end of the run as they
// were.
func TestInterruptedWhileReading(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	c := flags(t, short(dir, "--systems", "null,single")[1:]...)
	s := effective(t, c)
	run, _, err := c.create(s)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range plan(s) {
		x, err := specify(p)
		if err != nil {
			t.Fatal(err)
		}
		files, err := run.Begin(p.name, p.label, p.repeat)
		if err != nil {
			t.Fatal(err)
		}
		if err := files.Samples.Record([]bench.Sample{{Class: bench.Main, Kind: bench.Read, Outcome: bench.OK, Due: 1, Sent: 1, Done: 2}}); err != nil {
			t.Fatal(err)
		}
		if _, err := files.Finish(x.facts(), nil, nil); err != nil {
			t.Fatal(err)
		}
	}
	if err := run.End(time.Now()); err != nil {
		t.Fatal(err)
	}
	summary := run.Path(results.SummaryFile)
	write(t, summary, "of both")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	show := &signalled{word: "reading what there is: 1 of 2", call: cancel}
	code := execute(ctx, []string{"run", "--resume", dir}, terminal{strings.NewReader(""), show, show})
	if code != exitInterrupted || show.call != nil {
		t.Errorf("exit code %d; interrupted: %t: %s", code, show.call == nil, show.text.String())
	}
	if b, err := os.ReadFile(summary); string(b) != "of both" {
		t.Errorf("%v: the report is now\n%s", err, b)
	}
	if again, err := results.Open(dir); err != nil || again.Manifest().Ended == nil {
		t.Errorf("%v: the run that had ended has not any more", err)
	}
}
