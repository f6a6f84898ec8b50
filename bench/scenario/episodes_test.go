package scenario

import (
	"testing"
	"time"
)

// TestEpisodesSetTheDuration: 5 s before the first, a rest of 1 s at random, and
// 30 times 2 s of fault, 10 s to recover, twice 1 s of rest and 0.1 s to spare.
func TestEpisodesSetTheDuration(t *testing.T) {
	const text = "systems: etcdraft\nfaults: [{at: 5s, for: 2s, fault: kill(leader), episodes: 30}]\n"
	s, err := Parse("case.yaml", []byte(text), fakeCatalog())
	if err != nil {
		t.Fatal(err)
	}
	if f := s.Faults[0]; f.Episodes != 30 || f.Recover != 10*time.Second || f.Rest != time.Second {
		t.Errorf("got %+v", f)
	}
	if want := (5 + 1 + 30*14.1) * float64(time.Second); float64(s.Duration) != want {
		t.Errorf("duration %v, want %v", s.Duration, time.Duration(want))
	}
	reparse(t, s)

	s, err = Parse("case.yaml", []byte(text+"duration: 60s\n"), fakeCatalog())
	if err != nil || s.Duration != time.Minute {
		t.Errorf("with a bound: %v, %v", s.Duration, err)
	}
	s, err = Parse("case.yaml", []byte(text+"matrix: {\"faults[0].for\": [2s, 4s]}\n"), fakeCatalog())
	if err != nil {
		t.Fatal(err)
	}
	cells := reparsed(t, s).Cells()
	if longer := cells[1].Duration - cells[0].Duration; longer != 60*time.Second {
		t.Errorf("30 faults of 4 s take %v longer than of 2 s, want 1m", longer)
	}
}

// reparsed is the scenario, written and read.
func reparsed(t *testing.T, s *Scenario) *Scenario {
	t.Helper()
	again, err := Parse("again.yaml", reparse(t, s), fakeCatalog())
	if err != nil {
		t.Fatal(err)
	}
	return again
}

// TestShareOfTheKnee: a label's own knee comes before that of its system.
func TestShareOfTheKnee(t *testing.T) {
	s, err := Parse("case.yaml", []byte("systems: [single, etcdraft, {system: etcdraft, label: other}]\n"+
		"load: {rate: 60% of knee, knee: {etcdraft: 12000, single: 9_000, other: 5}}\n"), fakeCatalog())
	if err != nil {
		t.Fatal(err)
	}
	s = reparsed(t, s)
	for i, want := range []float64{5400, 7200, 3} {
		own := s.For(s.Systems[i])
		if l := own.Load; l.Rate != want || l.MaxInFlight != 10*int(want) || l.OfKnee != 0 {
			t.Errorf("%s: %+v, want a rate of %v", s.Systems[i].Label, l, want)
		}
	}
	if s.Load.Rate != 0 || s.Load.OfKnee != 0.6 {
		t.Errorf("the scenario itself: %+v", s.Load)
	}
	plain, err := Parse("case.yaml", []byte("systems: single"), fakeCatalog())
	if err != nil || plain.For(plain.Systems[0]) != plain {
		t.Errorf("a plain rate makes another scenario: %v", err)
	}
}
