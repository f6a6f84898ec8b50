package trial

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"nines/bench"
	"nines/chaos"
	"nines/results"
)

// loaders is how many sessions fill the keys and read them back.
const loaders = 64

// preload fills the keys. Its samples are kept until the base instant is known.
func (t *trial) preload(ctx context.Context) ([]bench.Sample, error) {
	if t.Sources.Preload == nil {
		return nil, nil
	}
	t.Progress(Preloading)
	var kept keeper
	err := t.sweep(ctx, bench.Preload, t.Sources.Preload, t.started, &kept)
	if err != nil {
		return nil, fmt.Errorf("preload: %w", err)
	}
	for _, s := range kept {
		if s.Outcome != bench.OK {
			return nil, fmt.Errorf("preload: the write of key %d ended %v: the cluster is not healthy: %s", s.Key, s.Outcome, t.describe())
		}
	}
	return kept, nil
}

// recordPreloaded hands on the samples of the preload, on the base clock.
func (t *trial) recordPreloaded(samples []bench.Sample) error {
	shift := t.started.Sub(t.base)
	for i := range samples {
		samples[i].Due += shift
		samples[i].Sent += shift
		samples[i].Done += shift
	}
	if err := t.Recorder.Record(samples); err != nil {
		return fmt.Errorf("record the preload: %w", err)
	}
	return nil
}

// keeper is a recorder that keeps what it gets.
type keeper []bench.Sample

func (k *keeper) Record(batch []bench.Sample) error {
	*k = append(*k, batch...)
	return nil
}

// readBack lets the cluster converge, reads every key and asks every node.
func (t *trial) readBack(ctx context.Context) error {
	t.Progress(Settling)
	in, tells := t.cluster.(bench.Inspector)
	if took, ok := t.await(ctx, t.settled); ok && tells {
		t.note("converged", fmt.Sprintf("%v after the load had ended", took))
	} else if !ok {
		t.note("converged", fmt.Sprintf("not within %v: %s", took, t.describe()))
	}
	hurt := t.stillHurt()
	err := t.readEveryKey(ctx)
	if tells {
		t.await(ctx, t.settled) // reads may have brought log entries of their own
		for _, n := range t.cluster.Nodes() {
			t.result.Facts.Statuses = append(t.result.Facts.Statuses, results.Final{Node: n, Status: in.Status(n)})
		}
	}
	return errors.Join(err, hurt)
}

// stillHurt says which faults are in force although all were healed: what healed
// them did nothing, so what was measured after them is not what it says.
func (t *trial) stillHurt() error {
	s, ok := t.cluster.(chaos.Sufferer)
	if !ok {
		return nil
	}
	const some = 4 // a fault of all links is in force upon many
	hurts := s.Hurts()
	switch more := len(hurts) - some; {
	case len(hurts) == 0:
		return nil
	case more > 0:
		hurts = append(hurts[:some], fmt.Sprintf("and %d more", more))
	}
	return fmt.Errorf("still hurt after healing: %s", strings.Join(hurts, ", "))
}

// readEveryKey is bounded in time: a cluster that is not well answers no read
// before its client gives up, and there may be many keys. What was not read
// leaves the check of durability without a verdict.
func (t *trial) readEveryKey(ctx context.Context) error {
	t.Progress(Reading)
	limit := t.Settle + t.result.Facts.Abandon
	bounded, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	err := t.sweep(bounded, bench.Final, t.Sources.Final, t.base, t.Recorder)
	switch {
	case err == nil:
		return nil
	case bounded.Err() != nil && ctx.Err() == nil:
		t.note("read back", fmt.Sprintf("not every key within %v", limit))
		return nil
	default:
		return fmt.Errorf("read back: %w", err)
	}
}

func (t *trial) note(key, text string) {
	if t.result.Facts.Notes == nil {
		t.result.Facts.Notes = make(map[string]string)
	}
	t.result.Facts.Notes[key] = text
}

