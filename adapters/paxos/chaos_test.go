package paxos

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"nines/adapters/machine"
	"nines/adapters/replica"
	"nines/adapters/replica/sim"
	"nines/adapters/replica/step"
	"nines/bench"
)

// world is a cluster under a nemesis, and what has been seen of it.
type world struct {
	c      *sim.Cluster
	cfg    Config
	rng    *rand.Rand
	n      int
	down   map[int]bool
	cut    int  // node that is cut off; -1: none
	wild   bool // messages are lost, doubled and reordered
	chosen map[uint64]string
	place  map[uint64]uint64 // slot by id of a write
	seen   []uint64          // by node: slots up to here were compared
	lives  []step.Machine    // by node: for which seen holds
	calls  uint64
	open   map[uint64]*request // by attempt
	floor  uint64              // the highest slot that an answer has shown
	acked  []uint64            // ids of writes
}

type request struct {
	op    bench.Op
	floor uint64 // when it was asked
}

type nobodyWaits struct{}

func (nobodyWaits) Complete(uint64, bench.Reply, error) {}

func newWorld(cfg Config, nodes int, seed uint64) (*world, error) {
	w := &world{
		cfg: cfg, n: nodes, rng: rand.New(rand.NewPCG(seed, 1)), down: map[int]bool{}, wild: true, cut: -1,
		chosen: map[uint64]string{}, place: map[uint64]uint64{}, open: map[uint64]*request{},
		seen: make([]uint64, nodes), lives: make([]step.Machine, nodes),
	}
	var err error
	w.c, err = sim.New(sim.ClusterConfig{
		Nodes: nodes, New: New(cfg), Seed: seed, HeartbeatTicks: 2, ElectionTicks: 8,
		Batch: replica.Batch{MaxEntries: 3, MaxBytes: 200, SnapshotEvery: uint64(4 + w.rng.IntN(20)), Trailing: uint64(w.rng.IntN(4))},
	})
	return w, err
}

// turn has one thing happen, and looks at what came of it.
func (w *world) turn() error {
	pending := w.reachable()
	node := w.rng.IntN(w.n)
	switch dice := w.rng.IntN(1000); {
	case dice < 650 && len(pending) > 0:
		w.happen(pending)
	case dice < 800 && w.cfg.Reads == ReadLease: // clocks that do not drift
		for i := range w.n {
			w.c.Tick(i, 1)
		}
	case dice < 800:
		w.c.Tick(node, 1+w.rng.IntN(3))
	case dice < 975:
		if leader := w.leader(); leader >= 0 && dice < 950 {
			node = leader
		}
		w.ask(node)
	case dice < 981:
		w.cut = w.leader()
	case dice < 984:
		w.cut = -1
	case w.down[node] || dice < 989:
		if leader := w.leader(); leader >= 0 && dice < 987 {
			node = leader
		}
		if err := w.crash(node); err != nil {
			return err
		}
	}
	return w.look()
}

// reachable is what may happen: messages of a node that is cut off wait.
func (w *world) reachable() []*sim.Action {
	return slices.DeleteFunc(w.c.Pending(), func(a *sim.Action) bool {
		return a.Kind == sim.Deliver && (a.Node == w.cut || a.Message.Peer == w.cut)
	})
}

// leader is some node that leads, or takes itself for one; -1: none does.
func (w *world) leader() int {
	for _, i := range w.rng.Perm(w.n) {
		if w.c.Status(i).Leader == w.c.Names()[i] {
			return i
		}
	}
	return -1
}

func (w *world) happen(pending []*sim.Action) {
	a := pending[0]
	if w.wild && w.rng.IntN(4) == 0 {
		a = pending[w.rng.IntN(len(pending))]
	}
	if w.wild && a.Kind == sim.Deliver {
		switch w.rng.IntN(40) {
		case 0:
			w.c.Drop(a)
			return
		case 1:
			w.c.Duplicate(a)
		}
	}
	w.c.Do(a)
}

func (w *world) crash(node int) error {
	if w.down[node] {
		delete(w.down, node)
		return w.c.Restart(node)
	}
	w.down[node] = true
	w.c.Crash(node)
	return nil
}

func (w *world) ask(node int) {
	w.calls++
	op := bench.Op{Kind: bench.Write, Key: 1, Arg: w.calls, Size: 16}
	if w.rng.IntN(3) == 0 {
		op = bench.Op{Kind: bench.Read, Key: 1}
	}
	w.open[w.calls] = &request{op, w.floor}
	call := replica.Call{Session: w.calls, Seq: 1, Attempt: w.calls, Op: op, Done: nobodyWaits{}}
	if err := w.c.Call(node, call); err != nil {
		delete(w.open, w.calls)
	}
}

// look checks what all nodes have committed, and every answer.
func (w *world) look() error {
	w.c.Log()
	for _, e := range w.c.Events() {
		if e.Kind == bench.EventFailed {
			return fmt.Errorf("node %s failed: %s", e.Node, e.Detail)
		}
	}
	for i := range w.n {
		if err := w.compare(i); err != nil {
			return err
		}
	}
	for _, r := range w.c.Replies() {
		if err := w.answered(&r); err != nil {
			return err
		}
	}
	return nil
}

