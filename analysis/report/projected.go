package report

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"nines/analysis/project"
)

// projectedHeadline is a system's year in a sentence.
func projectedHeadline(p *project.Projection) string {
	m := &p.Mid
	name := oneLine(p.System)
	if p.Quiet() {
		return fmt.Sprintf("%s: %s of %s caused an outage; with 95 %% confidence that leaves at most %s.",
			name, noneOf(p), count(p.Episodes, "injected fault"), atMost(p.Ruled)) + computedText(p) + unmeasuredText(p)
	}
	says := fmt.Sprintf("%s: %s, %s nines, %s of downtime a year (%s; %s).",
		name, share(float64(m.Availability)), ninesText(m.Nines), spell(m.Expected), intervalText(p), rangeText(p))
	if p.LowerBound {
		says = fmt.Sprintf("%s: at best %s, %s nines: at least %s of downtime a year, as some outages had not ended when they were last seen (%s).",
			name, share(float64(m.Availability)), ninesText(m.Nines), spell(m.Expected), rangeText(p))
	}
	return says + unmeasuredText(p)
}

func noneOf(p *project.Projection) string {
	if p.Mid.Expected == 0 {
		return "no downtime. None"
	}
	return "none"
}

// computedText says what of that comes without any measured outage.
func computedText(p *project.Projection) string {
	if p.Mid.Expected == 0 {
		return ""
	}
	return fmt.Sprintf(" Of that, %s a year (%s) are computed, for crashes that overlap.", spell(p.Mid.Expected), rangeText(p))
}

// unmeasuredText says what the headline leaves out.
func unmeasuredText(p *project.Projection) string {
	n := unmeasured(p)
	switch {
	case n == 0:
		return ""
	case math.IsNaN(float64(p.Worst)):
		return fmt.Sprintf(" That leaves out %s of fault that nobody measured, at worst without a known bound.", plural(n))
	}
	return fmt.Sprintf(" That leaves out %s of fault that nobody measured: at worst it is %s a year, %s, %s nines.", plural(n), spell(p.Worst),
		share(1-down(p.Worst)), ninesOf(p.Worst))
}

// unmeasured is how many classes of fault come, and were not measured.
func unmeasured(p *project.Projection) (n int) {
	for _, u := range p.Unmeasured {
		if u.Rate.High > 0 {
			n++
		}
	}
	return n
}

// down is the share of a year that so many seconds of downtime are.
func down(f project.Figure) float64 { return min(1, float64(f)/project.Year) }

// ninesOf is what so many seconds of downtime a year leave.
func ninesOf(f project.Figure) string {
	return ninesText(project.Figure(project.Nines(down(f))))
}

// plural counts classes.
func plural(n int) string {
	if n == 1 {
		return "1 class"
	}
	return strconv.Itoa(n) + " classes"
}

func atMost(f project.Figure) string {
	if math.IsNaN(float64(f)) {
		return "what the repair of the rest would take, which the rates do not say"
	}
	return spell(f) + " a year"
}

func intervalText(p *project.Projection) string {
	if p.NoError != "" {
		return "no interval: " + p.NoError
	}
	return fmt.Sprintf("95 %% interval %s from %s", fromTo(p.Mid.Lo, p.Mid.Hi), count(p.Episodes, "episode"))
}

func rangeText(p *project.Projection) string {
	if p.Low.Expected == p.High.Expected {
		return "rates taken as exact"
	}
	return fmt.Sprintf("%s with low and high rates", fromTo(p.Low.Expected, p.High.Expected))
}

// spell writes seconds.
func spell(f project.Figure) string { return project.Duration(float64(f)) }

// fromTo writes two times, with the unit once if it is the same.
func fromTo(a, b project.Figure) string {
	if a == b {
		return spell(a)
	}
	from, to := spell(a), spell(b)
	if _, unit, ok := strings.Cut(to, " "); ok && strings.HasSuffix(from, " "+unit) {
		from = strings.TrimSuffix(from, " "+unit)
	}
	return from + "–" + to
}

// ninesText rounds down: 4.99 nines are not five.
func ninesText(f project.Figure) string {
	x := float64(f)
	switch {
	case math.IsInf(x, 1):
		return "∞"
	case math.IsNaN(x):
		return dash
	}
	return strconv.FormatFloat(math.Floor(x*10)/10, 'f', 1, 64)
}

// sloText writes what was asked for, digit by digit.
func sloText(slo project.Figure) string {
	return strconv.FormatFloat(math.Round(float64(slo)*1e10)/1e8, 'f', -1, 64) + " %"
}

