package conventions

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// A layer says what a package may import beyond the standard library: packages
// of ours by their folders, libraries by their import paths, which cover what is
// below them. Tests may import what their package may, the package itself,
// what is common to all tests, and what tests adds.
type layer struct {
	dir   string
	ours  string
	libs  string
	tests string // of both kinds
}

// layers is who may import whom, from the vocabulary up. A new package gets a
// row; a new import that no row allows is a question for the design first.
var layers = []layer{
	// The vocabulary and the load engine. Its benchmarks run every system, bare
	// and through the engine, to find what the engine costs.
	{dir: "bench", tests: "adapters/... bench/balance workloads chaos results " +
		"go.etcd.io/raft/v3 google.golang.org/protobuf github.com/hashicorp/raft github.com/hashicorp/go-hclog " +
		"github.com/HdrHistogram/hdrhistogram-go"},
	{dir: "bench/balance", ours: "bench"},
	{dir: "workloads", ours: "bench"},
	{dir: "chaos", ours: "bench"},
	{dir: "bench/watch", ours: "bench"},
	{dir: "results", ours: "bench", libs: "github.com/HdrHistogram/hdrhistogram-go github.com/parquet-go/parquet-go github.com/klauspost/compress",
		tests: "golang.org/x/perf"},
	{dir: "results/history/edn"},
	{dir: "results/history", ours: "bench results results/history/edn", tests: "analysis"},

	// A scenario is checked against a catalog that it is given: it knows no
	// system, host or workload.
	{dir: "bench/scenario", ours: "bench chaos", libs: "go.yaml.in/yaml/v4"},
	// A trial knows no system or workload either; its test runs real ones.
	{dir: "bench/trial", ours: "bench chaos results", tests: "adapters/... analysis analysis/linear bench/balance workloads"},

	// Where nodes run. These may know faults, for their parameters.
	{dir: "adapters/disk", ours: "chaos", libs: "golang.org/x/sys"},
	{dir: "adapters/clock", ours: "chaos"},
	{dir: "adapters/link", ours: "chaos", libs: "golang.org/x/sys"},
	{dir: "adapters/machine", ours: "bench", libs: "github.com/cespare/xxhash/v2"},
	{dir: "adapters/replica", ours: "bench adapters/disk adapters/machine", tests: "adapters/link adapters/host/inproc"},
	{dir: "adapters/replica/step", ours: "bench adapters/disk adapters/machine adapters/replica", tests: conformance},
	{dir: "adapters/replica/sim", ours: "bench adapters/disk adapters/machine adapters/replica adapters/replica/step", tests: "analysis/linear analysis/txn"},
	{dir: "adapters/host/inproc", ours: "bench chaos adapters/clock adapters/disk adapters/link adapters/replica", tests: "adapters/single adapters/machine"},

	// The systems. None knows another, faults, or the host it runs on; a
	// protocol's library is its adapter's alone.
	{dir: "adapters/null", ours: "bench"},
	{dir: "adapters/single", ours: "bench adapters/disk adapters/machine adapters/replica", tests: conformance},
	{dir: "adapters/etcdraft", ours: machines,
		libs: "go.etcd.io/raft/v3 google.golang.org/protobuf", tests: conformance + " adapters/replica/sim"},
	{dir: "adapters/hashiraft", ours: "bench adapters/disk adapters/machine adapters/replica",
		libs:  "github.com/hashicorp/raft github.com/hashicorp/go-hclog",
		tests: conformance + " github.com/hashicorp/go-msgpack/v2"},
	{dir: "adapters/paxos", ours: machines, tests: machineTests},
	{dir: "adapters/commit", ours: machines, tests: machineTests},
	{dir: "adapters/commit/committest", ours: machines + " adapters/commit adapters/replica/sim analysis/txn"},
	{dir: "adapters/twopc", ours: machines + " adapters/commit", tests: machineTests + " adapters/commit/committest"},
	{dir: "adapters/threepc", ours: machines + " adapters/commit", tests: machineTests + " adapters/commit/committest"},
	{dir: "adapters/paxoscommit", ours: machines + " adapters/commit", tests: machineTests},
	// The broken ones, and what exposes them: between systems, whose wrappers they
	// use, and the workloads that show it.
	{dir: "adapters/controls", ours: "bench results workloads adapters/replica adapters/replica/step adapters/replica/sim " +
		"adapters/paxos adapters/etcdraft adapters/commit adapters/twopc adapters/threepc", tests: "analysis"},
	{dir: "docs/example/mirror", ours: "bench adapters/disk adapters/machine adapters/replica", tests: conformance},

	// The suite that all systems pass, and the table of systems.
	{dir: "adapters/adaptertest", ours: "bench chaos analysis/linear analysis/txn adapters/disk adapters/host/inproc adapters/link adapters/replica"},
	{dir: "adapters", ours: "bench chaos results adapters/host/inproc adapters/replica adapters/replica/sim adapters/controls " +
		"adapters/null adapters/single adapters/etcdraft adapters/hashiraft adapters/replica/step " +
		"adapters/paxos adapters/commit adapters/twopc adapters/threepc adapters/paxoscommit"},

	// From the files of a run to its report.
	{dir: "analysis/linear", ours: "bench", libs: "github.com/anishathalye/porcupine"},
	{dir: "analysis/txn", ours: "bench"},
	{dir: "analysis/objects", ours: "bench analysis/linear analysis/txn", tests: "github.com/anishathalye/porcupine"},
	{dir: "analysis/stats", libs: "gonum.org/v1/gonum"},
	{dir: "analysis", ours: "bench results analysis/linear analysis/objects analysis/stats analysis/txn", tests: "golang.org/x/perf"},
	{dir: "analysis/calibration", ours: "bench results analysis analysis/stats"},
	{dir: "analysis/episodes", ours: "results analysis analysis/stats"},
	{dir: "analysis/project", ours: "bench analysis analysis/stats", libs: "gonum.org/v1/gonum", tests: "results"},
	{dir: "analysis/project/rates", ours: "bench analysis/project", libs: "go.yaml.in/yaml/v4", tests: "chaos"},
	{dir: "analysis/saturation", ours: "results analysis analysis/stats", libs: "gonum.org/v1/gonum/optimize", tests: "bench"},
	{dir: "analysis/plot", ours: "bench analysis analysis/episodes analysis/project analysis/saturation analysis/stats", libs: "gonum.org/v1/plot golang.org/x/image", tests: "results analysis/plot/plottest"},
	{dir: "analysis/plot/plottest", ours: "bench results analysis"},
	{dir: "analysis/compare", ours: "bench results analysis analysis/stats", tests: "analysis/plot/plottest"},
	{dir: "analysis/report", ours: "bench results analysis analysis/calibration analysis/compare analysis/episodes analysis/plot analysis/project analysis/saturation analysis/stats",
		libs: "github.com/olekukonko/tablewriter", tests: "analysis/plot/plottest"},

	// The program alone picks implementations.
	{dir: "cmd/nines", ours: "bench bench/balance bench/scenario bench/trial bench/watch workloads chaos results results/history adapters " +
		"adapters/disk adapters/host/inproc adapters/link adapters/replica adapters/controls adapters/replica/sim " +
		"analysis analysis/calibration analysis/compare analysis/episodes analysis/project analysis/project/rates analysis/report analysis/saturation",
		libs:  "github.com/alecthomas/kong github.com/vbauerster/mpb/v8 golang.org/x/term golang.org/x/sys",
		tests: "analysis/plot/plottest"},

	{dir: "conventions", tests: "results"},
}

