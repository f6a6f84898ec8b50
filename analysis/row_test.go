package analysis

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/perf/benchfmt"

	"nines/bench"
	"nines/results"
)

// TestRow reads single cells by their column's name.
func TestRow(t *testing.T) {
	in := stallTrial()
	for i := range in.Samples {
		if s := &in.Samples[i]; s.Class == bench.Main && i%50 == 0 {
			s.Outcome = bench.Unknown
		}
	}
	s := Analyze(in, Options{})
	row := Row(&s)
	cells := row.Cells()
	for name, want := range map[string]string{
		"trial": "x-1", "nodes": "2", "due": "10000", "ok": "9800", "unknown": "200", "response_p50_ms": "1", "response_p99_ms": "inf", "response_max_ms": "inf",
		"service_p99_ms": "inf", "lag_p99_ms": "0", "success_ratio": "0.98", "gaps": "1", "gap_max_ms": "78", "slo_outage_total_ms": "0", "resolution_ms": "10",
		"valid": "false", "verdict": "ok", "goodput_ops_s": "980",
	} {
		i := slices.IndexFunc(results.Columns(), func(c results.Column) bool { return c.Name == name })
		if cells[i] != want {
			t.Errorf("%s is %q, want %q", name, cells[i], want)
		}
	}
	if !strings.Contains(row.InvalidReasons[0], "healthy baseline") {
		t.Errorf("reasons %q", row.InvalidReasons)
	}

	none := Analyze(Input{Facts: facts(time.Second)}, Options{})
	for i, cell := range func() []string { r := Row(&none); return r.Cells() }() {
		name := results.Columns()[i].Name
		if ms := strings.HasSuffix(name, "_ms") || strings.HasSuffix(name, "_per_op") || name == "gaps" || name == "success_ratio"; ms && cell != "" {
			t.Errorf("without samples %s is %q", name, cell)
		}
	}
}

// TestBenchLines has benchstat's reader read what repeats of two systems give.
func TestBenchLines(t *testing.T) {
	good, bad := Analyze(stallTrial(), Options{}), Analyze(stallTrial(), Options{})
	bad.Valid = false
	other := good
	other.Facts.System = "raft/lease"
	path := filepath.Join(t.TempDir(), results.BenchFile)
	if err := results.WriteBench(path, results.Machine{}, BenchLines([]Summary{good, bad, good, other})); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var names []string
	for in := benchfmt.NewReader(f, path); in.Scan(); {
		r, ok := in.Result().(*benchfmt.Result)
		if !ok {
			t.Fatalf("%v", in.Result())
		}
		names = append(names, string(r.Name.Full()))
		if v, ok := r.Value("gap-max-ms"); !ok || v != 78 {
			t.Errorf("gap-max-ms %v of %v", v, r.Values)
		}
	}
	want := []string{"Run/system=x/nodes=2/workload=test/fault=stall", "Run/system=x/nodes=2/workload=test/fault=stall", "Run/system=raft-lease/nodes=2/workload=test/fault=stall"}
	if !slices.Equal(names, want) {
		t.Errorf("names %q, want %q: an invalid trial is no benchmark", names, want)
	}
}

// TestRowOfWindows: what failed for half a second of ten.
func TestRowOfWindows(t *testing.T) {
	in := stallTrial()
	for i := range in.Samples {
		if s := &in.Samples[i]; s.Class == bench.Main && s.Due >= 7*time.Second && s.Due < 7500*msec {
			s.Outcome = bench.Unknown
		}
	}
	s := Analyze(in, Options{})
	r := Row(&s)
	if r.Worst100ms != 0 || r.Worst1s != 0.5 || r.Worst10s != 0.95 || !(r.SuccessLo < 0.95 && r.SuccessHi > 0.95) {
		t.Errorf("%v %v %v, interval from %v to %v", r.Worst100ms, r.Worst1s, r.Worst10s, r.SuccessLo, r.SuccessHi)
	}
	if len(r.Warnings) != 1 || !strings.HasPrefix(r.Warnings[0], "independent operations (") || len(r.InvalidReasons) != 0 {
		t.Errorf("warnings %q, reasons %q", r.Warnings, r.InvalidReasons)
	}
	none := Analyze(Input{Facts: facts(time.Second)}, Options{})
	if r := Row(&none); r.Worst1s == r.Worst1s || r.SuccessLo == r.SuccessLo {
		t.Errorf("of nothing: %v, %v", r.Worst1s, r.SuccessLo)
	}
}

// TestWeakIsNoBenchmark: a percentile that is weak in one of the repeats of a cell is in none
// of its lines, so that no sample of lines is of the fast ones alone; summary.csv
// marks it in that trial.
func TestWeakIsNoBenchmark(t *testing.T) {
	firm := Analyze(stallTrial(), Options{})
	firm.Independent = nil
	weak := firm
	weak.Independent = []Independent{{Of: "response", Q: 0.99, N: 20, Need: 368}, {Of: "service", Q: 0.999, N: 20, Need: 3688}, {Of: "response", Q: 0.5, N: 900, Need: 6}}
	void := weak
	void.Valid, void.Independent = false, []Independent{{Of: "response", Q: 0.5, N: 1, Need: 6}}
	other := firm
	other.Facts.System = "y"
	for i, l := range BenchLines([]Summary{firm, weak, other, void}) {
		var units []string
		for _, v := range l.Values {
			units = append(units, v.Unit)
		}
		told := func(unit string) bool { return slices.Contains(units, unit) }
		if all := i == 2; told("p99-response-ms") != all || told("p999-service-ms") != all || !told("p50-response-ms") || !told("p99-service-ms") {
			t.Errorf("line %d, %v: %q", i, l.Name, units)
		}
	}
	if r := Row(&weak); !slices.Equal(r.Weak, []string{"response_p99_ms"}) || r.ResponseP99 != r.ResponseP99 {
		t.Errorf("weak %q, p99 %v", r.Weak, r.ResponseP99)
	}
	if r := Row(&firm); len(r.Weak) > 0 {
		t.Errorf("weak %q", r.Weak)
	}
}
