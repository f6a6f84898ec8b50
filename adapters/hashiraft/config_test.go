package hashiraft

import (
	"bytes"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/raft"

	"nines/adapters/replica"
)

func TestValidate(t *testing.T) {
	for _, test := range []struct {
		change func(*Config)
		want   string // in the error; "" for none
	}{
		{func(*Config) {}, ""},
		{func(c *Config) { c.Reads = ReadLocal }, ""},
		{func(c *Config) { c.Reads = "lease" }, "want linearizable or local"},
		{func(c *Config) { c.Reads = "quorum" }, `"quorum" is none of linearizable, local`},
		{func(c *Config) { c.Reads = "" }, "none of"},
		{func(c *Config) { c.LeaderLease = -1 }, "leader lease"},
		{func(c *Config) { c.CommitTimeout = -1 }, "commit timeout"},
		{func(c *Config) { c.RPCTimeout = -1 }, "rpc timeout"},
		{func(c *Config) { c.Pipeline = 0 }, "pipeline"},
	} {
		c := DefaultConfig()
		test.change(&c)
		_, err := Open(c)
		if (err == nil) != (test.want == "") || err != nil && !strings.Contains(err.Error(), test.want) {
			t.Errorf("%+v: %v, want %q in it", c, err, test.want)
		}
	}
}

func TestLibraryConfig(t *testing.T) {
	env := replica.Env{
		ID:     "n1",
		Timing: replica.Timing{Heartbeat: 30 * time.Millisecond, Election: 400 * time.Millisecond},
		Batch:  replica.Batch{MaxEntries: 5000, SnapshotEvery: 100, Trailing: 20},
		Log:    slog.New(slog.DiscardHandler),
	}
	conf := DefaultConfig().library(env)
	if err := raft.ValidateConfig(conf); err != nil {
		t.Fatal(err)
	}
	if conf.LeaderLeaseTimeout != 200*time.Millisecond || conf.CommitTimeout != 30*time.Millisecond || conf.MaxAppendEntries != 1024 || conf.PreVoteDisabled {
		t.Errorf("%+v", conf)
	}
	env.Batch = replica.Batch{}
	conf = Config{LeaderLease: time.Second, CommitTimeout: time.Minute}.library(env)
	if conf.LeaderLeaseTimeout != time.Second || conf.CommitTimeout != time.Minute || !conf.PreVoteDisabled || conf.MaxAppendEntries != 1024 || conf.SnapshotThreshold < 1<<60 {
		t.Errorf("%+v", conf)
	}
}

func TestLogger(t *testing.T) {
	var b bytes.Buffer
	log := func(level slog.Level) hclog.Logger {
		return newLogger(slog.New(slog.NewTextHandler(&b, &slog.HandlerOptions{Level: level, ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.TimeKey {
				return slog.Attr{}
			}
			return a
		}})))
	}
	l := log(slog.LevelDebug)
	l.Warn("hello", "peer", raft.Leader, "fmt", hclog.Fmt("%d of %d", 1, 2), "n", 3)
	l.With("id", 7).Error("gone", "error", errors.New("why"))
	want := "level=DEBUG msg=hello peer=Leader fmt=\"1 of 2\" n=3\nlevel=WARN msg=gone id=7 error=why\n"
	if b.String() != want {
		t.Errorf("logged %q, want %q", b.String(), want)
	}
	b.Reset()
	l = log(slog.LevelWarn)
	l.Info("hello")
	if b.Len() > 0 {
		t.Errorf("logged %q, which is detail", b.String())
	}
	var args = []any{"a", 1}
	if n := testing.AllocsPerRun(100, func() { l.Debug("hello", args...) }); n > 0 {
		t.Errorf("%v allocations for a line that is not logged", n)
	}
}
