package link

import (
	"slices"
	"testing"
	"time"

	"nines/chaos"
)

// BenchmarkSend is the direct way: three nodes, each sending to the next, from
// all processors.
func BenchmarkSend(b *testing.B) {
	c := newCluster(b, Config{Nodes: []string{"a", "b", "c"}})
	for _, e := range c.at {
		e.Handle(func(string, any) {})
	}
	payload := any(&struct{}{})
	b.Run("one", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			c.at["a"].Send("b", payload, 100)
		}
	})
	b.Run("parallel", func(b *testing.B) {
		b.ReportAllocs()
		b.RunParallel(func(pb *testing.PB) {
			for i := 0; pb.Next(); i++ {
				switch i % 3 {
				case 0:
					c.at["a"].Send("b", payload, 100)
				case 1:
					c.at["b"].Send("c", payload, 100)
				default:
					c.at["c"].Send("a", payload, 100)
				}
			}
		})
	})
}

// BenchmarkQueued is the cost of a message that is held back, without waiting
// for it.
func BenchmarkQueued(b *testing.B) {
	c := newCluster(b, Config{Nodes: []string{"a", "b"}, Precise: true})
	if _, err := c.HurtLink("a", "b", chaos.LinkFault{Delay: 100 * time.Microsecond}); err != nil {
		b.Fatal(err)
	}
	arrived := make(chan struct{}, DefaultQueue)
	c.at["b"].Handle(func(string, any) { arrived <- struct{}{} })
	payload := any(&struct{}{})
	b.ReportAllocs()
	inFlight := 0
	for b.Loop() {
		c.at["a"].Send("b", payload, 100)
		if inFlight++; inFlight == 1000 {
			<-arrived
			inFlight--
		}
	}
	for ; inFlight > 0; inFlight-- {
		<-arrived
	}
}

// BenchmarkDelay reports how much later than 250 µs a lone message arrives.
func BenchmarkDelay(b *testing.B) {
	for name, precise := range map[string]bool{"precise": true, "timer": false} {
		b.Run(name, func(b *testing.B) {
			p, err := ParseProfile("lan")
			if err != nil {
				b.Fatal(err)
			}
			c := newCluster(b, Config{Nodes: []string{"a", "b"}, Profile: p, Precise: precise})
			arrived := make(chan time.Duration, 1)
			c.at["b"].Handle(func(_ string, sent any) { arrived <- time.Since(sent.(time.Time)) })
			var late []time.Duration
			for b.Loop() {
				c.at["a"].Send("b", time.Now(), 100)
				late = append(late, <-arrived-250*time.Microsecond)
			}
			slices.Sort(late)
			b.ReportMetric(float64(late[len(late)/2].Microseconds()), "late-p50-us")
			b.ReportMetric(float64(late[len(late)*99/100].Microseconds()), "late-p99-us")
		})
	}
}
