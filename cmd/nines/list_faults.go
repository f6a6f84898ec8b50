package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"nines/adapters"
	"nines/chaos"
)

// listFaults is nines list faults: the table of kinds, as text.
func listFaults(l *listing) {
	for _, k := range chaos.Kinds() {
		l.paragraph(strings.Join(k.Usage, " or "))
		l.row(4, 0, "", k.Does)
		for _, p := range k.Params {
			l.row(4, 10, p.Name, p.Means+": "+p.Range)
		}
		l.row(4, 0, "", fmt.Sprintf("needs %s: %s, on %s; example: %s", k.Needs, systemsWith(k.Needs), hostsWith(k.Needs), k.Example))
	}
	for _, c := range chaos.Compositions() {
		l.paragraph(c.Usage)
		l.row(4, 0, "", c.Does)
		l.row(4, 0, "", "example: "+c.Example)
	}
	l.blank()
	l.paragraph("T, A and B are targets, chosen when the fault is injected:")
	for _, word := range chaos.TargetWords() {
		l.row(4, 13, word.Name, word.Means)
	}
	l.blank()
	l.paragraph("P is a point of the system's protocol:")
	for _, word := range chaos.PointWords() {
		l.row(4, 14, word.Name, word.Means+": "+systemsAt(word.Name))
	}
}

func systemsWith(need chaos.Caps) string {
	return orNone(systemsThat(func(s *adapters.System) bool { return s.Caps.Lacks(need) == 0 }), "no system yet")
}

func systemsAt(point string) string {
	return orNone(systemsThat(func(s *adapters.System) bool { return slices.Contains(s.Points, point) }), "no system yet")
}

func hostsWith(need chaos.Caps) string {
	var names []string
	for _, h := range catalog().Hosts {
		if h.Caps.Lacks(need) == 0 {
			names = append(names, h.Name)
		}
	}
	return orNone(names, "no host yet")
}

func orNone(names []string, none string) string { return cmp.Or(strings.Join(names, ", "), none) }
