package main

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
	"text/tabwriter"

	"nines/adapters"
	"nines/bench/scenario"
	"nines/chaos"
	"nines/results"
	"nines/workloads"
)

type listCmd struct {
	What string `arg:"" enum:"systems,workloads,faults,scenarios" help:"systems, workloads, faults or scenarios."`
}

func (c *listCmd) Run(t terminal) error {
	w := tabwriter.NewWriter(t.out, 0, 0, 2, ' ', 0)
	var err error
	switch c.What {
	case "systems":
		listSystems(w)
	case "workloads":
		for _, e := range workloads.Catalog() {
			fmt.Fprintf(w, "%s\t%s\n", e.Name, e.About)
		}
	case "faults":
		listFaults(w)
	case "scenarios":
		err = listScenarios(w)
	}
	if err != nil {
		return err
	}
	return w.Flush()
}

func listSystems(w *tabwriter.Writer) {
	for _, s := range adapters.Systems() {
		fmt.Fprintf(w, "%s\t%s\n", s.Name, s.About)
		fmt.Fprintf(w, "\tcan suffer: %s\n", s.Caps)
		for _, set := range s.Settings {
			fmt.Fprintf(w, "\t%s: %s\t%s\n", set.Name, orNone(set.Default), set.About)
		}
	}
}

func orNone(s string) string {
	if s == "" {
		return `""`
	}
	return s
}

func listFaults(w *tabwriter.Writer) {
	for _, k := range chaos.Kinds() {
		fmt.Fprintf(w, "%s\t%s\n", strings.Join(k.Usage, " or "), k.Does)
		fmt.Fprintf(w, "\tneeds: %s; systems: %s; example: %s\n", k.Needs, systemsWith(k.Needs), k.Example)
	}
	fmt.Fprintf(w, "a + b\tboth at once, such as kill(follower) + slow-sync(leader, 20ms)\n\n")
	fmt.Fprintf(w, "Targets (T, A, B), chosen when the fault is injected:\n")
	for _, word := range chaos.TargetWords() {
		fmt.Fprintf(w, "%s\t%s\n", word.Name, word.Means)
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

func listScenarios(w *tabwriter.Writer) error {
	list, err := scenario.List()
	if err != nil {
		return err
	}
	for _, s := range list {
		fmt.Fprintf(w, "%s\t%s\n", s.Name, s.Description)
	}
	return nil
}

type initCmd struct{}

func (initCmd) Run(t terminal) error {
	_, err := t.out.Write(scenario.Template())
	return err
}

type versionCmd struct{}

func (versionCmd) Run(t terminal) error {
	v := results.BuildVersions()
	fmt.Fprintf(t.out, "nines %s %s\n%s %s/%s\n", v.Nines, v.Revision, v.Go, runtime.GOOS, runtime.GOARCH)
	var names []string
	for name := range v.Modules {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		fmt.Fprintf(t.out, "%s %s\n", name, v.Modules[name])
	}
	return nil
}
