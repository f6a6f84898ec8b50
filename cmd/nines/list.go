package main

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"nines/adapters"
	"nines/analysis/project/rates"
	"nines/bench"
	"nines/bench/scenario"
	"nines/chaos"
	"nines/workloads"
)

type listCmd struct {
	What string `arg:"" optional:"" help:"systems, workloads, faults, scenarios or rates."`
}

func (c *listCmd) Run(t terminal) error {
	l := &listing{width: width(t.out)}
	switch c.What {
	case "systems":
		listSystems(l)
	case "workloads":
		listWorkloads(l)
	case "faults":
		listFaults(l)
	case "scenarios":
		if err := listScenarios(l); err != nil {
			return err
		}
	case "rates":
		l.text.Write(rates.BuiltinText())
	case "":
		return badInput{errors.New("list what? Want: nines list systems, workloads, faults, scenarios or rates")}
	default:
		return badInput{bench.UnknownName("list", c.What, []string{"systems", "workloads", "faults", "scenarios", "rates"})}
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
		if i > 0 && e.Txns() {
			l.blank()
		}
		l.row(0, 17, e.Name, e.About)
		for _, set := range settingsOf(&e) {
			l.row(17, 0, "", set)
		}
	}
	l.blank()
	l.paragraph("Transactions need a system that has them: " + strings.Join(systemsThat(hasTxns), ", ") + ".")
}

// settingsOf are those that only workloads with transactions have, with their
// defaults.
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
	return all
}

// hasTxns reports whether a system has transactions.
func hasTxns(s *adapters.System) bool {
	p, err := s.Prepare(s.Effective(nil))
	return err == nil && p.Guarantees.Txns != ""
}

func listFaults(l *listing) {
	for _, k := range chaos.Kinds() {
		l.paragraph(strings.Join(k.Usage, " or "))
		l.row(4, 0, "", k.Does)
		l.row(4, 0, "", fmt.Sprintf("needs %s: on %s, of %s; example: %s", k.Needs, hostsWith(k.Needs), systemsWith(k.Needs), k.Example))
	}
	l.paragraph("F + G")
	l.row(4, 0, "", "both faults at once, such as kill(follower) + slow-sync(leader, 20ms)")
	l.blank()
	l.paragraph("T, A and B are targets, chosen when the fault is injected:")
	for _, word := range chaos.TargetWords() {
		l.row(4, 13, word.Name, word.Means)
	}
	l.blank()
	l.paragraph("P is a point of the system's protocol:")
	for _, word := range chaos.PointWords() {
		who := strings.Join(systemsThat(func(s *adapters.System) bool { return slices.Contains(s.Points, word.Name) }), ", ")
		l.row(4, 14, word.Name, fmt.Sprintf("%s: %s", word.Means, cmp.Or(who, "no system yet")))
	}
}

func hostsWith(need chaos.Caps) string {
	var names []string
	for _, h := range catalog().Hosts {
		if h.Caps.Lacks(need) == 0 {
			names = append(names, h.Name)
		}
	}
	return strings.Join(names, ", ")
}

func systemsWith(need chaos.Caps) string {
	return strings.Join(systemsThat(func(s *adapters.System) bool { return s.Caps.Lacks(need) == 0 }), ", ")
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
