package adaptertest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"nines/adapters/disk"
	"nines/adapters/host/inproc"
	"nines/adapters/link"
	"nines/adapters/replica"
	"nines/analysis/linear"
	"nines/bench"
	"nines/chaos"
)

// Storms hurts clusters at random, one for each seed from 1 to n: nodes are
// killed, a majority at once included, some with the tail of their log torn, and
// restarted, or replaced by empty ones if the system can; links are cut, one way or
// both, delayed and thinned out, clogged, reset and limited in bandwidth, and have
// messages come twice and out of order; disks are slow; snapshots are frequent, logs
// short. After it all the nodes must agree, and the history with what is read at the
// end must be linearizable.
func Storms(t *testing.T, s System, n uint64) { storms(t, s, n, registers) }

// A load is what clients do in a storm, from now on for a period. wait returns
// when all have ended; judge judges what they saw, and what is there in the end,
// and tells how many of their operations had succeeded.
type load func(c *cluster, period time.Duration) (wait func(), judge func() (ok int))

func storms(t *testing.T, s System, n uint64, l load) {
	ok := 0
	for seed := uint64(1); seed <= n; seed++ {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				rnd := rand.New(rand.NewPCG(seed, 0))
				c := start(t, s, weather(rnd))
				defer c.stop()
				ok += c.storm(rnd, l)
			})
		})
	}
	t.Logf("%d operations succeeded", ok)
	if enough := 3 * s.Nodes * int(n); s.Nodes > 1 && ok < enough { // one node alone is down most of the time
		t.Errorf("%d operations succeeded in %d storms: that proves little", ok, n)
	}
}

// weather is the world of a storm.
func weather(rnd *rand.Rand) func(*inproc.Config) {
	return func(cfg *inproc.Config) {
		between := func(from, to int) int { return from + rnd.IntN(to-from+1) }
		rtt := make([][]time.Duration, len(cfg.Nodes))
		for i := range rtt {
			rtt[i] = make([]time.Duration, len(cfg.Nodes))
			for j := range rtt {
				if i != j {
					rtt[i][j] = time.Duration(between(0, 80)) * 250 * time.Microsecond
				}
			}
		}
		profile, err := link.Table(rtt)
		if err != nil {
			panic(err) // it is made of what this function made
		}
		cfg.Seed = rnd.Uint64()
		cfg.Links = link.Config{Profile: profile}
		cfg.Disk = disk.Config{SyncLatency: time.Duration(between(0, 10)) * time.Millisecond, SegmentBytes: 4 << 10}
		cfg.Batch = replica.Batch{
			MaxBytes: 1 << between(8, 20), MaxEntries: between(1, 64),
			SnapshotEvery: uint64(between(5, 50)), Trailing: uint64(between(0, 10)),
		}
	}
}

func (c *cluster) storm(rnd *rand.Rand, l load) (ok int) {
	c.t.Helper()
	const period = 6 * time.Second
	base := time.Now()
	wait, judge := l(c, period)
	defer wait() // also if something fails: the cluster must not end before
	s := &striker{c: c, rnd: rnd}
	for time.Since(base) < period-time.Second {
		s.strike()
		time.Sleep(time.Duration(rnd.IntN(300)) * time.Millisecond)
	}
	s.healAll()
	wait()
	c.ready()
	c.converge()
	return judge()
}

// registers reads and writes single keys.
func registers(c *cluster, period time.Duration) (wait func(), judge func() (ok int)) {
	end := c.crowd(period, 2*len(c.Nodes()), c.readOrWrite(2*len(c.Nodes())))
	judge = func() int {
		h := end()
		ok := h.count(bench.OK)
		history := append(h.samples, c.readBack(h.base)...)
		if c.s.Stale {
			return ok
		}
		if r := linear.Check(context.Background(), history, linear.Options{}); r.Verdict != linear.OK {
			c.t.Errorf("%d operations: %v: %s", len(history), r.Verdict, r.Why)
		}
		return ok
	}
	return func() { end() }, judge
}

// readBack reads every key of the clients on every node.
func (c *cluster) readBack(base time.Time) []bench.Sample {
	c.t.Helper()
	var out []bench.Sample
	for i, n := range c.Nodes() {
		cl := c.session(n)
		for key := range c.keys() {
			s := bench.Sample{Session: c.sessions, Node: uint16(i), Key: key, Kind: bench.Read, Class: bench.Final, Outcome: bench.OK, Sent: time.Since(base)}
			s.Result = c.read(cl, key)
			s.Due, s.Done = s.Sent, time.Since(base)
			out = append(out, s)
		}
	}
	return out
}

