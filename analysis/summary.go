// Package analysis turns the files of a trial into figures. Its functions are
// pure: the same files give the same summary.
package analysis

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"

	"nines/analysis/txn"
	"nines/results"
)

// MS is a time in milliseconds. It may be +Inf: an operation that never
// succeeded has an infinite response time. NaN stands for "no figure".
type MS float64

// MarshalJSON writes +Inf as the string "inf" and NaN as null.
func (m MS) MarshalJSON() ([]byte, error) {
	switch f := float64(m); {
	case math.IsInf(f, 1):
		return []byte(`"inf"`), nil
	case math.IsNaN(f):
		return []byte("null"), nil
	default:
		return strconv.AppendFloat(nil, f, 'f', -1, 64), nil
	}
}

// UnmarshalJSON reads what MarshalJSON writes.
func (m *MS) UnmarshalJSON(b []byte) error {
	switch string(b) {
	case `"inf"`:
		*m = MS(math.Inf(1))
		return nil
	case "null":
		*m = MS(math.NaN())
		return nil
	}
	var f float64
	if err := json.Unmarshal(b, &f); err != nil {
		return fmt.Errorf("a time in milliseconds: %w", err)
	}
	*m = MS(f)
	return nil
}

// Verdict says whether a history was correct.
type Verdict string

// The verdicts. Unknown is never a pass.
const (
	VerdictOK      Verdict = "ok"
	VerdictIllegal Verdict = "illegal"
	VerdictUnknown Verdict = "unknown"
	VerdictNA      Verdict = "n/a" // the system does not promise it; neither a pass nor a failure
)

// Summary is everything that is computed from one trial: summary.json.
type Summary struct {
	Schema  int           `json:"schema"`
	Facts   results.Facts `json:"facts"`
	Valid   bool          `json:"valid"`
	Gates   []Gate        `json:"gates"`
	Verdict Verdict       `json:"verdict"` // the worst of Checks: illegal, unknown, ok; n/a if all of them are
	Checks  []Check       `json:"checks"`

	Counts     Counts    `json:"counts"` // Main ops due in the measured period
	Throughput float64   `json:"throughput_ops_s"`
	Goodput    float64   `json:"goodput_ops_s"`
	Response   Quantiles `json:"response"`
	Service    Quantiles `json:"service"`
	Lag        Quantiles `json:"lag"`
	Latency    []Latency `json:"latency"` // split by kind, node and phase

	SuccessRatio         float64 `json:"success_ratio"`
	IntervalAvailability float64 `json:"interval_availability"`
	UserUptime           float64 `json:"user_uptime"`

	// SuccessRange is the success ratio with its interval within the trial, and
	// SuccessBy the method: batch means or block bootstrap; empty if neither can tell.
	SuccessRange Range         `json:"success_range"`
	SuccessBy    string        `json:"success_by,omitempty"`
	Steady       Steady        `json:"steady"`      // before the first fault
	Independent  []Independent `json:"independent"` // what the percentiles of Response and Service rest on

	Downtime     MS      `json:"downtime_ms"`      // equivalent: (1 - success ratio) × measured period
	DowntimeYear MS      `json:"downtime_year_ms"` // the same of a year of nothing but such trials
	Windows      Windows `json:"windows"`          // the worst window of each length
	Shares       []Share `json:"availability_by"`  // success ratio by kind, by node, and by node during each fault
	Alerts       []Alert `json:"burn_alerts"`      // that an SLO would have raised

	Gaps     Outages   `json:"gaps"`     // service gaps of the cluster
	SLO      Outages   `json:"slo"`      // SLO outages of the cluster
	ByNode   []NodeOut `json:"by_node"`  // the same for each node's own probes
	ByKind   []KindOut `json:"by_kind"`  // reads and writes apart
	Episodes []Episode `json:"episodes"` // one for each fault interval
	Timeline []Bin     `json:"timeline"` // of TimelineBin each, over the measured period
	BinMS    MS        `json:"bin_ms"`   // width of a timeline bin
	Heat     Heat      `json:"heat"`     // the response time by when operations were due
	PerOp    PerOp     `json:"per_op"`   // cost
	InDoubt  InDoubt   `json:"in_doubt"` // of the whole trial

	Roles     []NodeRoles `json:"roles,omitempty"`     // of the nodes, over time; none where nothing is told of any
	Tolerance []Survival  `json:"tolerance,omitempty"` // if the trial explores it
	Under     []Under     `json:"under,omitempty"`     // before the first fault and under each, unless they are many
	Thinned   *Thinned    `json:"thinned,omitempty"`   // if it was too long to be held whole
}

