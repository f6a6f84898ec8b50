package watch

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"

	"nines/bench"
)

// An exposed is what the text format says: values by name and labels, and kinds
// by family.
type exposed struct {
	values map[string]float64
	kinds  map[string]string
}

var (
	sampleLine = regexp.MustCompile(`^([a-z_]+)(?:\{(.*)\})? (\S+)$`)
	labelPair  = regexp.MustCompile(`^([a-z]+)="((?:[^"\\\n]|\\["\\n])*)"(?:,|$)`)
)

// parse reads the text format, version 0.0.4, as strictly as it is written here:
// each family together, after its HELP and TYPE; no line twice.
func parse(text string) (exposed, error) {
	e := exposed{map[string]float64{}, map[string]string{}}
	if !utf8.ValidString(text) {
		return e, errors.New("it is not UTF-8")
	}
	family := ""
	for i, line := range strings.Split(strings.TrimSuffix(text, "\n"), "\n") {
		if rest, ok := strings.CutPrefix(line, "# TYPE "); ok {
			name, kind, _ := strings.Cut(rest, " ")
			if e.kinds[name] != "" || name != family {
				return e, fmt.Errorf("line %d: TYPE of %s, which was there before or has no HELP", i+1, name)
			}
			e.kinds[name] = kind
			continue
		}
		if rest, ok := strings.CutPrefix(line, "# HELP "); ok {
			family, _, _ = strings.Cut(rest, " ")
			continue
		}
		m := sampleLine.FindStringSubmatch(line)
		if m == nil {
			return e, fmt.Errorf("line %d: %q", i+1, line)
		}
		base := m[1]
		if e.kinds[family] == "histogram" {
			base = strings.TrimSuffix(strings.TrimSuffix(strings.TrimSuffix(base, "_bucket"), "_sum"), "_count")
		}
		if base != family {
			return e, fmt.Errorf("line %d: %s among those of %s", i+1, m[1], family)
		}
		for left := m[2]; left != ""; {
			pair := labelPair.FindString(left)
			if pair == "" {
				return e, fmt.Errorf("line %d: labels %q", i+1, left)
			}
			left = left[len(pair):]
		}
		v, err := strconv.ParseFloat(m[3], 64)
		if err != nil {
			return e, fmt.Errorf("line %d: %w", i+1, err)
		}
		key := m[1] + "{" + m[2] + "}"
		if _, twice := e.values[key]; twice {
			return e, fmt.Errorf("line %d: %s is there twice", i+1, key)
		}
		e.values[key] = v
	}
	return e, nil
}

// Names that came from outside do not break the format.
func TestExpositionParses(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.Custom(func(t *rapid.T) string {
			return string(rapid.SliceOf(rapid.Byte()).Draw(t, "bytes")) + rapid.String().Draw(t, "text")
		})
		tally := NewTally(time.Second, []string{name.Draw(t, "node")}, []string{name.Draw(t, "fault")})
		if err := tally.Record(samples(t)); err != nil {
			t.Fatal(err)
		}
		trial := Trial{Name: name.Draw(t, "trial"), System: name.Draw(t, "system"), Phase: "measuring", View: *tally.View()}
		var b strings.Builder
		if err := expose(&b, Run{1, 1}, []Trial{trial}); err != nil {
			t.Fatal(err)
		}
		e, err := parse(b.String())
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range metrics {
			if e.kinds[m.name] != m.kind {
				t.Fatalf("%s is a %q, want a %q", m.name, e.kinds[m.name], m.kind)
			}
		}
	})
}

func get(t *testing.T, url string) (string, *http.Response) {
	t.Helper()
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	r, err := client.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b), r
}

