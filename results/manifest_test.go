package results

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// TestFinishIsNotNoted: a trial that is complete stays, although the manifest cannot
// be written, and a run that goes on finds it.
func TestFinishIsNotNoted(t *testing.T) {
	run := newRun(t)
	trial, err := run.Begin("etcdraft-1", "etcdraft", 1)
	if err != nil {
		t.Fatal(err)
	}
	at := run.Path(ManifestFile)
	if err := errors.Join(os.Rename(at, at+".aside"), os.MkdirAll(filepath.Join(at, "in the way"), 0o755)); err != nil {
		t.Fatal(err)
	}
	dir, err := trial.Finish(Facts{Failure: "panic"}, nil, nil)
	if err == nil || !strings.Contains(err.Error(), "note that trial etcdraft-1 is complete") {
		t.Errorf("error %v", err)
	}
	if rec, err := ReadTrial(dir); err != nil || rec.Facts.Failure != "panic" {
		t.Fatalf("the trial is gone: %v, %+v", err, rec)
	}
	if err := errors.Join(os.RemoveAll(at), os.Rename(at+".aside", at)); err != nil {
		t.Fatal(err)
	}
	if err := run.Resume(time.Now(), ""); err != nil {
		t.Fatal(err)
	}
	if e := run.Manifest().Trials[0]; e.State != Failed || e.Why != "panic" {
		t.Errorf("goes on with %+v", e)
	}
}

// TestTrialsAtOnce: processes that run trials of one folder at the same time keep
// what the others have noted.
func TestTrialsAtOnce(t *testing.T) {
	dir := newRun(t).Dir()
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			run, err := Open(dir)
			if err != nil {
				t.Error(err)
				return
			}
			files, err := run.Begin(fmt.Sprintf("more-%d", i), "more", 1)
			if err != nil {
				t.Error(err)
				return
			}
			if _, err := files.Finish(Facts{}, nil, nil); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	run, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	done := 0
	for _, e := range run.Manifest().Trials {
		if e.State == Done {
			done++
		}
	}
	if done != 8 {
		t.Errorf("%d of 8 trials are noted as done", done)
	}
}

// TestPartsStandTogether: a further part stands behind the part that it follows,
// before the trials that come after, whatever was begun when.
func TestPartsStandTogether(t *testing.T) {
	run := newRun(t) // etcdraft-1, single-1
	for _, name := range []string{"single-1.2", "etcdraft-1.2", "etcdraft-1.3", "v-1.10", "other-2.2"} {
		files, err := run.Begin(name, "x", 1)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := files.Finish(Facts{}, nil, nil); err != nil {
			t.Fatal(err)
		}
	}
	var got []string
	for _, e := range run.Manifest().Trials {
		got = append(got, e.Trial)
	}
	if want := "etcdraft-1 etcdraft-1.2 etcdraft-1.3 single-1 single-1.2 v-1.10 other-2.2"; strings.Join(got, " ") != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// TestResumeNotes what the folders of trials tell where the manifest, whose
// process was killed, does not: how they ended.
func TestResumeNotes(t *testing.T) {
	run := newRun(t)
	finish := func(name, failure string) {
		t.Helper()
		files, err := run.Begin(name, "x", 1)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := files.Finish(Facts{Failure: failure}, nil, nil); err != nil {
			t.Fatal(err)
		}
	}
	finish("etcdraft-1", "panic")
	finish("single-1", "")
	for i := range run.manifest.Trials { // as it was before they ended
		run.manifest.Trials[i].State, run.manifest.Trials[i].Why = Running, ""
	}
	if err := run.Resume(time.Now(), ""); err != nil {
		t.Fatal(err)
	}
	all := run.Manifest().Trials
	if all[0].State != Failed || all[0].Why != "panic" || all[1].State != Done || all[1].Why != "" {
		t.Errorf("%+v", all)
	}
}

// TestResumeNotesKernels that a run goes on with, each once, and none where nothing was
// left to do.
func TestResumeNotesKernels(t *testing.T) {
	run := newRun(t)
	resume := func(kernel string) []Kernel {
		t.Helper()
		if err := run.Resume(time.Date(2025, 1, 2, 3, 4, 5, 0, time.UTC), kernel); err != nil {
			t.Fatal(err)
		}
		return run.Manifest().Kernels
	}
	first := run.Manifest().Machine.Kernel
	for kernel, n := range map[string]int{first: 0, "": 0} {
		if got := resume(kernel); len(got) != n {
			t.Errorf("the same kernel: %+v", got)
		}
	}
	for i, kernel := range []string{"6.2", "6.2", "", "6.3"} {
		if got := resume(kernel); len(got) != 1+i/3 || got[i/3].Release != []string{"6.2", "6.3"}[i/3] {
			t.Errorf("with %q: %+v", kernel, got)
		}
	}
	m := run.Manifest()
	if w := m.Warnings(); len(w) != 2 || w[1] != "the machine has been started anew: figures of trials before 2025-01-02 03:04:05 UTC are of kernel 6.2, and later ones of 6.3" {
		t.Errorf("%q", w)
	}
	for _, e := range m.Trials {
		files, err := run.Begin(e.Trial, e.System, 1)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := files.Finish(Facts{}, nil, nil); err != nil {
			t.Fatal(err)
		}
	}
	if err := run.End(time.Now()); err != nil {
		t.Fatal(err)
	}
	if got := resume("6.4"); len(got) != 2 {
		t.Errorf("nothing ran with it: %+v", got)
	}
}
