package rates

import (
	yaml "go.yaml.in/yaml/v4"

	"nines/analysis/project"
	"nines/bench"
)

var repairNames = []string{"constant", "exponential", "lognormal", "empirical"}

// repair is a time, which is constant, or one of
//
//	{constant: 5m}
//	{exponential: {mean: 5m}}
//	{lognormal: {median: 3m, p95: 24m}}, or with mean instead of median
//	{empirical: [1m, 2m, 10m]}
//
// It is nil if it is wrong.
func (d *decoder) repair(n *yaml.Node) (r project.Repair) {
	if n.Kind == yaml.ScalarNode {
		return project.Constant(d.duration(n))
	}
	before, seen := len(d.errs), 0
	d.fields(n, "a repair", func(k, v *yaml.Node) {
		seen++
		switch k.Value {
		case "constant":
			r = project.Constant(d.duration(v))
		case "exponential":
			r = project.Exponential(d.times(v, "an exponential repair", "mean")["mean"])
		case "lognormal":
			r = d.lognormal(v)
		case "empirical":
			r = d.empirical(v)
		default:
			d.failf(k, "%w", bench.UnknownName("repair", k.Value, repairNames))
		}
	})
	if len(d.errs) == before && seen != 1 {
		d.failf(n, "a repair is one of constant, exponential, lognormal and empirical")
	}
	if len(d.errs) > before {
		return nil
	}
	return r
}

// times are fields that are times: all of those named, or of the other names.
func (d *decoder) times(n *yaml.Node, of string, names ...string) map[string]float64 {
	out := map[string]float64{}
	d.fields(n, of, func(k, v *yaml.Node) {
		for _, name := range names {
			if k.Value == name {
				out[name] = d.duration(v)
				return
			}
		}
		d.failf(k, "%w", bench.UnknownName("field of "+of, k.Value, names))
	})
	if n.Kind == yaml.MappingNode && len(out) == 0 {
		d.failf(n, "%s: it has no %s", of, names[0])
	}
	return out
}

func (d *decoder) lognormal(n *yaml.Node) project.Repair {
	const of = "a lognormal repair"
	t := d.times(n, of, "median", "mean", "p95")
	median, byMedian := t["median"]
	mean, byMean := t["mean"]
	p95, ok := t["p95"]
	if !ok || byMedian == byMean {
		d.failf(n, "%s: want p95, and one of median and mean", of)
		return nil
	}
	of95, value := project.LognormalOfMedian, median
	if byMean {
		of95, value = project.LognormalOfMean, mean
	}
	l, err := of95(value, p95)
	if err != nil {
		d.failf(n, "%s: %w", of, err)
		return nil
	}
	return l
}

func (d *decoder) empirical(n *yaml.Node) project.Repair {
	if n.Kind != yaml.SequenceNode || len(n.Content) == 0 {
		d.failf(n, "an empirical repair: want a list of times, such as [1m, 2m, 10m]")
		return nil
	}
	var out project.Empirical
	for _, item := range n.Content {
		out = append(out, d.duration(resolve(item)))
	}
	return out
}
