package linear

import (
	"context"
	"fmt"
	"math/rand/v2"
	"runtime/debug"
	"runtime/metrics"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"

	"nines/bench"
)

// load returns a legal history of clients that read and write at once, one
// operation after the other, with a hundredth of the operations unanswered. A
// client that got no answer goes on as a new session.
func load(ops, clients, keys int) []bench.Sample {
	r := rand.New(rand.NewPCG(1, uint64(keys)))
	values := make([]uint64, keys)
	// Instants are played in the order of an event queue in which every client
	// has one event: its next send, effect or answer. A step is short, so a
	// client's three events are spread among those of the others.
	type client struct {
		s    bench.Sample
		next int // 0 sends, 1 takes effect, 2 is answered
	}
	cs := make([]client, clients)
	samples := make([]bench.Sample, 0, ops+clients)
	session := uint64(clients)
	for c := range cs {
		cs[c].s.Session = uint64(c)
	}
	for now := time.Duration(0); len(samples) < ops; now += time.Duration(1 + r.IntN(2000)) {
		n := r.IntN(clients)
		c := &cs[n]
		s := &c.s
		switch c.next {
		case 0:
			*s = bench.Sample{Due: now, Sent: now, Session: s.Session, Key: uint64(r.IntN(keys)), Size: 16, Class: bench.Main, Kind: bench.Read, Outcome: bench.OK}
			if r.IntN(2) == 0 {
				s.Kind, s.Arg = bench.Write, uint64(len(samples)*clients+n+1)
			}
		case 1:
			unanswered := r.IntN(100) == 0
			lost := unanswered && r.IntN(2) == 0
			if s.Kind == bench.Write && !lost {
				values[s.Key] = s.Arg
			}
			s.Result = values[s.Key]
			if unanswered {
				s.Outcome = bench.Unknown
			}
		case 2:
			s.Done = now
			samples = append(samples, *s)
			if s.Outcome == bench.Unknown {
				s.Session, session = session, session+1
			}
		}
		c.next = (c.next + 1) % 3
	}
	for _, c := range cs {
		if c.next != 0 { // still under way at the end
			c.s.Outcome, c.s.Done = bench.Unknown, bench.Never
			samples = append(samples, c.s)
		}
	}
	return samples
}

// plantStale makes one read three quarters into the history return a value that
// had been overwritten before it began.
func plantStale(samples []bench.Sample) {
	for i := len(samples) * 3 / 4; i < len(samples); i++ {
		r := &samples[i]
		if r.Kind != bench.Read || r.Outcome != bench.OK {
			continue
		}
		before := r.Sent
		var newer *bench.Sample
		for j := i - 1; j >= 0; j-- {
			w := &samples[j]
			if w.Kind != bench.Write || w.Outcome != bench.OK || w.Key != r.Key || w.Done >= before {
				continue
			}
			if newer != nil {
				r.Result = w.Arg
				return
			}
			newer, before = w, w.Sent
		}
	}
}

// BenchmarkRegister1M checks a history of a million operations of 16 clients. It
// reports how much memory beyond the samples the process held at most.
func BenchmarkRegister1M(b *testing.B) {
	for _, keys := range []int{100, 1} {
		for _, want := range []Verdict{OK, Illegal} {
			history := map[Verdict]string{OK: "legal", Illegal: "stale"}[want]
			b.Run(fmt.Sprintf("keys=%d/history=%s", keys, history), func(b *testing.B) {
				samples := load(1_000_000, 16, keys)
				if want == Illegal {
					plantStale(samples)
				}
				b.ReportAllocs()
				peak := watchMemory()
				b.ResetTimer()
				for b.Loop() {
					if r := Check(context.Background(), samples, Options{}); r.Verdict != want {
						b.Fatalf("verdict %s: %s", r.Verdict, r.Why)
					}
				}
				b.ReportMetric(peak()/1e6, "peak-MB")
			})
		}
	}
}

// BenchmarkDurable1M is the same for the durability of those histories, read
// back at the end.
func BenchmarkDurable1M(b *testing.B) {
	samples := load(1_000_000, 16, 100)
	last := map[uint64]*bench.Sample{}
	for i := range samples {
		if s := &samples[i]; s.Outcome == bench.OK && s.Kind == bench.Read {
			last[s.Key] = s
		}
	}
	for _, s := range last {
		s.Class = bench.Final
	}
	b.ReportAllocs()
	for b.Loop() {
		if r := Durable(samples, Options{}); r.Verdict != OK {
			b.Fatalf("verdict %s: %s", r.Verdict, r.Why)
		}
	}
}

// BenchmarkCompare sets the fast check beside an exhaustive search where that
// is feasible: a few clients on one key, and a short history.
func BenchmarkCompare(b *testing.B) {
	for _, clients := range []int{2, 4, 8} {
		samples := load(2000, clients, 1)
		b.Run(fmt.Sprintf("clients=%d/check=zones", clients), func(b *testing.B) {
			for b.Loop() {
				Check(context.Background(), samples, Options{})
			}
		})
		b.Run(fmt.Sprintf("clients=%d/check=porcupine", clients), func(b *testing.B) {
			h := newHistory(samples, 0, nil)
			var all []int32
			for i := range samples {
				if takesPart(&samples[i]) {
					all = append(all, int32(i))
				}
			}
			for b.Loop() {
				porcupine.CheckOperationsTimeout(register(), h.operations(all), 10*time.Second)
			}
		})
	}
}

// watchMemory samples the memory that the process holds until the function that
// it returns is called, which returns the greatest excess over the beginning.
func watchMemory() (peak func() float64) {
	held := func() float64 {
		m := []metrics.Sample{{Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"}}
		metrics.Read(m)
		return float64(m[0].Value.Uint64() - m[1].Value.Uint64())
	}
	debug.FreeOSMemory()
	begin := held()
	stop, result := make(chan struct{}), make(chan float64)
	go func() {
		most := begin
		for {
			select {
			case <-stop:
				result <- most - begin
				return
			case <-time.After(2 * time.Millisecond):
				most = max(most, held())
			}
		}
	}()
	return func() float64 {
		close(stop)
		return <-result
	}
}