// sweep performs every operation of the sources, on all nodes in turn.
func (t *trial) sweep(ctx context.Context, class bench.Class, sources func(n int) func(i int) bench.Source, base time.Time, rec bench.Recorder) error {
	nodes := len(t.cluster.Nodes())
	_, err := bench.Run(ctx, bench.Config{
		Cluster: t.cluster, Base: base, Abandon: t.result.Facts.Abandon, Recorder: rec, Txns: t.Txns, Sessions: &t.sessions,
		Closed: []bench.Closed{{
			Class: class, Sessions: loaders, Until: bench.Never, Source: sources(loaders),
			Picker: func(i int) bench.Picker { return bench.Pinned(i % nodes) },
		}},
	})
	return err
}

// await polls until the cluster is as asked, at most for the settling time.
func (t *trial) await(ctx context.Context, is func(bench.Inspector) bool) (took time.Duration, ok bool) {
	in, ok := t.cluster.(bench.Inspector)
	if !ok {
		return 0, true
	}
	const poll = 10 * time.Millisecond
	for began := time.Now(); ; {
		took = time.Since(began)
		if is(in) {
			return took, true
		}
		if took >= t.Settle || ctx.Err() != nil {
			return took, false
		}
		time.Sleep(poll)
	}
}

// hasNoLeader reports whether there is no node that all could take for the leader.
func (t *trial) hasNoLeader() bool {
	g := &t.result.Facts.Guarantees
	return g.Partitioned || g.Leaderless
}

// ready reports whether the cluster can begin.
func (t *trial) ready(in bench.Inspector) bool {
	if t.hasNoLeader() {
		return t.all(in, func(s bench.Status) bool { return s.Up })
	}
	return t.hasLeader(in)
}

// unready says what is missing if the cluster is not ready.
func (t *trial) unready() string {
	if t.hasNoLeader() {
		return "not all nodes are up"
	}
	return "no leader that all nodes know"
}

// settled reports whether nothing is left to be done of what the clients asked
// for.
func (t *trial) settled(in bench.Inspector) bool {
	if t.result.Facts.Guarantees.Partitioned {
		return t.decided(in)
	}
	return t.converged(in)
}

// decided reports whether all nodes are up, know the fate of every transaction
// that they took part in, and hold no lock.
func (t *trial) decided(in bench.Inspector) bool {
	return t.all(in, func(s bench.Status) bool { return s.Up && s.InDoubt == 0 && s.Locks == 0 })
}

// hasLeader reports whether all nodes are up and take the same one for leader.
func (t *trial) hasLeader(in bench.Inspector) bool {
	first := in.Status(t.cluster.Nodes()[0])
	return t.all(in, func(s bench.Status) bool {
		return s.Up && s.Leader != "" && s.Leader == first.Leader && s.Term == first.Term
	})
}

// converged reports whether all nodes have applied the same commands, and all
// that is committed.
func (t *trial) converged(in bench.Inspector) bool {
	first := in.Status(t.cluster.Nodes()[0])
	return t.ready(in) && t.all(in, func(s bench.Status) bool {
		return s.Applied == first.Applied && s.Digest == first.Digest && s.Applied >= s.Committed
	})
}

func (t *trial) all(in bench.Inspector, is func(bench.Status) bool) bool {
	for _, n := range t.cluster.Nodes() {
		if !is(in.Status(n)) {
			return false
		}
	}
	return true
}

// describe tells the nodes' status for an error text.
func (t *trial) describe() string {
	in, ok := t.cluster.(bench.Inspector)
	if !ok {
		return "the nodes tell nothing of their status"
	}
	var parts []string
	for _, n := range t.cluster.Nodes() {
		s := in.Status(n)
		if !s.Up {
			parts = append(parts, n+" is down")
			continue
		}
		if t.result.Facts.Guarantees.Partitioned {
			parts = append(parts, fmt.Sprintf("%s: %d in doubt, %d locks", n, s.InDoubt, s.Locks))
			continue
		}
		parts = append(parts, fmt.Sprintf("%s: leader %q, term %d, committed %d, applied %d, digest %016x", n, s.Leader, s.Term, s.Committed, s.Applied, s.Digest))
	}
	return strings.Join(parts, "; ")
}
