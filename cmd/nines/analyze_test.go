package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"nines/analysis"
	"nines/bench"
	"nines/results"
	"nines/results/history"
)

// tenOperations are due every 100 ms. The sixth is answered late, the seventh was
// rejected and the eighth is unknown.
const tenOperations = `session,node,kind,key,arg,result,outcome,due_ms,sent_ms,done_ms
1,n1,write,x,a,,ok,0,0,10
1,n1,read,x,,a,ok,100,100,110
1,n2,read,x,,a,ok,200,200,210
1,n2,write,x,b,,ok,300,300,310
1,n1,read,x,,b,ok,400,400,410
1,n1,read,x,,b,ok,500,505,580
1,n1,write,x,c,,rejected,600,600,620
1,n1,write,x,d,,unknown,700,700,
2,n1,read,x,,d,ok,800,800,810
2,n2,read,x,,d,ok,900,900,910
`

// analyzed runs nines analyze and reads what it prints.
func analyzed(t *testing.T, want int, args ...string) map[string]any {
	t.Helper()
	out, errs, code := nines(t, append([]string{"analyze"}, args...)...)
	if code != want {
		t.Fatalf("nines analyze %v: exit code %d, want %d: %s%s", args, code, want, out, errs)
	}
	got := map[string]any{}
	if code != exitBadInput {
		if err := json.Unmarshal([]byte(out), &got); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
	} else if out != "" {
		t.Errorf("prints in spite of an error: %s", out)
	}
	got["stderr"] = errs
	return got
}

// TestAnalyzeFigures holds figures against those reckoned by hand: 8 of 10 were
// answered, 7 within 50 ms; of the eight stretches between two operations of a user
// the first was good in five of seven, and in the one of the other user.
func TestAnalyzeFigures(t *testing.T) {
	dir := t.TempDir()
	csv := filepath.Join(dir, "ten.csv")
	write(t, csv, tenOperations)
	got := analyzed(t, exitFine, csv, "--deadline", "50ms")
	for name, want := range map[string]any{
		"system": "ten", "verdict": "ok", "valid": true, "due": 10.0, "ok": 8.0, "rejected": 1.0, "unknown": 1.0, "dropped": 0.0, "good": 7.0,
		"period_ms": 1000.0, "throughput_ops_s": 8.0, "goodput_ops_s": 7.0, "success_ratio": 0.7, "interval_availability": 0.7,
		"response_p50_ms": 10.0, "response_p99_ms": nil, "response_max_ms": "inf", "user_uptime": 6.0 / 8, "worst_100ms_ratio": 0.0,
		"gaps": nil, "cpu_us_per_op": nil, "nodes": 2.0, "due_from": "recorded", "deadline_ms": 50.0,
	} {
		if got[name] != want {
			t.Errorf("%s is %v, want %v", name, got[name], want)
		}
	}
	for _, c := range results.Columns() {
		if _, ok := got[c.Name]; !ok {
			t.Errorf("%s of summary.csv is not there", c.Name)
		}
	}
	got = analyzed(t, exitFine, csv, "--bin", "500ms", "--cutoff", "99ms", "--period", "500ms")
	if got["due"] != 5.0 || got["interval_availability"] != 1.0 || got["user_uptime"] != nil || got["bin_ms"] != 500.0 {
		t.Errorf("%v", got)
	}
	write(t, filepath.Join(dir, "faults.csv"), "fault,start_ms,end_ms,nodes\ncut(n1),500,800,n1\n")
	got = analyzed(t, exitFine, csv, "--faults", filepath.Join(dir, "faults.csv"))
	if e := got["episodes"].([]any); len(e) != 1 || e[0].(map[string]any)["fault"] != "cut(n1)" || e[0].(map[string]any)["start_ms"] != 500.0 {
		t.Errorf("%v", e)
	}
}

