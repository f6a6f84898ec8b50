package scenario

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"nines/chaos"
)

var rewrite = flag.Bool("rewrite", false, "rewrite the golden files")

// reparse writes a scenario and reads it again.
func reparse(t *testing.T, s *Scenario) []byte {
	t.Helper()
	text, err := s.YAML()
	if err != nil {
		t.Fatal(err)
	}
	again, err := Parse("effective.yaml", text, builtinCatalog())
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	if !reflect.DeepEqual(s, again) {
		t.Fatalf("the effective scenario differs:\n%+v\n%+v\n%s", s, again, text)
	}
	return text
}

func TestBuiltins(t *testing.T) {
	list, err := List()
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, l := range list {
		names = append(names, l.Name)
		file, data, err := Open(l.Name)
		if err != nil {
			t.Fatal(err)
		}
		s, err := Parse(file, data, builtinCatalog())
		if err != nil {
			t.Errorf("%v", err)
			continue
		}
		if s.Name != l.Name || s.Description != l.Description || l.Description == "" {
			t.Errorf("%s is named %q, described %q", l.Name, s.Name, l.Description)
		}
		reparse(t, s)
	}
	if got := strings.Join(names, " "); got != "3-region balance blocking calibrate-stall checkpoint commit-cost controls failover faults network paxos-vs-raft quickstart quickstart-txn redundancy saturate steady storm tolerance" {
		t.Errorf("the built-in scenarios are %s", got)
	}
}

func TestQuickstart(t *testing.T) {
	file, data, err := Open("quickstart")
	if err != nil {
		t.Fatal(err)
	}
	s, err := Parse(file, data, txnCatalog())
	if err != nil {
		t.Fatal(err)
	}
	want := defaults()
	want.Name, want.Description = "quickstart", s.Description
	want.Systems = []System{
		{Name: "single", Label: "single"}, {Name: "etcdraft", Label: "etcdraft"}, {Name: "hashiraft", Label: "hashiraft"},
		{Name: "paxos", Label: "paxos"},
	}
	want.Load.MaxInFlight = 20_000
	want.Workload.Reads = 0.5
	kill, _ := chaos.Parse("kill(leader)")
	split, _ := chaos.Parse("partition(leader | rest)")
	want.Faults = []chaos.Step{
		{At: 5 * time.Second, For: 4 * time.Second, Fault: kill},
		{At: 12 * time.Second, For: 4 * time.Second, Fault: split},
	}
	if !reflect.DeepEqual(s, want) {
		t.Errorf("got  %+v\nwant %+v", s, want)
	}
	golden(t, "testdata/quickstart.effective", reparse(t, s))
}

// TestTemplate holds the values of the template against the defaults that it
// says they are, and the faults in its comments against the parser.
func TestTemplate(t *testing.T) {
	s, err := Parse("my.yaml", Template(), fakeCatalog())
	if err != nil {
		t.Fatal(err)
	}
	want := defaults()
	want.Name, want.Description, want.Systems, want.Faults = s.Name, s.Description, s.Systems, s.Faults
	want.Load.MaxInFlight, want.Workload.Reads = 20_000, 0.5
	if !reflect.DeepEqual(s, want) {
		t.Errorf("the template has\n%+v\nthe defaults are\n%+v", s, want)
	}
	all := strings.ReplaceAll(string(Template()), "  # - {", "  - {")
	all = strings.ReplaceAll(all, "  # reads", "  reads")
	all = strings.ReplaceAll(all, "  # cas", "  cas")
	all = strings.ReplaceAll(all, "  # max_in_flight", "  max_in_flight")
	all = strings.ReplaceAll(all, "# matrix:\n#   nodes: [3, 5]\n#   load", "matrix:\n  nodes: [3, 5]\n  load")
	s, err = Parse("my.yaml", []byte(all), fakeCatalog())
	if err != nil || len(s.Faults) != 4 || len(s.Cells()) != 4 {
		t.Errorf("with its comments: %v", err)
	}
	// Every field of the schema is explained.
	text, err := s.YAML()
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range strings.Split(string(text), "\n") {
		name, _, ok := strings.Cut(strings.TrimLeft(line, " -"), ":")
		if ok && !strings.Contains(string(Template()), name+":") {
			t.Errorf("the template does not show %s", name)
		}
	}
}

