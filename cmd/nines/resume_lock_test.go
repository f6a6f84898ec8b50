package main

import (
	"path/filepath"
	"strings"
	"testing"

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

// TestResumeReadsBehindTheLock: what the process that was waited for wrote last, a
// further part and a failure, is not overwritten with what the manifest said
// before.
func TestResumeReadsBehindTheLock(t *testing.T) {
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
	again := flags(t, "--resume", dir)
	held, _, err := again.resume(t.Context(), newDisplay(&signalled{word: "waiting", call: late}, false))
	if err != nil {
		t.Fatal(err)
	}
	held.release()
	if got := states(t, dir); got != "null-1 failed, null-1.2 done" {
		t.Errorf("trials: %s", got)
	}
}
