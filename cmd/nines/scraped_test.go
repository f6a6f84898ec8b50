package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"nines/analysis"
	"nines/results"
)

// TestMetrics scrapes a run of two trials. While the second one runs, or has run,
// the counts of the first are those of its summary.
func TestMetrics(t *testing.T) {
	for _, kind := range []string{"real", "virtual"} {
		t.Run(kind, func(t *testing.T) {
			whole(t)
			dir := filepath.Join(t.TempDir(), "run")
			p := startProcess(t, short(dir, "--systems", "single", "--repeat", "2", "--time", kind, "--metrics", "127.0.0.1:0",
				"--set", "warmup=200ms", "--set", "faults=[{at: 200ms, for: 100ms, fault: kill(leader)}]")...)
			url := ""
			await(t, "it says where its metrics are", func() bool {
				url = regexp.MustCompile(`http://127\.0\.0\.1:\d+/metrics`).FindString(p.err.String())
				return url != ""
			})
			var first map[string]float64 // as they were last
			await(t, "the second trial runs", func() bool {
				got := scrape(t, url)
				if got != nil && got[`nines_run_trial`] == 2 {
					first = got
				}
				return first != nil
			})
			_ = p.Wait() // a busy machine makes the trials invalid
			last := func(name, labels string) float64 {
				v, ok := first[name+`{trial="single-1",system="single"`+labels+"}"]
				if !ok {
					t.Errorf("no %s{%s} in %v", name, labels, first)
				}
				return v
			}
			var s analysis.Summary
			if err := results.ReadTrialSummary(trialDir(dir, "single-1"), &s); err != nil {
				t.Fatal(err)
			}
			for _, c := range []struct {
				name, labels string
				want         uint64
			}{
				{"nines_operations_due_total", "", s.Counts.Due},
				{"nines_operations_good_total", "", s.Counts.Good},
				{"nines_operations_total", `,outcome="ok"`, s.Counts.OK},
				{"nines_operations_total", `,outcome="rejected"`, s.Counts.Rejected},
				{"nines_operations_total", `,outcome="unknown"`, s.Counts.Unknown},
				{"nines_operations_total", `,outcome="dropped"`, s.Counts.Dropped},
				{"nines_response_seconds_count", "", s.Counts.Due},
				{"nines_response_seconds_bucket", `,le="+Inf"`, s.Counts.Due},
			} {
				if got := last(c.name, `,period="measured"`+c.labels); got != float64(c.want) {
					t.Errorf("%s%s: %v, and the summary has %d", c.name, c.labels, got, c.want)
				}
			}
			if last("nines_operations_due_total", `,period="warmup"`) == 0 || last("nines_fault_in_force", `,fault="kill(leader)"`) != 0 {
				t.Errorf("no warm-up, or a fault that is in force for ever: %v", first)
			}
			tidy(t, dir)
		})
	}
}

// scrape reads values by name and labels; nil if nobody answers.
func scrape(t *testing.T, url string) map[string]float64 {
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	r, err := client.Get(url)
	if err != nil {
		return nil
	}
	defer r.Body.Close()
	values := map[string]float64{}
	for lines := bufio.NewScanner(r.Body); lines.Scan(); {
		if strings.HasPrefix(lines.Text(), "#") {
			continue
		}
		i := strings.LastIndexByte(lines.Text(), ' ')
		if values[lines.Text()[:i]], err = strconv.ParseFloat(lines.Text()[i+1:], 64); err != nil {
			t.Error(err)
		}
	}
	_, _ = io.Copy(io.Discard, r.Body)
	return values
}

// An address that cannot be had is found out before anything else is done.
func TestMetricsOfATakenPort(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	dir := filepath.Join(t.TempDir(), "run")
	for _, command := range []string{"run", "saturate"} {
		_, errs, code := nines(t, command, "--out", dir, "--metrics", l.Addr().String())
		if want := fmt.Sprintf("nines: serve metrics at %s: the port is taken", l.Addr()); code != exitBadInput || !strings.Contains(errs, want) {
			t.Errorf("%s: exit code %d: %s", command, code, errs)
		}
		if _, err := os.Stat(dir); !os.IsNotExist(err) {
			t.Errorf("%s left %s: %v", command, dir, err)
		}
	}
}
