package main

import (
	"fmt"
	"strings"

	"nines/chaos"
)

// faultsPage is docs/faults.md: nines list faults --markdown.
func faultsPage() string {
	p := &page{}
	p.text(faultsIntro)
	var order []chaos.Caps // as they come first
	kinds := make(map[chaos.Caps][]chaos.Kind)
	for _, k := range chaos.Kinds() {
		if kinds[k.Needs] == nil {
			order = append(order, k.Needs)
		}
		kinds[k.Needs] = append(kinds[k.Needs], k)
	}
	for _, needs := range order {
		p.text("## Faults that need: %s\n\nSystems: %s. Hosts: %s.", needs, systemsWith(needs), hostsWith(needs))
		for _, k := range kinds[needs] {
			p.fault(&k)
		}
	}
	p.compositions()
	p.targets()
	p.points()
	return p.String()
}

const faultsIntro = "<!-- Made by: go run ./cmd/nines list faults --markdown > docs/faults.md -->\n" +
	"# Faults\n\n" +
	"What can be done to a cluster, in the words of a scenario's `faults`. A step such as\n" +
	"`{at: 5s, for: 4s, fault: kill(leader)}` injects a fault 5 s into the measured period and heals it 4 s later. Whom it hits\n" +
	"is decided when it is injected, by the state of the cluster and the seed, and stands in the fault log beside the\n" +
	"*evidence* of what it did; a fault that did nothing makes the trial invalid. Several faults in force at once add up.\n" +
	"Put a fault with a comma in quotes where it stands within `{ }`.\n\n" +
	"`T`, `A` and `B` are [targets](#targets). Every fault of links is done to directed links: one from each node to each\n" +
	"other. Clients are not behind them: they reach their nodes always."

// page is Markdown under way, a blank line between its paragraphs.
type page struct{ strings.Builder }

func (p *page) text(format string, args ...any) {
	if p.Len() > 0 {
		p.WriteString("\n")
	}
	fmt.Fprintf(p, format+"\n", args...)
}

func (p *page) fault(k *chaos.Kind) {
	forms := make([]string, len(k.Usage))
	for i, u := range k.Usage {
		forms[i] = "`" + u + "`"
	}
	p.text("### %s\n\n%s %s.", k.Name, strings.Join(forms, " or "), k.Does)
	if len(k.Params) > 0 {
		rows := make([][]string, len(k.Params))
		for i, a := range k.Params {
			rows[i] = []string{"`" + a.Name + "`", a.Means, a.Range}
		}
		p.table([]string{"parameter", "is", "accepted"}, rows)
	}
	p.text("Example: `%s`", exampleStep(k))
}

// exampleStep is a step of a scenario with the example of the kind.
func exampleStep(k *chaos.Kind) string {
	fault := k.Example
	if strings.Contains(fault, ",") {
		fault = `"` + fault + `"`
	}
	return "{at: 5s, for: 4s, fault: " + fault + "}"
}

func (p *page) compositions() {
	var rows [][]string
	for _, c := range chaos.Compositions() {
		rows = append(rows, []string{"`" + c.Usage + "`", c.Does, "`" + c.Example + "`"})
	}
	p.text("## Several faults\n\n`F` and `G` are faults; `+` binds them closer than a comma does.")
	p.table([]string{"form", "does", "example"}, rows)
}

func (p *page) targets() {
	var rows [][]string
	for _, w := range chaos.TargetWords() {
		rows = append(rows, []string{"`" + w.Name + "`", w.Means})
	}
	p.text("## Targets\n\nWithin one fault the same words mean the same nodes, and a choice avoids nodes that the fault names otherwise.")
	p.table([]string{"target", "nodes"}, rows)
}

func (p *page) points() {
	var rows [][]string
	for _, w := range chaos.PointWords() {
		rows = append(rows, []string{"`" + w.Name + "`", w.Means, systemsAt(w.Name)})
	}
	p.text("## Protocol points\n\nWhere `at(P, F)` can strike.")
	p.table([]string{"point", "is reached when", "systems"}, rows)
}

func (p *page) table(head []string, rows [][]string) {
	line := func(cells []string) {
		for _, c := range cells {
			p.WriteString("| " + strings.ReplaceAll(c, "|", `\|`) + " ")
		}
		p.WriteString("|\n")
	}
	p.WriteString("\n")
	line(head)
	p.WriteString(strings.Repeat("|---", len(head)) + "|\n")
	for _, r := range rows {
		line(r)
	}
}
