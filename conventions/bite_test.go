package conventions

import (
	"strings"
	"testing"
	"testing/fstest"
)

// TestRulesBite tries each rule on code that keeps it and on code that breaks
// it: a rule that cannot fail is none.
func TestRulesBite(t *testing.T) {
	rows := []layer{
		{dir: "a", ours: "bench", libs: "example.com/lib", tests: "c/..."},
		{dir: "b"},
	}
	importRule := func(ps []*pkg) []string {
		var own []layer
		for _, l := range rows {
			if ps[0].dir == l.dir {
				own = append(own, l)
			}
		}
		return imports(ps, own)
	}
	for _, c := range []struct {
		name string
		rule func([]*pkg) []string
		file string
		src  string
		want string // part of the one complaint; "": none
	}{
		{"own package", importRule, "a/a.go", `package a; import "nines/bench"`, ""},
		{"foreign package", importRule, "a/a.go", `package a; import "nines/chaos"`, "must not import nines/chaos"},
		{"package below an allowed one", importRule, "a/a.go", `package a; import "nines/bench/trial"`, "must not import"},
		{"library", importRule, "a/a.go", `package a; import "example.com/lib/part"`, ""},
		{"library of a like name", importRule, "a/a.go", `package a; import "example.com/library"`, "must not import"},
		{"test's package in code", importRule, "a/a.go", `package a; import "nines/c/d"`, "must not import"},
		{"test's package in a test", importRule, "a/a_test.go", `package a_test; import ("nines/c/d"; "nines/a"; "go.uber.org/goleak"; "testing")`, ""},
		{"goleak in code", importRule, "a/a.go", `package a; import "go.uber.org/goleak"`, "must not import"},
		{"package without a row", importRule, "z/z.go", `package z`, "no row"},
		{"row without a package", func(ps []*pkg) []string { return imports(ps, rows) }, "a/a.go", `package a`, "row for b"},
		{"confined library", func(ps []*pkg) []string {
			return imports(ps, []layer{{dir: "b", libs: "go.etcd.io/raft/v3"}})
		}, "b/b.go", `package b; import "go.etcd.io/raft/v3/raftpb"`, "is for adapters/etcdraft bench alone"},

		{"documented package", packageDocs, "a/a.go", "// Package a is a.\npackage a", ""},
		{"undocumented package", packageDocs, "a/a.go", "package a", "no doc comment"},
		{"doc of another package", packageDocs, "a/a.go", "// Package b is a.\npackage a", "does not begin"},

		{"documented function", exportedDocs, "a/a.go", "package a\n\n// F is.\nfunc F() {}", ""},
		{"undocumented function", exportedDocs, "a/a.go", "package a\n\nfunc F() {}", "F is exported"},
		{"undocumented type in a group", exportedDocs, "a/a.go", "package a\n\n// Some.\ntype (\n\tT int\n)", "T is exported"},
		{"undocumented method", exportedDocs, "a/a.go", "package a\n\n// T is.\ntype T int\n\nfunc (*T) M() {}", "M is exported"},
		{"method of a hidden type", exportedDocs, "a/a.go", "package a\n\ntype t int\n\nfunc (*t) M() {}", ""},
		{"constants of a group", exportedDocs, "a/a.go", "package a\n\n// Both.\nconst (\n\tA = 1\n\tB = 2\n)", ""},
		{"undocumented constant", exportedDocs, "a/a.go", "package a\n\nconst A = 1", "A is exported"},
		{"program", exportedDocs, "a/a.go", "package main\n\nfunc F() {}", ""},

		{"long file", fileLength, "a/a.go", "package a" + strings.Repeat("\n", maxLines+1), "401 lines"},
		{"empty name", packageNames, "a/a.go", "package util", "says nothing"},
		{"init", noInit, "a/a.go", "package a\n\nfunc init() {}", "a/a.go:3: an init function"},
		{"method init", noInit, "a/a.go", "package a\n\ntype t int\n\nfunc (t) init() {}", ""},
		{"library that prints", librariesKeepQuiet, "a/a.go", "package a\n\nfunc f() { fmt.Println() }", "fmt.Println"},
		{"library with flags", librariesKeepQuiet, "a/a.go", `package a; import "flag"`, "flags"},
		{"program that prints", librariesKeepQuiet, "a/a.go", "package main\n\nfunc f() { fmt.Println() }", ""},
		{"work put off", leftToDo, "a/a.go", "package a\n\n// TO" + "DO: this", "a comment says"},
		{"goroutine", goroutinesGuarded, "a/a.go", "package a\n\nfunc f() { go f() }", "a/a.go:3: starts a goroutine"},
		{"goroutine of a group", goroutinesGuarded, "a/a.go", "package a\n\nfunc f() { wg.Go(f) }", "starts a goroutine"},
		{"goroutine of a test", goroutinesGuarded, "a/a_test.go", "package a\n\nfunc f() { go f() }", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			ps, err := parse(fstest.MapFS{c.file: {Data: []byte(c.src)}})
			if err != nil {
				t.Fatal(err)
			}
			got := c.rule(ps)
			switch {
			case c.want == "" && len(got) > 0:
				t.Errorf("complains: %q", got)
			case c.want != "" && (len(got) != 1 || !strings.Contains(got[0], c.want)):
				t.Errorf("got %q, want one complaint with %q", got, c.want)
			}
		})
	}
}
