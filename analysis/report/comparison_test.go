package report

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"nines/analysis"
	"nines/analysis/compare"
	"nines/analysis/plot/plottest"
)

// toys are trials of a toy service, each slower by that factor than the first
// version was.
func toys(dir string, trials int, slower float64) compare.Run {
	r := compare.Run{Dir: dir}
	for i := range trials {
		s := plottest.Trial(plottest.Service{Name: "toy", Median: 2 * slower, Spread: 0.3}, plottest.Config{Seconds: 4, Rate: 200, Repeat: i + 1, Seed: uint64(i+1) + uint64(100*slower)})
		s.Facts.Trial = fmt.Sprintf("toy-%d", i+1)
		r.Trials = append(r.Trials, compare.NewTrial(s, nil))
	}
	return r
}

func comparison(t *testing.T, a, b compare.Run, width int, conditions ...string) string {
	t.Helper()
	c, err := compare.Runs(a, b)
	if err != nil {
		t.Fatal(err)
	}
	var judged []compare.Judgement
	for _, text := range conditions {
		condition, err := compare.ParseCondition(text)
		if err != nil {
			t.Fatal(err)
		}
		judged = append(judged, condition.Judge(&c)...)
	}
	var w bytes.Buffer
	if err := Comparison(&w, &c, judged, width); err != nil {
		t.Fatal(err)
	}
	return w.String()
}

func TestComparison(t *testing.T) {
	a, b := toys("results/old", 8, 1), toys("results/new", 8, 1.3)
	b.Trials[2].Summary.Verdict = analysis.VerdictIllegal
	got := comparison(t, a, b, 100, "service_p50 +10%", "throughput -5%")
	file := filepath.Join("testdata", "comparison.txt")
	if *rewrite {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s is other than this; -rewrite takes it over:\n%s", file, got)
	}
}

func TestComparisonOfSingleTrials(t *testing.T) {
	got := comparison(t, toys("old", 1, 1), toys("new", 1, 2), 100)
	for _, line := range strings.Split(got, "\n") {
		if cells := strings.Split(line, "│"); len(cells) > 8 && strings.Contains(line, "service_p50_ms") {
			for i, want := range map[int]string{6: "~", 7: "~", 8: "~"} {
				if strings.TrimSpace(cells[i]) != want {
					t.Errorf("cell %d is %q, want %q: %s", i, cells[i], want, line)
				}
			}
		}
	}
	if !strings.Contains(strings.Join(strings.Fields(got), " "), "An interval takes 4 trials on each side; better or worse takes 6, with 1") {
		t.Errorf("does not say how many it takes:\n%s", got)
	}
}

func TestComparisonFits(t *testing.T) {
	for _, width := range []int{60, 80, 130} {
		for line := range strings.Lines(comparison(t, toys("old", 4, 1), toys("new", 4, 2), width, "service_p50 +10%")) {
			if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > width {
				t.Errorf("width %d: %d characters: %s", width, n, line)
			}
		}
	}
}

func TestSigned(t *testing.T) {
	for _, c := range []struct {
		metric string
		change compare.Number
		want   string
	}{
		{"response_p99_ms", 1.234, "+1.23"}, {"response_p99_ms", -0.5, "-0.500"}, {"response_p99_ms", 0, "0"},
		{"success_ratio", -0.1014, "-10.1 pp"}, {"success_ratio", 0.00012, "+0.01 pp"},
		{"gaps", 2, "+2"}, {"gaps", -1.5, "-1.5"}, {"unknown", compare.Number(math.Inf(1)), "+∞"}, {"unknown", compare.Number(math.Inf(-1)), "-∞"}, {"unknown", compare.Number(math.NaN()), "—"},
	} {
		m, err := compare.FindMetric(c.metric)
		if err != nil {
			t.Fatal(err)
		}
		if got := change(&m, c.change); got != c.want {
			t.Errorf("a change of %s by %v is %q, want %q", c.metric, c.change, got, c.want)
		}
	}
}

// A percentile that is not of all operations together is named as what it is.
func TestOwnPercentiles(t *testing.T) {
	got := strings.Join(strings.Fields(comparison(t, toys("old", 2, 1), toys("new", 2, 1), 200)), " ")
	_, own, _ := strings.Cut(got, "Those of service and lag are not: ")
	own, _, ok := strings.Cut(own, " are the median over the trials of each trial's own percentile.")
	for _, m := range compare.Metrics() {
		name := regexp.MustCompile(`^.*_p\d+`).FindString(m.Name)
		if name != "" && (!ok || strings.Contains(own, name) != (m.Quantile == 0)) {
			t.Errorf("%s is not merged: %t, and it says that of %q", m.Name, m.Quantile == 0, own)
		}
	}
}
