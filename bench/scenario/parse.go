package scenario

import (
	"path/filepath"
	"strings"

	yaml "go.yaml.in/yaml/v4"
)

// Parse reads a scenario. The name of the file is for error texts, and names a
// scenario that does not name itself. Overrides are applied in their order
// before anything is checked. The error is of type [Errors].
func Parse(file string, data []byte, cat Catalog, sets ...Set) (*Scenario, error) {
	s, errs := parse(file, data, cat, sets)
	if errs == nil {
		errs = s.spread(file, data, cat, sets)
	}
	if errs != nil {
		return nil, errs
	}
	return s, nil
}

// parse reads a scenario but for its cells.
func parse(file string, data []byte, cat Catalog, sets []Set) (*Scenario, Errors) {
	tree, errs := parseTree(file, data)
	if errs != nil {
		return nil, errs
	}
	d := &decoder{
		file: file, cat: cat,
		sets: make(map[*yaml.Node]string),
		at:   make(map[string]*yaml.Node),
		bad:  make(map[string]bool),
	}
	tree = resolve(tree)
	for _, s := range sets {
		d.apply(tree, s)
	}
	s := defaults()
	d.at[""] = tree
	schema(s, &cat).read(d, "", tree)
	if d.ok("") {
		d.complete(s)
		d.check(s)
	}
	if len(s.Matrix) == 0 {
		s.derived = nil
	}
	if len(d.errs) > 0 {
		d.errs.sort()
		return nil, d.errs
	}
	return s, nil
}

// YAML writes the scenario with all its defaults. [Parse] of the text, with the
// same catalog, returns an equal scenario.
func (s *Scenario) YAML() ([]byte, error) {
	tree := schema(s, &Catalog{}).write()
	if len(s.Matrix) > 0 { // what follows from other fields does so in each cell
		for _, path := range s.derived {
			remove(tree, strings.Split(path, "."))
		}
	}
	return yaml.Dump(tree, yaml.WithLineWidth(-1))
}

// remove takes the field at the end of the path out of a mapping.
func remove(m *yaml.Node, path []string) {
	for i := 0; i+1 < len(m.Content); i += 2 {
		switch {
		case m.Content[i].Value != path[0]:
		case len(path) > 1:
			remove(m.Content[i+1], path[1:])
		default:
			m.Content = append(m.Content[:i], m.Content[i+2:]...)
			return
		}
	}
}

// nameFrom makes a scenario's name from that of its file.
func nameFrom(file string) string {
	base := filepath.Base(file)
	base = strings.TrimSuffix(base, filepath.Ext(base))
	name := strings.Map(func(r rune) rune {
		if strings.ContainsRune(labelChars, r) {
			return r
		}
		return '-'
	}, base)
	name = strings.TrimLeft(name, "._-")
	if len(name) > 100 {
		name = name[:100]
	}
	if name == "" {
		return "scenario"
	}
	return name
}
