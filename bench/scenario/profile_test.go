package scenario

import (
	"reflect"
	"testing"
	"time"

	"nines/bench"
)

// TestShapes: a rate that changes has its profile, from numbers and from shares of a
// knee; there may be as many operations in flight as its peak asks for.
func TestShapes(t *testing.T) {
	ramp := func(to float64, over time.Duration) *bench.Ramp { return &bench.Ramp{To: to, Over: over} }
	schedule := []bench.Change{{Rate: 500}, {At: 10 * time.Second, Rate: 6000}}
	for _, c := range []struct {
		load     string
		want     bench.Profile
		inFlight int
	}{
		{"rate: 500", bench.Profile{Rate: 500}, 500},
		{"rate: 500, ramp: {to: 2000}", bench.Profile{Rate: 500, Ramp: ramp(2000, 20*time.Second)}, 2000},
		{"rate: 500, ramp: {to: 2000, over: 40s}", bench.Profile{Rate: 500, Ramp: ramp(2000, 40*time.Second)}, 1250},
		{"rate: 25% of knee, knee: {etcdraft: 2000}, ramp: {to: 150% of knee}", bench.Profile{Rate: 500, Ramp: ramp(3000, 20*time.Second)}, 3000},
		{"rate: 100, burst: {times: 4, every: 10s, for: 1s}", bench.Profile{Rate: 100, Burst: &bench.Burst{Times: 4, Every: 10 * time.Second, For: time.Second}}, 400},
		{"rate: 100, diurnal: {amplitude: 50%, period: 20s}", bench.Profile{Rate: 100, Diurnal: &bench.Diurnal{Amplitude: 0.5, Period: 20 * time.Second}}, 150},
		{"schedule: [{at: 0s, rate: 500}, {at: 10s, rate: 6000}]", bench.Profile{Rate: 500, Schedule: schedule}, 6000},
		{"knee: {etcdraft: 10000}, schedule: [{at: 0s, rate: 5% of knee}, {at: 10s, rate: 60% of knee}]", bench.Profile{Rate: 500, Schedule: schedule}, 6000},
		{"rate: 100, max_in_flight: 7, ramp: {to: 2000}", bench.Profile{Rate: 100, Ramp: ramp(2000, 20*time.Second)}, 7},
	} {
		s, err := Parse("f.yaml", []byte("systems: etcdraft\nload: {abandon: 1s, "+c.load+"}"), fakeCatalog())
		if err != nil {
			t.Error(err)
			continue
		}
		again, err := Parse("effective.yaml", reparse(t, s), fakeCatalog())
		if err != nil {
			t.Error(err)
			continue
		}
		l := again.For(again.Systems[0]).Load
		if p := l.Profile(); !reflect.DeepEqual(p, c.want) || l.MaxInFlight != c.inFlight || l.ofKnee() {
			t.Errorf("%s: %+v with %d in flight, want %+v with %d", c.load, p, l.MaxInFlight, c.want, c.inFlight)
		}
	}
	s, err := Parse("f.yaml", []byte("systems: etcdraft\nload: {rate: 100, ramp: {to: 300}}\nmatrix: {duration: [10s, 40s], load.ramp.to: [200, 400]}"), fakeCatalog())
	if err != nil {
		t.Fatal(err)
	}
	reparse(t, s)
	if p := s.Cells()[3].Load.Profile(); !reflect.DeepEqual(p.Ramp, ramp(400, 40*time.Second)) {
		t.Errorf("in a matrix the last ramp is %+v", p.Ramp)
	}
}
