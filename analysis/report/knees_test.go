package report

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"nines/analysis"
	"nines/analysis/plot"
	"nines/analysis/saturation"
	"nines/results"
)

var fine = saturation.Standing{Verdict: analysis.VerdictOK}

func openPoint(rate float64, repeat int, p99 float64, o saturation.Outcome, s saturation.Standing) saturation.Open {
	return saturation.Open{
		Rate: rate, Repeat: repeat, Throughput: rate, P50: 2, P99: analysis.MS(p99),
		Judgement: saturation.Judgement{Outcome: o}, Standing: s,
	}
}

// searchedOne is a system whose knee of 1000 held three times of four. A trial of
// the closed loop failed a gate, and so did the one that failed at the knee.
func searchedOne() saturation.Report {
	unsent := saturation.Standing{Gates: []string{analysis.GateSent}, Verdict: analysis.VerdictOK}
	unsettled := saturation.Standing{Gates: []string{analysis.GateSteady}, Verdict: analysis.VerdictOK}
	return saturation.Report{
		Search: results.Search{SLO: 100 * time.Millisecond, Step: 0.05, Confirm: 4, Hold: 3},
		Systems: []saturation.System{{
			Name: "a", P50: 2, P99: 40, Peak: 1900, PeakAt: 8, USL: saturation.USL{Lambda: 300, Sigma: 0.1},
			Knee: saturation.Knee{State: saturation.Confirmed, Limit: saturation.BySystem, Rate: 1000, Above: 1050, Held: 3, Tried: 4},
			Closed: []saturation.Closed{
				{Sessions: 1, Throughput: 300, P50: 3, P99: 5, Standing: unsettled},
				{Sessions: 8, Throughput: 1900, P50: 4, P99: 9, Standing: fine},
			},
			Open: []saturation.Open{
				openPoint(1050, 1, 40, saturation.Unfit, unsettled),
				openPoint(1000, 1, 40, saturation.Held, fine), openPoint(1000, 2, math.Inf(1), saturation.Failed, unsent),
				openPoint(1000, 3, 40, saturation.Held, fine), openPoint(1000, 4, 40, saturation.Held, fine),
			},
		}},
	}
}

// Figures of a trial that failed a gate are marked, and so are those that rest on it:
// the medians at the knee and the fit, but neither the knee, which held without it,
// nor the peak.
func TestKneesMarked(t *testing.T) {
	r := searchedOne()
	k := knees(r, time.Second)
	if want := []string{"a", "1000", "[1000, 1050]", "3 of 4", "2.00†", "40.0†", "1900 (8 sessions)", "0.1†", "0†", "—", "—"}; !slices.Equal(k.Rows[0], want) {
		t.Errorf("%q\nwant %q", k.Rows[0], want)
	}
	p := points(r, time.Second)
	for i, want := range [][]string{
		{"a", "sessions=1", "300†", "3.00†", "5.00†", "—", "failed gates: steady state"},
		{"a", "sessions=8", "1900", "4.00", "9.00", "—", "—"},
		{"a", "rate=1050 #1", "1050†", "2.00†", "40.0†", "+0†", "unfit"},
		{"a", "rate=1000 #1", "1000", "2.00", "40.0", "+0", "held"},
		{"a", "rate=1000 #2", "1000†", "2.00†", "> 1 s†", "+0†", "failed"},
	} {
		if !slices.Equal(p.Rows[i], want) {
			t.Errorf("%q\nwant %q", p.Rows[i], want)
		}
	}
	for _, have := range []table{k, p} {
		if !slices.Contains(have.Notes, "† "+plot.MarkInvalid.Note()+".") {
			t.Errorf("%s does not explain the mark: %q", have.Title, have.Notes)
		}
	}
	if !slices.Contains(p.Notes, "> 1 s: so many operations never succeeded. Clients give up after that time.") {
		t.Errorf("%q", p.Notes)
	}
	if !slices.Contains(k.Notes, "Confirmed: how many trials held, of those made at the knee to confirm it; 3 must, and 1 may fail.") {
		t.Errorf("%q", k.Notes)
	}
}

// A knee whose trials the checks came to no verdict on is marked, and is in doubt on
// the page; what is invalid is in its lead.
func TestKneesUnverified(t *testing.T) {
	r := searchedOne()
	y := &r.Systems[0]
	y.Knee.Unverified = true
	y.Open[1].Verdict = analysis.VerdictUnknown
	if row := knees(r, time.Second).Rows[0]; row[1] != "1000§" || row[4] != "2.00†" {
		t.Errorf("%q", row)
	}
	all := []analysis.Summary{{Facts: results.Facts{System: "a,rate=1050", Repeat: 1}, Gates: []analysis.Gate{{Name: analysis.GateSteady}}, Verdict: analysis.VerdictOK}}
	var p page
	if err := p.searched(r, all); err != nil {
		t.Fatal(err)
	}
	if len(p.Lead) != 2 || p.Lead[0].Class != "doubt" || !strings.Contains(p.Lead[0].Text, "unverified") || p.Lead[1].Class != "bad" ||
		!strings.Contains(p.Lead[1].Text, "a,rate=1050 #1 (steady state)") {
		t.Errorf("%+v", p.Lead)
	}
}
