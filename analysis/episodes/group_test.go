package episodes

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"nines/analysis"
	"nines/results"
)

// drawn are the episodes of a run of several trials.
func drawn(t *rapid.T, run int) []Keyed {
	var list []Keyed
	for i := range rapid.IntRange(0, 5).Draw(t, "trials") {
		k := Key{Fault: rapid.SampledFrom([]string{"kill(leader)", "pause(any)"}).Draw(t, "fault"), For: 3000, Rate: 100,
			System: rapid.SampledFrom([]string{"a", "b"}).Draw(t, "system"), Nodes: 3, Virtual: rapid.Bool().Draw(t, "virtual")}
		trial := Observation{Trial: fmt.Sprint(k.System, "-", i), Started: time.Unix(int64(run*100+i), 0).UTC(), Resolution: 10,
			Valid: rapid.Bool().Draw(t, "valid"), Verdict: rapid.SampledFrom([]analysis.Verdict{"ok", "illegal", "unknown"}).Draw(t, "verdict")}
		for n := range rapid.IntRange(1, 8).Draw(t, "episodes") {
			o := trial
			o.At, o.Bit = analysis.MS(n*1000), rapid.IntRange(0, 9).Draw(t, "bit") > 0
			for _, b := range o.Figures.all() {
				*b = Bound{float64(rapid.IntRange(0, 50).Draw(t, "value")), rapid.IntRange(0, 4).Draw(t, "censored") == 0}
			}
			list = append(list, Keyed{k, o})
		}
	}
	return list
}

func encoded(t interface{ Fatal(...any) }, v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestOrderDoesNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list := drawn(t, 1)
		want := encoded(t, Analyze(list))
		if got := encoded(t, Analyze(rapid.Permutation(list).Draw(t, "order"))); got != want {
			t.Fatalf("in another order:\n%s\nwant\n%s", got, want)
		}
	})
}

// TestMerge: what was written, read and merged is what one run would have given.
func TestMerge(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := drawn(t, 1), drawn(t, 2)
		want := encoded(t, Analyze(slices.Concat(a, b)))
		var sets []Set
		for _, list := range [][]Keyed{a, b} {
			var s Set
			if err := json.Unmarshal([]byte(encoded(t, Analyze(list))), &s); err != nil {
				t.Fatal(err)
			}
			sets = append(sets, s)
		}
		if got := encoded(t, Merge(sets...)); got != want {
			t.Fatalf("merged:\n%s\nwant\n%s", got, want)
		}
	})
}

// TestScale: times that are twice as long have quantiles and bounds twice as long, and the
// same probabilities.
func TestScale(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var once, twice []Bound
		for range rapid.IntRange(0, 60).Draw(t, "n") {
			b := Bound{float64(rapid.IntRange(0, 50).Draw(t, "value")), rapid.IntRange(0, 4).Draw(t, "censored") == 0}
			once, twice = append(once, b), append(twice, Bound{2 * b.Value, b.Censored})
		}
		want := distribution(once)
		for _, e := range []*Estimate{&want.Median, &want.P90, &want.P95, &want.P99} {
			*e = Estimate{2 * e.Value, 2 * e.Lo, 2 * e.Hi}
		}
		want.Longest *= 2
		for i := range want.Curve {
			want.Curve[i].At *= 2
		}
		if got := distribution(twice); encoded(t, got) != encoded(t, want) {
			t.Fatalf("%+v, want %+v", got, want)
		}
	})
}

