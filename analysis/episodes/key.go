package episodes

import (
	"cmp"
	"fmt"
	"strings"

	"nines/analysis"
	"nines/results"
)

// A Key is what the episodes of a group have in common. The role that was hit is
// part of the fault, as in kill(leader). Measured and modelled episodes never
// share a group.
type Key struct {
	Fault   string      `json:"fault"`
	For     analysis.MS `json:"for_ms"`                // how long the fault was to last
	Rate    float64     `json:"rate_op_s"`             // offered; 0 in a closed loop
	Varies  bool        `json:"rate_varies,omitempty"` // Rate is the mean of one that changes
	OfKnee  string      `json:"of_knee,omitempty"`     // what Rate is for each system, such as 60% of knee, if its knee is known
	System  string      `json:"system"`                // label, without what other fields of the key say
	Adapter string      `json:"adapter"`
	Nodes   int         `json:"nodes"`
	Virtual bool        `json:"virtual"` // modelled
}

// told are the axes of a matrix whose values other fields of the key have. A
// system's label has them too, as in etcdraft,rate=500.
var told = []string{"fault", "for", "rate", "nodes", "time"}

func keyOf(s *analysis.Summary, e *analysis.Episode) Key {
	f := &s.Facts
	return Key{Fault: e.Fault, For: e.For, Rate: f.Rate, Varies: f.Profile != nil, OfKnee: ofKnee(f), System: analysis.LabelWithout(f, told...), Adapter: f.Adapter, Nodes: len(f.Nodes), Virtual: f.Virtual}
}

// ofKnee is the share of the knee that a trial's load is, if the knee of its system was
// given, or its matrix says so.
func ofKnee(f *results.Facts) string {
	if share := f.ShareOfKnee(); share > 0 {
		return fmt.Sprintf("%.3g%% of knee", 100*share)
	}
	for _, v := range f.Variant { // in files of before the knee was noted
		if v.Name == "rate" && strings.HasSuffix(v.Value, "% of knee") {
			return v.Value
		}
	}
	return ""
}

// compare orders keys by fault, its length, load, and system.
func (k Key) compare(o Key) int {
	flag := func(set bool) int {
		if set {
			return 1
		}
		return 0
	}
	return cmp.Or(
		cmp.Compare(k.Fault, o.Fault), cmp.Compare(k.For, o.For), cmp.Compare(k.OfKnee, o.OfKnee), cmp.Compare(k.Rate, o.Rate), cmp.Compare(flag(k.Varies), flag(o.Varies)),
		cmp.Compare(k.System, o.System), cmp.Compare(k.Adapter, o.Adapter), cmp.Compare(k.Nodes, o.Nodes),
		cmp.Compare(flag(k.Virtual), flag(o.Virtual)))
}

// A Class is a fault as systems are compared by: the key without the system. Of
// loads that are a share of each system's knee it has the share: systems that are
// loaded alike have different rates.
type Class struct {
	Fault   string
	For     analysis.MS
	Rate    float64 // 0 if there is a share
	Varies  bool
	OfKnee  string
	Virtual bool
}

// Class is the key's.
func (k Key) Class() Class {
	c := Class{k.Fault, k.For, k.Rate, k.Varies, k.OfKnee, k.Virtual}
	if c.OfKnee != "" {
		c.Rate = 0
	}
	return c
}

// Load is the class's load in words, empty if it says nothing: 100 op/s.
func (c Class) Load() string {
	switch {
	case c.OfKnee != "":
		return c.OfKnee
	case c.Rate > 0:
		return fmt.Sprintf("%g op/s", c.Rate)
	}
	return ""
}

// Modelled ends the name of a class that was not measured.
const Modelled = ", modelled"

// String is the class in words: kill(leader) for 3 s at 100 op/s, modelled.
func (c Class) String() string {
	s := c.Fault
	if c.For > 0 {
		s += fmt.Sprintf(" for %g s", float64(c.For)/1000)
	}
	if load := c.Load(); load != "" {
		s += " at " + load
	}
	if c.Varies {
		s += " on average"
	}
	if c.Virtual {
		s += Modelled
	}
	return s
}
