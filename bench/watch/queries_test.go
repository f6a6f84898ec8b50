package watch

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"nines/bench"
)

// A query is an expression of the dashboard, with the texts that name its labels.
type query struct{ expr, legend string }

// queries are those of the panels, the annotations and the variables.
func queries(t *testing.T) []query {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "example", "grafana.json"))
	if err != nil {
		t.Fatal(err)
	}
	type asked struct{ Expr, LegendFormat, TitleFormat, TextFormat string }
	var board struct {
		Panels      []struct{ Targets []asked }
		Annotations struct{ List []asked }
		Templating  struct {
			List []struct{ Query json.RawMessage }
		}
	}
	if err := json.Unmarshal(text, &board); err != nil {
		t.Fatal(err)
	}
	all := board.Annotations.List
	for _, p := range board.Panels {
		all = append(all, p.Targets...)
	}
	var list []query
	for _, a := range all {
		list = append(list, query{a.Expr, a.LegendFormat + a.TitleFormat + a.TextFormat})
	}
	values := regexp.MustCompile(`label_values\((\w+), (\w+)\)`)
	for _, v := range board.Templating.List {
		if m := values.FindStringSubmatch(string(v.Query)); m != nil {
			list = append(list, query{m[1], "{{" + m[2] + "}}"})
		}
	}
	return list
}

// labels are those of each exported name, with their values.
type labels map[string]map[string][]string

// twoTrials is what is served while the second trial of a run goes on.
func twoTrials(t *testing.T) (labels, map[string]string) {
	t.Helper()
	s, err := Listen("0")
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for i, name := range []string{"a-1", "b-1"} {
		tally := NewTally(time.Second, []string{"n1"}, []string{"kill(leader)"})
		if err := tally.Record([]bench.Sample{{Class: bench.Main, Outcome: bench.OK, Sent: 1, Done: 2}}); err != nil {
			t.Fatal(err)
		}
		s.Begin(Run{Trials: 2, Trial: i + 1}, Trial{Name: name, System: name, Phase: "starting"})
		s.Update("measuring", time.Second, 1, tally.View())
		if i == 0 {
			s.End("analysing")
		}
	}
	e := scrape(t, s)
	out := labels{}
	pair := regexp.MustCompile(`([a-z]+)="([^"]*)"`)
	for key := range e.values {
		name, rest, _ := strings.Cut(key, "{")
		if out[name] == nil {
			out[name] = map[string][]string{}
		}
		for _, m := range pair.FindAllStringSubmatch(rest, -1) {
			out[name][m[1]] = append(out[name][m[1]], m[2])
		}
	}
	if n := len(out["nines_operations_total"]["trial"]); n != 2*2*4 {
		t.Fatalf("%d lines of two trials", n)
	}
	return out, e.kinds
}

var (
	selector = regexp.MustCompile(`(?:(\w+)\()?(nines_\w+)(?:\{([^}]*)\})?(\[\$__rate_interval\])?`)
	matcher  = regexp.MustCompile(`^([a-z]+)(=|=~)"([^"]*)"(?:,|$)`)
	grouping = regexp.MustCompile(`\b(sum|max)\b(?: by \(([a-z, ]*)\) )?\(`)
	quantile = regexp.MustCompile(`histogram_quantile\([0-9.]+, sum by \(([a-z, ]*)\) \(rate\(nines_\w+_bucket\{`)
	shown    = regexp.MustCompile(`\{\{([a-z]+)\}\}`)
)

