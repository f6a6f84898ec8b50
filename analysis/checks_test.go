package analysis

import (
	"strings"
	"testing"
	"time"

	"nines/bench"
	"nines/results"
)

func TestAgreement(t *testing.T) {
	up := func(node string, applied, digest uint64) results.Final {
		return results.Final{Node: node, Status: bench.Status{Up: true, Applied: applied, Digest: digest}}
	}
	for _, c := range []struct {
		name     string
		statuses []results.Final
		want     Verdict
		why      string
	}{
		{"equal", []results.Final{up("n1", 9, 7), up("n2", 9, 7)}, VerdictOK, "agree at index 9"},
		{"different at one index", []results.Final{up("n1", 9, 7), up("n2", 9, 8)}, VerdictIllegal, "n1 and n2 differ at index 9"},
		{"not converged", []results.Final{up("n1", 9, 7), up("n2", 8, 6)}, VerdictUnknown, "n1 at 9, n2 at 8"},
		{"one is down", []results.Final{up("n1", 9, 7), {Node: "n2"}}, VerdictUnknown, "not up after the last heal: n2"},
		{"one says nothing", []results.Final{up("n1", 9, 7)}, VerdictUnknown, "1 of 2 nodes"},
		{"nobody says anything", nil, VerdictUnknown, "0 of 2 nodes"},
		{"different although one is down", []results.Final{up("n1", 9, 7), {Node: "n3"}, up("n2", 9, 8)}, VerdictIllegal, "differ"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := facts(time.Second)
			f.Statuses = c.statuses
			if got := agreement(f); got.Verdict != c.want || !strings.Contains(got.Why, c.why) {
				t.Errorf("%s: %s, want %s: …%s…", got.Verdict, got.Why, c.want, c.why)
			}
			f.Guarantees.Replicated = false
			if got := agreement(f); got.Verdict != VerdictNA {
				t.Errorf("not replicated: %+v", got)
			}
		})
	}
}

// TestVerdict holds a system to what it claims.
func TestVerdict(t *testing.T) {
	stale := func(in *Input) { // a final read finds what nobody wrote
		in.Samples[len(in.Samples)-1].Result = 1 << 50
	}
	for _, c := range []struct {
		name          string
		change        func(*Input)
		want          Verdict
		valid         bool
		linear, stays Verdict
	}{
		{"ok", func(*Input) {}, VerdictOK, true, VerdictOK, VerdictOK},
		{"a lost write", stale, VerdictIllegal, false, VerdictIllegal, VerdictIllegal},
		{"local reads claim no linearizability", func(in *Input) { in.Facts.Guarantees.Reads = "local" }, VerdictOK, true, VerdictNA, VerdictOK},
		{"but durability", func(in *Input) { in.Facts.Guarantees.Reads = "local"; stale(in) }, VerdictIllegal, false, VerdictNA, VerdictIllegal},
		{"a lost write in a record with holes", func(in *Input) { in.Facts.Cut = true; stale(in) }, VerdictUnknown, true, VerdictUnknown, VerdictUnknown},
		{"claims nothing", func(in *Input) {
			stale(in)
			in.Facts.Guarantees = results.Guarantees{Reads: "none", Durability: "none"}
		}, VerdictNA, true, VerdictNA, VerdictNA},
		{"says nothing", func(in *Input) { in.Facts.Guarantees.Reads = "" }, VerdictUnknown, true, VerdictUnknown, VerdictOK},
		{"not read back", func(in *Input) { in.Samples = in.Samples[:len(in.Samples)-1] }, VerdictUnknown, true, VerdictOK, VerdictUnknown},
	} {
		t.Run(c.name, func(t *testing.T) {
			in := stallTrial()
			c.change(&in)
			s := Analyze(in, Options{})
			if s.Verdict != c.want || s.Valid != c.valid || s.Checks[0].Verdict != c.linear || s.Checks[1].Verdict != c.stays {
				t.Errorf("verdict %s, valid %v, checks %+v; want %s, %v, %s, %s", s.Verdict, s.Valid, s.Checks, c.want, c.valid, c.linear, c.stays)
			}
		})
	}
}

