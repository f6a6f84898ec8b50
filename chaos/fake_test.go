package chaos

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"nines/bench"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// fake is a cluster that only remembers what is done to it. Every link carries
// a message each millisecond, and every disk syncs as often, while it is hurt.
type fake struct {
	mu      sync.Mutex
	names   []string
	up      map[string]bool
	terms   map[string]uint64 // of those that take themselves for the leader
	links   map[string][]*LinkFault
	disks   map[string][]*DiskFault
	clocks  map[string][]*ClockFault
	broken  map[string]bool // have died of their disk, and not been killed since
	log     []string
	base    time.Time
	caps    Caps
	silent  bool                                 // no messages and no syncs
	phoenix bool                                 // nodes may rise by themselves
	undead  bool                                 // Kill does nothing
	slow    time.Duration                        // that a kill and a restart take
	fail    func(what, node string, n int) error // n counts from 0, for each (what, node)
	counts  map[string]int                       // calls of each (what, node)
	killed  func(node string)                    // called after a kill, with mu held
	applied map[string]uint64                    // by node; all is committed
	points  []string
	armed   map[string]func(Point) // by the point's name
	lives   map[string]int         // of members in each place; 0: nobody is a member there
	deaf    bool                   // leaders do not hand over
	passing time.Duration          // that handing over takes
	lagging time.Duration          // that a node takes to catch up
	behind  uint64                 // what it has applied until then, of 10
	joined  map[string]time.Time
}

func newFake(n int) *fake {
	f := &fake{
		up: map[string]bool{}, terms: map[string]uint64{}, counts: map[string]int{},
		links: map[string][]*LinkFault{}, disks: map[string][]*DiskFault{},
		clocks: map[string][]*ClockFault{}, broken: map[string]bool{},
		base: time.Now(), caps: CanKill | CanLink | CanLead | CanDisk | CanPoint | CanSkew | CanDrift | CanTransfer | CanMember,
		points: []string{"prepared", "elected"}, armed: map[string]func(Point){},
		lives: map[string]int{}, joined: map[string]time.Time{},
	}
	for i := range n {
		name := fmt.Sprintf("n%d", i+1)
		f.names = append(f.names, name)
		f.up[name] = true
		f.lives[name] = 1
	}
	f.terms["n1"] = 1
	return f
}

func (f *fake) Nodes() []string { return f.names }
func (f *fake) Caps() Caps      { return f.caps }
func (f *fake) Close() error    { return nil }
func (f *fake) Dial(context.Context, string, uint64) (bench.Client, error) {
	return nil, errors.New("no clients here")
}

func (f *fake) Status(node string) bench.Status {
	f.mu.Lock()
	defer f.mu.Unlock()
	s := bench.Status{Up: f.up[node], Term: f.terms[node], Applied: f.applied[node], Committed: max(10, f.applied[node])}
	if f.applied != nil {
		s.Committed = f.applied[node]
	}
	for n, term := range f.terms { // all know the newest that is up
		if f.up[n] && term >= f.terms[s.Leader] {
			s.Leader = n
		}
	}
	if f.terms[node] > 0 { // it takes itself for the leader
		s.Leader = node
	}
	if f.applied == nil && f.up[node] {
		s.Applied = f.behind
		if time.Since(f.joined[node]) >= f.lagging {
			s.Applied = 10
		}
	}
	return s
}

// note logs what happens with the instant, and returns what it should fail with.
func (f *fake) note(what, node string) error {
	f.log = append(f.log, fmt.Sprintf("%v %s %s", time.Since(f.base), what, node))
	key := what + " " + node
	f.counts[key]++
	if f.fail != nil {
		return f.fail(what, node, f.counts[key]-1)
	}
	return nil
}

func (f *fake) Kill(node string) error {
	time.Sleep(f.slow)
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.note("kill", node); err != nil || f.undead {
		return err
	}
	if !f.up[node] && !f.broken[node] {
		return errors.New(node + " is down already")
	}
	f.up[node] = false
	delete(f.broken, node)
	if f.killed != nil {
		f.killed(node)
	}
	return nil
}

func (f *fake) Restart(ctx context.Context, node string) error {
	time.Sleep(f.slow)
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := cmp.Or(f.note("restart", node), ctx.Err()); err != nil || f.undead {
		return err
	}
	if f.up[node] && !f.phoenix {
		return errors.New(node + " is up already")
	}
	f.up[node] = true
	return nil
}

func (f *fake) Points() []string { return f.points }

func (f *fake) AtPoint(point string, strike func(Point)) (func(), error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.note("arm", point); err != nil {
		return nil, err
	}
	f.armed[point] = strike
	return func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		delete(f.armed, point)
	}, nil
}