// TestAnalyzeVerdicts: the exit code tells.
func TestAnalyzeVerdicts(t *testing.T) {
	line := func(s ...string) string { return strings.Join(s, "\n") }
	const head = "session,node,kind,key,arg,result,outcome,due_ms,sent_ms,done_ms"
	var many strings.Builder // the same values again and again, too many to search
	for i := range 60_000 {
		fmt.Fprintf(&many, "1,n1,write,x,%d,,ok,%d,%d,%d.5\n", i%7+1, i, i, i)
	}
	for name, c := range map[string]struct {
		text string
		args []string
		code int
		says string
	}{
		"stale read":         {line(head, "1,n1,write,x,1,,ok,0,0,1", "1,n1,write,x,2,,ok,2,2,3", "2,n1,read,x,,1,ok,4,4,5"), nil, exitIllegal, "linearizable illegal"},
		"not checked":        {line(head, "1,n1,write,x,1,,ok,0,0,1", "1,n1,write,x,2,,ok,2,2,3", "2,n1,read,x,,1,ok,4,4,5"), []string{"--check", "none"}, exitFine, ""},
		"same value, legal":  {line(head, "1,n1,write,x,1,,ok,0,0,1", "1,n1,write,x,2,,ok,2,2,3", "1,n1,write,x,1,,ok,4,4,5", "2,n1,read,x,,1,ok,6,6,7"), nil, exitFine, ""},
		"same value, not":    {line(head, "1,n1,write,x,1,,ok,0,0,1", "1,n1,write,x,2,,ok,2,2,3", "1,n1,write,x,1,,ok,4,4,5", "2,n1,read,x,,2,ok,6,6,7"), nil, exitIllegal, "no unique values (1 was written more than once)"},
		"beyond the budget":  {head + "\n" + many.String(), nil, exitInvalid, "a search over its"},
		"absent at first":    {line(head, "1,n1,read,x,,nil,ok,0,0,1", "1,n1,write,x,1,,ok,2,2,3"), nil, exitFine, ""},
		"absent afterwards":  {line(head, "1,n1,write,x,1,,ok,0,0,1", "1,n1,read,x,,nil,ok,2,2,3"), nil, exitIllegal, "linearizable illegal"},
		"stale transaction":  {`{:process 0, :type :invoke, :f :txn, :value [[:append 1 1]], :time 0} {:process 0, :type :ok, :f :txn, :value [[:append 1 1]], :time 1} {:process 1, :type :invoke, :f :txn, :value [[:r 1 nil]], :time 2} {:process 1, :type :ok, :f :txn, :value [[:r 1 nil]], :time 3}{:process 1, :type :invoke, :f :txn, :value [[:r 1 nil]], :time 4} {:process 1, :type :ok, :f :txn, :value [[:r 1 [1]]], :time 5}`, nil, exitIllegal, "isolated illegal"},
		"likewise, in order": {`{:process 0, :type :invoke, :f :txn, :value [[:append 1 1]], :time 0} {:process 0, :type :ok, :f :txn, :value [[:append 1 1]], :time 1} {:process 1, :type :invoke, :f :txn, :value [[:r 1 nil]], :time 2} {:process 1, :type :ok, :f :txn, :value [[:r 1 nil]], :time 3}{:process 1, :type :invoke, :f :txn, :value [[:r 1 nil]], :time 4} {:process 1, :type :ok, :f :txn, :value [[:r 1 [1]]], :time 5}`, []string{"--check", "serializable"}, exitFine, ""},
		"no times":           {`{:process 0, :type :invoke, :f :write, :value 1} {:process 0, :type :ok, :f :write, :value 1}`, nil, exitInvalid, ""},
	} {
		path := filepath.Join(t.TempDir(), "h")
		write(t, path, c.text)
		got := analyzed(t, c.code, append([]string{path}, c.args...)...)
		if why := got["why_verdict"].(string); !strings.Contains(why, c.says) {
			t.Errorf("%s: %s; want %q", name, why, c.says)
		}
	}
}

