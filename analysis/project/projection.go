package project

// Options are what a projection is asked for.
type Options struct {
	SLO   float64 // share of the year that service must be there: 0.9999
	Years int     // that are simulated
	Seed  uint64
}

// Validate says which option is wrong.
func (o Options) Validate() error {
	switch {
	case !(o.SLO > 0 && o.SLO < 1):
		return errSLO
	case o.Years < 1 || o.Years > mostYears:
		return errYears
	}
	return nil
}

// A Projection is a year of one system. Times are in seconds.
type Projection struct {
	System   string `json:"system"`
	Nodes    int    `json:"nodes"`
	Modelled bool   `json:"modelled"`
	Episodes int    `json:"episodes"` // that count
	SLO      Figure `json:"slo"`
	Rates    string `json:"rates"`
	// Resolution is how finely outages were measured, one probe period; 0 if that is
	// not known.
	Resolution Figure `json:"resolution_s"`

	// LowerBound says that outages of some class had not ended when last seen: E and
	// what follows from it is at least that.
	LowerBound bool `json:"lower_bound"`
	// NoError is why there is no standard error; empty if there is one.
	NoError string `json:"no_standard_error,omitempty"`
	// Ruled is an upper bound of E where no fault caused an outage: see [Cost.AtMost].
	// What is computed and not measured, as overlapping crashes, is in both.
	Ruled Figure `json:"at_most_s"`
	// Worst is E, or Ruled where no fault caused an outage, if what was not measured costs service for as
	// long as it lasts.
	Worst Figure `json:"with_unmeasured_at_worst_s"`

	Mid  Outlook `json:"mid"`
	Low  Outlook `json:"low"`
	High Outlook `json:"high"`

	Classes    []Cost       `json:"classes"`    // the costliest first
	Unmeasured []Unmeasured `json:"unmeasured"` // the worst first
	Unrated    []Unrated    `json:"unrated"`
	NA         []string     `json:"not_suffered,omitempty"`
	LeftOut    []string     `json:"left_out,omitempty"`
	Next       []Advice     `json:"next"` // what to measure next, the most useful first
}

// Quiet reports whether no fault that was injected caused an outage. E may be over 0
// all the same: of what is computed.
func (p *Projection) Quiet() bool {
	for _, c := range p.Classes {
		if c.Outages > 0 {
			return false
		}
	}
	return true
}

// An Outlook is a year if all rates are low, mid or high.
type Outlook struct {
	Expected     Figure `json:"expected_s"`       // E[D]
	SD           Figure `json:"sd_s"`             // of a year's downtime around it, by formula
	StdErr       Figure `json:"standard_error_s"` // of E, from finitely many episodes
	Lo           Figure `json:"lo_s"`             // 95 % interval of E that follows from StdErr
	Hi           Figure `json:"hi_s"`
	Availability Figure `json:"availability"`
	Nines        Figure `json:"nines"`
	NoOutage     Figure `json:"p_no_outage"` // in a year
	// Years is what simulated years were like.
	Years Years `json:"simulated"`
}

// Years are simulated ones.
type Years struct {
	N      int    `json:"years"`
	Mean   Figure `json:"mean_s"`
	SD     Figure `json:"sd_s"`
	Median Figure `json:"median_s"`
	P95    Figure `json:"p95_s"`
	P99    Figure `json:"p99_s"`
	Meets  Figure `json:"p_meets_slo"`
	Error  Figure `json:"p_meets_slo_error"` // standard error of Meets, from finitely many years
	None   Figure `json:"p_no_outage"`
}

// A Cost is what a class of faults costs in a year.
type Cost struct {
	Class    string   `json:"class"`
	Faults   []string `json:"faults"` // whose episodes tell
	Rate     Rates    `json:"per_year"`
	How      string   `json:"how"`
	Episodes int      `json:"episodes"`
	Outages  int      `json:"with_outage"`
	Censored int      `json:"censored"`
	Bound    Bound    `json:"bound"`
	Presumed bool     `json:"presumed"`
	Why      string   `json:"why"`
	Repair   string   `json:"repair,omitempty"`
	Mean     Figure   `json:"outage_s"` // the mean one, in the mid scenario
	StdErr   Figure   `json:"standard_error_s"`
	Low      Figure   `json:"low_s"` // a year
	Expected Figure   `json:"expected_s"`
	High     Figure   `json:"high_s"`
	Share    Figure   `json:"share"` // of E
	// AtMost is set where n faults caused no outage: with 95 % confidence at most a
	// share of 1-0.05^(1/n) of such faults causes any. It is the cost of a year if that
	// many do, each until it is repaired; NaN if the time of repair is not known.
	AtMost     *Figure `json:"at_most_s,omitempty"`
	Share95    *Figure `json:"p_outage_at_most,omitempty"`
	IfRepair   *Figure `json:"if_repair_bound_s,omitempty"` // where failover-bound is presumed: a year if it were not
	Note       string  `json:"note,omitempty"`
	Source     string  `json:"source,omitempty"`
	Assumption string  `json:"assumption,omitempty"`
}

// Rates is a [Range] as it is written.
type Rates struct {
	Low  Figure `json:"low"`
	Mid  Figure `json:"mid"`
	High Figure `json:"high"`
}

// String writes one rate, or three.
func (r Rates) String() string {
	return Range{float64(r.Low), float64(r.Mid), float64(r.High)}.String()
}

func rates(r Range) Rates { return Rates{Figure(r.Low), Figure(r.Mid), Figure(r.High)} }

// Unmeasured is a class with a rate and without episodes. It is not part of E.
type Unmeasured struct {
	Class  string   `json:"class"`
	Faults []string `json:"faults"` // that would tell
	Rate   Rates    `json:"per_year"`
	// AtWorst is what it costs in a year if service is away as long as the fault is
	// there; NaN if the time of repair is not known.
	AtWorst    Figure `json:"at_worst_s"`
	How        string `json:"how"`
	Repair     string `json:"repair,omitempty"`
	Source     string `json:"source,omitempty"`
	Assumption string `json:"assumption,omitempty"`
}

// Unrated is a fault that was measured and has no rate: it is not part of E.
type Unrated struct {
	Fault    string `json:"fault"`
	Episodes int    `json:"episodes"`
	Mean     Figure `json:"outage_s"`
}

// Advice is one thing to measure.
type Advice struct {
	Class string `json:"class"`
	Aim   Aim    `json:"aim"`
	What  string `json:"what"` // in words
	// StdErr is that of E after ten more episodes, as far as it is known; NaN where that
	// is not the aim.
	StdErr Figure `json:"standard_error_then_s"`
}

// An Aim is what to measure something for.
type Aim string

// The aims, the most urgent first.
const (
	NoStdErr Aim = "have a standard error"    // the costliest first
	Hidden   Aim = "see what it may cost"     // what may cost most first
	Tighter  Aim = "lower the standard error" // what lowers it most first
)