// striker hurts a cluster.
type striker struct {
	c     *cluster
	rnd   *rand.Rand
	down  []string
	heals []func() // of what is hurt now
	torn  string   // whose place was being taken when that was given up
}

func (s *striker) strike() {
	kinds := 10
	switch {
	case s.c.s.Synchronous:
		kinds = 5
	case chaos.CapsOf(s.c).Lacks(chaos.CanMember|chaos.CanTransfer) == 0:
		kinds = 13
	}
	switch s.rnd.IntN(kinds) {
	case 0, 1, 2:
		s.kill()
	case 3, 4:
		s.restart()
	case 5:
		s.hurtLink(chaos.LinkFault{Cut: true})
	case 6:
		s.heals = append(s.heals, s.c.cutOff(s.any()))
	case 7:
		s.hurtLink(s.unruly())
	case 8:
		s.slowDisk()
	case 9:
		s.heal()
	case 10, 11:
		s.join()
	case 12:
		s.handOver()
	}
}

func (s *striker) any() string {
	nodes := s.c.Nodes()
	return nodes[s.rnd.IntN(len(nodes))]
}

// kill kills a node. What it had written and not forced is lost, or torn.
func (s *striker) kill() {
	n := s.any()
	if slices.Contains(s.down, n) {
		return
	}
	if s.rnd.IntN(2) == 0 {
		heal, err := s.c.HurtDisk(n, chaos.DiskFault{Tear: s.rnd.Uint64()})
		if err != nil {
			s.c.t.Fatal(err)
		}
		defer heal()
	}
	s.c.kill(n)
	s.down = append(s.down, n)
}

func (s *striker) restart() {
	if len(s.down) > 0 {
		i := s.rnd.IntN(len(s.down))
		s.c.restart(s.down[i])
		s.down = slices.Delete(s.down, i, i+1)
	}
}

// join has an empty node take the place of one that runs. Where a majority cannot be
// had it is given up, and has to be done before another: else two might be missing
// of three, which no healing brings back.
func (s *striker) join() {
	n := s.any()
	if s.torn != "" {
		n = s.torn
	}
	if slices.Contains(s.down, n) {
		return
	}
	s.torn = n
	ctx, cancel := context.WithTimeout(s.c.t.Context(), 2*timing.Election)
	defer cancel()
	if _, err := s.c.Join(ctx, n); err == nil {
		s.torn = ""
	}
}

// handOver asks for what may not come about.
func (s *striker) handOver() {
	ctx, cancel := context.WithTimeout(s.c.t.Context(), timing.Heartbeat)
	defer cancel()
	_ = s.c.TransferLeader(ctx, s.any())
}

func (s *striker) hurtLink(f chaos.LinkFault) {
	from, to := s.any(), s.any()
	if from == to {
		return
	}
	heal, err := s.c.HurtLink(from, to, f)
	if err != nil {
		s.c.t.Fatal(err)
	}
	s.heals = append(s.heals, func() { heal() })
}

// unruly is a fault that lets some messages through.
func (s *striker) unruly() chaos.LinkFault {
	d := time.Duration(1+s.rnd.IntN(100)) * time.Millisecond
	switch s.rnd.IntN(5) {
	case 0:
		return chaos.LinkFault{Loss: s.rnd.Float64(), Delay: d, Jitter: d / 2}
	case 1:
		return chaos.LinkFault{Rate: 1 + s.rnd.Int64N(1<<20)}
	case 2:
		return chaos.LinkFault{Clog: true}
	case 3:
		return chaos.LinkFault{Reset: true}
	default:
		return chaos.LinkFault{Duplicate: s.rnd.Float64(), Reorder: s.rnd.Float64(), Late: d}
	}
}

func (s *striker) slowDisk() {
	heal, err := s.c.HurtDisk(s.any(), chaos.DiskFault{SyncDelay: time.Duration(s.rnd.IntN(200)) * time.Millisecond})
	if err != nil {
		s.c.t.Fatal(err)
	}
	s.heals = append(s.heals, func() { heal() })
}

func (s *striker) heal() {
	if len(s.heals) > 0 {
		i := s.rnd.IntN(len(s.heals))
		s.heals[i]()
		s.heals = slices.Delete(s.heals, i, i+1)
	}
}

func (s *striker) healAll() {
	for len(s.heals) > 0 {
		s.heal()
	}
	for len(s.down) > 0 {
		s.restart()
	}
	for range 20 {
		if s.torn != "" {
			s.join()
		}
	}
	if s.torn != "" {
		s.c.t.Errorf("all is healed, and %s cannot be replaced", s.torn)
	}
}