// conformance is what the tests of a system need to run it on its host.
const conformance = "chaos adapters/adaptertest adapters/host/inproc adapters/link analysis/linear analysis/txn"

// machines is what a protocol of ours is made of, machineTests what its tests
// need beside: its golden scripts, and whole clusters in the event queue.
const (
	machines     = "bench adapters/disk adapters/machine adapters/replica adapters/replica/step"
	machineTests = conformance + " adapters/replica/sim analysis/txn github.com/cockroachdb/datadriven"
)

// everyTest may import these.
const everyTest = "go.uber.org/goleak pgregory.net/rapid"

// confined are the libraries that must not spread, whatever a row says: where
// each may be imported. A protocol's library also runs bare in the benchmarks.
var confined = map[string]string{
	"go.etcd.io/raft/v3":                      "adapters/etcdraft bench",
	"github.com/hashicorp/raft":               "adapters/hashiraft bench",
	"gonum.org/v1":                            "analysis/...",
	"github.com/anishathalye/porcupine":       "analysis/linear analysis/objects", // there only its tests
	"github.com/olekukonko/tablewriter":       "analysis/report",
	"github.com/HdrHistogram/hdrhistogram-go": "results bench",
	"github.com/parquet-go/parquet-go":        "results",
	"go.yaml.in/yaml/v4":                      "bench/scenario analysis/project/rates", // both are files that users write
	"github.com/alecthomas/kong":              "cmd/nines",
	"github.com/vbauerster/mpb/v8":            "cmd/nines",
}