// compare is agreement and validity: one value a slot, and one that was asked for.
func (w *world) compare(i int) error {
	m := w.c.Machine(i)
	if m != w.lives[i] {
		w.lives[i], w.seen[i] = m, 0
	}
	if m == nil {
		return nil
	}
	n := m.(*node)
	w.seen[i] = max(w.seen[i], n.log.base)
	for w.seen[i] < n.committed {
		w.seen[i]++
		slot := w.seen[i]
		command := string(commandOf(n.log.at(slot)))
		was, ok := w.chosen[slot]
		if !ok {
			w.chosen[slot] = command
			if command == "" {
				continue
			}
			c, err := machine.Decode([]byte(command))
			if err != nil || c.Arg > w.calls || c.Arg != c.Session {
				return fmt.Errorf("node %d has chosen what nobody asked for in slot %d: %+v, %v", i+1, slot, c, err)
			}
			if w.place[c.Arg] == 0 {
				w.place[c.Arg] = slot
			}
		} else if was != command {
			return fmt.Errorf("node %d has chosen another value in slot %d than one before", i+1, slot)
		}
	}
	return nil
}

// answered is linearizability of one register, given the order of the slots: an
// answer shows the state at a slot that is not below any which an earlier answer
// has shown when this was asked.
func (w *world) answered(r *step.Reply) error {
	q := w.open[r.Call.Attempt]
	if q == nil {
		return fmt.Errorf("call %d was answered twice", r.Call.Attempt)
	}
	delete(w.open, r.Call.Attempt)
	if r.Err != nil {
		return nil
	}
	id := q.op.Arg
	if q.op.Kind == bench.Read {
		id = r.Reply.Value
	} else {
		w.acked = append(w.acked, id)
	}
	at := w.place[id]
	if at == 0 && id != bench.IdleValue {
		return fmt.Errorf("call %d (%v) was answered with %d, which was not chosen", r.Call.Attempt, q.op.Kind, id)
	}
	if q.op.Kind == bench.Read {
		for later := range w.place {
			if s := w.place[later]; s > at && s <= q.floor {
				return fmt.Errorf("read %d found %d of slot %d, after an answer from slot %d", r.Call.Attempt, id, at, s)
			}
		}
	}
	w.floor = max(w.floor, at)
	return nil
}

// heal lets everything happen in order, and waits until all agree and a write
// succeeds: termination.
func (w *world) heal() error {
	w.wild = false
	for i := range w.n {
		if w.down[i] {
			if err := w.crash(i); err != nil {
				return err
			}
		}
	}
	before := len(w.acked)
	for round := range 400 {
		for range 4 {
			for _, a := range w.c.Pending() {
				w.c.Do(a)
				if err := w.look(); err != nil {
					return err
				}
			}
		}
		if len(w.acked) > before && w.same() {
			return nil
		}
		for i := range w.n {
			w.c.Tick(i, 1)
		}
		if round%10 == 0 && len(w.acked) == before {
			for i := range w.n {
				w.ask(i)
			}
		}
		if err := w.look(); err != nil {
			return err
		}
	}
	var b strings.Builder
	for i := range w.n {
		fmt.Fprintf(&b, "\n%+v", w.c.Status(i))
	}
	return fmt.Errorf("no agreement after 400 rounds:%s", b.String())
}

func (w *world) same() bool {
	first := w.c.Status(0)
	for i := range w.n {
		if s := w.c.Status(i); s.Applied != first.Applied || s.Digest != first.Digest {
			return false
		}
	}
	return true
}

func storm(cfg Config, nodes int, seed uint64) error {
	w, err := newWorld(cfg, nodes, seed)
	if err != nil {
		return err
	}
	for range 500 {
		if err := w.turn(); err != nil {
			return err
		}
	}
	return w.heal()
}

// Short runs in which nodes crash, and messages are lost, doubled and reordered:
// all agree in every slot on a value that was asked for, what was answered is
// linearizable, and when the faults are over all come to the same state.
func TestStorms(t *testing.T) {
	seeds := uint64(2000)
	if testing.Short() { // one goroutine: the race detector has nothing to find
		seeds = 100
	}
	for _, tc := range []struct {
		name  string
		nodes int
		cfg   Config
	}{
		{"three", 3, DefaultConfig()},
		{"five", 5, DefaultConfig()},
		{"lease", 3, Config{Reads: ReadLease}},
		{"flexible", 4, Config{Reads: ReadIndex, Quorums: Quorums{Phase1: 3, Phase2: 2}}},
		{"classic", 3, Config{Reads: ReadIndex, Classic: true}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			for seed := range seeds {
				if err := storm(tc.cfg, tc.nodes, seed); err != nil {
					t.Fatalf("seed %d: %v", seed, err)
				}
			}
		})
	}
}