// Gate is one test of whether the trial may be believed.
type Gate struct {
	Name string `json:"name"`
	Pass bool   `json:"pass"`
	Warn bool   `json:"warn,omitempty"` // it passed, but ought to be known
	Saw  string `json:"saw"`            // the figure and its bound, in words
	Do   string `json:"do,omitempty"`   // what to do if it failed or warns
}

// Check is one test of whether the history was correct.
type Check struct {
	Name    string  `json:"name"` // linearizable, durable, agreement, isolated, bank, atomic
	Verdict Verdict `json:"verdict"`
	Why     string  `json:"why"`

	// Of an illegal one, where they are known:
	Anomaly string    `json:"anomaly,omitempty"` // its name in the literature
	Under   string    `json:"under,omitempty"`   // which fault was in force, in words
	Witness []Witness `json:"witness,omitempty"` // the operations that show it, by when they were sent
	Picture *Picture  `json:"picture,omitempty"` // of these
}

// Picture shows how the operations of a witness contradict each other.
type Picture = txn.Picture

// A Witness is an operation that shows that a history is illegal.
type Witness struct {
	Name    string `json:"name,omitempty"` // what the words and the picture call it
	What    string `json:"what"`
	Node    string `json:"node"`
	Session uint64 `json:"session"`
	Class   string `json:"class"`
	Outcome string `json:"outcome"`
	Sent    MS     `json:"sent_ms"` // since the base instant
	Done    MS     `json:"done_ms"` // +Inf if it was not answered
	Under   string `json:"under"`   // which fault was in force
}

// Counts are of operations by outcome; Due is their sum. Good ones succeeded by
// the deadline.
type Counts struct {
	Due      uint64 `json:"due"`
	OK       uint64 `json:"ok"`
	Good     uint64 `json:"good"`
	Rejected uint64 `json:"rejected"`
	Unknown  uint64 `json:"unknown"`
	Dropped  uint64 `json:"dropped"`
}

// Quantiles of a latency, over N operations, exact. What never succeeded counts
// as +Inf; NaN is a percentile that N operations do not support.
type Quantiles struct {
	N     uint64  `json:"n"`
	Mean  MS      `json:"mean_ms"` // of those that succeeded
	P50   MS      `json:"p50_ms"`
	P90   MS      `json:"p90_ms"`
	P99   MS      `json:"p99_ms"`
	P999  MS      `json:"p999_ms"`
	P9999 MS      `json:"p9999_ms"`
	Max   MS      `json:"max_ms"`
	Curve []Point `json:"curve,omitempty"` // for the percentile chart; q rising
}

// Point is one point of a percentile curve.
type Point struct {
	Q  float64 `json:"q"`
	MS MS      `json:"ms"`
}

// Latency is the latency of one group of operations; an empty field means all.
type Latency struct {
	Kind     string    `json:"kind,omitempty"`
	Node     string    `json:"node,omitempty"`
	Phase    string    `json:"phase,omitempty"` // before, during, after (any fault); or "during 1 kill(leader)"
	Response Quantiles `json:"response"`
	Service  Quantiles `json:"service"`
}

// Outages sums up maximal stretches without service.
type Outages struct {
	Measured   bool     `json:"measured"` // false where there were no probes
	Count      int      `json:"count"`
	Total      MS       `json:"total_ms"`
	Max        MS       `json:"max_ms"`
	Resolution MS       `json:"resolution_ms"` // one probe period
	Threshold  MS       `json:"threshold_ms"`  // shorter ones are not told from normal service
	List       []Outage `json:"list,omitempty"`
}

// Outage is one stretch without service. A censored one had not ended when the
// measured period did: its length is a lower bound.
type Outage struct {
	Start    MS   `json:"start_ms"` // since the base instant
	Length   MS   `json:"length_ms"`
	Censored bool `json:"censored,omitempty"`
	Lag      MS   `json:"lag_ms"` // by which a probe in it was sent late, at most: if it nears Length, the load generator stalled too
}

