// Package rates reads tables of fault rates: how often each kind of fault happens,
// how long it lasts, and where that is known from. [Builtin] is a table that cites
// its sources, to begin with; a user's own takes its place.
//
// A table is a mapping from the name of a class to what is known of it:
//
//	kill(leader): {per_year: 4}
//	crash:
//	  per_node: {low: 0.56, mid: 2, high: 5}
//	  leader: kill(leader)
//	  follower: kill(follower)
//	  node_down: true
//	  repair: {lognormal: {median: 3m, p95: 24m}}
//	  source: where the rate is from
//	  assumption: what of it is not from there
package rates

import (
	_ "embed" // the built-in table
	"errors"
	"fmt"
	"strings"

	yaml "go.yaml.in/yaml/v4"

	"nines/analysis/project"
)

//go:embed builtin.yaml
var builtin []byte

// BuiltinName is what the built-in table calls itself.
const BuiltinName = "built-in rates"

// BuiltinText is the file of the built-in table, to start one's own from.
func BuiltinText() []byte { return append([]byte(nil), builtin...) }

// Builtin is the table that is taken if the user has none.
func Builtin() (project.Table, error) { return Parse(BuiltinName, builtin) }

// Parse reads a table. The error has all that is wrong, a line each, with the
// line in the file.
func Parse(file string, data []byte) (project.Table, error) {
	table := project.Table{Name: file}
	var doc yaml.Node
	if err := yaml.Load(data, &doc); err != nil {
		if strings.Contains(err.Error(), "no documents") {
			return table, errEmpty(file)
		}
		return table, notYAML(file, err)
	}
	if len(doc.Content) != 1 {
		return table, errEmpty(file)
	}
	d := decoder{file: file}
	d.fields(doc.Content[0], "the file", func(key, value *yaml.Node) {
		table.Entries = append(table.Entries, d.entry(key, value))
	})
	if len(table.Entries) == 0 && len(d.errs) == 0 {
		return table, errEmpty(file)
	}
	return table, errors.Join(d.errs...)
}

func errEmpty(file string) error {
	return fmt.Errorf("%s: there is no class in it: want lines such as kill(leader): {per_year: 4}", file)
}

func notYAML(file string, err error) error {
	var one *yaml.LoadError
	if errors.As(err, &one) && one.Mark.Line > 0 {
		return fmt.Errorf("%s:%d:%d: not YAML: %s", file, one.Mark.Line, one.Mark.Column, one.Message)
	}
	return fmt.Errorf("%s: not YAML: %w", file, err)
}