// reach lets a node reach a point: the fault that waits for it, if any, strikes.
func (f *fake) reach(p Point) {
	f.mu.Lock()
	strike := f.armed[p.Name]
	delete(f.armed, p.Name)
	f.mu.Unlock()
	if strike != nil {
		strike(p)
	}
}

func (f *fake) HurtLink(from, to string, lf LinkFault) (func() LinkHarm, error) {
	key := from + ">" + to
	heal, err := hurtFake(f, f.links, key, &lf)
	if err != nil {
		return nil, err
	}
	return func() LinkHarm {
		n := heal()
		share := func(p float64) uint64 { return uint64(float64(n) * p) }
		switch {
		case lf.Cut, lf.Reset:
			return LinkHarm{Dropped: n}
		case lf.Loss > 0:
			return LinkHarm{Dropped: share(lf.Loss)}
		case lf.Duplicate > 0:
			return LinkHarm{Duplicated: share(lf.Duplicate)}
		case lf.Reorder > 0:
			return LinkHarm{Reordered: share(lf.Reorder)}
		default:
			return LinkHarm{Delayed: n}
		}
	}, nil
}

func (f *fake) HurtDisk(node string, df DiskFault) (func() DiskHarm, error) {
	heal, err := hurtFake(f, f.disks, node, &df)
	if err != nil {
		return nil, err
	}
	if f.silent || df.SyncDelay > 0 {
		return func() DiskHarm {
			n := heal()
			return DiskHarm{Syncs: n, Added: time.Duration(n) * df.SyncDelay}
		}, nil
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	running := f.up[node]
	if running { // it writes at once
		f.up[node], f.broken[node] = false, true
	}
	return func() DiskHarm {
		heal()
		switch {
		case !running:
			return DiskHarm{}
		case df.Tear != 0:
			return DiskHarm{Failed: 1, Torn: 1000, Kept: 600}
		default:
			return DiskHarm{Failed: 1}
		}
	}, nil
}

// HurtClock: every node reads its clock each millisecond.
func (f *fake) HurtClock(node string, cf ClockFault) (func() ClockHarm, error) {
	heal, err := hurtFake(f, f.clocks, node, &cf)
	if err != nil {
		return nil, err
	}
	return func() ClockHarm {
		n := heal()
		return ClockHarm{Readings: n, Ahead: time.Duration(float64(n) * cf.Rate * float64(time.Millisecond))}
	}, nil
}

// hurtFake adds a fault to those of one link or disk; the returned function
// takes it away and counts what came by meanwhile.
func hurtFake[F any](f *fake, faults map[string][]*F, key string, fault *F) (func() uint64, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.note("hurt", key); err != nil {
		return nil, err
	}
	faults[key] = append(faults[key], fault)
	since, healed := time.Now(), false
	return func() uint64 {
		f.mu.Lock()
		defer f.mu.Unlock()
		if healed {
			panic("healed twice: " + key)
		}
		healed = true
		var left []*F
		for _, o := range faults[key] {
			if o != fault {
				left = append(left, o)
			}
		}
		faults[key] = left
		f.log = append(f.log, fmt.Sprintf("%v heal %s", time.Since(f.base), key))
		if f.silent {
			return 0
		}
		return uint64(time.Since(since).Milliseconds())
	}, nil
}

// hurt lists what is broken now, in a fixed order.
func (f *fake) hurt() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	var list []string
	for _, a := range f.names {
		if !f.up[a] {
			list = append(list, a+" down")
		}
		for _, b := range f.names {
			for _, lf := range f.links[a+">"+b] {
				list = append(list, fmt.Sprintf("%s>%s %v", a, b, *lf))
			}
		}
		if f.lives[a] == 0 {
			list = append(list, a+" is no member")
		}
		for _, df := range f.disks[a] {
			list = append(list, a+" "+df.text())
		}
		for _, cf := range f.clocks[a] {
			list = append(list, fmt.Sprintf("%s clock %+v", a, *cf))
		}
	}
	for _, n := range f.Spares() {
		if f.lives[n] > 0 {
			list = append(list, n+" is a member")
		}
	}
	return list
}

func (df *DiskFault) text() string {
	switch {
	case df.Fail:
		return "fails"
	case df.Full:
		return fmt.Sprintf("full after %d", df.Room)
	case df.Tear != 0:
		return "tears"
	}
	return fmt.Sprintf("sync %v", df.SyncDelay)
}

// hurtWires are the links that are hurt now: by such a fault, if one is named.
func (f *fake) hurtWires(by string) []wire {
	f.mu.Lock()
	defer f.mu.Unlock()
	return wires(len(f.names), func(from, to int) bool {
		return slices.ContainsFunc(f.links[f.names[from]+">"+f.names[to]], func(lf *LinkFault) bool {
			return by == "" || lf.String() == by
		})
	})
}

func must(t testing.TB, text string) Fault {
	t.Helper()
	f, err := Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return f
}
