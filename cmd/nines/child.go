package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"nines/bench"
	"nines/bench/trial"
	"nines/bench/watch"
	"nines/results"
)

// A trial runs in a process of its own, so that what its system does to a
// process - a panic, a goroutine that hangs, memory that is never given back -
// it does to that one alone. The parent starts "nines trial DIR NAME", where DIR
// is a run folder whose manifest has the scenario and lists the trial.
//
//	stdin   nothing is ever written to it. When it ends, the child gives the
//	        trial up, removes what there is of it, and ends: so no child outlives
//	        its parent, however that ends.
//	stdout  messages, one JSON object a line.
//	stderr  nothing, unless the process dies: then its last words.
//
// The trial's folder says how it went: if it is there, the trial is complete,
// whether it went well or failed. If it is not, there is nothing of the trial;
// and if a message said Stop, the reason is one that the next trial would meet
// too. Signals of the terminal reach the parent only.

// message is a line of a child's output.
type message struct {
	Phase   trial.Phase       `json:"phase"`
	At      time.Duration     `json:"at_ns"` // on the base clock; 0 until it is known
	Counts  bench.ProgressNow `json:"counts"`
	Episode int               `json:"episode,omitempty"` // that goes on, from 1, if the schedule has some
	Dir     string            `json:"dir,omitempty"`     // where the trial's files are until it is complete
	Stop    string            `json:"stop,omitempty"`    // why the run cannot go on
	View    *watch.View       `json:"view,omitempty"`    // if somebody watches
}

// told is how long a child may take to end once it is told to; it then gives
// up by itself. It is killed if it has not ended after twice that.
const told = 5 * time.Second

// A child is the process of one trial, as its parent sees it.
type child struct {
	last  message
	heard func(message)
	watch bool         // the child is to tell its View
	lock  *os.File     // of the run folder, which the child holds too as long as it lives; may be nil
	out   bytes.Buffer // the rest of a line
	words tail         // stderr
}

// run runs the trial in a child, to the child's end. The error is why it ended
// badly: died, or that it had to stop.
func (c *child) run(ctx context.Context, dir, name string) error {
	args := []string{"trial", dir, name}
	if c.watch {
		args = append(args, "--watch")
	}
	cmd := exec.CommandContext(ctx, self(), args...)
	cmd.Args[0] = "nines"
	alive, err := cmd.StdinPipe()
	if err != nil {
		return fmt.Errorf("start trial %s: %w", name, err)
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = alive.Close
	cmd.WaitDelay = 2 * told
	cmd.Stdout, cmd.Stderr = c, &c.words
	if c.lock != nil {
		cmd.ExtraFiles = []*os.File{c.lock}
	}
	err = cmd.Run()
	switch {
	case cmd.Process == nil:
		return fmt.Errorf("start trial %s: %w", name, err)
	case c.last.Stop != "":
		return badInput{errors.New(c.last.Stop)}
	case err != nil:
		return &died{how: err.Error(), words: c.words.String()}
	}
	return nil
}

// self is this program, also when its file has been replaced since it was
// started: parent and child must be the same.
func self() string {
	const running = "/proc/self/exe"
	if _, err := os.Stat(running); err == nil {
		return running
	}
	path, err := os.Executable()
	if err != nil {
		return os.Args[0]
	}
	return path
}

// Write takes what the child says.
func (c *child) Write(b []byte) (int, error) {
	c.out.Write(b)
	for {
		i := bytes.IndexByte(c.out.Bytes(), '\n')
		if i < 0 {
			return len(b), nil
		}
		var m message
		if json.Unmarshal(c.out.Next(i+1), &m) != nil {
			continue // a library that prints: not for us
		}
		c.last = m
		c.heard(m)
	}
}

// died says how a process ended that left no trial.
type died struct {
	how   string // such as exit status 2
	words string // its stderr
}

func (d *died) Error() string {
	text := "the process of the trial ended with " + d.how
	if last := lastWords(d.words); last != "" {
		text += ": " + last
	}
	return text
}

// lastWords is the line of a dead process's output that says why: what it
// panicked with or, without a panic, its last line.
func lastWords(stderr string) string {
	last := ""
	for line := range strings.Lines(stderr) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "panic: ") || strings.HasPrefix(line, "fatal error: ") {
			return line
		}
		if line != "" {
			last = line
		}
	}
	return last
}

// tail keeps the beginning and the end of what is written to it: a panic's
// message comes first, and an error's last.
type tail struct{ buf []byte }

const tailLimit = 1 << 20

func (t *tail) Write(b []byte) (int, error) {
	t.buf = append(t.buf, b...)
	if len(t.buf) > 4*tailLimit {
		t.buf = append(t.buf[:tailLimit], t.buf[len(t.buf)-tailLimit:]...)
	}
	return len(b), nil
}

func (t *tail) String() string { return string(t.buf) }

// trialDir is where a trial is when it is complete.
func trialDir(run, name string) string { return filepath.Join(run, results.TrialsDir, name) }
