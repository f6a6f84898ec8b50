package scenario

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"

	yaml "go.yaml.in/yaml/v4"

	"nines/bench"
)

//go:embed builtin/*.yaml
var builtin embed.FS

//go:embed template.yaml
var template []byte

// Template returns a commented scenario to start from. It is a scenario itself.
func Template() []byte { return append([]byte(nil), template...) }

// Info is a built-in scenario.
type Info struct{ Name, Description string }

// List returns the built-in scenarios, sorted by name.
func List() ([]Info, error) {
	files, err := fs.Glob(builtin, "builtin/*.yaml")
	if err != nil {
		return nil, fmt.Errorf("list the built-in scenarios: %w", err)
	}
	var list []Info
	for _, f := range files {
		var head struct{ Description string }
		data, err := builtin.ReadFile(f)
		if err == nil {
			err = yaml.Load(data, &head)
		}
		if err != nil {
			return nil, fmt.Errorf("built-in scenario %s: %w", f, err)
		}
		list = append(list, Info{strings.TrimSuffix(path.Base(f), ".yaml"), head.Description})
	}
	slices.SortFunc(list, func(a, b Info) int { return strings.Compare(a.Name, b.Name) })
	return list, nil
}

// Open finds a scenario by the name of a built-in one or by the path of a file,
// and returns what [Parse] wants. A name with a slash or a dot is a file.
func Open(arg string) (file string, data []byte, err error) {
	if !strings.ContainsAny(arg, `/\.`) {
		if data, err := builtin.ReadFile("builtin/" + arg + ".yaml"); err == nil {
			return arg + ".yaml", data, nil
		}
	}
	data, err = os.ReadFile(arg)
	switch {
	case err == nil:
		return arg, data, nil
	case !errors.Is(err, fs.ErrNotExist):
		return "", nil, fmt.Errorf("read the scenario: %w", err)
	}
	list, err := List()
	if err != nil {
		return "", nil, err
	}
	names := make([]string, len(list))
	for i, l := range list {
		names[i] = l.Name
	}
	return "", nil, fmt.Errorf("there is no file of that name, and: %w", bench.UnknownName("scenario", arg, names))
}
