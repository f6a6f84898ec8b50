package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/vbauerster/mpb/v8"
	"golang.org/x/term"

	"nines/bench/watch"
)

// A display shows how a run goes: on a terminal a bar for each trial that runs,
// below a line for each that has ended; elsewhere lines; nothing if it is to be
// quiet.
type display struct {
	out   io.Writer
	width int
	bars  *mpb.Progress // nil: no terminal

	watch *watch.Server // shows the same to others, one trial at a time; nil: to nobody

	mu   sync.Mutex // of out, and of what follows
	said time.Time  // when a line last told how something goes
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

// line prints a line, above the bars if there are some, folded to the width.
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

// sayEvery is how often a line is printed where there is no terminal.
const sayEvery = 5 * time.Second

// say tells how something goes, not too often.
func (d *display) say(format string, args ...any) {
	d.mu.Lock()
	soon := time.Since(d.said) < sayEvery
	if !soon {
		d.said = time.Now()
	}
	d.mu.Unlock()
	if !soon {
		d.line(format, args...)
	}
}

// saidNow has say wait from now.
func (d *display) saidNow() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.said = time.Now()
}

// close leaves the terminal in order, when no stage is left. It may be called again.
func (d *display) close() {
	if d.bars != nil {
		d.bars.Wait()
	}
}
