package results

import (
	"encoding/csv"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/perf/benchfmt"
)

// TestSummaryColumns pins the order that scripts rely on.
func TestSummaryColumns(t *testing.T) {
	want := strings.Split("trial,system,repeat,nodes,host,valid,invalid_reasons,verdict,due,ok,rejected,unknown,dropped,"+
		"throughput_ops_s,goodput_ops_s,response_p50_ms,response_p99_ms,response_p999_ms,response_max_ms,service_p50_ms,service_p99_ms,lag_p99_ms,"+
		"success_ratio,interval_availability,user_uptime,gaps,gap_total_ms,gap_max_ms,slo_outage_total_ms,slo_outage_max_ms,cpu_us_per_op,messages_per_op,bytes_per_op,syncs_per_op", ",")
	path := filepath.Join(t.TempDir(), SummaryFile)
	row := Row{
		Trial: "a-1", System: "a", Repeat: 1, Nodes: 3, Host: "inproc", InvalidReasons: []string{"one, with a comma", "two"}, Verdict: "ok",
		Due: 1, OK: 2, Rejected: 3, Unknown: 4, Dropped: 5, Throughput: 6, Goodput: 7,
		ResponseP50: 8.5, ResponseP99: 9, ResponseP999: math.NaN(), ResponseMax: math.Inf(1), ServiceP50: 11, ServiceP99: 12, LagP99: 13,
		SuccessRatio: 0.999, IntervalAvailability: 0.5, UserUptime: 0.25, Gaps: -1, GapTotal: math.NaN(), GapMax: 14, SLOTotal: 15, SLOMax: 16,
		CPU: 17, Messages: 18, Bytes: 19, Syncs: 20,
	}
	if err := WriteSummary(path, []Row{row, row}); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines, err := csv.NewReader(f).ReadAll()
	if err != nil || len(lines) != 3 {
		t.Fatalf("%d lines: %v", len(lines), err)
	}
	if !slices.Equal(lines[0][:len(want)], want) {
		t.Errorf("columns %v, want %v", lines[0], want)
	}
	cells := strings.Split("a-1|a|1|3|inproc|false|one, with a comma; two|ok|1|2|3|4|5|6|7|8.5|9||inf|11|12|13|0.999|0.5|0.25|||14|15|16|17|18|19|20", "|")
	if !slices.Equal(lines[1][:len(cells)], cells) {
		t.Errorf("cells %v, want %v", lines[1], cells)
	}
	for i, c := range Columns() {
		if c.Name != lines[0][i] || c.Doc == "" {
			t.Errorf("column %d is %+v", i, c)
		}
	}
}

// TestBench has benchstat's own reader read the file.
func TestBench(t *testing.T) {
	path := filepath.Join(t.TempDir(), BenchFile)
	err := WriteBench(path, Machine{CPU: "a CPU @ 3 GHz"}, []BenchLine{{
		Name:   []Setting{{"system", "etcdraft"}, {"nodes", "3"}, {"empty", ""}, {"fault", "partition(leader | rest), every 10 s-4"}},
		Values: []Measured{{1234.5, "ops/s"}, {math.Inf(1), "p99-response-ms"}, {math.NaN(), "p50-response-ms"}, {0, "gap-max-ms"}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	in := benchfmt.NewReader(f, path)
	var got []*benchfmt.Result
	for in.Scan() {
		switch r := in.Result().(type) {
		case *benchfmt.Result:
			got = append(got, r.Clone())
		case *benchfmt.SyntaxError:
			t.Error(r)
		}
	}
	if in.Err() != nil || len(got) != 1 {
		t.Fatalf("%d results: %v", len(got), in.Err())
	}
	r := got[0]
	if name := string(r.Name.Full()); name != "Run/system=etcdraft/nodes=3/fault=partition-leader-rest-every-10-s_4" || r.Iters != 1 {
		t.Errorf("name %q, %d iterations", name, r.Iters)
	}
	if _, parts := r.Name.Parts(); len(parts) != 3 {
		t.Errorf("%d parts of the name: %q", len(parts), parts)
	}
	if v, ok := r.Value("ops/s"); !ok || v != 1234.5 || len(r.Values) != 2 {
		t.Errorf("values %v", r.Values)
	}
	if r.GetConfig("cpu") != "a CPU @ 3 GHz" || r.GetConfig("goos") == "" || r.GetConfig("pkg") != "nines" {
		t.Errorf("configuration %v", r.Config)
	}
}

func TestLatency(t *testing.T) {
	path := filepath.Join(t.TempDir(), LatencyFile)
	base := time.Date(2026, 1, 2, 3, 4, 5, 678e6, time.UTC)
	var reads, writes []Timed
	for i := range 3000 { // 1 ms, 2 ms, … over 3 s, latest first
		reads = append(reads, Timed{Due: time.Duration(2999-i) * time.Millisecond, Response: time.Duration(i+1) * time.Millisecond})
	}
	writes = append(writes, Timed{Due: 0, Response: 0}, Timed{Due: 1, Response: 2 * time.Hour})
	if err := WriteLatency(path, base, []Tagged{{"read", reads, 7}, {"write", writes, 0}, {"cas", nil, 1}}); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"#[StartTime: 1767323045 (seconds since epoch)", "Tag=read,1767323045.000000,1.000000,", "Tag=read,1767323047.000000,1.000000,",
		"[read: 7 operations never succeeded, 0 took longer", "[write: 0 operations never succeeded, 1 took longer", "[cas: 1 operations never",
	} {
		if !strings.Contains(string(b), want) {
			t.Errorf("no %q in\n%.600s", want, b)
		}
	}
	sums, err := ReadLatency(path, strings.NewReader(string(b)))
	if err != nil {
		t.Fatal(err)
	}
	h := sums["read"]
	if h == nil || h.TotalCount() != 3000 || sums["write"].TotalCount() != 1 || len(sums) != 2 {
		t.Fatalf("read back %v", sums)
	}
	if p99, want := time.Duration(h.ValueAtQuantile(99)), 2970*time.Millisecond; math.Abs(p99.Seconds()/want.Seconds()-1) > 0.001 {
		t.Errorf("p99 %v, want %v to 0.1 %%", p99, want)
	}
	if _, err := ReadLatency(path, strings.NewReader("1.0,1.0,1.0,HISTFAAAnonsense\n")); err == nil {
		t.Error("read nonsense")
	}
}
