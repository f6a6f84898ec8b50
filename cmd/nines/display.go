package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"

	"nines/analysis"
	"nines/bench/scenario"
	"nines/bench/trial"
)

// display shows how a run goes: a bar for each trial on a terminal, lines
// elsewhere, nothing when told to be quiet.
type display struct {
	out   io.Writer // nil: quiet
	bars  *mpb.Progress
	bar   *mpb.Bar
	head  string // which trial
	total time.Duration
	warm  time.Duration
	last  progress
	told  time.Time // of the last line
}

func newDisplay(t terminal, quiet bool) *display {
	d := &display{}
	if quiet {
		return d
	}
	d.out = t.err
	if isTerminal(t.err) {
		d.bars = mpb.New(mpb.WithOutput(t.err), mpb.WithWidth(30))
	}
	return d
}

// isTerminal reports whether w is a character device.
func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// line prints a line, above the bars if there are any.
func (d *display) line(format string, args ...any) {
	if d.out == nil {
		return
	}
	text := fmt.Sprintf(format, args...) + "\n"
	if d.bars != nil {
		fmt.Fprint(d.bars, text)
		return
	}
	fmt.Fprint(d.out, text)
}

// begin announces a trial.
func (d *display) begin(i, n int, p planned, s *scenario.Scenario) {
	d.head = fmt.Sprintf("[%d/%d] %s", i, n, p.system.Label)
	if s.Repeat > 1 {
		d.head += fmt.Sprintf(" (repeat %d)", p.repeat)
	}
	d.warm, d.total, d.last, d.told = s.Warmup, s.Warmup+s.Duration, progress{}, time.Now()
	if d.bars == nil {
		d.line("%s: about %v", d.head, d.total.Round(time.Second))
		return
	}
	d.bar = d.bars.AddBar(int64(d.total),
		mpb.PrependDecorators(decor.Name(d.head, decor.WCSyncSpaceR)),
		mpb.AppendDecorators(decor.Any(func(decor.Statistics) string { return d.text() })),
	)
}

// progress takes a child's output.
func (d *display) progress() io.Writer { return &lines{each: d.heard} }

// every is how often a line is printed where there is no terminal.
const every = 5 * time.Second

func (d *display) heard(b []byte) {
	var p progress
	if json.Unmarshal(b, &p) != nil || d.out == nil {
		return
	}
	if d.bar != nil {
		d.bars.UpdateBarPriority(d.bar, 0, false)
	}
	d.last = p
	if d.bar != nil {
		d.bar.SetCurrent(min(max(0, int64(p.At+d.warm)), int64(d.total)-1))
		return
	}
	if time.Since(d.told) >= every {
		d.told = time.Now()
		d.line("%s: %s", d.head, d.text())
	}
}

// text is where the trial is.
func (d *display) text() string {
	p := d.last
	if p.Phase != trial.Measuring {
		return string(p.Phase)
	}
	at := fmt.Sprintf("%3.0f of %.0f s", max(0, p.At.Seconds()), (d.total - d.warm).Seconds())
	if p.At < 0 {
		at = "warming up"
	}
	c := p.Counts
	text := fmt.Sprintf("%s, %d ok", at, c.OK)
	if bad := c.Failed + c.Dropped; bad > 0 {
		text += fmt.Sprintf(", %d failed", bad)
	}
	if c.P99 > 0 {
		text += fmt.Sprintf(", p99 %v", c.P99.Round(10*time.Microsecond))
	}
	return text
}

// failed says that the trial's process ended badly.
func (d *display) failed(err error) { d.line("%s: %v", d.head, err) }

// end shows the trial's outcome.
func (d *display) end(s *analysis.Summary) {
	outcome := string(s.Verdict)
	if !s.Valid {
		outcome += ", not valid"
	}
	if d.bar != nil {
		d.bar.SetTotal(int64(d.total), true)
		d.bar = nil
	}
	d.line("%s: verdict %s; %.0f ops/s, %s", d.head, outcome, s.Throughput, plural(s.Gaps.Count, "service gap"))
}

// close leaves the terminal in order.
func (d *display) close() {
	if d.bar != nil {
		d.bar.Abort(false)
	}
	if d.bars != nil {
		d.bars.Wait()
	}
}

// lines calls each for every whole line that is written to it.
type lines struct {
	each func([]byte)
	rest []byte
}

func (l *lines) Write(b []byte) (int, error) {
	l.rest = append(l.rest, b...)
	for {
		line, rest, ok := bytes.Cut(l.rest, []byte("\n"))
		if !ok {
			return len(b), nil
		}
		l.each(line)
		l.rest = rest
	}
}