// chance writes a probability, of which 0 and 1 from simulated years are not
// certain.
func chance(f project.Figure) string {
	x := float64(f)
	switch {
	case math.IsNaN(x):
		return dash
	case x > 0 && x < 0.001:
		return "< 0.1 %"
	case x < 1 && x > 0.999:
		return "> 99.9 %"
	}
	return project.Digits(x*100) + " %"
}

// projected are the tables of projections.
func projected(ps []*project.Projection) []table {
	out := []table{outlooks(ps), spreads(ps)}
	for _, p := range ps {
		out = append(out, classesOf(p), evidenceOf(p))
	}
	for _, p := range ps {
		out = append(out, nextOf(p))
	}
	return append(out, unprojected(ps), leftOutOf(ps))
}

// outlooks is what is expected, with a row for each system and scenario of rates.
func outlooks(ps []*project.Projection) table {
	t := table{
		Title: "Expected of a year",
		Columns: []column{{"system", word}, {"rates", word}, {"downtime", figure}, {"95 % interval", figure}, {"availability", figure},
			{"nines", figure}},
		Keys: 2,
		Notes: []string{"Interval: of the expected downtime, as the episodes are finitely many, at those rates. What is not known of the rates is the difference between rows. " +
			"A class of which no episode had an outage adds nothing to either; how much it may hide is said below."},
	}
	eachOutlook(ps, func(p *project.Projection, rates string, o *project.Outlook) {
		bound, most := "", ""
		if p.LowerBound {
			bound, most = "≥ ", "≤ "
		}
		interval := dash
		if !math.IsNaN(float64(o.Lo)) {
			interval = fromTo(o.Lo, o.Hi)
		}
		t.add(oneLine(p.System), rates, bound+spell(o.Expected), interval, most+share(float64(o.Availability)), most+ninesText(o.Nines))
	})
	for _, p := range ps {
		if p.NoError != "" {
			t.note(oneLine(p.System) + ": no interval, since " + p.NoError + ".")
		}
		if p.LowerBound {
			t.note("≥: some outages had not ended when they were last seen, and count as long as they were seen (Kaplan-Meier, restricted mean): a lower bound.")
		}
		if p.Modelled {
			t.note("Modelled: outages of virtual time, in which no processor is charged for.")
		}
	}
	return t
}

// spreads is how years differ if all is known.
func spreads(ps []*project.Projection) table {
	if len(ps) == 0 {
		return table{}
	}
	slo := project.Digits((1 - float64(ps[0].SLO)) * project.Year / 60)
	t := table{
		Title: "From year to year",
		Columns: []column{{"system", word}, {"rates", word}, {"sd", figure}, {"sd, simulated", figure}, {"median year", figure}, {"1 in 20", figure},
			{"no outage", figure}, {"meets SLO", figure}},
		Keys: 2,
		Notes: []string{"By how much single years differ, if all is known: faults come at random. 1 in 20: one year in 20 is worse. " +
			"Meets SLO: the share of years with no more than " + slo + " min of downtime (" + sloText(ps[0].SLO) + "). " +
			"Sd and no outage by formula; the others from " + count(ps[0].Mid.Years.N, "simulated year") + "."},
	}
	eachOutlook(ps, func(p *project.Projection, rates string, o *project.Outlook) {
		y := &o.Years
		none, meets := chance(o.NoOutage), chance(y.Meets)
		if unmeasured(p) > 0 {
			none, meets = none+without, meets+without
		}
		t.add(oneLine(p.System), rates, spell(o.SD), spell(y.SD), spell(y.Median), spell(y.P95), none, meets)
	})
	for _, p := range ps {
		if unmeasured(p) > 0 {
			t.note(withoutText(p))
		}
	}
	return t
}

// without marks a chance that knows nothing of classes of fault which nobody measured.
const without = " *"

// withoutText says what that leaves of it.
func withoutText(p *project.Projection) string {
	text := fmt.Sprintf("* %s: without the %s of fault that nobody measured.", oneLine(p.System), plural(unmeasured(p)))
	switch worst := float64(p.Worst); {
	case math.IsNaN(worst):
		return text + " What these cost at worst has no known bound, so nothing is said of the SLO with them."
	case worst > (1-float64(p.SLO))*project.Year:
		return text + fmt.Sprintf(" With these at their worst it is %s nines, which misses the SLO.", ninesOf(p.Worst))
	}
	return text + fmt.Sprintf(" With these at their worst it is %s nines, which is within the SLO.", ninesOf(p.Worst))
}

