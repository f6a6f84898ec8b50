package scenario

import (
	"errors"
	"fmt"
	"strings"

	yaml "go.yaml.in/yaml/v4"
)

// A decoder reads a tree of YAML nodes and collects what is wrong.
type decoder struct {
	file string
	cat  Catalog
	errs Errors
	sets map[*yaml.Node]string // nodes that do not come from the file: the path of their override
	at   map[string]*yaml.Node // the fields that are given, by path such as faults[0].for; "" is the whole
	bad  map[string]bool       // paths with an error
}

// failf reports an error at the field of that path or, if it is not given, at
// the nearest one around it.
func (d *decoder) failf(path, format string, args ...any) {
	d.bad[path] = true
	at := path
	for d.at[at] == nil {
		at = parent(at)
	}
	if path != "" && d.sets[d.at[at]] != path { // else the error names the path already
		format = path + ": " + format
	}
	d.failAt(d.at[at], format, args...)
}

// failAt reports an error at a node.
func (d *decoder) failAt(n *yaml.Node, format string, args ...any) {
	e := &Error{File: d.file, Line: n.Line, Col: n.Column, Text: fmt.Errorf(format, args...).Error()}
	if set, ok := d.sets[n]; ok {
		e.Set, e.Line, e.Col = set, 0, 0
	}
	d.errs = append(d.errs, e)
}

// parent is the path around a path: a.b[0].c, a.b[0], a.b, a, "".
func parent(path string) string { return path[:max(0, strings.LastIndexAny(path, ".["))] }

// ok reports whether there is no error at any of the paths.
func (d *decoder) ok(paths ...string) bool {
	for _, p := range paths {
		if d.bad[p] {
			return false
		}
	}
	return true
}

// given reports whether the field stands in the file or in an override.
func (d *decoder) given(path string) bool { return d.at[path] != nil }

// resolve follows an alias to what it stands for.
func resolve(n *yaml.Node) *yaml.Node {
	for n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	return n
}

// isNull reports whether a value is empty: its field counts as not given. The
// word null is a value, since there is a system of that name.
func isNull(n *yaml.Node) bool {
	return n.Kind == yaml.ScalarNode && n.Tag == "!!null" && n.Value != "null"
}

func kindName(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "mapping"
	case yaml.SequenceNode:
		return "list"
	default:
		return "value"
	}
}

// join is the path of a field.
func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

// parseTree reads the text as one YAML document.
func parseTree(file string, data []byte) (*yaml.Node, Errors) {
	var doc yaml.Node
	err := yaml.Load(data, &doc)
	if err == nil && len(doc.Content) == 1 && !isNull(resolve(doc.Content[0])) {
		return doc.Content[0], nil
	}
	e := &Error{File: file, Line: 1, Col: 1, Text: "the file is empty: want a scenario; nines init writes one to start from"}
	var one *yaml.LoadError
	switch {
	case err == nil || strings.Contains(err.Error(), "no documents"):
	case strings.Contains(err.Error(), "found multiple"):
		e.Line, e.Text = 0, "the file has several documents: want one, without lines of ---"
	case errors.As(err, &one) && one.Mark.Line > 0:
		e.Line, e.Col, e.Text = one.Mark.Line, one.Mark.Column, "not YAML: "+one.Message
		if strings.Contains(one.Message, "or '}'") {
			e.Text += "; within { } put a fault in quotes"
		}
	default:
		e.Line, e.Text = 0, "not YAML: "+err.Error()
	}
	return nil, Errors{e}
}
