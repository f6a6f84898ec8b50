package analysis

import (
	"testing"

	"nines/results"
)

func TestNoEvidence(t *testing.T) {
	failed := []Gate{{Name: "generator lag"}, {Name: "finished", Pass: true}, {Name: "probe lag"}}
	for _, c := range []struct {
		name string
		s    Summary
		want string
	}{
		{"correct", Summary{Valid: true, Verdict: VerdictOK}, ""},
		{"promises nothing", Summary{Valid: true, Verdict: VerdictNA}, ""},
		{"unknown is no pass", Summary{Valid: true, Verdict: VerdictUnknown}, "the checks of its history came to no verdict, which is not a pass"},
		{"illegal and not valid", Summary{Verdict: VerdictIllegal, Gates: failed}, "its history is illegal"},
		{"not valid", Summary{Verdict: VerdictOK, Gates: failed}, "not valid: generator lag, probe lag"},
		{"planted", Summary{Valid: true, Verdict: VerdictOK, Facts: results.Facts{Expect: "ok"}}, "it calibrates the checkers"},
	} {
		if got := c.s.NoEvidence(); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestLabelWithout(t *testing.T) {
	f := results.Facts{System: "etcdraft,rate=500,for=4s,prevote=off",
		Variant: []results.Variable{{Name: "rate", Value: "500"}, {Name: "for", Value: "4s"}, {Name: "prevote", Value: "off"}}}
	for _, c := range []struct {
		axes []string
		want string
	}{
		{nil, f.System},
		{[]string{"for"}, "etcdraft,rate=500,prevote=off"},
		{[]string{"for", "rate", "nodes"}, "etcdraft,prevote=off"},
	} {
		if got := LabelWithout(&f, c.axes...); got != c.want {
			t.Errorf("without %v: %s, want %s", c.axes, got, c.want)
		}
	}
}

// A matrix over faults: their names stand changed in the label, or as numbers.
func TestScheduleAxes(t *testing.T) {
	fault, other := results.Variable{Name: "fault", Value: "loss(leader, 20%)"}, results.Variable{Name: "faults[1].fault", Value: "{a: b}"}
	for label, variant := range map[string][]results.Variable{
		"etcdraft,fault=loss(leader-20%)":                               {fault},
		"etcdraft,fault=loss(leader-20%),for=3s,nodes=5":                {fault, {Name: "for", Value: "3s"}, {Name: "nodes", Value: "5"}},
		"etcdraft,nodes=5,fault#2":                                      {{Name: "nodes", Value: "5"}, fault},
		"etcdraft,faults[0].fault=kill(any),nodes=5,faults[1].fault#12": {{Name: "faults[0].fault", Value: "kill(any)"}, {Name: "nodes", Value: "5"}, other},
	} {
		want := "etcdraft"
		if len(variant) > 1 {
			want += ",nodes=5"
		}
		f := results.Facts{System: label, Variant: variant}
		if got := LabelWithout(&f, ScheduleAxes(&f)...); got != want {
			t.Errorf("%s: %s, want %s", label, got, want)
		}
	}
}
