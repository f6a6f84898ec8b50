package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"nines/bench"
	"nines/results"
)

// stuckWays are how a bubble can be stuck: its clock stands still, since a goroutine
// does not wait for anything in it.
var stuckWays = map[string]struct {
	hang func(c *stuckClient)
	sees string // in the stacks
}{
	"a mutex":     {(*stuckClient).sleepLocked, "sync.(*Mutex).Lock"},
	"a busy loop": {(*stuckClient).spin, "(*stuckClient).spin"},
}

// TestStuckBubble: a trial in virtual time of which nothing has happened for too long
// of real time ends with its process, whose last words say so and show who hangs; the
// parent keeps it with both.
func TestStuckBubble(t *testing.T) {
	if way := os.Getenv("NINES_TEST_STUCK"); way != "" {
		getStuck(t, way, os.Getenv("NINES_TEST_DIR"))
		return
	}
	for way, want := range stuckWays {
		t.Run(way, func(t *testing.T) {
			t.Parallel()
			dir := filepath.Join(t.TempDir(), "run")
			c := flags(t, short(dir, "--systems", "null", "--time", "virtual", "--duration", "1h")[1:]...)
			s := effective(t, c)
			if _, _, err := c.create(s); err != nil {
				t.Fatal(err)
			}
			child := exec.CommandContext(t.Context(), self(), "-test.run=^TestStuckBubble$", "-test.v")
			child.Env = append(os.Environ(), "NINES_TEST_STUCK="+way, "NINES_TEST_DIR="+dir)
			var words bytes.Buffer
			child.Stderr = &words
			began := time.Now()
			err := child.Run()
			if exit := (*exec.ExitError)(nil); !errors.As(err, &exit) || exit.ExitCode() != exitInternal || time.Since(began) > 30*time.Second {
				t.Errorf("%v after %v", err, time.Since(began))
			}
			f := failure{planned: plan(s)[0], cause: &died{how: "exit status 3", words: words.String()}, began: began,
				left: trialDir(dir, "null-1.partial")}
			if err := f.keep(dir); err != nil {
				t.Fatal(err)
			}
			got := facts(t, dir, "null-1")
			const says = "the process of the trial ended with exit status 3: nines: virtual time is stuck: nothing had happened for 500ms of real time, at "
			if !strings.HasPrefix(got.Failure, says) || !strings.HasSuffix(got.Failure, " (see stacks.txt)") || !got.Cut {
				t.Errorf("cut %t: %s", got.Cut, got.Failure)
			}
			stacks, err := os.ReadFile(filepath.Join(trialDir(dir, "null-1"), results.StacksFile))
			if err != nil || !bytes.Contains(stacks, []byte("stuckClient).Do")) || !bytes.Contains(stacks, []byte(want.sees)) {
				t.Errorf("%v; nothing of %s in the stacks:\n%.3000s", err, want.sees, stacks)
			}
			tidy(t, dir)
		})
	}
}

// getStuck runs the trial as its process does, on a cluster that gets stuck.
func getStuck(t *testing.T, way, dir string) {
	run, err := results.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	p, err := recall(run, "null-1")
	if err != nil {
		t.Fatal(err)
	}
	x, err := specify(p)
	if err != nil {
		t.Fatal(err)
	}
	files, err := run.Begin(p.name, p.label, p.repeat)
	if err != nil {
		t.Fatal(err)
	}
	cfg, _, err := x.config(files.Dir())
	if err != nil {
		t.Fatal(err)
	}
	cfg.Recorder = files.Samples
	start := cfg.Start
	cfg.Start = func(ctx context.Context, report func(time.Time, bench.Event)) (bench.Cluster, error) {
		c, err := start(ctx, report)
		return &stuck{Cluster: c, hang: stuckWays[way].hang}, err
	}
	runtime.GOMAXPROCS(1)
	v := &virtual{t: t, tell: newTeller(io.Discard), stuck: 500 * time.Millisecond}
	_, err = v.run(t.Context(), cfg, files)
	t.Errorf("it went on: %v", err)
}

// stuck is a cluster whose clients hang from an operation on, for all that their
// contexts say.
type stuck struct {
	bench.Cluster
	hang func(*stuckClient)
	done atomic.Int64 // operations
	over atomic.Bool
	mu   sync.Mutex
}

func (s *stuck) Dial(ctx context.Context, node string, session uint64) (bench.Client, error) {
	c, err := s.Cluster.Dial(ctx, node, session)
	return &stuckClient{c, s}, err
}

type stuckClient struct {
	bench.Client
	stuck *stuck
}

func (c *stuckClient) Do(ctx context.Context, op *bench.Op) (bench.Reply, error) {
	if c.stuck.done.Add(1) > 1000 {
		c.stuck.hang(c)
	}
	return c.Client.Do(ctx, op)
}

// sleepLocked sleeps with the lock held, and would wake when time goes on, for which
// the next one does not let it.
func (c *stuckClient) sleepLocked() {
	c.stuck.mu.Lock()
	time.Sleep(time.Second)
	c.stuck.mu.Unlock()
}

func (c *stuckClient) spin() {
	for !c.stuck.over.Load() {
	}
}