func TestAnalyzeRefuses(t *testing.T) {
	dir := t.TempDir()
	bad, fine := filepath.Join(dir, "bad.csv"), filepath.Join(dir, "ten.csv")
	write(t, bad, strings.ReplaceAll(tenOperations, ",ok,", ",okay,"))
	write(t, fine, tenOperations)
	full := filepath.Join(dir, "full")
	if err := os.Mkdir(full, 0o755); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(full, "file"), "")
	for _, c := range []struct {
		args []string
		says string
	}{
		{[]string{bad}, bad + `:2: column outcome: unknown outcome "okay": did you mean "ok"?`},
		{[]string{bad, "--out", filepath.Join(dir, "new")}, bad + ":3: column outcome"},
		{[]string{filepath.Join(dir, "none.csv")}, "no such file"},
		{[]string{fine, "--deadline=-1s"}, "--deadline: -1s is negative"},
		{[]string{fine, "--faults", bad}, bad + ":1: column fault: it is missing"},
		{[]string{fine, "--out", full}, "is not empty"},
		{[]string{full}, "nor is it the folder of a trial"},
		{[]string{fine, "--check", "what"}, "--check"},
		{[]string{fine, "--lease=-1s"}, "--lease: -1s is negative"},
		{[]string{fine, "--lease", "1s"}, "it is not of locks, which alone have a lease: leave --lease out"},
	} {
		if got := analyzed(t, exitBadInput, c.args...); !strings.Contains(got["stderr"].(string), c.says) {
			t.Errorf("%v: %s; want %q", c.args, got["stderr"], c.says)
		}
	}
	if exists(filepath.Join(dir, "new")) {
		t.Error("a results folder was made of a bad file")
	}
}

// TestAnalyzeTrialRefuses: what a trial says itself cannot be said otherwise.
func TestAnalyzeTrialRefuses(t *testing.T) {
	dir, _ := aTrial(t)
	for flag, value := range map[string]string{"check": "strict", "initial": "5", "lease": "1s", "name": "x"} {
		for _, path := range []string{dir, filepath.Join(dir, "trials", "null-1"), filepath.Join(dir, "trials", "null-1", results.SamplesFile)} {
			got := analyzed(t, exitBadInput, path, "--"+flag, value)
			if errs := got["stderr"].(string); !strings.HasPrefix(errs, "nines: --"+flag+": "+path+" is a trial of nines: ") || strings.Count(errs, "\n") != 1 {
				t.Errorf("%s", errs)
			}
		}
	}
	if errs := analyzed(t, exitBadInput, dir, "--check", "none", "--name", "x")["stderr"].(string); strings.Count(errs, "\n") != 2 {
		t.Errorf("not all at once: %s", errs)
	}
}

// aTrial makes the folder of a run with one trial, whose operations are answered as
// they should be, some late and some not at all.
func aTrial(t *testing.T) (dir string, row map[string]any) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "run")
	c := flags(t, short(dir, "--systems", "null", "--duration", "1s")[1:]...)
	x, files := firstTrial(t, c)
	f := x.facts()
	f.Guarantees = results.Guarantees{Reads: "linearizable", Durability: "a kill"}
	const ms = time.Millisecond
	var samples []bench.Sample
	for i := range uint64(400) {
		at := time.Duration(i) * 5 * ms / 2
		w := bench.Sample{Due: at, Sent: at + ms/10, Done: at + 2*ms, Session: i%8 + 1, User: uint32(i % 5), Node: uint16(i % 3), Key: i % 3, Arg: i + 1, Size: 8, Kind: bench.Write, Outcome: bench.OK, Class: bench.Main}
		switch {
		case i%50 == 7:
			w.Outcome, w.Session, w.Done = bench.Unknown, 100+i, at+50*ms
		case i%50 == 9:
			w.Outcome = bench.Rejected
		case i%40 == 3:
			w.Done, w.Session, w.Key = at+150*ms, 1000+i, 2000+i
		}
		probe := w
		probe.Class, probe.Key, probe.Session, probe.Outcome = bench.Probe, 1<<32+i%3, 9000+i%3, bench.OK
		probe.Due, probe.Sent, probe.Done = at, at, at+ms
		samples = append(samples, w, probe)
	}
	f.Probe = 15 * ms / 2
	f.Offered = 400
	faults := []bench.Interval{{Fault: "kill(leader)", Nodes: []string{"n1"}, Start: 300 * ms, Injected: 301 * ms, HealFrom: 500 * ms, End: 510 * ms, Evidence: "gone"}}
	if err := files.Samples.Record(samples); err != nil {
		t.Fatal(err)
	}
	trial, err := files.Finish(f, faults, nil)
	if err != nil {
		t.Fatal(err)
	}
	sum, err := analysis.Trial(trial, analysis.Options{})
	if err != nil {
		t.Fatal(err)
	}
	b, err := json.Marshal(analysis.Row(&sum))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, &row); err != nil {
		t.Fatal(err)
	}
	return dir, row
}

