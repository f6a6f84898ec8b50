package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
	"golang.org/x/term"

	"nines/analysis"
	"nines/bench/trial"
	"nines/bench/watch"
	"nines/chaos"
)

// A display shows how a run goes: on a terminal a bar for the trial that runs,
// below a line for each that has ended; elsewhere lines; nothing if it is to be
// quiet.
type display struct {
	out   io.Writer
	width int
	bars  *mpb.Progress // nil: no terminal
	bar   *mpb.Bar      // nil: no trial runs, or no terminal

	head   string        // which trial
	rest   time.Duration // that the run takes from this trial on, about
	warmup time.Duration // of it
	total  time.Duration // with the warm-up
	of     int           // episodes; 0: the schedule has none
	said   time.Time     // when a line last told of it
	watch  *watch.Server // shows the same to others; nil: to nobody

	mu   sync.Mutex // of what follows, and of out
	text string     // how it goes; the bar is drawn by another goroutine
}

func newDisplay(out io.Writer, quiet bool) *display {
	if quiet {
		out = io.Discard
	}
	d := &display{out: out, width: width(out)}
	if isTerminal(out) {
		d.bars = mpb.New(mpb.WithOutput(out), mpb.WithWidth(barWidth))
	}
	return d
}

const barWidth = 24

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// line prints a line, above the bar if there is one, folded to the width.
func (d *display) line(format string, args ...any) {
	text := strings.Join(wrap(fmt.Sprintf(format, args...), d.width-2), "\n  ") + "\n"
	if d.bars != nil {
		_, _ = io.WriteString(d.bars, "\r"+text) // the terminal may have shown ^C
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	_, _ = io.WriteString(d.out, text)
}

// begin announces a trial.
func (d *display) begin(i, n int, p planned) {
	s := p.scenario
	d.head = fmt.Sprintf("[%d/%d] %s", i, n, p.label)
	if s.Repeat > 1 {
		d.head += fmt.Sprintf(" #%d", p.repeat)
	}
	if p.part > 1 {
		d.head += fmt.Sprintf(" part %d", p.part)
	}
	d.warmup, d.total, d.said = s.Warmup, s.Warmup+s.Duration, time.Now()
	d.of = 0
	if e := chaos.EpisodesOf(s.Faults); e != nil {
		d.of = e.Episodes
	}
	d.set("starting")
	d.watch.Begin(watch.Run{Trials: n, Trial: i}, watch.Trial{Name: p.name, System: p.label, Phase: string(trial.Starting)})
	if d.bars == nil {
		d.line("%s: starts%s", d.head, d.toGo(i, n))
		return
	}
	head := ellipsis(d.head+d.toGo(i, n), max(10, d.width-barWidth-36))
	d.bar = d.bars.AddBar(int64(d.total), mpb.BarRemoveOnComplete(),
		mpb.PrependDecorators(decor.Name(head+" ")),
		mpb.AppendDecorators(decor.Any(func(decor.Statistics) string { return " " + d.get() })),
	)
}

// left takes how long the run takes from the next trial on, about.
func (d *display) left(rest time.Duration) { d.rest = rest }

// toGo says so if it is worth saying.
func (d *display) toGo(i, n int) string {
	if n < 2 || i == 1 || d.rest <= 0 { // the outline has said it
		return ""
	}
	return ", about " + span(d.rest.Round(coarse(d.rest))) + " left"
}

// coarse is how exactly a time that is only an estimate is told.
func coarse(d time.Duration) time.Duration {
	switch {
	case d > 10*time.Minute:
		return time.Minute
	case d > time.Minute:
		return 10 * time.Second
	default:
		return time.Second
	}
}

// say tells where a run is that has no trial running, not too often.
func (d *display) say(format string, args ...any) {
	if time.Since(d.said) >= sayEvery {
		d.said = time.Now()
		d.line(format, args...)
	}
}

// ellipsis cuts a text that is too long.
func ellipsis(text string, width int) string {
	if utf8.RuneCountInString(text) <= width {
		return text
	}
	return string([]rune(text)[:width-1]) + "…"
}

func (d *display) set(text string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.text = text
}

func (d *display) get() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.text
}

