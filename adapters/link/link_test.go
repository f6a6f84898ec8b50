package link

import (
	"fmt"
	"reflect"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
	"pgregory.net/rapid"

	"nines/chaos"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const ms = time.Millisecond

// arrival is a message that a node got, and when.
type arrival struct {
	at      time.Duration
	from    string
	payload any
}

// inbox collects what a node gets. Tests read it when nobody sends and, in
// virtual time, after synctest.Wait.
type inbox struct {
	start time.Time
	mu    sync.Mutex
	got   []arrival
}

func (in *inbox) take(from string, payload any) {
	in.mu.Lock()
	defer in.mu.Unlock()
	in.got = append(in.got, arrival{time.Since(in.start), from, payload})
}

func (in *inbox) payloads() []any {
	var all []any
	for _, a := range in.got {
		all = append(all, a.payload)
	}
	return all
}

// cluster is a fabric of which all nodes are attached.
type cluster struct {
	*Fabric
	at    map[string]*Endpoint
	inbox map[string]*inbox
}

func newCluster(t testing.TB, cfg Config) *cluster {
	t.Helper()
	f, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.Close)
	c := &cluster{f, make(map[string]*Endpoint), make(map[string]*inbox)}
	for _, n := range cfg.Nodes {
		c.attach(t, n)
	}
	return c
}

func (c *cluster) attach(t testing.TB, name string) {
	t.Helper()
	e, err := c.Attach(name)
	if err != nil {
		t.Fatal(err)
	}
	in := &inbox{start: time.Now()}
	e.Handle(in.take)
	c.at[name], c.inbox[name] = e, in
}

func (c *cluster) hurt(t testing.TB, from, to string, l chaos.LinkFault) (heal func() chaos.LinkHarm) {
	t.Helper()
	heal, err := c.HurtLink(from, to, l)
	if err != nil {
		t.Fatal(err)
	}
	return heal
}

func table(t testing.TB, rtt ...[]time.Duration) Profile {
	t.Helper()
	p, err := Table(rtt)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestWithoutDelayTheSenderCallsTheHandler(t *testing.T) {
	c := newCluster(t, Config{Nodes: []string{"a", "b"}})
	c.at["a"].Send("b", 1, 10)
	c.at["a"].Send("b", 2, 20)
	c.at["b"].Send("b", 3, 40)
	c.at["a"].Send("nobody", 4, 80)
	if got, want := c.inbox["b"].payloads(), []any{1, 2, 3}; !reflect.DeepEqual(got, want) {
		t.Errorf("b got %v, want %v", got, want)
	}
	if from := c.inbox["b"].got[2].from; from != "b" {
		t.Errorf("the message of b to itself came from %q", from)
	}
	if m, b := c.Cost(); m != 2 || b != 30 {
		t.Errorf("cost %d messages, %d bytes; want 2, 30", m, b)
	}
}

func TestDelayIsExactInVirtualTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCluster(t, Config{
			Nodes:   []string{"a", "b", "c"},
			Profile: table(t, []time.Duration{0, 10 * ms, 4 * ms}, []time.Duration{20 * ms, 0, 0}, []time.Duration{0, 0, 0}),
		})
		c.at["a"].Send("b", "ab", 1)
		c.at["b"].Send("a", "ba", 1)
		c.at["a"].Send("c", "ac", 1) // due before what was sent earlier
		c.at["c"].Send("a", "ca", 1)
		time.Sleep(time.Second)
		synctest.Wait()
		want := map[string][]arrival{
			"a": {{0, "c", "ca"}, {10 * ms, "b", "ba"}},
			"b": {{5 * ms, "a", "ab"}},
			"c": {{2 * ms, "a", "ac"}},
		}
		for n, w := range want {
			if got := c.inbox[n].got; !slices.Equal(got, w) {
				t.Errorf("%s got %v, want %v", n, got, w)
			}
		}
	})
}

