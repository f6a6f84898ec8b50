package main

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"nines/bench"
	"nines/results"
)

// TestResume: a run that is killed at once, with all of its processes, in its
// second trial goes on with that trial; the first is not run again.
func TestResume(t *testing.T) {
	whole(t)
	dir := filepath.Join(t.TempDir(), "run")
	p := startProcess(t, short(dir, "--systems", "null,single", "--repeat", "2", "--seed", "3")...)
	var first, second string // as the seed has it
	for i, q := range plan(effective(t, flags(t, short(dir, "--systems", "null,single", "--repeat", "2", "--seed", "3")[1:]...))) {
		if i == 0 {
			first = q.name
		} else if i == 1 {
			second = q.name
		}
	}
	await(t, "the second trial runs", func() bool { return exists(filepath.Join(trialDir(dir, second+".partial"), results.NodesDir)) })
	trials := children(dir)
	if code, _ := p.signal(t, syscall.SIGKILL); code != -1 {
		t.Fatalf("killed, and exit code %d", code)
	}
	for _, pid := range trials { // they would see that their parent is gone, and tidy up
		_ = syscall.Kill(pid, syscall.SIGKILL)
	}
	began := facts(t, dir, first).Started

	out, errs, code := nines(t, "run", "--resume", dir)
	done(t, code, errs)
	if !strings.Contains(errs, "[2/4]") || strings.Contains(errs, "[1/4]") || !strings.Contains(out, "report: ") {
		t.Errorf("says\n%s\n%s", errs, out)
	}
	if again := facts(t, dir, first).Started; !again.Equal(began) {
		t.Errorf("the trial that had finished was run again, at %v after %v", again, began)
	}
	const all = "null-1 done, single-1 done, null-2 done, single-2 done"
	if got := states(t, dir); got != all {
		t.Errorf("trials: %s", got)
	}
	if got := reported(t, dir); got != "null-1, single-1, null-2, single-2" {
		t.Errorf("reported: %s", got)
	}
	tidy(t, dir)
	run, err := results.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	if m := run.Manifest(); len(m.Resumed) != 1 || m.Ended == nil {
		t.Errorf("the manifest: resumed %v, ended %v", m.Resumed, m.Ended)
	}

	// Where nothing is missing the report is made again, and is the same.
	was := derived(t, dir)
	again, errs, recode := nines(t, "run", "--resume", dir)
	if recode != code || again != out {
		t.Errorf("once more: exit code %d, before %d: %s", recode, code, errs)
	}
	for i, now := range derived(t, dir).text {
		if was.paths[i] != results.ReportFile && was.paths[i] != results.TablesFile && string(now) != string(was.text[i]) {
			t.Errorf("another %s", was.paths[i])
		}
	}
}

// TestResumeRefuses what would not be the same run, and leaves it alone.
func TestResumeRefuses(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	c := flags(t, short(dir, "--systems", "null")[1:]...)
	run, _, err := c.create(effective(t, c))
	if err != nil {
		t.Fatal(err)
	}
	path := run.Path(results.ManifestFile)
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		args   []string
		change [2]string // in the manifest
		says   string
		absent bool // it may be: a test binary does not always name its modules, nor a system its CPU
	}{
		{args: []string{"quickstart"}, says: "as it is: remove quickstart"},
		{args: []string{"--rate", "5", "--systems", "single", "--set", "nodes=5", "--out", "x"}, says: "as it is: remove --systems, --rate, --set, --out"},
		{change: [2]string{`"schema": 1`, `"schema": 2`}, says: "schema 2; this version of nines reads schema 1"},
		{change: [2]string{`"go": "go`, `"go": "gone`}, says: "was begun by another version: Go gone"},
		{change: [2]string{`"go.etcd.io/raft/v3": "v`, `"go.etcd.io/raft/v3": "v0`}, says: "was begun by another version: go.etcd.io/raft/v3 v0", absent: true},
		{change: [2]string{`"cores": `, `"cores": 9`}, says: "was begun on another machine: cores 9"},
		{change: [2]string{`"cpu": "`, `"cpu": "Z`}, says: "was begun on another machine: CPU Z", absent: true},
		{change: [2]string{"nodes: 3", "nodes: three"}, says: "the scenario in " + path},
	} {
		changed := strings.Replace(string(text), tc.change[0], tc.change[1], 1)
		if tc.change[0] != "" && changed == string(text) {
			if tc.absent {
				continue
			}
			t.Fatalf("nothing of %q in the manifest", tc.change[0])
		}
		write(t, path, changed)
		out, errs, code := nines(t, append([]string{"run", "--resume", dir}, tc.args...)...)
		if code != exitBadInput || out != "" || !strings.Contains(errs, tc.says) {
			t.Errorf("%v: exit code %d: %s\nwant %q", tc, code, errs, tc.says)
		}
		if now, _ := os.ReadFile(path); string(now) != changed {
			t.Errorf("%v: refused, and the manifest is changed", tc)
		}
	}
	if _, errs, code := nines(t, "run", "--resume", t.TempDir()); code != exitBadInput || !strings.Contains(errs, "not a results folder") {
		t.Errorf("an empty folder: exit code %d: %s", code, errs)
	}
}