func TestImports(t *testing.T) {
	complain(t, imports(ourPackages(t), layers))
}

func complain(t *testing.T, complaints []string) {
	t.Helper()
	for _, c := range complaints {
		t.Error(c)
	}
}

// imports holds the packages against the rows.
func imports(ps []*pkg, rows []layer) []string {
	var out []string
	for _, p := range ps {
		i := slices.IndexFunc(rows, func(l layer) bool { return l.dir == p.dir })
		if i < 0 {
			out = append(out, fmt.Sprintf("%s: no row in layers says what this package may import", p.dir))
			continue
		}
		for _, f := range p.files {
			for _, path := range f.imports() {
				if !rows[i].allows(path, f.test) {
					out = append(out, fmt.Sprintf("%s: must not import %s (see layers in conventions/imports_test.go)", f.name, path))
				}
				if lib, where := confinement(path); lib != "" && !covers(where, p.dir) {
					out = append(out, fmt.Sprintf("%s: imports %s, which is for %s alone", f.name, lib, where))
				}
			}
		}
	}
	for _, l := range rows {
		if !slices.ContainsFunc(ps, func(p *pkg) bool { return p.dir == l.dir }) {
			out = append(out, fmt.Sprintf("layers has a row for %s, which is no package", l.dir))
		}
	}
	return out
}

func (l *layer) allows(path string, test bool) bool {
	own, ours := strings.CutPrefix(path, module+"/")
	switch {
	case !ours && !strings.Contains(strings.Split(path, "/")[0], "."): // the standard library
		return true
	case ours && covers(l.ours, own), !ours && below(l.libs, path):
		return true
	case !test:
		return false
	case ours:
		return own == l.dir || covers(l.tests, own)
	default:
		return below(l.tests, path) || below(everyTest, path)
	}
}

// confinement finds the confined library that path belongs to.
func confinement(path string) (lib, where string) {
	for lib, where := range confined {
		if below(lib, path) {
			return lib, where
		}
	}
	return "", ""
}

// covers reports whether dir is one of the listed folders, of which dir/... is
// dir and everything below.
func covers(list, dir string) bool {
	return slices.ContainsFunc(strings.Fields(list), func(item string) bool {
		top, all := strings.CutSuffix(item, "/...")
		return dir == top || all && strings.HasPrefix(dir, top+"/")
	})
}

// below reports whether path is one of the listed ones or in one of them.
func below(list, path string) bool {
	return slices.ContainsFunc(strings.Fields(list), func(item string) bool {
		return path == item || strings.HasPrefix(path, item+"/")
	})
}
