package scenario

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	yaml "go.yaml.in/yaml/v4"
)

// A Set gives a field another value than the file does. Path is such as
// load.rate, faults[0].for or systems[1].prevote; the index one past the end of
// a list adds an item. Value is YAML, so that systems can be set to
// [single, etcdraft]; an empty value means the default.
type Set struct{ Path, Value string }

// ParseSet reads path=value.
func ParseSet(text string) (Set, error) {
	path, value, ok := strings.Cut(text, "=")
	if !ok || strings.TrimSpace(path) == "" {
		return Set{}, fmt.Errorf("--set %s: want path=value, such as load.rate=500 or faults[0].for=2s", text)
	}
	return Set{strings.TrimSpace(path), value}, nil
}

// apply changes the tree before it is read, so that the same checks apply.
func (d *decoder) apply(tree *yaml.Node, s Set) {
	steps, err := splitPath(s.Path)
	if err == nil && !utf8.ValidString(s.Value) { // YAML would keep it as !!binary, which reads back as another value
		err = fmt.Errorf("%q is not valid UTF-8: want text", s.Value)
	}
	if err == nil {
		err = d.descend(tree, steps, s)
	}
	if err != nil {
		d.errs = append(d.errs, &Error{File: d.file, Set: s.Path, Text: err.Error()})
	}
}

// splitPath turns faults[0].for into faults, [0], for.
func splitPath(path string) ([]string, error) {
	var steps []string
	for _, name := range strings.Split(path, ".") {
		name, indices, _ := strings.Cut(name, "[")
		steps = append(steps, name)
		if name == "" {
			return nil, fmt.Errorf("a name is missing: want a path such as load.rate or faults[0].for")
		}
		for indices != "" {
			index, rest, ok := strings.Cut(indices, "]")
			if n, err := strconv.Atoi(index); !ok || err != nil || n < 0 || rest != "" && rest[0] != '[' {
				return nil, fmt.Errorf("%q is no index: want a path such as load.rate or faults[0].for", "["+indices)
			}
			steps = append(steps, "["+index)
			indices = strings.TrimPrefix(rest, "[")
		}
	}
	return steps, nil
}

// descend goes down the path from n, making what is missing, and puts the value
// at its end.
func (d *decoder) descend(n *yaml.Node, steps []string, s Set) error {
	slot, err := d.slot(n, steps[0], s)
	if err != nil {
		return err
	}
	if len(steps) == 1 {
		*slot = d.made(s, valueOf(s.Value))
		return nil
	}
	d.prepare(slot, steps[1], s)
	return d.descend(*slot, steps[1:], s)
}

// slot finds the place of a field or an item in n.
func (d *decoder) slot(n *yaml.Node, step string, s Set) (**yaml.Node, error) {
	if index, ok := strings.CutPrefix(step, "["); ok {
		i, _ := strconv.Atoi(index)
		switch {
		case n.Kind != yaml.SequenceNode:
			return nil, fmt.Errorf("[%d] of what is no list", i)
		case i > len(n.Content):
			return nil, fmt.Errorf("[%d] is beyond the list, which has %d: want at most [%d], which adds one", i, len(n.Content), len(n.Content))
		case i == len(n.Content):
			n.Content = append(n.Content, d.made(s, nullNode()))
		}
		return &n.Content[i], nil
	}
	if n.Kind != yaml.MappingNode {
		return nil, fmt.Errorf("%s of what has no fields", step)
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if resolve(n.Content[i]).Value == step {
			return &n.Content[i+1], nil
		}
	}
	n.Content = append(n.Content, d.made(s, textNode(step)), d.made(s, nullNode()))
	return &n.Content[len(n.Content)-1], nil
}

// prepare makes the node in the slot ready for the next step: it must not be
// shared with another place in the file, and it must be a mapping or a list if
// there is nothing yet. A system that stands as a bare name becomes a mapping.
func (d *decoder) prepare(slot **yaml.Node, next string, s Set) {
	list := strings.HasPrefix(next, "[")
	n := *slot
	switch {
	case n.Kind == yaml.AliasNode:
		own := *resolve(n)
		own.Content = append([]*yaml.Node(nil), own.Content...)
		*slot = &own
	case isNull(n) && list:
		*slot = d.made(s, &yaml.Node{Kind: yaml.SequenceNode})
	case isNull(n):
		*slot = d.made(s, &yaml.Node{Kind: yaml.MappingNode})
	case n.Kind == yaml.ScalarNode && !list && strings.HasPrefix(s.Path, "systems["):
		m := &yaml.Node{Kind: yaml.MappingNode, Line: n.Line, Column: n.Column}
		m.Content = []*yaml.Node{textNode("system"), n}
		*slot = m
	}
}

// valueOf reads a value as YAML, or as plain text if it is none.
func valueOf(text string) *yaml.Node {
	var doc yaml.Node
	if err := yaml.Load([]byte(text), &doc); err != nil || len(doc.Content) != 1 {
		if strings.TrimSpace(text) == "" {
			return nullNode()
		}
		return textNode(text)
	}
	return doc.Content[0]
}

func nullNode() *yaml.Node { return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!null"} }

// made marks a node and all within it as coming from the override.
func (d *decoder) made(s Set, n *yaml.Node) *yaml.Node {
	if _, seen := d.sets[n]; !seen {
		d.sets[n] = s.Path
		for _, c := range n.Content {
			d.made(s, c)
		}
	}
	return n
}
