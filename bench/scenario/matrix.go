package scenario

import (
	"fmt"
	"slices"
	"strings"

	yaml "go.yaml.in/yaml/v4"
)

// An Axis is a field of the scenario with the values that it takes in turn.
type Axis struct {
	Path   string   // as in a [Set]
	Values []string // YAML
}

// Name is the last part of the path: rate for load.rate.
func (a Axis) Name() string { return a.Path[strings.LastIndex(a.Path, ".")+1:] }

// A Cell is the scenario at one combination of the values of its axes. A
// scenario without a matrix has one cell, itself.
type Cell struct {
	Values    []string // of each axis, in their order
	*Scenario          // without axes
}

// maxCells bounds the product of the axes.
const maxCells = 10_000

// fixed are fields that all cells of a matrix have in common.
var fixed = []string{"name", "description", "systems", "repeat", "seed", "matrix"}

// matrix is a mapping of paths to lists of values.
func matrix(axes *[]Axis) codec {
	return codec{
		read: func(d *decoder, path string, n *yaml.Node) {
			if n.Kind != yaml.MappingNode {
				d.failf(path, "found a %s: want a mapping such as {nodes: [3, 5], load.rate: [1000, 4000]}", kindName(n))
				return
			}
			for i := 0; i+1 < len(n.Content); i += 2 {
				if a, ok := d.axis(resolve(n.Content[i]), resolve(n.Content[i+1])); ok {
					*axes = append(*axes, a)
				}
			}
			cells := 1
			for _, a := range *axes {
				if cells *= len(a.Values); cells > maxCells {
					d.failf(path, "more than %d combinations", maxCells)
					return
				}
			}
		},
		write: func() *yaml.Node {
			if len(*axes) == 0 {
				return nil
			}
			m := &yaml.Node{Kind: yaml.MappingNode}
			for _, a := range *axes {
				list := &yaml.Node{Kind: yaml.SequenceNode, Style: yaml.FlowStyle}
				for _, v := range a.Values {
					list.Content = append(list.Content, textNode(v))
				}
				m.Content = append(m.Content, textNode(a.Path), list)
			}
			return m
		},
	}
}

// axis reads one line of a matrix.
func (d *decoder) axis(key, list *yaml.Node) (Axis, bool) {
	a := Axis{Path: key.Value}
	at := join("matrix", a.Path)
	d.at[at] = key
	steps, err := splitPath(a.Path)
	switch {
	case err != nil:
		d.failf(at, "%w", err)
		return a, false
	case slices.Contains(fixed, steps[0]) && !(steps[0] == "systems" && len(steps) > 1):
		d.failf(at, "is the same in all cells of a matrix: want a field such as nodes or load.rate")
		return a, false
	case list.Kind != yaml.SequenceNode || len(list.Content) == 0:
		d.failf(at, "found a %s: want a list of values such as [3, 5]", kindName(list))
		return a, false
	}
	for _, n := range list.Content {
		v := resolve(n)
		text := v.Value
		if v.Kind != yaml.ScalarNode {
			flow := *v
			flow.Style = yaml.FlowStyle
			b, err := yaml.Dump(&flow, yaml.WithLineWidth(-1))
			if err != nil {
				d.failf(at, "%w", err)
				return a, false
			}
			text = strings.TrimSpace(string(b))
		}
		if slices.Contains(a.Values, text) {
			d.failf(at, "%s stands there twice", text)
			return a, false
		}
		a.Values = append(a.Values, text)
	}
	return a, true
}

// spread fills in the cells of a scenario whose own fields are right.
func (s *Scenario) spread(file string, data []byte, cat Catalog, sets []Set) Errors {
	if len(s.Matrix) == 0 {
		return nil
	}
	values := [][]string{nil}
	for _, a := range s.Matrix {
		var next [][]string
		for _, v := range values {
			for _, w := range a.Values {
				next = append(next, append(slices.Clone(v), w))
			}
		}
		values = next
	}
	var errs Errors
	seen := make(map[string]bool)
	for _, v := range values {
		own := append(slices.Clone(sets), Set{Path: "matrix"})
		for i, a := range s.Matrix {
			own = append(own, Set{a.Path, v[i]})
		}
		c, err := parse(file, data, cat, own)
		if err != nil {
			for _, e := range err {
				if e = s.inCell(e, v); !seen[e.Error()] {
					seen[e.Error()] = true
					errs = append(errs, e)
				}
			}
			continue
		}
		s.cells = append(s.cells, Cell{v, c})
	}
	return errs
}

// inCell says which value of an axis an error is about or, if it is about
// another field, in which cell it comes up.
func (s *Scenario) inCell(e *Error, values []string) *Error {
	for _, a := range s.Matrix {
		if e.Set == a.Path {
			return &Error{File: e.File, Text: fmt.Sprintf("matrix: %s: %s", a.Path, e.Text)}
		}
	}
	e.Text += fmt.Sprintf(" (in the cell %s of the matrix)", s.describe(values))
	return e
}

func (s *Scenario) describe(values []string) string {
	parts := make([]string, len(values))
	for i, v := range values {
		parts[i] = s.Matrix[i].Path + "=" + v
	}
	return strings.Join(parts, " ")
}
