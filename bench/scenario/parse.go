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
	if len(d.errs) > 0 {
		d.errs.sort()
		return nil, d.errs
	}
	return s, nil
}

// YAML writes the scenario with all its defaults. [Parse] of the text, with the
// same catalog, returns an equal scenario.
func (s *Scenario) YAML() ([]byte, error) {
	return yaml.Dump(schema(s, &Catalog{}).write(), yaml.WithLineWidth(-1))
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
