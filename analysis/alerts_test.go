package analysis

import (
	"testing"
	"time"

	"nines/bench"
)

// outageTrial is one operation in every bin of 10 ms for 72 s, of which those due
// in [30, 32) s fail; the fault began at 29.9 s. Since 72 s stand for 72 h, the
// windows of the rules are 1 s and 80 ms (8.33 bins), 6 s and 500 ms, 72 s and 6 s.
func outageTrial(target float64) Input {
	in := Input{Facts: facts(72 * time.Second)}
	in.Facts.SLOTarget = target
	for i, due := range every(windowBin, 0, 72*time.Second) {
		s := bench.Sample{Due: due, Sent: due, Done: due + msec, Class: bench.Main, Outcome: bench.OK, Kind: bench.Write, Arg: uint64(i + 1)}
		if due >= 30*time.Second && due < 32*time.Second {
			s.Outcome = bench.Unknown
		}
		in.Samples = append(in.Samples, s)
	}
	in.Faults = []bench.Interval{{Fault: "f", NA: "n/a"}, {Fault: "g", Start: 29900 * msec, HealFrom: 32 * time.Second, End: 32 * time.Second}}
	return in
}

func alertsOf(in Input) []Alert {
	t := newTrial(in)
	return t.alerts(t.asking(t.binned(), nil))
}

// TestAlertsByHand: an alert begins when the share of errors in the long window
// is rate × (1 - target), and ends when that in the short one is below it.
//
// At 95 %: 0.72 of 100 bins are 72, so at 30.72 s; of 8 bins, 6 are enough and 5
// not, so the last edge is two bins after 32 s. 0.3 of 600 are 180; of 50, 15, so
// 35 bins after. 0.05 of 7200 are 360, and only 200 failed. At 99 %: 0.144 of 100
// are 15, of 8 are 2; 0.06 of 600 are 36, of 50 are 3; 0.01 of 7200 are 72, of 600
// are 6.
func TestAlertsByHand(t *testing.T) {
	want := map[float64][3]*Firing{
		0.95: {{From: 30720, To: 32020}, {From: 31800, To: 32350}, nil},
		0.99: {{From: 30150, To: 32060}, {From: 30360, To: 32470}, {From: 30720, To: 37940}},
	}
	seen := 0
	for i, a := range alertsOf(outageTrial(0.95)) {
		w, ok := want[a.Target]
		if !ok {
			continue
		}
		seen++
		switch f := w[i%3]; {
		case a.Never, f == nil && len(a.Fired) > 0, f != nil && len(a.Fired) != 1:
			t.Errorf("%+v, want it to fire: %+v", a, f)
		case f != nil && (a.Fired[0].From != f.From || a.Fired[0].To != f.To || a.Fired[0].Fault != 2 || a.Fired[0].After != f.From-29900):
			t.Errorf("%+v, want %+v, after the second fault", a, *f)
		}
	}
	if seen != 6 {
		t.Errorf("%d alerts of the two targets, want 6", seen)
	}
}

func TestAlertWindows(t *testing.T) {
	got := alertsOf(outageTrial(0.9))
	if len(got) != 9 {
		t.Fatalf("%d alerts, want three rules for each of 90 %%, 99 %% and 99.9 %%", len(got))
	}
	for i, w := range []struct {
		severity    string
		long, short MS
		never       bool
	}{{"page", 1000, 80, true}, {"page", 6000, 500, false}, {"ticket", 72000, 6000, false}} { // 14.4 × 0.1 > 1
		if a := got[i]; a.Severity != w.severity || a.Long != w.long || a.Short != w.short || a.Never != w.never || a.Never && a.Fired != nil {
			t.Errorf("%+v, want %+v", a, w)
		}
	}
	for _, target := range []float64{0, 1, 0.99} { // no SLO, an impossible one, and one that is there
		if got := alertsOf(outageTrial(target)); len(got) != 6 {
			t.Errorf("target %v: %d alerts, want six", target, len(got))
		}
	}
}

// TestAlertsAtTheStart: an operation that fails at once is not an outage, since
// what lies before the trial counts as served; a fault that follows is not its
// cause.
func TestAlertsAtTheStart(t *testing.T) {
	in := outageTrial(0)
	for i := range in.Samples {
		in.Samples[i].Outcome = bench.OK
	}
	in.Samples[0].Outcome = bench.Unknown
	for _, a := range alertsOf(in) {
		if len(a.Fired) > 0 {
			t.Errorf("%+v", a)
		}
	}
	for i := range 200 { // an outage that began before the trial
		in.Samples[i].Outcome = bench.Unknown
	}
	if a := alertsOf(in)[0]; len(a.Fired) != 1 || a.Fired[0].From != 150 || a.Fired[0].Fault != 0 || a.Fired[0].After == a.Fired[0].After {
		t.Errorf("%+v, want it to fire at 150 ms, after no fault", a)
	}
	// What fails 100 ms before a fault may fail for it, as an operation has so long.
	in.Faults = []bench.Interval{{Fault: "f", Start: 250 * msec, HealFrom: time.Second, End: time.Second}}
	if a := alertsOf(in)[0]; len(a.Fired) != 1 || a.Fired[0].Fault != 1 || a.Fired[0].After != 0 {
		t.Errorf("%+v, want the fault at 250 ms to be the cause", a)
	}
	in.Faults[0].Start += msec
	if a := alertsOf(in)[0]; len(a.Fired) != 1 || a.Fired[0].Fault != 0 {
		t.Errorf("%+v, want no cause", a)
	}
	for i := range in.Samples { // it never ends
		in.Samples[i].Outcome = bench.Unknown
	}
	if a := alertsOf(in)[0]; len(a.Fired) != 1 || a.Fired[0].To != 72000 {
		t.Errorf("%+v, want it to fire to the end", a)
	}
	in.Samples = nil
	for _, a := range alertsOf(in) {
		if len(a.Fired) > 0 {
			t.Errorf("nothing was due: %+v", a)
		}
	}
}
