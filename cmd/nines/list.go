package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"nines/adapters"
	"nines/analysis/project/rates"
	"nines/bench"
	"nines/bench/scenario"
	"nines/workloads"
)

type listCmd struct {
	What     string `arg:"" optional:"" help:"systems, workloads, arrivals, policies, faults, scenarios or rates."`
	Markdown bool   `help:"Of faults: as the page docs/faults.md."`
}

func (c *listCmd) Run(t terminal) error {
	l := &listing{width: width(t.out)}
	if c.Markdown {
		if c.What != "faults" {
			return badInput{errors.New("--markdown: only nines list faults has it")}
		}
		_, err := io.WriteString(t.out, faultsPage())
		return err
	}
	i := slices.IndexFunc(lists, func(x list) bool { return x.name == c.What })
	if i < 0 {
		var names []string
		for _, x := range lists {
			names = append(names, x.name)
		}
		if c.What == "" {
			return badInput{fmt.Errorf("list what? Want: nines list with one of %s", strings.Join(names, ", "))}
		}
		return badInput{bench.UnknownName("list", c.What, names)}
	}
	if err := lists[i].write(l); err != nil {
		return err
	}
	_, err := t.out.Write(l.text.Bytes())
	return err
}

// A list is what can be listed.
type list struct {
	name  string
	write func(l *listing) error
}

var lists = []list{
	{"systems", always(listSystems)},
	{"workloads", always(listWorkloads)},
	{"arrivals", always(listArrivals)},
	{"policies", always(listPolicies)},
	{"faults", always(listFaults)},
	{"scenarios", listScenarios},
	{"rates", always(func(l *listing) { l.text.Write(rates.BuiltinText()) })},
}

func always(write func(*listing)) func(*listing) error {
	return func(l *listing) error {
		write(l)
		return nil
	}
}

func listSystems(l *listing) {
	for i, s := range adapters.Systems() {
		if i > 0 {
			l.blank()
		}
		l.row(0, 11, s.Name, s.About)
		l.row(11, 0, "", "can suffer: "+s.Caps.String())
		if len(s.Points) > 0 {
			l.row(11, 0, "", "protocol points: "+strings.Join(s.Points, ", "))
		}
		for _, set := range s.Settings {
			l.row(11, 26, set.Name+": "+cmp.Or(set.Default, `""`), set.About)
		}
	}
	l.blank()
	l.paragraph("Broken on purpose, to see that the checkers catch them (nines run controls):")
	for _, s := range adapters.Broken() {
		l.row(0, 18, s.Name, s.About)
	}
	l.blank()
	l.paragraph("A name with its default is a setting: systems: [{system: etcdraft, prevote: false}] in a file, " +
		"or --set systems[0].prevote=false.")
}

func listWorkloads(l *listing) {
	for i, e := range workloads.Catalog() {
		if i > 0 {
			l.blank()
		}
		l.row(0, 17, e.Name, e.About)
		l.row(17, 0, "", "checked: "+e.Verifies)
		for _, set := range settingsOf(&e) {
			l.row(17, 0, "", set)
		}
	}
	l.blank()
	l.paragraph("Transactions need a system that has them: " + strings.Join(systemsThat(hasTxns), ", ") + ". " +
		"Counters, lists, queues and scans are transactions too, of one step.")
	l.blank()
	l.paragraph("All of them: what was acknowledged is there at the end, and replicas agree. " +
		"Distributions of keys: " + strings.Join(workloads.Distributions(), ", ") + ".")
}

// settingsOf are those that only some workloads have, with their defaults.
func settingsOf(e *workloads.Entry) []string {
	var all []string
	add := func(name string, value uint64, about string) {
		if value > 0 {
			all = append(all, fmt.Sprintf("%s: %d (%s)", name, value, about))
		}
	}
	keys := "keys that a transfer touches, or participants where nodes own keys"
	if e.Accounts == 0 {
		keys = "most keys of a transaction"
	}
	add("accounts", e.Accounts, "that money is moved between")
	add("initial", e.Initial, "what each holds at first")
	add("span", uint64(e.Span), keys)
	add("micros", uint64(e.Micros), "most reads and appends of a transaction")
	add("max_writes_per_key", e.MaxWrites, "appends until a fresh list takes the key's place")
	add("scan_length", uint64(e.ScanLength), "most keys of a scan")
	if e.Lease > 0 {
		all = append(all, fmt.Sprintf("lease: %v (after which a lock may be taken away)", e.Lease))
	}
	return all
}

// hasTxns reports whether a system has transactions.
func hasTxns(s *adapters.System) bool {
	p, err := s.Prepare(s.Effective(nil))
	return err == nil && p.Guarantees.Txns != ""
}

// systemsThat are the names of the systems that are so.
func systemsThat(are func(*adapters.System) bool) (names []string) {
	for _, s := range adapters.Systems() {
		if are(&s) {
			names = append(names, s.Name)
		}
	}
	return names
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
