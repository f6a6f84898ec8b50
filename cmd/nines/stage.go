package main

import (
	"fmt"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"

	"nines/analysis"
	"nines/bench/trial"
	"nines/bench/watch"
	"nines/chaos"
)

// A stage is where a display shows how one trial goes. It is closed at the end.
type stage struct {
	on     *display
	bar    *mpb.Bar      // nil: no terminal
	head   string        // which trial
	warmup time.Duration // of it
	total  time.Duration // with the warm-up
	of     int           // episodes; 0: the schedule has none
	at     place         // in the run
	began  time.Time

	mu   sync.Mutex
	text string // how it goes; the bar is drawn by another goroutine
}

// begin announces a trial.
func (d *display) begin(at place, p planned) *stage {
	s := p.scenario
	g := &stage{on: d, head: fmt.Sprintf("[%d/%d] %s", at.n, at.of, p.label), warmup: s.Warmup, total: s.Warmup + s.Duration, at: at, began: time.Now()}
	if s.Repeat > 1 {
		g.head += fmt.Sprintf(" #%d", p.repeat)
	}
	if p.part > 1 {
		g.head += fmt.Sprintf(" part %d", p.part)
	}
	if e := chaos.EpisodesOf(s.Faults); e != nil {
		g.of = e.Episodes
	}
	g.set("starting")
	d.watch.Begin(watch.Run{Trials: at.of, Trial: at.n}, watch.Trial{Name: p.name, System: p.label, Phase: string(trial.Starting)})
	if d.bars == nil {
		d.saidNow()
		d.line("%s: starts%s", g.head, g.toGo())
		return g
	}
	head := func(decor.Statistics) string {
		left := g.toGo()
		return ellipsis(g.head, max(10, d.width-barWidth-36-len(left))) + left + " "
	}
	g.bar = d.bars.AddBar(int64(g.total), mpb.BarRemoveOnComplete(),
		mpb.PrependDecorators(decor.Any(head)),
		mpb.AppendDecorators(decor.Any(func(decor.Statistics) string { return " " + g.get() })),
	)
	return g
}

// toGo says how long the run takes from now on, if it is worth saying: of a trial
// alone its own progress tells.
func (g *stage) toGo() string {
	left := g.at.left - time.Since(g.began)
	if left = left.Round(coarse(left)); g.at.of < 2 || left <= 0 {
		return ""
	}
	return ", about " + span(left) + " left"
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

// ellipsis cuts a text that is too long.
func ellipsis(text string, width int) string {
	if utf8.RuneCountInString(text) <= width {
		return text
	}
	return string([]rune(text)[:width-1]) + "…"
}

func (g *stage) set(text string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.text = text
}

func (g *stage) get() string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.text
}

// heard takes a message of the trial.
func (g *stage) heard(m message) {
	g.set(goes(m, g.total-g.warmup, g.of))
	g.on.watch.Update(string(m.Phase), m.At, m.Episode, m.View)
	if g.bar == nil {
		if g.on.bars == nil {
			g.on.say("%s: %s%s", g.head, g.get(), g.toGo())
		}
		return
	}
	at := int64(m.At + g.warmup)
	if m.Episode > 0 { // how long they take is not known beforehand
		at = int64(g.total) * int64(m.Episode-1) / int64(g.of)
	}
	if m.At != 0 {
		g.bar.SetCurrent(min(max(0, at), int64(g.total)-1)) // the last bit is the analysis
	}
}

func (g *stage) analysing() {
	g.set("analysing")
	g.on.watch.End("analysing")
}

// end shows the trial's outcome in the place of its bar.
func (g *stage) end(s *analysis.Summary) {
	g.close()
	g.on.line("%s: %s", g.head, outcome(s))
}

// close takes the bar away. It may be called again.
func (g *stage) close() {
	if g.bar != nil {
		g.bar.Abort(true)
		g.bar.Wait()
		g.bar = nil
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
	return text + notValid(s)
}

// notValid says which gates a trial failed.
func notValid(s *analysis.Summary) string {
	var failed []string
	for _, g := range s.Gates {
		if !g.Pass {
			failed = append(failed, g.Name)
		}
	}
	if len(failed) == 0 {
		return ""
	}
	return "; NOT VALID: " + strings.Join(failed, ", ")
}

// millis writes a time in milliseconds with three digits, or all before the point.
func millis(ms float64) string {
	if ms >= 100 {
		return fmt.Sprintf("%.0f ms", ms)
	}
	return fmt.Sprintf("%.3g ms", ms)
}
