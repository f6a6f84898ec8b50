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
