package main

import (
	"cmp"
	"maps"
	"runtime"
	"slices"
	"strings"

	"nines/adapters"
	"nines/results"
)

type versionCmd struct{}

func (versionCmd) Run(t terminal) error {
	v := results.BuildVersions()
	l := &listing{width: width(t.out)}
	revision := cmp.Or(v.Revision, "unknown: built outside a repository, or with -buildvcs=false")
	if v.Modified {
		revision += ", and changes that are not committed"
	}
	l.row(0, 10, "nines", v.Nines)
	l.row(0, 10, "revision", revision)
	l.row(0, 10, "go", v.Go+" "+runtime.GOOS+"/"+runtime.GOARCH)

	measured := func(module string) bool {
		return slices.ContainsFunc(adapters.Systems(), func(s adapters.System) bool { return strings.Contains(s.About, module) })
	}
	names := slices.Sorted(maps.Keys(v.Modules))
	for _, group := range []struct {
		title string
		in    func(module string) bool
	}{
		{"Libraries that are measured:", measured},
		{"Others:", func(m string) bool { return !measured(m) }},
	} {
		l.blank()
		l.paragraph(group.title)
		for _, name := range names {
			if group.in(name) {
				l.row(2, 44, name, v.Modules[name])
			}
		}
	}
	_, err := t.out.Write(l.text.Bytes())
	return err
}