// eachOutlook shows those of all scenarios that differ.
func eachOutlook(ps []*project.Projection, show func(p *project.Projection, rates string, o *project.Outlook)) {
	for _, p := range ps {
		if p.Low.Expected == p.High.Expected && p.Low.NoOutage == p.High.NoOutage {
			show(p, "as given", &p.Mid)
			continue
		}
		show(p, "low", &p.Low)
		show(p, "mid", &p.Mid)
		show(p, "high", &p.High)
	}
}

// classesOf is what each class costs.
func classesOf(p *project.Projection) table {
	t := table{
		Title: oneLine(p.System) + ": by class of fault",
		Columns: []column{{"class", word}, {"downtime a year", figure}, {"share", figure}, {"low–high rates", figure}, {"faults a year", figure},
			{"mean outage", figure}},
		Keys: 1,
	}
	for _, c := range p.Classes {
		t.add(oneLine(c.Class), boundOf(c)+spell(c.Expected), shareOf(c.Share), fromTo(c.Low, c.High), rateText(c.Rate), boundOf(c)+spell(c.Mean))
	}
	return t
}

// evidenceOf is what each class is known from.
func evidenceOf(p *project.Projection) table {
	t := table{
		Title:   oneLine(p.System) + ": what tells",
		Columns: []column{{"class", word}, {"episodes", figure}, {"with outage", figure}, {"bound by", word}, {"why", prose}},
		Keys:    1,
		Notes: []string{"Bound by failover: the outage does not depend on how long the fault lasts. By repair: it does, and is projected for the repair times of the rates. " +
			"Ranges of slopes: 99 %."},
	}
	for _, c := range p.Classes {
		bound := string(c.Bound)
		if c.Presumed {
			bound += " (presumed)"
		}
		episodes, some, why := strconv.Itoa(c.Episodes), strconv.Itoa(c.Outages), c.Why
		if c.Episodes == 0 {
			episodes, some, why = dash, dash, c.Note+": "+c.How
		} else if c.Note != "" {
			why += "; " + c.Note
		}
		if c.Censored > 0 {
			why += fmt.Sprintf("; %d had not ended when last seen", c.Censored)
		}
		if c.AtMost != nil {
			why += fmt.Sprintf("; with 95 %% confidence at most %s of such faults cause one, which would be up to %s", chance(*c.Share95), atMost(*c.AtMost))
		}
		t.add(oneLine(c.Class), episodes, some, bound, oneLine(why))
	}
	return t
}

func boundOf(c project.Cost) string {
	if c.Censored > 0 {
		return "≥ "
	}
	return ""
}

func shareOf(f project.Figure) string {
	if float64(f) > 0 && float64(f) < 0.001 {
		return "< 0.1 %"
	}
	return project.Digits(math.Round(float64(f)*1000)/10) + " %"
}

func rateText(r project.Rates) string { return project.Digits(float64(r.Mid)) }

// unprojected is what is in no figure; systems that lack the same have one row.
func unprojected(ps []*project.Projection) table {
	t := table{
		Title:   "Not in these figures",
		Columns: []column{{"what", word}, {"at worst a year", figure}, {"systems", prose}, {"why", prose}},
		Keys:    1,
	}
	add := func(system, what, worst, why string) {
		for i, r := range t.Rows {
			if r[0] == what && r[1] == worst && r[3] == why {
				t.Rows[i][2] += "; " + system
				return
			}
		}
		t.add(what, worst, system, why)
	}
	for _, p := range ps {
		name := oneLine(p.System)
		for _, u := range p.Unmeasured {
			add(name, oneLine(u.Class), spell(u.AtWorst), rateText(u.Rate)+" a year, and no episode: inject "+oneLine(strings.Join(u.Faults, " or ")))
		}
		for _, u := range p.Unrated {
			add(name, oneLine(u.Fault), dash, fmt.Sprintf("measured (%s, %s in the mean), and the rates have no class for it", count(u.Episodes, "episode"), spell(u.Mean)))
		}
		for _, n := range p.NA {
			add(name, oneLine(n), dash, "n/a: the system cannot suffer it here")
		}
	}
	t.note("At worst: if service is away for as long as the fault is there.")
	return t
}

func leftOutOf(ps []*project.Projection) table {
	t := table{Title: "Left out", Columns: []column{{"system", word}, {"trial, and why", prose}}, Keys: 1}
	for _, p := range ps {
		for _, l := range p.LeftOut {
			t.add(oneLine(p.System), oneLine(l))
		}
	}
	return t
}