// Every message arrives when it must: after its link's delay, or with the one
// before it on that link if that is later.
func TestArrivalTimes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		nodes := []string{"a", "b", "c"}
		noDeadline := struct{ testing.TB }{t} // it is in real time
		rapid.Check(noDeadline, func(t *rapid.T) {
			rtt := make([][]time.Duration, len(nodes))
			for i := range nodes {
				rtt[i] = make([]time.Duration, len(nodes))
				for j := range nodes {
					if i != j {
						rtt[i][j] = 2 * time.Duration(rapid.IntRange(0, 9).Draw(t, "delay")) * ms
					}
				}
			}
			p, err := Table(rtt)
			if err != nil {
				t.Fatal(err)
			}
			f, err := New(Config{Nodes: nodes, Profile: p})
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			start, ends, boxes := time.Now(), make([]*Endpoint, len(nodes)), make([]*inbox, len(nodes))
			for i, n := range nodes {
				ends[i], boxes[i] = must(f.Attach(n)), &inbox{start: start}
				ends[i].Handle(boxes[i].take)
			}
			want := make(map[string]time.Duration) // of a payload
			last := make(map[string]time.Duration) // on a link
			for k := range rapid.IntRange(1, 40).Draw(t, "messages") {
				time.Sleep(time.Duration(rapid.IntRange(0, 3).Draw(t, "pause")) * ms)
				i, j := rapid.IntRange(0, 2).Draw(t, "from"), rapid.IntRange(0, 2).Draw(t, "to")
				var heal func() chaos.LinkHarm
				extra := time.Duration(0)
				if i != j && rapid.Bool().Draw(t, "hurt") {
					extra = time.Duration(rapid.IntRange(0, 9).Draw(t, "extra")) * ms
					if heal, err = f.HurtLink(nodes[i], nodes[j], chaos.LinkFault{Delay: extra}); err != nil {
						t.Fatal(err)
					}
				}
				on, payload := nodes[i]+nodes[j], fmt.Sprint(k)
				last[on] = max(last[on], time.Since(start)+rtt[i][j]/2+extra)
				want[payload] = last[on]
				ends[i].Send(nodes[j], payload, 1)
				if heal != nil {
					heal()
				}
			}
			time.Sleep(time.Second)
			synctest.Wait()
			for i, n := range nodes {
				for _, a := range boxes[i].got {
					if a.at != want[a.payload.(string)] {
						t.Errorf("%s got message %v of %s at %v, want %v", n, a.payload, a.from, a.at, want[a.payload.(string)])
					}
					delete(want, a.payload.(string))
				}
			}
			if len(want) > 0 {
				t.Errorf("lost: %v", want)
			}
		})
	})
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func TestOverflowIsDroppedAndCounted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCluster(t, Config{Nodes: []string{"a", "b"}, Profile: table(t, []time.Duration{0, 2 * ms}, []time.Duration{0, 0}), Queue: 3})
		for i := range 5 {
			c.at["a"].Send("b", i, 1)
		}
		time.Sleep(ms)
		synctest.Wait()
		c.at["a"].Send("b", 5, 1)
		time.Sleep(ms)
		synctest.Wait()
		if got, want := c.inbox["b"].payloads(), []any{0, 1, 2, 5}; !reflect.DeepEqual(got, want) {
			t.Errorf("b got %v, want %v", got, want)
		}
		if n := c.Overflow(); n != 2 {
			t.Errorf("overflow %d, want 2", n)
		}
	})
}

func TestCloseLosesWhatIsInFlight(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCluster(t, Config{Nodes: []string{"a", "b"}, Profile: table(t, []time.Duration{0, 2 * ms}, []time.Duration{0, 0})})
		c.at["a"].Send("b", 1, 1)
		c.Close()
		c.Close()
		c.at["a"].Send("b", 2, 1)
		c.at["b"].Send("a", 3, 1)
		time.Sleep(time.Second)
		if len(c.inbox["a"].got)+len(c.inbox["b"].got) != 0 {
			t.Errorf("after Close: a got %v, b got %v", c.inbox["a"].got, c.inbox["b"].got)
		}
		if _, err := c.Attach("a"); err == nil {
			t.Error("attached to a closed fabric")
		}
	})
}

func TestPreciseDeliversNotBeforeItsTime(t *testing.T) {
	const delay = 200 * time.Microsecond
	c := newCluster(t, Config{
		Nodes:   []string{"a", "b", "c"},
		Profile: table(t, []time.Duration{0, 2 * delay, time.Second}, []time.Duration{0, 0, 0}, []time.Duration{0, 0, 0}),
		Precise: true,
	})
	arrived := make(chan time.Duration, 1)
	c.at["b"].Handle(func(_ string, sent any) { arrived <- time.Since(sent.(time.Time)) })
	c.at["a"].Send("c", "far", 1) // the deliverer sleeps for long, and must be woken
	for range 20 {
		c.at["a"].Send("b", time.Now(), 1)
		if took := <-arrived; took < delay {
			t.Fatalf("a message took %v, want at least %v", took, delay)
		}
	}
}

func TestConfigIsRefused(t *testing.T) {
	for _, tc := range []struct {
		cfg  Config
		want string
	}{
		{Config{Nodes: []string{"a", "a"}}, `link: node name "a": names must be unique and not empty`},
		{Config{Nodes: []string{""}}, `link: node name "": names must be unique and not empty`},
		{Config{Nodes: []string{"a"}, Queue: -1}, "link: queue of -1 messages, want 1 or more, or 0 for 65536"},
		{Config{Nodes: []string{"a"}, Profile: table(t, []time.Duration{0, 0}, []time.Duration{0, 0})}, "link table: it is for 2 nodes, the cluster has 1"},
	} {
		if _, err := New(tc.cfg); fmt.Sprint(err) != tc.want {
			t.Errorf("New(%v): %v, want %s", tc.cfg, err, tc.want)
		}
	}
	c := newCluster(t, Config{Nodes: []string{"a"}})
	if _, err := c.Attach("b"); err == nil {
		t.Error("attached a node that there is not")
	}
	if _, err := c.Attach("a"); err == nil {
		t.Error("attached a node twice")
	}
}