// TestGroups: real and modelled episodes do not share a group, nor do those of
// faults of different length or of different load. What did not bite, is not valid or was not
// verified is left out; a trial that calibrates the checkers is not there at all.
func TestGroups(t *testing.T) {
	summary := func(change func(*analysis.Summary)) analysis.Summary {
		s := analysis.Summary{Valid: true, Verdict: analysis.VerdictOK, Gaps: analysis.Outages{Measured: true, Resolution: 10},
			Facts:    results.Facts{Trial: "etcdraft-1", System: "etcdraft", Adapter: "etcdraft", Nodes: []string{"n1", "n2", "n3"}, Rate: 100},
			Episodes: []analysis.Episode{{Fault: "kill(leader)", For: 3000, Evidence: "gone", Out: analysis.Stretches{Count: 1, Total: 900}}}}
		change(&s)
		return s
	}
	same := func(*analysis.Summary) {}
	set := Of([]analysis.Summary{
		summary(same),
		summary(func(s *analysis.Summary) {
			s.Facts.Trial = "etcdraft-2"
			s.Gaps.Resolution = 20
		}),
		summary(func(s *analysis.Summary) { s.Facts.Virtual = true }),
		summary(func(s *analysis.Summary) { s.Episodes[0].For = 1000 }),
		summary(func(s *analysis.Summary) { s.Episodes[0].NA = "it cannot" }),
		summary(func(s *analysis.Summary) { s.Facts.Trial = "etcdraft-3"; s.Episodes[0].Evidence = "" }),
		summary(func(s *analysis.Summary) { s.Facts.Trial = "etcdraft-4"; s.Valid = false }),
		summary(func(s *analysis.Summary) { s.Facts.Trial = "etcdraft-5"; s.Verdict = analysis.VerdictUnknown }),
		summary(func(s *analysis.Summary) { s.Facts.Trial = "etcdraft-6"; s.Facts.Expect = "ok" }),
		summary(func(s *analysis.Summary) {
			s.Facts.System, s.Facts.Rate = "etcdraft,rate=500,prevote=off", 500
			s.Facts.Variant = []results.Variable{{Name: "rate", Value: "500"}, {Name: "prevote", Value: "off"}}
		}),
	})
	var got []string
	for _, g := range set.Groups {
		got = append(got, fmt.Sprintf("%s, %s: %d of %d trials, %d left out, %s, trusted %v, ± %v", g.Class(), g.System, g.Episodes, g.Trials, g.LeftOut, g.Verdict, g.Trusted, g.Resolution))
	}
	want := []string{
		"kill(leader) for 1 s at 100 op/s, etcdraft: 1 of 1 trials, 0 left out, ok, trusted true, ± 10",
		"kill(leader) for 3 s at 100 op/s, etcdraft: 2 of 2 trials, 3 left out, ok, trusted true, ± 20",
		"kill(leader) for 3 s at 100 op/s, modelled, etcdraft: 1 of 1 trials, 0 left out, ok, trusted true, ± 10",
		"kill(leader) for 3 s at 500 op/s, etcdraft,prevote=off: 1 of 1 trials, 0 left out, ok, trusted true, ± 10",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// TestObserve is on what may be read in two ways.
func TestObserve(t *testing.T) {
	none := analysis.MS(nan)
	killed := analysis.Episode{Nodes: []string{"n1"}, ByNode: []analysis.EpNode{
		{Node: "n1", Out: analysis.Stretches{Total: 3150}}, {Node: "n2", Out: analysis.Stretches{Total: 900}}, {Node: "n3", Out: analysis.Stretches{Total: 1200, Censored: true}},
	}, OutWrites: analysis.Stretches{Total: 3000, Censored: true},
		InjectReach: analysis.Reach{Partial: analysis.Stretches{Total: 1950}}, HealReach: analysis.Reach{Partial: analysis.Stretches{Total: 150}}}
	for _, c := range []struct {
		name string
		e    analysis.Episode
		of   func(Figures[Bound]) Bound
		want Bound
	}{
		{"a new leader", analysis.Episode{Detect: 700}, func(f Figures[Bound]) Bound { return f.Detect }, Bound{700, false}},
		{"no new leader was called for", analysis.Episode{Detect: none}, func(f Figures[Bound]) Bound { return f.Detect }, Bound{nan, false}},
		// Injected at 1 s, cut off by the next fault at 5 s; the service was out for the last 0.9 s of that.
		{"no new leader while it was out", analysis.Episode{Start: 1000, Until: 5000, Detect: none, Out: analysis.Stretches{Total: 900, Censored: true}},
			func(f Figures[Bound]) Bound { return f.Detect }, Bound{4000, true}},
		{"back after both", analysis.Episode{Back95: 500, HealBack: 300, HealFrom: 2000}, func(f Figures[Bound]) Bound { return f.Back95 }, Bound{500, false}},
		{"back, then down for good on healing", analysis.Episode{Start: 1000, Back95: 500, HealBack: 300, HealFrom: 3000, Censored: true},
			func(f Figures[Bound]) Bound { return f.Back95 }, Bound{2300, true}},
		{"damage", analysis.Episode{Lasting: analysis.Lasting{Share: 0.75, Damaged: true}}, func(f Figures[Bound]) Bound { return f.Lasting }, Bound{0.25, false}},
		{"within the noise", analysis.Episode{Lasting: analysis.Lasting{Share: 0.99}}, func(f Figures[Bound]) Bound { return f.Lasting }, Bound{0, false}},
		{"the node that was hit", killed, func(f Figures[Bound]) Bound { return f.OutHit }, Bound{3150, false}},
		{"the worst of the others", killed, func(f Figures[Bound]) Bound { return f.OutOthers }, Bound{1200, true}},
		{"all were hit", analysis.Episode{Nodes: []string{"n1"}, ByNode: killed.ByNode[:1]}, func(f Figures[Bound]) Bound { return f.OutOthers }, Bound{nan, false}},
		{"nobody was hit", analysis.Episode{ByNode: killed.ByNode}, func(f Figures[Bound]) Bound { return f.OutHit }, Bound{nan, false}},
		{"partial on healing", killed, func(f Figures[Bound]) Bound { return f.PartialHeal }, Bound{150, false}},
		{"writes alone", killed, func(f Figures[Bound]) Bound { return f.OutWrites }, Bound{3000, true}},
		{"damage not told", analysis.Episode{Lasting: analysis.Lasting{Share: nan}}, func(f Figures[Bound]) Bound { return f.Lasting }, Bound{nan, false}},
	} {
		got := c.of(observe(&analysis.Summary{}, &c.e).Figures)
		if !near(got.Value, c.want.Value) || got.Censored != c.want.Censored {
			t.Errorf("%s: %+v, want %+v", c.name, got, c.want)
		}
	}
}

func TestFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), results.EpisodesFile)
	if _, err := Read(path); err == nil || !strings.Contains(err.Error(), "nines report") {
		t.Errorf("a file that is not there: %v, want a hint at what makes it", err)
	}
	list := []Keyed{{Key{Fault: "kill(leader)"}, Observation{Trial: "a-1", Bit: true, Valid: true, Figures: Figures[Bound]{Out: Bound{900, true}}}}}
	want := Analyze(list)
	if err := want.Write(path); err != nil {
		t.Fatal(err)
	}
	if got, err := Read(path); err != nil || encoded(t, got) != encoded(t, want) {
		t.Errorf("%v, %v; want %v", got, err, want)
	}
	if err := results.WriteJSON(path, map[string]int{"schema": 99}); err != nil {
		t.Fatal(err)
	}
	if _, err := Read(path); err == nil || !strings.Contains(err.Error(), "schema 99") {
		t.Errorf("another schema: %v", err)
	}
}