// sayEvery is how often a line is printed where there is no terminal.
const sayEvery = 5 * time.Second

// heard takes a message of the trial.
func (d *display) heard(m message) {
	d.set(goes(m, d.total-d.warmup, d.of))
	d.watch.Update(string(m.Phase), m.At, m.Episode, m.View)
	if d.bar != nil {
		at := int64(m.At + d.warmup)
		if m.Episode > 0 { // how long they take is not known beforehand
			at = int64(d.total) * int64(m.Episode-1) / int64(d.of)
		}
		if m.At != 0 {
			d.bar.SetCurrent(min(max(0, at), int64(d.total)-1)) // the last bit is the analysis
		}
		return
	}
	if d.bars == nil && time.Since(d.said) >= sayEvery {
		d.said = time.Now()
		d.line("%s: %s", d.head, d.get())
	}
}

// goes says where a trial is, which has so many episodes.
func goes(m message, duration time.Duration, episodes int) string {
	if m.Phase != trial.Measuring {
		return string(m.Phase)
	}
	at := fmt.Sprintf("%.0f of %.0f s", m.At.Seconds(), duration.Seconds())
	switch {
	case m.At <= 0:
		at = "warm-up"
	case m.At > duration:
		at = "last answers"
	case m.Episode > 0:
		at = fmt.Sprintf("episode %d of %d, %.0f s", m.Episode, episodes, m.At.Seconds())
	}
	text := fmt.Sprintf("%s, %d ok", at, m.Counts.OK)
	if bad := m.Counts.Failed + m.Counts.Dropped; bad > 0 {
		text += fmt.Sprintf(", %d failed", bad)
	}
	if p := m.Counts.P99; p > 0 {
		text += ", p99 " + millis(float64(p)/float64(time.Millisecond))
	}
	return text
}

func (d *display) analysing() {
	d.set("analysing")
	d.watch.End("analysing")
}

// end shows the trial's outcome in the place of its bar.
func (d *display) end(s *analysis.Summary) {
	d.abort()
	d.line("%s: %s", d.head, outcome(s))
}

// outcome is a trial in a line.
func outcome(s *analysis.Summary) string {
	if s.Facts.Failure != "" {
		return "FAILED: " + s.Facts.Failure
	}
	if e := s.Facts.Expect; e != "" {
		text := fmt.Sprintf("verdict %s, as expected", s.Verdict)
		if e != string(s.Verdict) {
			text = fmt.Sprintf("verdict %s, EXPECTED %s", s.Verdict, e)
		}
		return text
	}
	text := fmt.Sprintf("verdict %s, %.0f op/s", s.Verdict, s.Throughput)
	if p50 := float64(s.Response.P50); p50 < float64(s.Facts.Abandon)/float64(time.Millisecond) { // nor NaN
		text += ", p50 " + millis(p50)
	}
	if s.Gaps.Measured {
		text += ", " + plural(s.Gaps.Count, "service gap")
		if s.Gaps.Count > 0 {
			text += " (longest " + millis(float64(s.Gaps.Max)) + ")"
		}
	}
	var failed []string
	for _, g := range s.Gates {
		if !g.Pass {
			failed = append(failed, g.Name)
		}
	}
	if len(failed) > 0 {
		text += "; NOT VALID: " + strings.Join(failed, ", ")
	}
	return text
}

// millis writes a time in milliseconds with three digits, or all before the point.
func millis(ms float64) string {
	if ms >= 100 {
		return fmt.Sprintf("%.0f ms", ms)
	}
	return fmt.Sprintf("%.3g ms", ms)
}

// abort takes the trial's bar away.
func (d *display) abort() {
	if d.bar != nil {
		d.bar.Abort(true)
		d.bar.Wait()
		d.bar = nil
	}
}

// close leaves the terminal in order. It may be called again.
func (d *display) close() {
	d.abort()
	if d.bars != nil {
		d.bars.Wait()
	}
}