func TestParse(t *testing.T) {
	const systems = "systems: etcdraft\n"
	for _, c := range []struct {
		yaml string
		want func(s *Scenario)
	}{
		{"systems: [{system: etcdraft, label: a, prevote: false, reads: lease, nodes: [3, 5]}, single]", func(s *Scenario) {
			s.Systems = []System{
				{"etcdraft", "a", map[string]string{"prevote": "false", "reads": "lease"}, []int{3, 5}},
				{"single", "single", nil, nil},
			}
		}},
		{systems + "links: [[0s, 1ms, 2ms], [1ms, 0s, 3ms], [2ms, 3ms, 0s]]", func(s *Scenario) {
			const ms = time.Millisecond
			s.Links = Links{RTT: [][]time.Duration{{0, ms, 2 * ms}, {ms, 0, 3 * ms}, {2 * ms, 3 * ms, 0}}}
		}},
		{systems + "disk: {kind: memory, sync: 500us}", func(s *Scenario) { s.Disk = Disk{Kind: Memory, Sync: 500 * time.Microsecond} }},
		{systems + "disk: {kind: memory, bandwidth: 4MB}", func(s *Scenario) { s.Disk = Disk{Kind: Memory, Bandwidth: 4_000_000} }},
		{systems + "batch: {max_bytes: 64KiB, max_entries: 1_000}", func(s *Scenario) { s.Batch.MaxBytes, s.Batch.MaxEntries = 65536, 1000 }},
		{systems + "load: {arrivals: closed, sessions: 64, forward: off}", func(s *Scenario) {
			s.Load.Arrivals, s.Load.Rate, s.Load.Sessions, s.Load.MaxInFlight, s.Load.Forward = Closed, 0, 64, 0, false
		}},
		{systems + "load: {rate: 100, abandon: 2s}", func(s *Scenario) { s.Load.Rate, s.Load.Abandon, s.Load.MaxInFlight = 100, 2*time.Second, 200 }},
		{systems + "load: {rate: 100, max_in_flight: 7}", func(s *Scenario) { s.Load.Rate, s.Load.MaxInFlight = 100, 7 }},
		{systems + "load: {}\nprobes:\nfaults:\n", func(s *Scenario) {}},
		{systems + "workload: {name: register, cas: 0.25}", func(s *Scenario) { s.Workload.Name, s.Workload.Keys, s.Workload.CAS = "register", 1, 0.25 }},
		{systems + "workload: {name: ycsb-b, keys: 5, value_size: 1KiB}", func(s *Scenario) {
			s.Workload.Name, s.Workload.Keys, s.Workload.Reads, s.Workload.ValueSize = "ycsb-b", 5, 0.95, 1024
		}},
		{"x: &s\n- etcdraft\nsystems: *s\n", nil}, // x is unknown
		{"systems: &s [etcdraft]\n", func(s *Scenario) {}},
		{systems + "seed: 18446744073709551615\nrepeat: 3\nwarmup: 0s", func(s *Scenario) { s.Seed, s.Repeat, s.Warmup = 1<<64-1, 3, 0 }},
		{systems + "slo: {target: 1, bin: 1s}\nprobes: {rate: 0}", func(s *Scenario) { s.SLO, s.Probes.Rate = SLO{1, time.Second}, 0 }},
		{systems + "slo: {target: 99%}\nworkload: {reads: 12.5 %}", func(s *Scenario) { s.SLO.Target, s.Workload.Reads = 0.99, 0.125 }},
		{systems + "description: 'a: [b'", func(s *Scenario) { s.Description = "a: [b" }},
		{systems + "faults: {at: 1s, every: 3s, jitter: 500ms, for: 2s, fault: kill(any)}", func(s *Scenario) {
			kill, _ := chaos.Parse("kill(any)")
			s.Faults = []chaos.Step{{At: time.Second, Every: 3 * time.Second, Jitter: time.Second / 2, For: 2 * time.Second, Fault: kill}}
		}},
	} {
		s, err := Parse("dir/case.yaml", []byte(c.yaml), fakeCatalog())
		if c.want == nil {
			if err == nil {
				t.Errorf("%s\nparses", c.yaml)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s\n%v", c.yaml, err)
			continue
		}
		want := defaults()
		want.Name = "case"
		want.Systems = []System{{Name: "etcdraft", Label: "etcdraft"}}
		want.Workload.Reads = 0.5
		want.Load.MaxInFlight = 20_000
		c.want(want)
		if !reflect.DeepEqual(s, want) {
			t.Errorf("%s\ngot  %+v\nwant %+v", c.yaml, s, want)
		}
		reparse(t, s)
	}
}

// TestErrorsGolden reads every testdata/*.yaml, all of which are wrong, and
// holds the errors against the file of that name with .errors. Lines that begin
// with "#set " are overrides.
func TestErrorsGolden(t *testing.T) {
	files, err := filepath.Glob("testdata/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatal("no golden files", err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var sets []Set
		for _, line := range strings.Split(string(data), "\n") {
			if text, ok := strings.CutPrefix(line, "#set "); ok {
				s, err := ParseSet(text)
				if err != nil {
					t.Fatal(err)
				}
				sets = append(sets, s)
			}
		}
		_, err = Parse(filepath.Base(file), data, fakeCatalog(), sets...)
		var list Errors
		if !errors.As(err, &list) {
			t.Errorf("%s: %v, want Errors", file, err)
			continue
		}
		golden(t, strings.TrimSuffix(file, ".yaml")+".errors", []byte(err.Error()+"\n"))
	}
}

func golden(t *testing.T, file string, got []byte) {
	t.Helper()
	if *rewrite {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != string(want) {
		t.Errorf("%s:\n got\n%s\nwant\n%s", file, got, want)
	}
}

func TestOpen(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "mine")
	if err := os.WriteFile(path, []byte("systems: single"), 0o644); err != nil {
		t.Fatal(err)
	}
	if file, data, err := Open(path); err != nil || file != path || string(data) != "systems: single" {
		t.Errorf("%q, %q, %v", file, data, err)
	}
	if _, _, err := Open(dir + "/"); err == nil || !strings.HasPrefix(err.Error(), "read the scenario: ") {
		t.Errorf("a folder: %v", err)
	}
	_, _, err := Open("quikstart")
	want := `there is no file of that name, and: unknown scenario "quikstart": did you mean "quickstart"? There are 3-region, balance, blocking, `
	if err == nil || !strings.HasPrefix(err.Error(), want) {
		t.Errorf("got %v\nwant %s…", err, want)
	}
}

func TestNameFrom(t *testing.T) {
	for file, want := range map[string]string{
		"quickstart.yaml": "quickstart", "a/b c.yml": "b-c", "../..": "scenario", ".x": "scenario", "-": "scenario", "é.yaml": "-"[:0] + "scenario",
		strings.Repeat("x", 300): strings.Repeat("x", 100),
	} {
		got := nameFrom(file)
		if got != want || !isLabel(got) {
			t.Errorf("nameFrom(%q) = %q, want %q", file, got, want)
		}
	}
}

func TestSets(t *testing.T) {
	const file = `systems: [single, {system: etcdraft, label: a}]
load: {rate: 2000}
links: lan
faults:
  - {at: 5s, for: 4s, fault: kill(leader)}
`
	for _, c := range []struct{ set, want string }{
		{"load.rate=500", "load.rate 500"},
		{"load.deadline=1s", "load.deadline 1s"},
		{"load.arrivals=constant", "load.arrivals constant"},
		{"warmup=0s", "warmup 0s"},
		{"faults[0].for=2s", "faults[0].for 2s"},
		{"faults[0].fault=delay({n1, n2} -> n3, 5ms ± 1ms)", "faults[0].fault delay({n1, n2} -> n3, 5ms ± 1ms)"},
		{"faults[1]={at: 10s, for: 1s, fault: kill(any)}", "faults[1].at 10s"},
		{"faults=[]", "faults []"},
		{"faults=", "faults []"},
		{"load.rate=", "load.rate 2000"},
		{"systems=[hashiraft]", "systems[0].system hashiraft"},
		{"systems=hashiraft", "systems[0].system hashiraft"},
		{"systems[1].prevote=false", "systems[1].prevote false"},
		{"systems[0].label=one", "systems[0].label one"},
		{"probes.rate=7", "probes.rate 7"},
		{"links=[[0s,1ms,1ms],[1ms,0s,1ms],[1ms,1ms,0s]]", "links[2][0] 1ms"},
		{"description=a: b: c", "description a: b: c"},
		{" seed =9", "seed 9"},
	} {
		set, err := ParseSet(c.set)
		if err != nil {
			t.Fatal(err)
		}
		s, err := Parse("f.yaml", []byte(file), fakeCatalog(), set)
		if err != nil {
			t.Errorf("%s: %v", c.set, err)
			continue
		}
		path, want, _ := strings.Cut(c.want, " ")
		if got := lookup(t, reparse(t, s), path); got != want {
			t.Errorf("%s: %s is %q, want %q", c.set, path, got, want)
		}
	}
	// An item that stands in two places is changed in one.
	s, err := Parse("f.yaml", []byte("systems: single\nfaults: [&f {at: 1s, for: 1s, fault: kill(all)}, *f]"), fakeCatalog(), Set{"faults[1].at", "3s"})
	if err != nil || s.Faults[0].At != time.Second || s.Faults[1].At != 3*time.Second {
		t.Errorf("%+v, %v", s, err)
	}
	for _, bad := range []string{"", "load.rate", "=5"} {
		if _, err := ParseSet(bad); err == nil || !strings.Contains(err.Error(), "want path=value") {
			t.Errorf("ParseSet(%q): %v", bad, err)
		}
	}
}

// lookup finds a value in YAML by its path.
func lookup(t *testing.T, text []byte, path string) string {
	t.Helper()
	n, errs := parseTree("", text)
	if errs != nil {
		t.Fatal(errs)
	}
	steps, err := splitPath(path)
	if err != nil {
		t.Fatal(err)
	}
	d := &decoder{}
	for _, step := range steps {
		slot, err := d.slot(n, step, Set{})
		if err != nil {
			t.Fatal(err)
		}
		n = *slot
	}
	if len(n.Content) == 0 && n.Value == "" {
		return fmt.Sprint(n.Content)
	}
	return n.Value
}

func FuzzParse(f *testing.F) {
	list, err := List()
	if err != nil {
		f.Fatal(err)
	}
	for _, l := range list {
		_, data, err := Open(l.Name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data, "load.rate=500")
	}
	f.Add(Template(), "systems[1].prevote=true")
	f.Add([]byte("systems: etcdraft\nload: {schedule: [{at: 0s, rate: 500}, {at: 10s, rate: 60% of knee}], knee: {etcdraft: 9}}"), "load.ramp.to=3")
	f.Add([]byte("systems: etcdraft\nload: {burst: {times: 4, every: 10s, for: 1s}}"), "load.diurnal={amplitude: 1, period: 1s}")
	files, _ := filepath.Glob("testdata/*.yaml")
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data, "faults[0].for=2s")
	}
	f.Add([]byte("systems: &x [*x]\nlinks: &y [*y, [*y]]"), "links[0][0][0]=1")
	f.Fuzz(func(t *testing.T, data []byte, text string) {
		var sets []Set
		if set, err := ParseSet(text); err == nil {
			sets = append(sets, set)
		}
		s, err := Parse("fuzz.yaml", data, fakeCatalog(), sets...)
		if err != nil {
			var list Errors
			if !errors.As(err, &list) || len(list) == 0 || err.Error() == "" {
				t.Fatalf("%#v", err)
			}
			return
		}
		reparse(t, s)
	})
}