// faults are what is wrong with a query, of names, labels and what may be done with a
// counter; that it is PromQL at all was seen by hand.
func (q query) faults(exported labels, kinds map[string]string) []string {
	var list []string
	add := func(format string, args ...any) { list = append(list, fmt.Sprintf(format, args...)) }
	groups := grouping.FindAllStringSubmatch(q.expr, -1)
	if strings.Count(q.expr, "(") != strings.Count(q.expr, ")") {
		add("a parenthesis is not closed")
	}
	for _, m := range selector.FindAllStringSubmatch(q.expr, -1) {
		call, name, matchers, span := m[1], m[2], m[3], m[4]
		has := exported[name]
		if has == nil {
			add("nobody serves %s", name)
			continue
		}
		for matchers != "" {
			l := matcher.FindStringSubmatch(matchers)
			if l == nil {
				add("%s is no matcher", matchers)
				break
			}
			if values := has[l[1]]; values == nil || l[2] == "=" && !slices.Contains(values, l[3]) {
				add("no %s has %s %q", name, l[1], l[3])
			}
			matchers = matchers[len(l[0]):]
		}
		counts := kinds[name] == "counter" || strings.HasSuffix(name, "_bucket")
		overTime := call == "rate" || call == "increase"
		if overTime != (span != "") || overTime && !counts {
			add("%s(%s%s), which is a %s", call, name, span, kinds[name])
		}
		kept := has // after grouping
		for _, g := range groups {
			kept = map[string][]string{}
			for l := range strings.FieldsFuncSeq(g[2], func(r rune) bool { return r == ',' || r == ' ' }) {
				if kept[l] = has[l]; has[l] == nil {
					add("grouped by %s, which %s has not", l, name)
				}
			}
			if counts && !overTime && kept["trial"] == nil {
				add("a count of %s over both trials", name)
			}
		}
		for _, l := range shown.FindAllStringSubmatch(q.legend, -1) {
			if kept[l[1]] == nil {
				add("the legend shows %s, and there is none", l[1])
			}
		}
	}
	if m := quantile.FindStringSubmatch(q.expr); strings.Contains(q.expr, "quantile") && (m == nil || !strings.Contains(m[1], "le")) {
		add("a quantile is one of rates of buckets by le")
	}
	return list
}

// The dashboard asks for labels that there are, and adds up what may be added up,
// while the trial before the one that runs is still served.
func TestQueriesFitTheMetrics(t *testing.T) {
	exported, kinds := twoTrials(t)
	all := queries(t)
	if len(all) < 15 {
		t.Errorf("only %d queries", len(all))
	}
	for _, q := range all {
		for _, f := range q.faults(exported, kinds) {
			t.Errorf("%s: %s", q.expr, f)
		}
	}
}

// TestQueriesFitTheMetrics can fail.
func TestQueryFaults(t *testing.T) {
	exported, kinds := twoTrials(t)
	for _, c := range []struct{ expr, legend, want string }{
		{`nines_node_up{system=~"$system"}`, "{{node}} {{trial}}", ""},
		{`nines_node_up{node="n7"}`, "", `no nines_node_up has node "n7"`},
		{`nines_node_up{fault="x"}`, "", `no nines_node_up has fault "x"`},
		{`nines_node_down`, "", "nobody serves nines_node_down"},
		{`rate(nines_node_up[$__rate_interval])`, "", "rate(nines_node_up[$__rate_interval]), which is a gauge"},
		{`rate(nines_operations_total)`, "", "rate(nines_operations_total), which is a counter"},
		{`sum(nines_operations_total)`, "", "a count of nines_operations_total over both trials"},
		{`sum by (outcome) (nines_operations_total)`, "{{outcome}}", "a count of nines_operations_total over both trials"},
		{`sum by (trial) (nines_operations_total)`, "{{outcome}}", "the legend shows outcome, and there is none"},
		{`max by (phase) (nines_node_up)`, "", "grouped by phase, which nines_node_up has not"},
		{`sum(rate(nines_operations_total[$__rate_interval])`, "", "a parenthesis is not closed"},
		{`histogram_quantile(0.5, sum(rate(nines_response_seconds_bucket{}[$__rate_interval])))`, "", "a quantile is one of rates of buckets by le"},
	} {
		if got := strings.Join((query{c.expr, c.legend}).faults(exported, kinds), "; "); got != c.want {
			t.Errorf("%s: %q, want %q", c.expr, got, c.want)
		}
	}
}
