package rates

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	yaml "go.yaml.in/yaml/v4"

	"nines/analysis/project"
	"nines/bench"
)

// A decoder collects what is wrong.
type decoder struct {
	file string
	errs []error
}

func (d *decoder) failf(n *yaml.Node, format string, args ...any) {
	d.errs = append(d.errs, fmt.Errorf("%s:%d:%d: %w", d.file, n.Line, n.Column, fmt.Errorf(format, args...)))
}

func resolve(n *yaml.Node) *yaml.Node {
	for n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	return n
}

// fields shows each field of a mapping once.
func (d *decoder) fields(n *yaml.Node, of string, each func(key, value *yaml.Node)) {
	n = resolve(n)
	if n.Kind != yaml.MappingNode {
		d.failf(n, "%s: want a mapping, with a line NAME: VALUE for each field", of)
		return
	}
	var seen []string
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := resolve(n.Content[i])
		switch {
		case key.Kind != yaml.ScalarNode || key.Value == "":
			d.failf(key, "%s: want a name before the colon", of)
		case slices.Contains(seen, key.Value):
			d.failf(key, "%s: %q is there twice", of, key.Value)
		default:
			seen = append(seen, key.Value)
			each(key, resolve(n.Content[i+1]))
		}
	}
}

var fieldNames = []string{"per_year", "per_node", "faults", "leader", "follower", "node_down", "repair", "source", "assumption"}

func (d *decoder) entry(key, value *yaml.Node) project.Entry {
	e := project.Entry{Name: key.Value}
	given := map[string]bool{}
	d.fields(value, key.Value, func(k, v *yaml.Node) {
		given[k.Value] = true
		switch k.Value {
		case "per_year":
			e.Rate = d.rate(v)
		case "per_node":
			e.Rate, e.PerNode = d.rate(v), true
		case "faults":
			e.Faults = d.patterns(v)
		case "leader":
			e.Leader = d.patterns(v)
		case "follower":
			e.Follower = d.patterns(v)
		case "node_down":
			e.NodeDown = d.truth(v)
		case "repair":
			e.Repair = d.repair(v)
		case "source":
			e.Source = d.text(v)
		case "assumption":
			e.Assumption = d.text(v)
		default:
			d.failf(k, "%s: %w", key.Value, bench.UnknownName("field", k.Value, fieldNames))
		}
	})
	d.check(key, &e, given)
	if len(e.Faults)+len(e.Leader)+len(e.Follower) == 0 {
		e.Faults = []string{e.Name}
	}
	return e
}

// check is what fields must have to do with each other.
func (d *decoder) check(key *yaml.Node, e *project.Entry, given map[string]bool) {
	switch {
	case given["per_year"] == given["per_node"]:
		d.failf(key, "%s: want one of per_year (faults of the cluster a year) and per_node (of each node)", e.Name)
	case given["leader"] != given["follower"]:
		d.failf(key, "%s: leader and follower are given together: want both, or faults", e.Name)
	case given["leader"] && given["faults"]:
		d.failf(key, "%s: want either faults, or leader and follower", e.Name)
	case e.NodeDown && e.Repair == nil:
		d.failf(key, "%s: node_down needs a repair: how long the node is down", e.Name)
	case e.NodeDown && !e.PerNode:
		d.failf(key, "%s: node_down needs a rate per_node", e.Name)
	}
}

// rate is a number, or low, mid and high.
func (d *decoder) rate(n *yaml.Node) project.Range {
	if n.Kind == yaml.ScalarNode {
		v := d.number(n)
		return project.Range{Low: v, Mid: v, High: v}
	}
	var r project.Range
	seen := 0
	d.fields(n, "a rate", func(k, v *yaml.Node) {
		seen++
		switch k.Value {
		case "low":
			r.Low = d.number(v)
		case "mid":
			r.Mid = d.number(v)
		case "high":
			r.High = d.number(v)
		default:
			d.failf(k, "%w", bench.UnknownName("field of a rate", k.Value, []string{"low", "mid", "high"}))
		}
	})
	if n.Kind == yaml.MappingNode && (seen != 3 || r.Low > r.Mid || r.Mid > r.High) {
		d.failf(n, "a rate is a number, or {low: 1, mid: 2, high: 4}: all three, and rising")
	}
	return r
}

// mostRate is a fault every second or so, beyond which no year can be told.
const mostRate = 1e7

func (d *decoder) number(n *yaml.Node) float64 {
	v, err := strconv.ParseFloat(n.Value, 64)
	switch {
	case n.Kind != yaml.ScalarNode || err != nil || math.IsNaN(v):
		d.failf(n, "%q is no number of faults a year", n.Value)
		return 0
	case v < 0 || v > mostRate:
		d.failf(n, "%s: want from 0 to %.0f faults a year", n.Value, mostRate)
		return 0
	}
	return v
}

// patterns is one fault or a list of them, in which * stands for any text.
func (d *decoder) patterns(n *yaml.Node) []string {
	list := []*yaml.Node{n}
	if n.Kind == yaml.SequenceNode {
		list = n.Content
	}
	var out []string
	for _, item := range list {
		if p := d.text(resolve(item)); p != "" {
			out = append(out, p)
		}
	}
	if len(out) == 0 {
		d.failf(n, "want a fault such as kill(leader), or a list of them")
	}
	return out
}

func (d *decoder) text(n *yaml.Node) string {
	if n.Kind != yaml.ScalarNode {
		d.failf(n, "want a text")
		return ""
	}
	return strings.Join(strings.Fields(n.Value), " ")
}

func (d *decoder) truth(n *yaml.Node) bool {
	v, err := strconv.ParseBool(n.Value)
	if n.Kind != yaml.ScalarNode || err != nil {
		d.failf(n, "want true or false")
	}
	return v
}

// duration is a time such as 90s, 5m or 1h30m, in seconds.
func (d *decoder) duration(n *yaml.Node) float64 {
	v, err := time.ParseDuration(n.Value)
	if n.Kind != yaml.ScalarNode || err != nil || v <= 0 || v.Seconds() > project.Year {
		d.failf(n, "%q: want a time from above 0 to a year, such as 90s, 5m or 1h30m", n.Value)
		return 1
	}
	return v.Seconds()
}
