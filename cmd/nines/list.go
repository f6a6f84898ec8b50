package main

import (
	"cmp"
	"errors"
	"fmt"
	"strings"

	"nines/adapters"
	"nines/bench"
	"nines/bench/scenario"
	"nines/chaos"
	"nines/workloads"
)

type listCmd struct {
	What string `arg:"" optional:"" help:"systems, workloads, faults or scenarios."`
}

func (c *listCmd) Run(t terminal) error {
	l := &listing{width: width(t.out)}
	switch c.What {
	case "systems":
		listSystems(l)
	case "workloads":
		for _, e := range workloads.Catalog() {
			l.row(0, 10, e.Name, e.About)
		}
	case "faults":
		listFaults(l)
	case "scenarios":
		if err := listScenarios(l); err != nil {
			return err
		}
	case "":
		return badInput{errors.New("list what? Want: nines list systems, workloads, faults or scenarios")}
	default:
		return badInput{bench.UnknownName("list", c.What, []string{"systems", "workloads", "faults", "scenarios"})}
	}
	_, err := t.out.Write(l.text.Bytes())
	return err
}

func listSystems(l *listing) {
	for i, s := range adapters.Systems() {
		if i > 0 {
			l.blank()
		}
		l.row(0, 11, s.Name, s.About)
		l.row(11, 0, "", "can suffer: "+s.Caps.String())
		for _, set := range s.Settings {
			l.row(11, 26, set.Name+": "+cmp.Or(set.Default, `""`), set.About)
		}
	}
	l.blank()
	l.paragraph("A name with its default is a setting: systems: [{system: etcdraft, prevote: false}] in a file, " +
		"or --set systems[0].prevote=false.")
}

func listFaults(l *listing) {
	for _, k := range chaos.Kinds() {
		l.paragraph(strings.Join(k.Usage, " or "))
		l.row(4, 0, "", k.Does)
		l.row(4, 0, "", fmt.Sprintf("needs %s: %s; example: %s", k.Needs, systemsWith(k.Needs), k.Example))
	}
	l.paragraph("F + G")
	l.row(4, 0, "", "both faults at once, such as kill(follower) + slow-sync(leader, 20ms)")
	l.blank()
	l.paragraph("T, A and B are targets, chosen when the fault is injected:")
	for _, word := range chaos.TargetWords() {
		l.row(4, 11, word.Name, word.Means)
	}
}

func systemsWith(need chaos.Caps) string {
	var names []string
	for _, s := range adapters.Systems() {
		if s.Caps.Lacks(need) == 0 {
			names = append(names, s.Name)
		}
	}
	return strings.Join(names, ", ")
}

func listScenarios(l *listing) error {
	list, err := scenario.List()
	if err != nil {
		return err
	}
	for _, s := range list {
		l.row(0, 17, s.Name, s.Description)
	}
	return nil
}

type initCmd struct{}

func (initCmd) Run(t terminal) error {
	_, err := t.out.Write(scenario.Template())
	return err
}