// TestGates breaks a good trial in one way after the other; each has its gate.
func TestGates(t *testing.T) {
	late := func(class bench.Class, by time.Duration, share int) func(*Input) {
		return func(in *Input) {
			for i := range in.Samples {
				if s := &in.Samples[i]; s.Class == class && i%share == 0 {
					s.Sent += by
					s.Done += by
				}
			}
		}
	}
	// warmup has two thirds of the warm-up late.
	warmup := func(by time.Duration) func(*Input) {
		return func(in *Input) {
			for i := range in.Samples {
				if s := &in.Samples[i]; s.Class == bench.Main && s.Due < 0 && i%3 > 0 {
					s.Sent += by
					s.Done += by
				}
			}
		}
	}
	for _, c := range []struct {
		gate   string
		change func(*Input)
	}{
		{"", func(*Input) {}},
		{"", late(bench.Main, 9*msec, 1)},
		{"", late(bench.Main, 11*msec, 101)},
		{"generator lag", late(bench.Main, 11*msec, 50)},
		{"", warmup(9 * msec)},
		{"generator lag", warmup(11 * msec)},
		{"probe lag", late(bench.Probe, 11*msec, 50)},
		{"finished", func(in *Input) { in.Facts.Failure = "panic: at the disco" }},
		{"accounting", func(in *Input) { in.Facts.Offered++ }},
		{"fault 1 stall", func(in *Input) { in.Faults[0].Evidence = "" }},
		{"fault 1 stall", func(in *Input) { in.Faults[0].Error = "no such node" }},
		{"", func(in *Input) { in.Faults[0].Evidence, in.Faults[0].NA = "", "one node" }},
		{"healthy baseline", func(in *Input) { in.Faults[0].Start = 999 * msec }},
		{"healthy baseline", func(in *Input) {
			for i := range in.Samples {
				if s := &in.Samples[i]; s.Class == bench.Main && s.Due >= 0 && s.Due < 51*msec {
					s.Outcome = bench.Rejected
				}
			}
		}},
		{"gap threshold", func(in *Input) {
			for i := range in.Samples {
				if s := &in.Samples[i]; s.Class == bench.Probe && s.Due >= time.Second && s.Due < 1120*msec {
					s.Outcome = bench.Rejected
				}
			}
		}},
		{"enough operations", func(in *Input) {
			kept := in.Samples[:0]
			for i, s := range in.Samples {
				if s.Class != bench.Main || i%32 == 0 {
					kept = append(kept, s)
				}
			}
			in.Samples = kept
			in.Facts.Offered = 312
		}},
		{"correct history", func(in *Input) { in.Facts.Statuses[0].Digest++ }},
	} {
		t.Run(c.gate, func(t *testing.T) {
			in := stallTrial()
			c.change(&in)
			in.Samples = readBack(in.Samples)
			s := Analyze(in, Options{})
			var failed []string
			for _, g := range s.Gates {
				if !g.Pass {
					failed = append(failed, g.Name)
				}
			}
			if got := strings.Join(failed, ", "); got != c.gate || s.Valid != (c.gate == "") {
				t.Errorf("failed: %q, want %q; %v", got, c.gate, reasons(&s))
			}
		})
	}
}

func TestPerOp(t *testing.T) {
	s := Analyze(stallTrial(), Options{})
	// 10,000 operations and 2,000 probes, less those of the last millisecond that
	// are answered at 10 s.
	n := 12000.0
	if p := s.PerOp; p.CPU < 12e6/n || p.CPU > 12e6/(n-3) || p.Messages < 2 || p.Messages > 2.001 || p.Bytes < 200 || p.Bytes > 200.1 || p.Syncs < 0.5 || p.Syncs > 0.501 {
		t.Errorf("%+v, want 1000 µs, 2 messages, 200 bytes, half a sync", p)
	}
}
