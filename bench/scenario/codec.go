package scenario

import (
	"cmp"
	"fmt"
	"strings"

	yaml "go.yaml.in/yaml/v4"

	"nines/bench"
)

// A codec reads one part of a scenario from YAML and writes it back. It is
// bound to the variable that it reads into, so that what is read and what is
// written cannot come apart.
type codec struct {
	// read reports what is wrong to the decoder, and leaves the variable alone then.
	read  func(d *decoder, path string, n *yaml.Node)
	write func() *yaml.Node
}

// A field is one field of a mapping.
type field struct {
	name string
	codec
}

// section is a mapping with these fields, each of which may be missing.
func section(fields ...field) codec {
	return codec{
		read: func(d *decoder, path string, n *yaml.Node) {
			if n.Kind != yaml.MappingNode {
				d.failf(path, "found a %s: want a mapping with any of %s", kindName(n), strings.Join(fieldNames(fields), ", "))
				return
			}
			d.fields(path, n, fields)
		},
		write: func() *yaml.Node {
			m := &yaml.Node{Kind: yaml.MappingNode}
			for _, f := range fields {
				if v := f.write(); v != nil {
					m.Content = append(m.Content, textNode(f.name), v)
				}
			}
			return m
		},
	}
}

// fields reads those fields of a mapping that are given, in the order of the
// table, and reports the others.
func (d *decoder) fields(path string, n *yaml.Node, fields []field) {
	given := d.split(path, n)
	for i := 0; i+1 < len(n.Content); i += 2 {
		name := resolve(n.Content[i]).Value
		if _, ok := given[name]; ok && !known(fields, name) {
			what := "field"
			if path != "" {
				what = "field of " + path
			}
			d.failAt(n.Content[i], "%w", bench.UnknownName(what, name, fieldNames(fields)))
			delete(given, name)
		}
	}
	for _, f := range fields {
		if v := given[f.name]; v != nil && !isNull(v) {
			at := join(path, f.name)
			d.at[at] = v
			f.read(d, at, v)
		}
	}
}

// split returns the values of a mapping by the names of their fields.
func (d *decoder) split(path string, n *yaml.Node) map[string]*yaml.Node {
	given := make(map[string]*yaml.Node)
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := resolve(n.Content[i])
		switch {
		case key.Kind != yaml.ScalarNode:
			d.failAt(n.Content[i], "found a %s instead of the name of a field of %s", kindName(key), cmp.Or(path, "the scenario"))
		case given[key.Value] != nil:
			d.failAt(n.Content[i], "%s is given twice: remove one", join(path, key.Value))
		default:
			given[key.Value] = resolve(n.Content[i+1])
		}
	}
	return given
}

func known(fields []field, name string) bool {
	for _, f := range fields {
		if f.name == name {
			return true
		}
	}
	return false
}

func fieldNames(fields []field) []string {
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = f.name
	}
	return names
}

// listOf is a list; a single item may stand without its brackets.
func listOf[T any](list *[]T, item func(*T) codec) codec {
	return codec{
		read: func(d *decoder, path string, n *yaml.Node) {
			nodes := []*yaml.Node{n}
			if n.Kind == yaml.SequenceNode {
				nodes = n.Content
			}
			*list = nil
			for i, n := range nodes {
				var v T
				at := fmt.Sprintf("%s[%d]", path, i)
				d.at[at] = resolve(n)
				item(&v).read(d, at, resolve(n))
				*list = append(*list, v)
			}
		},
		write: func() *yaml.Node {
			s := &yaml.Node{Kind: yaml.SequenceNode}
			if len(*list) == 0 {
				s.Style = yaml.FlowStyle
			}
			for i := range *list {
				s.Content = append(s.Content, item(&(*list)[i]).write())
			}
			return s
		},
	}
}

// textNode is a value that is read back as this text.
func textNode(text string) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: text}
}

// plainNode is a value that needs no quotes, such as a number.
func plainNode(text string) *yaml.Node { return &yaml.Node{Kind: yaml.ScalarNode, Value: text} }
