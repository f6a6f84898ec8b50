package sim_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"nines/adapters/replica"
	"nines/adapters/replica/sim"
	"nines/adapters/replica/step"
	"nines/bench"
)

// once is a source of one write.
type once struct{ done bool }

func (o *once) Next(op *bench.Op) bool {
	*op = bench.Op{Kind: bench.Write, Key: 1, Arg: 1, Size: 16}
	was := o.done
	o.done = true
	return !was
}

func calm(faults ...sim.Fault) sim.Config {
	return sim.Config{
		ClusterConfig: sim.ClusterConfig{Nodes: 3, New: newToy},
		Clients:       1,
		Source:        func(int) bench.Source { return &once{} },
		Duration:      time.Second,
		Faults:        faults,
		Finals:        []bench.Op{{Kind: bench.Read, Key: 1}},
	}
}

// A fault strikes whom it names, when it says.
func TestFaults(t *testing.T) {
	const ms = time.Millisecond
	for _, tc := range []struct {
		fault sim.Fault
		nodes string
		text  string
	}{
		{sim.Fault{Whom: "n2", Do: sim.Kill, For: 100 * ms}, "n2", "kill(n2)"},
		{sim.Fault{Whom: sim.Leader, Do: sim.Kill, For: 100 * ms}, "n1", "kill(leader)"},
		{sim.Fault{At: ms, Whom: "n3", Do: sim.Isolate, For: 100 * ms}, "n3", "isolate(n3)"},
		{sim.Fault{Whom: "n3", Do: sim.Mute, For: 100 * ms}, "n3", "mute(n3)"},
		{sim.Fault{Whom: "n3", Do: sim.Deaf, For: 100 * ms}, "n3", "deaf(n3)"},
		{sim.Fault{Point: "durable", Whom: sim.Here, Do: sim.Kill, For: 100 * ms}, "n1", "at(durable, kill(here))"},
		{sim.Fault{Point: "durable", Nth: 3, Whom: sim.Coordinator, Do: sim.Isolate}, "n1", "at(durable, isolate(coordinator))"},
		{sim.Fault{Point: "durable", Nth: 2, Whom: sim.Participant, Do: sim.Kill, For: 100 * ms}, "n3", "at(durable, kill(participant))"},
	} {
		h, err := sim.Run(calm(tc.fault))
		if err != nil || len(h.Faults) != 1 || h.Rest == bench.Never {
			t.Errorf("%v: %v, at rest at %v, %+v", tc.fault, err, h.Rest, h.Faults)
			continue
		}
		f := h.Faults[0]
		lasted := f.End - f.Start
		if f.Fault != tc.text || fmt.Sprint(f.Nodes) != "["+tc.nodes+"]" || f.Evidence == "" || tc.fault.For > 0 && lasted != tc.fault.For || tc.fault.For == 0 && f.End < time.Second {
			t.Errorf("%v: %+v lasted %v", tc.fault, f, lasted)
		}
		last := h.Samples[len(h.Samples)-1]
		if last.Class != bench.Final || last.Outcome != bench.OK {
			t.Errorf("%v: %+v", tc.fault, h.Samples)
		}
		for _, s := range h.Samples {
			if s.Kind == bench.Write && s.Outcome == bench.OK && last.Result != 1 {
				t.Errorf("%v: the write is lost", tc.fault)
			}
		}
	}
}

// A kill at a point leaves what had been durable, and no trace of the step.
func TestKillBeforeTheStepIsDone(t *testing.T) {
	h, err := sim.Run(calm(sim.Fault{Point: "durable", Nth: 2, Whom: sim.Here, Do: sim.Kill, For: 300 * time.Millisecond}))
	if err != nil {
		t.Fatal(err)
	}
	write := h.Samples[0]
	if write.Outcome != bench.OK || write.Done < 300*time.Millisecond {
		t.Errorf("%+v, want it answered when the node is back", write)
	}
}

// A machine that cannot go on ends the run, with what happened until then.
func TestFailingMachine(t *testing.T) {
	cfg := calm()
	cfg.New = func(c step.Config) (step.Machine, error) {
		m, err := newToy(c)
		return failing{m}, err
	}
	h, err := sim.Run(cfg)
	if err == nil || !strings.Contains(err.Error(), "node n1: it has had enough") || len(h.Events) == 0 {
		t.Errorf("%v, and %v", err, h.Events)
	}
}

type failing struct{ step.Machine }

func (f failing) Step(in step.Input, out *step.Output) {
	f.Machine.Step(in, out)
	if len(in.Calls) > 0 {
		out.Failed = fmt.Errorf("it has had enough")
	}
}

