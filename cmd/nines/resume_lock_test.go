package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"nines/results"
)

// signalled calls a function when a line with a word is written.
type signalled struct {
	word string
	call func()
	text buffer
}

func (s *signalled) Write(b []byte) (int, error) {
	if s.call != nil && strings.Contains(string(b), s.word) {
		s.call()
		s.call = nil
	}
	return s.text.Write(b)
}

// locked is a run of null that another process is at work in.
func locked(t *testing.T) (*results.Run, *os.File) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "run")
	c := flags(t, short(dir, "--systems", "null")[1:]...)
	run, _, err := c.create(effective(t, c))
	if err != nil {
		t.Fatal(err)
	}
	lock, err := lockFolder(t.Context(), dir, 0, nil)
	if err != nil {
		t.Fatal(err)
	}
	return run, lock
}

// TestResumeReadsBehindTheLock: what the process that was waited for wrote last, a
// further part and a failure, is not overwritten with what the manifest said
// before.
func TestResumeReadsBehindTheLock(t *testing.T) {
	run, lock := locked(t)
	late := func() {
		for name, failure := range map[string]string{"null-1": "panic", "null-1.2": ""} {
			files, err := run.Begin(name, "null", 1)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := files.Finish(results.Facts{Failure: failure}, nil, nil); err != nil {
				t.Fatal(err)
			}
		}
		if err := lock.Close(); err != nil {
			t.Error(err)
		}
	}
	again := flags(t, "--resume", run.Dir())
	held, _, err := again.resume(t.Context(), newDisplay(&signalled{word: "waiting", call: late}, false))
	if err != nil {
		t.Fatal(err)
	}
	held.release()
	if got := states(t, run.Dir()); got != "null-1 failed, null-1.2 done" {
		t.Errorf("trials: %s", got)
	}
}

// TestInterruptedWhileWaiting for the lock is no mistake of the user's: exit code
// 130, and the folder as it was.
func TestInterruptedWhileWaiting(t *testing.T) {
	run, lock := locked(t)
	defer lock.Close()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	show := &signalled{word: "waiting", call: cancel}
	code := execute(ctx, []string{"run", "--resume", run.Dir()}, terminal{strings.NewReader(""), show, show})
	if code != exitInterrupted || !strings.Contains(show.text.String(), "interrupted while waiting for another nines") {
		t.Errorf("exit code %d: %s", code, show.text.String())
	}
	if again, err := results.Open(run.Dir()); err != nil || len(again.Manifest().Resumed) > 0 {
		t.Errorf("%v: the manifest says that it went on", err)
	}
}

// TestHoldUndoes: a folder that cannot be locked is not left behind, unless another
// run is in it.
func TestHoldUndoes(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	run, err := results.Create(dir, results.Manifest{})
	if err != nil {
		t.Fatal(err)
	}
	undone := 0
	undo := func() bool { undone++; return true }
	first, err := hold(t.Context(), run, undo)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := hold(t.Context(), run, undo); !errors.Is(err, errAtWork) || undone > 0 {
		t.Errorf("%v; undone %d times", err, undone)
	}
	first.release()
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	if _, err := hold(t.Context(), run, undo); err == nil || undone != 1 {
		t.Errorf("%v; undone %d times", err, undone)
	}
}

// TestDisplayEnds also where a command cannot begin: its bars are drawn by a
// goroutine, if there is a terminal.
func TestDisplayEnds(t *testing.T) {
	tty, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil || !isTerminal(tty) {
		t.Skipf("no terminal: %v", err)
	}
	defer tty.Close()
	before := goleak.IgnoreCurrent()
	if code := execute(t.Context(), []string{"run", "--resume", t.TempDir()}, terminal{strings.NewReader(""), tty, tty}); code != exitBadInput {
		t.Errorf("exit code %d", code)
	}
	goleak.VerifyNone(t, before)
}