// NodeOut is the outages that the clients of one node saw.
type NodeOut struct {
	Node string  `json:"node"`
	Gaps Outages `json:"gaps"`
	SLO  Outages `json:"slo"`
}

// Episode is one fault from before its injection to full recovery. Times count
// from the start of the injection unless they say otherwise; NaN where there is
// no figure.
type Episode struct {
	Step     int      `json:"step"`
	Fault    string   `json:"fault"`
	NA       string   `json:"na,omitempty"`
	Error    string   `json:"error,omitempty"`
	Nodes    []string `json:"nodes"`
	Start    MS       `json:"start_ms"` // since the base instant
	HealFrom MS       `json:"heal_from_ms"`
	End      MS       `json:"end_ms"`
	Until    MS       `json:"until_ms"` // the next fault or the end of the measured period: what is beyond is not the episode's
	Evidence string   `json:"evidence"`
	For      MS       `json:"for_ms"` // how long the schedule wanted it to last, from injection to healing

	Detect   MS       `json:"detect_ms"` // until another leader was chosen
	Inject   Window   `json:"inject"`    // outages that began between injection and healing
	Heal     Window   `json:"heal"`      // outages that began at or after healing
	ByNode   []EpNode `json:"by_node"`
	Back95   MS       `json:"back95_ms"`      // until goodput was at 95 % of its baseline for K bins
	HealBack MS       `json:"heal_back95_ms"` // the same, from the start of healing
	Censored bool     `json:"censored"`       // it had not recovered when the next fault or the end came
	Baseline float64  `json:"baseline_ops_s"`
	LostOps  float64  `json:"lost_ops"` // integral of goodput's deficit below baseline, until it was back
	InDoubt  InDoubt  `json:"in_doubt"` // of what was in doubt in it
	Orphaned InDoubt  `json:"orphaned"` // of that, transactions whose coordinator the fault had hit

	// All the time without service from injection to the next fault or the end, of
	// the cluster; and whom it hit. See [Stretches] and [Reach].
	Out         Stretches `json:"out"`        // no probe was answered
	OutSLO      Stretches `json:"out_slo"`    // no probe was good
	OutReads    Stretches `json:"out_reads"`  // no probe that reads was answered; see [KindOut]
	OutWrites   Stretches `json:"out_writes"` // none that writes
	Unready     bool      `json:"unready"`    // an outage of the cluster was under way when it was injected
	InjectReach Reach     `json:"inject_reach"`
	HealReach   Reach     `json:"heal_reach"`
	Lasting     Lasting   `json:"lasting"`
}

// InDoubt is what participants of atomic commit did not know: transactions that
// they had prepared, and whose fate they learnt a heartbeat later or more. NaN
// where the system has no participants.
type InDoubt struct {
	Txns  int `json:"txns"`         // transactions that some participant was in doubt about
	Max   MS  `json:"max_ms"`       // the longest that a participant was
	Total MS  `json:"total_ms"`     // of all participants and transactions
	Locks MS  `json:"locks_key_ms"` // keys locked, times how long
}

// Window is the outage that one side of an episode caused: the longest gap and
// the longest SLO outage that began in it. 0 means none was seen.
type Window struct {
	Gap Outage `json:"gap"`
	SLO Outage `json:"slo"`
}

// EpNode is an episode as the clients of one node saw it.
type EpNode struct {
	Node   string    `json:"node"`
	Inject Window    `json:"inject"`
	Heal   Window    `json:"heal"`
	Out    Stretches `json:"out"` // all the time in which no probe of the node was answered, as Episode.Out
}

// Bin is one slice of the timeline; Main operations unless said otherwise.
type Bin struct {
	Due  uint32 `json:"due"`    // due in it
	Good uint32 `json:"good"`   // of those, how many succeeded by the deadline
	Done uint32 `json:"done"`   // completed with success in it
	P50  MS     `json:"p50_ms"` // response of those due in it
	P99  MS     `json:"p99_ms"`
	Max  MS     `json:"max_ms"`
}

// PerOp is the cost of one successful operation, probes included.
type PerOp struct {
	CPU      float64 `json:"cpu_us"`
	Messages float64 `json:"messages"`
	Bytes    float64 `json:"bytes"`
	Syncs    float64 `json:"syncs"`
}