// A client of a node that is down is refused, and one that gets no answer gives up.
func TestOutcomes(t *testing.T) {
	cfg := calm(sim.Fault{Whom: "n3", Do: sim.Isolate})
	cfg.Abandon = 200 * time.Millisecond
	h, err := sim.Run(cfg)
	if err != nil {
		t.Fatal(err)
	}
	if s := h.Samples[0]; s.Outcome != bench.Unknown || s.Done-s.Sent != cfg.Abandon {
		t.Errorf("%+v, want it given up", s)
	}
	if a, b := h.Samples[0].Session, h.Samples[1].Session; a == b {
		t.Error("a session is used again although its operation is unknown")
	}
}

// What an attempt may have done is not undone by a later one that is refused.
func TestLostThenRefused(t *testing.T) {
	cfg := calm()
	cfg.New = func(c step.Config) (step.Machine, error) {
		m, err := newToy(c)
		return &fickle{Machine: m}, err
	}
	h, err := sim.Run(cfg)
	if err != nil {
		t.Fatal(err)
	}
	if s := h.Samples[0]; s.Outcome != bench.Unknown {
		t.Errorf("%+v, want it unknown", s)
	}
}

// fickle loses the first attempt at a write, and refuses the second.
type fickle struct {
	step.Machine
	writes int
}

func (f *fickle) Step(in step.Input, out *step.Output) {
	f.Machine.Step(in, out)
	for _, c := range in.Calls {
		if c.Op.Kind == bench.Write {
			out.Replies = append(out.Replies, step.Reply{Call: c, Err: []error{replica.ErrLost, bench.ErrAborted}[f.writes]})
			f.writes++
		}
	}
}

func TestValidate(t *testing.T) {
	for _, tc := range []struct {
		change func(*sim.Config)
		want   string
	}{
		{func(*sim.Config) {}, ""},
		{func(c *sim.Config) { c.Nodes = 0 }, "sim: 0 nodes, want 1 or more"},
		{func(c *sim.Config) { c.New = nil }, "sim: New is nil: there is nothing to make machines with"},
		{func(c *sim.Config) { c.Tick = -1 }, "sim: ticks of -1ns: want more than 0, or 0 for the default"},
		{func(c *sim.Config) { c.ElectionTicks = -1 }, "sim: 0 ticks a heartbeat, -1 an election: want more, or 0 for the default"},
		{func(c *sim.Config) { c.Force = -1 }, "sim: a duration of -1ns: want 0 or more"},
		{func(c *sim.Config) { c.Network.Drop = 2 }, "sim: drop 2, duplicate 0: want shares from 0 to 1"},
		{func(c *sim.Config) { c.Source = nil }, "sim: there are clients, and Source is nil"},
		{func(c *sim.Config) { c.Faults = []sim.Fault{{Do: sim.Kill, Whom: sim.Here}} },
			"sim: kill(here): only a fault at a point knows who that is"},
		{func(c *sim.Config) { c.Faults = []sim.Fault{{Do: "tickle", Whom: "n1"}} },
			`sim: fault "tickle": want kill, isolate, mute or deaf`},
		{func(c *sim.Config) { c.Faults = []sim.Fault{{Do: sim.Kill, Whom: "n4"}} },
			"sim: kill(n4): no node is called n4; there are n1 to n3"},
	} {
		cfg := calm()
		tc.change(&cfg)
		_, err := sim.Run(cfg)
		got := ""
		if err != nil {
			got = err.Error()
		}
		if got != tc.want {
			t.Errorf("%q, want %q", got, tc.want)
		}
	}
}

func TestAgreement(t *testing.T) {
	var a sim.Agreement
	a.Watch("n1", bench.Status{Applied: 1, Digest: 10})
	a.Watch("n2", bench.Status{Applied: 2, Digest: 20})
	a.Watch("n2", bench.Status{Applied: 1, Digest: 10})
	if v := a.Violation(); v != "" {
		t.Error(v)
	}
	a.Watch("n3", bench.Status{Applied: 2, Digest: 21})
	a.Watch("n3", bench.Status{Applied: 1, Digest: 11})
	if v, want := a.Violation(), "n2 and n3 have applied 2 entries, and their digests are 0000000000000014 and 0000000000000015"; v != want {
		t.Errorf("%q, want %q", v, want)
	}
}

func BenchmarkStorm(b *testing.B) {
	steps := 0
	for seed := uint64(0); b.Loop(); seed++ {
		h, err := sim.Run(stormy(seed, newToy))
		if err != nil {
			b.Fatal(err)
		}
		steps += h.Steps
	}
	b.ReportMetric(float64(steps)/b.Elapsed().Seconds(), "steps/s")
}
