package link

import (
	"reflect"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"nines/chaos"
)

func TestDetachWaitsForTheHandler(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCluster(t, Config{Nodes: []string{"a", "b"}})
		entered, leave := make(chan struct{}), make(chan struct{})
		c.at["b"].Handle(func(string, any) { close(entered); <-leave })
		var wg sync.WaitGroup
		wg.Go(func() { c.at["a"].Send("b", 1, 1) })
		<-entered
		var detached atomic.Int32
		for range 2 { // a second call waits as well
			wg.Go(func() { c.at["b"].Detach(); detached.Add(1) })
		}
		synctest.Wait()
		if detached.Load() != 0 {
			t.Error("Detach returned while the handler ran")
		}
		c.at["a"].Send("b", 2, 1) // would close entered again
		close(leave)
		wg.Wait()
		c.at["b"].Detach()
		c.at["a"].Send("b", 3, 1)
		c.at["b"].Send("a", 4, 1)
		if got := c.inbox["a"].payloads(); got != nil {
			t.Errorf("a got %v from a detached node", got)
		}
	})
}

// A handler that sends to a node that is being detached, and so comes back to
// where it is, must not wait for it.
func TestDetachDuringACycleOfHandlers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCluster(t, Config{Nodes: []string{"a", "b"}})
		started, again := make(chan struct{}), make(chan struct{})
		c.at["a"].Handle(func(string, any) { c.at["a"].Send("b", "third", 1) })
		c.at["b"].Handle(func(_ string, payload any) {
			if payload == "third" {
				t.Error("a handler started on an endpoint that is being detached")
				return
			}
			close(started)
			<-again
			c.at["b"].Send("a", "second", 1)
		})
		go c.at["a"].Send("b", "first", 1)
		<-started
		done := make(chan struct{})
		go func() { c.at["b"].Detach(); close(done) }()
		synctest.Wait()
		close(again)
		<-done
	})
}

func TestDetachLosesWhatIsInFlight(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCluster(t, Config{Nodes: []string{"a", "b", "c"}, Profile: table(t,
			[]time.Duration{0, 20 * ms, 20 * ms}, []time.Duration{20 * ms, 0, 20 * ms}, []time.Duration{20 * ms, 20 * ms, 0})})
		heal := c.hurt(t, "a", "b", chaos.LinkFault{Delay: time.Hour})
		c.at["a"].Send("b", "to the old b", 1)
		heal()
		c.at["b"].Send("a", "from the old b", 1)
		c.at["c"].Send("a", "from c", 1)
		time.Sleep(5 * ms)
		c.at["b"].Detach()
		c.attach(t, "b")
		c.at["a"].Send("b", "to the new b", 1) // does not wait behind what is lost
		time.Sleep(10 * ms)
		synctest.Wait()
		if got, want := c.inbox["b"].payloads(), []any{"to the new b"}; !reflect.DeepEqual(got, want) {
			t.Errorf("b got %v, want %v", got, want)
		}
		if got, want := c.inbox["a"].payloads(), []any{"from c"}; !reflect.DeepEqual(got, want) {
			t.Errorf("a got %v, want %v", got, want)
		}
		time.Sleep(2 * time.Hour)
		if n := len(c.inbox["b"].got); n != 1 {
			t.Errorf("the new b got %d messages, want 1", n)
		}
	})
}

// Once nothing is in flight, the sender calls the handler again.
func TestTheDirectWayComesBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCluster(t, Config{Nodes: []string{"a", "b"}})
		direct := func() bool {
			n := len(c.inbox["b"].got)
			c.at["a"].Send("b", 1, 1)
			return len(c.inbox["b"].got) == n+1
		}
		heal := c.hurt(t, "a", "b", chaos.LinkFault{Delay: ms})
		if direct() {
			t.Error("a delayed message arrived at once")
		}
		heal()
		time.Sleep(ms)
		synctest.Wait()
		if !direct() {
			t.Error("not direct after what was in flight has arrived")
		}
		heal = c.hurt(t, "a", "b", chaos.LinkFault{Delay: ms})
		c.at["a"].Send("b", 1, 1)
		heal()
		c.at["b"].Detach()
		c.attach(t, "b")
		if !direct() {
			t.Error("not direct after what was in flight was lost")
		}
		heal = c.hurt(t, "a", "b", chaos.LinkFault{Delay: ms})
		c.at["a"].Send("b", 1, 1)
		heal()
		heal = c.hurt(t, "a", "b", chaos.LinkFault{Cut: true})
		time.Sleep(ms)
		synctest.Wait()
		heal()
		if !direct() {
			t.Error("not direct after what was in flight was cut off")
		}
	})
}

func TestBeforeHandleMessagesAreLost(t *testing.T) {
	f, err := New(Config{Nodes: []string{"a", "b"}})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	a, _ := f.Attach("a")
	a.Send("b", 1, 1) // nobody is there
	b, _ := f.Attach("b")
	a.Send("b", 2, 1)
	var got []any
	b.Handle(func(_ string, payload any) { got = append(got, payload) })
	a.Send("b", 3, 1)
	if want := []any{3}; !reflect.DeepEqual(got, want) {
		t.Errorf("b got %v, want %v", got, want)
	}
}

// Many senders, while the link is hurt and healed and the receiver comes and
// goes: each sender's messages arrive in order.
func TestConcurrentSendersKeepTheirOrder(t *testing.T) {
	const senders, each = 4, 3000
	c := newCluster(t, Config{Nodes: []string{"a", "b"}, Precise: true})
	var mu sync.Mutex
	last := make([]int, senders)
	handler := func(_ string, payload any) {
		m := payload.([2]int)
		mu.Lock()
		defer mu.Unlock()
		if m[1] <= last[m[0]] {
			t.Errorf("sender %d: %d after %d", m[0], m[1], last[m[0]])
		}
		last[m[0]] = m[1]
	}
	a, b := c.at["a"], c.at["b"]
	b.Handle(handler)
	var sending, meddling sync.WaitGroup
	for s := range senders {
		sending.Go(func() {
			for i := range each {
				a.Send("b", [2]int{s, i + 1}, 1)
			}
		})
	}
	stop := make(chan struct{})
	meddling.Go(func() {
		for i := 0; ; i++ {
			select {
			case <-stop:
				return
			default:
			}
			heal, err := c.HurtLink("a", "b", chaos.LinkFault{Delay: 100 * time.Microsecond, Jitter: 100 * time.Microsecond})
			if err != nil {
				t.Error(err)
			}
			if i%4 == 3 {
				b.Detach()
				if b, err = c.Attach("b"); err != nil {
					t.Error(err)
					return
				}
				b.Handle(handler)
			}
			heal()
		}
	})
	sending.Wait()
	close(stop)
	meddling.Wait()
}