// TestLockFolder: one at a time, and whoever waits is told.
func TestLockFolder(t *testing.T) {
	dir := t.TempDir()
	lock, err := lockFolder(t.Context(), dir, 0, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := lockFolder(t.Context(), dir, 0, nil); err == nil || !strings.Contains(err.Error(), "another nines is at work") {
		t.Errorf("a second lock: %v", err)
	}
	waited := false
	again, err := lockFolder(t.Context(), dir, time.Minute, func() {
		waited = true
		if err := lock.Close(); err != nil {
			t.Error(err)
		}
	})
	if err != nil || !waited {
		t.Fatalf("when it is free: %v; had to wait: %v", err, waited)
	}
	if err := again.Close(); err != nil {
		t.Error(err)
	}
}

// TestParts: a trial that had 3 of 10 episodes is followed by one that has the
// other 7, of which the cluster does not survive the first, and so on; an
// interrupted run finds where it was.
func TestParts(t *testing.T) {
	s := parse(t, "{systems: [null, etcdraft], faults: [{at: 2s, for: 1s, fault: isolate(n1), episodes: 10}]}")
	dir := filepath.Join(t.TempDir(), "run")
	run, err := results.Create(dir, results.Manifest{})
	if err != nil {
		t.Fatal(err)
	}
	todo := plan(s)
	keep := func(name string, first, left int) {
		p, err := find(todo, dir, name)
		if err != nil {
			t.Fatal(err)
		}
		x, err := specify(p)
		if err != nil {
			t.Fatal(err)
		}
		f := x.facts()
		if f.Episodes.First != first || f.Trial != name || f.Seed != s.Seed || f.Repeat != 1 || f.System != "etcdraft" {
			t.Errorf("%s: %+v, %+v; want it to begin with episode %d", name, f, f.Episodes, first)
		}
		f.Episodes.Left = left
		files, err := run.Begin(p.name, p.label, p.repeat)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := files.Finish(f, []bench.Interval{}, nil); err != nil {
			t.Fatal(err)
		}
	}
	wants := func(complete, missing string) {
		t.Helper()
		names := func(list []planned) string {
			var out []string
			for _, p := range list {
				out = append(out, p.name)
			}
			return strings.Join(out, " ")
		}
		c, m, err := split(dir, todo)
		if err != nil || names(c) != complete || names(m) != missing {
			t.Errorf("complete %q, missing %q, %v; want %q and %q", names(c), names(m), err, complete, missing)
		}
	}
	wants("", "null-1 etcdraft-1")
	keep("etcdraft-1", 0, 7)
	wants("etcdraft-1", "null-1 etcdraft-1.2")
	keep("etcdraft-1.2", 3, 6)
	wants("etcdraft-1 etcdraft-1.2", "null-1 etcdraft-1.3")
	keep("etcdraft-1.3", 4, 0)
	wants("etcdraft-1 etcdraft-1.2 etcdraft-1.3", "null-1")
	for _, name := range []string{"etcdraft-1.4", "etcdraft-2", "null-1.2"} {
		if _, err := find(todo, dir, name); err == nil {
			t.Errorf("there is a trial %s", name)
		}
	}
}

// TestEpisodesInVirtualTime: a follower that is cut off for 300 ms, 12 times, is
// back each time; each episode is one trial's, with its evidence, and the measured
// period ends with them.
func TestEpisodesInVirtualTime(t *testing.T) {
	whole(t)
	dir := filepath.Join(t.TempDir(), "run")
	_, errs, code := nines(t, "run", "steady", "--systems", "etcdraft", "--time", "virtual", "--set", "duration=",
		"--rate", "100", "--set", "faults=[{at: 2s, for: 300ms, fault: isolate(follower), episodes: 12, recover: 5s}]", "--out", dir)
	if code != exitFine {
		t.Fatalf("exit code %d:\n%s", code, errs)
	}
	r, err := results.ReadTrial(trialDir(dir, "etcdraft-1"))
	if err != nil {
		t.Fatal(err)
	}
	last := bench.Interval{}
	for i, v := range r.Faults {
		if v.Evidence == "" || v.Recovered <= v.End || v.Start < last.Recovered+time.Second && i > 0 {
			t.Errorf("episode %d: %+v after %+v", i, v, last)
		}
		last = v
	}
	if len(r.Faults) != 12 || r.Facts.Episodes.Left != 0 || r.Facts.Duration != last.Recovered+time.Second {
		t.Errorf("%d episodes, %+v, measured for %v, the last recovered at %v", len(r.Faults), r.Facts.Episodes, r.Facts.Duration, last.Recovered)
	}
	tidy(t, dir)
}

// TestNoRecoveryMakesParts: the leader is back after 300 ms, and nobody elects one
// for 5 s or more; a cluster has 2 s to recover. So each has one episode.
func TestNoRecoveryMakesParts(t *testing.T) {
	whole(t)
	dir := filepath.Join(t.TempDir(), "run")
	_, errs, _ := nines(t, "run", "steady", "--systems", "etcdraft", "--time", "virtual", "--set", "duration=",
		"--rate", "100", "--set", "timing.election=5s", "--set", "faults=[{at: 2s, for: 300ms, fault: kill(leader), episodes: 3, recover: 2s}]", "--out", dir)
	if got := reported(t, dir); got != "etcdraft-1, etcdraft-1.2, etcdraft-1.3" {
		t.Errorf("trials: %s\n%s", got, errs)
	}
	if !strings.Contains(errs, "[3/3] etcdraft part 3") {
		t.Errorf("says\n%s", errs)
	}
	tidy(t, dir)
}
