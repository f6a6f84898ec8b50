package episodes

import (
	"cmp"
	"fmt"

	"nines/analysis"
)

// A Key is what the episodes of a group have in common. The role that was hit is
// part of the fault, as in kill(leader). Measured and modelled episodes never
// share a group.
type Key struct {
	Fault   string      `json:"fault"`
	For     analysis.MS `json:"for_ms"`                // how long the fault was to last
	Rate    float64     `json:"rate_op_s"`             // offered; 0 in a closed loop
	Varies  bool        `json:"rate_varies,omitempty"` // Rate is the mean of one that changes
	System  string      `json:"system"`                // label, without what other fields of the key say
	Adapter string      `json:"adapter"`
	Nodes   int         `json:"nodes"`
	Virtual bool        `json:"virtual"` // modelled
}

// told are the axes of a matrix whose values other fields of the key have. A
// system's label has them too, as in etcdraft,rate=500.
var told = []string{"for", "rate", "nodes", "time"}

func keyOf(s *analysis.Summary, e *analysis.Episode) Key {
	f := &s.Facts
	return Key{Fault: e.Fault, For: e.For, Rate: f.Rate, Varies: f.Profile != nil, System: analysis.LabelWithout(f, told...), Adapter: f.Adapter, Nodes: len(f.Nodes), Virtual: f.Virtual}
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
		cmp.Compare(k.Fault, o.Fault), cmp.Compare(k.For, o.For), cmp.Compare(k.Rate, o.Rate), cmp.Compare(flag(k.Varies), flag(o.Varies)),
		cmp.Compare(k.System, o.System), cmp.Compare(k.Adapter, o.Adapter), cmp.Compare(k.Nodes, o.Nodes),
		cmp.Compare(flag(k.Virtual), flag(o.Virtual)))
}

// A Class is a fault as systems are compared by: the key without the system.
type Class struct {
	Fault   string
	For     analysis.MS
	Rate    float64
	Varies  bool
	Virtual bool
}

// Class is the key's.
func (k Key) Class() Class { return Class{k.Fault, k.For, k.Rate, k.Varies, k.Virtual} }

// Modelled ends the name of a class that was not measured.
const Modelled = ", modelled"

// String is the class in words: kill(leader) for 3 s at 100 op/s, modelled.
func (c Class) String() string {
	s := c.Fault
	if c.For > 0 {
		s += fmt.Sprintf(" for %g s", float64(c.For)/1000)
	}
	if c.Rate > 0 {
		s += fmt.Sprintf(" at %g op/s", c.Rate)
	}
	if c.Varies {
		s += " on average"
	}
	if c.Virtual {
		s += Modelled
	}
	return s
}