func scrape(t *testing.T, s *Server) exposed {
	t.Helper()
	text, r := get(t, s.URL())
	if r.StatusCode != http.StatusOK || r.Header.Get("Content-Type") != contentType {
		t.Errorf("%s, %s", r.Status, r.Header.Get("Content-Type"))
	}
	e, err := parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func TestServer(t *testing.T) {
	s, err := Listen("0")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(s.URL(), "http://127.0.0.1:") {
		t.Errorf("without a host it is at %s", s.URL())
	}
	scrape(t, s) // before the first trial
	tally := NewTally(time.Second, []string{"n1", "n2"}, []string{"kill(leader)"})
	tally.Event(bench.Event{Node: "n2", Kind: bench.EventLeader, Term: 2})
	tally.Fault(bench.Interval{Fault: "kill(leader)"}, true)
	_ = tally.Record([]bench.Sample{
		{Class: bench.Main, Outcome: bench.OK, Sent: 10 * time.Microsecond, Done: 3 * time.Millisecond},
		{Class: bench.Main, Outcome: bench.OK, Sent: 10 * time.Microsecond, Done: 2 * time.Second},
		{Class: bench.Main, Outcome: bench.Unknown, Sent: 10 * time.Microsecond, Done: time.Minute},
	})
	s.Begin(Run{Trials: 2, Trial: 1}, Trial{Name: "a-1", System: "a", Phase: "starting"})
	s.Update("measuring", 1500*time.Millisecond, 0, tally.View())
	s.Update("settling", 2500*time.Millisecond, 3, nil) // a message without news
	want := map[string]float64{
		`nines_run_trials{}`: 2,
		`nines_trial_phase{trial="a-1",system="a",phase="settling"}`:                          1,
		`nines_trial_time_seconds{trial="a-1",system="a"}`:                                    2.5,
		`nines_trial_episode{trial="a-1",system="a"}`:                                         3,
		`nines_operations_due_total{trial="a-1",system="a",period="measured"}`:                3,
		`nines_operations_total{trial="a-1",system="a",period="measured",outcome="ok"}`:       2,
		`nines_operations_total{trial="a-1",system="a",period="measured",outcome="unknown"}`:  1,
		`nines_operations_good_total{trial="a-1",system="a",period="measured"}`:               1,
		`nines_response_seconds_bucket{trial="a-1",system="a",period="measured",le="0.0025"}`: 0,
		`nines_response_seconds_bucket{trial="a-1",system="a",period="measured",le="0.005"}`:  1,
		`nines_response_seconds_bucket{trial="a-1",system="a",period="measured",le="10"}`:     2,
		`nines_response_seconds_bucket{trial="a-1",system="a",period="measured",le="+Inf"}`:   3,
		`nines_response_seconds_count{trial="a-1",system="a",period="measured"}`:              3,
		`nines_response_seconds_sum{trial="a-1",system="a",period="measured"}`:                2.003,
		`nines_send_lag_seconds_bucket{trial="a-1",system="a",period="measured",le="5e-05"}`:  3,
		`nines_node_leads{trial="a-1",system="a",node="n1"}`:                                  0,
		`nines_node_leads{trial="a-1",system="a",node="n2"}`:                                  1,
		`nines_node_term{trial="a-1",system="a",node="n2"}`:                                   2,
		`nines_node_up{trial="a-1",system="a",node="n1"}`:                                     1,
		`nines_fault_in_force{trial="a-1",system="a",fault="kill(leader)"}`:                   1,
	}
	got := scrape(t, s)
	for key, v := range want {
		if have, ok := got.values[key]; !ok || have != v {
			t.Errorf("%s is %v (there: %v), want %v", key, have, ok, v)
		}
	}

	s.End("analysing")
	for i, name := range []string{"b-1", "c-1"} {
		s.Begin(Run{Trials: 3, Trial: i + 2}, Trial{Name: name, System: "b", Phase: "starting"})
		got = scrape(t, s)
		if _, ok := got.values[`nines_operations_total{trial="a-1",system="a",period="measured",outcome="ok"}`]; ok != (i == 0) {
			t.Errorf("while %s runs, the trial a-1 is shown: %v", name, ok)
		}
		if v := got.values[`nines_fault_in_force{trial="a-1",system="a",fault="kill(leader)"}`]; v != 0 {
			t.Errorf("a fault of a trial that has ended is in force %v times", v)
		}
	}
	if _, r := get(t, strings.TrimSuffix(s.URL(), Path)+"/other"); r.StatusCode != http.StatusNotFound {
		t.Errorf("another path: %s", r.Status)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if c, err := net.DialTimeout("tcp", s.listener.Addr().String(), time.Second); err == nil {
		c.Close()
		t.Error("it still listens after Close")
	}
}

func TestListenRefuses(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	_, port, _ := net.SplitHostPort(taken.Addr().String())
	for address, want := range map[string]string{
		port:             "127.0.0.1:" + port + ": the port is taken: choose another, or 0",
		"127.0.0.1":      "want PORT, :PORT or HOST:PORT",
		"http://x:1/":    "is no address",
		"localhost:http": `port "http" is none from 0 to 65535`,
		"70000":          `port "70000" is none`,
		"":               "is none from",
		"[::1:5":         "missing ']'",
	} {
		s, err := Listen(address)
		if err == nil {
			s.Close()
			t.Errorf("listens at %q", address)
		} else if !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", address, err, want)
		}
	}
}

func TestComplete(t *testing.T) {
	for address, want := range map[string]string{
		"9464": "127.0.0.1:9464", ":9464": "127.0.0.1:9464", "0.0.0.0:9464": "0.0.0.0:9464", "[::]:1": "[::]:1", "localhost:0": "localhost:0",
	} {
		if got, err := complete(address); err != nil || got != want {
			t.Errorf("%q is %q, %v; want %q", address, got, err, want)
		}
	}
}

// A display that nobody watches shows nothing, and takes it all.
func TestNobodyWatches(t *testing.T) {
	var s *Server
	s.Begin(Run{}, Trial{})
	s.Update("measuring", 0, 0, &View{})
	s.End("analysing")
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}