// notInAFile are columns of what a file of operations does not tell.
var notInAFile = []string{
	"trial", "system", "host", "adapter", "durability", "why_verdict", "valid", "invalid_reasons", "warnings", "verdict",
	"cpu_us_per_op", "messages_per_op", "bytes_per_op", "syncs_per_op",
}

// TestExportAnalyze: what was exported has the same figures, whatever the format,
// and so have the trial itself and a results folder made of it.
func TestExportAnalyze(t *testing.T) {
	whole(t)
	dir, want := aTrial(t)
	for _, column := range notInAFile {
		delete(want, column)
	}
	out := filepath.Join(t.TempDir(), "history")
	again := filepath.Join(t.TempDir(), "again")
	for _, format := range []string{history.CSV, history.EDN} {
		_, errs, code := nines(t, "export", dir, "--format", format, "--out", out)
		if code != exitFine || !strings.Contains(errs, "to analyse it: nines analyze "+out) {
			t.Fatalf("exit code %d: %s", code, errs)
		}
		args := strings.Fields(strings.TrimPrefix(strings.TrimSpace(errs), "to analyse it: nines analyze "))
		got := analyzed(t, exitFine, args...)
		if got["verdict"] != "ok" || got["valid"] != true {
			t.Errorf("%s: %v %v", format, got["verdict"], got["why_verdict"])
		}
		same(t, format, got, want)
	}
	same(t, "the trial", analyzed(t, exitInvalid, dir), want)
	same(t, "samples.parquet", analyzed(t, exitInvalid, filepath.Join(dir, "trials", "null-1", results.SamplesFile)), want)
	same(t, "a results folder", analyzed(t, exitFine, out, "--out", again), want)
	if _, errs, code := nines(t, "report", again, "-q"); code != exitFine || !exists(filepath.Join(again, results.ReportFile)) {
		t.Errorf("exit code %d: %s", code, errs)
	}
	tidy(t, again)
	if text, _, code := nines(t, "export", dir); code != exitFine || strings.Count(text, "\n") != 801 {
		t.Errorf("exit code %d, %d lines", code, strings.Count(text, "\n"))
	}
	for _, args := range [][]string{{out}, {dir, "--trial", "no"}, {dir, "--format", "xml"}, {filepath.Join(dir, "trials", "null-1"), "--trial", "null-2"}} {
		if text, errs, code := nines(t, append([]string{"export"}, args...)...); code != exitBadInput || text != "" || errs == "" {
			t.Errorf("%v: exit code %d: %s%s", args, code, text, errs)
		}
	}
}

func same(t *testing.T, what string, got, want map[string]any) {
	t.Helper()
	for column, value := range want {
		if fmt.Sprint(got[column]) != fmt.Sprint(value) {
			t.Errorf("%s: %s is %v, want %v", what, column, got[column], value)
		}
	}
}
