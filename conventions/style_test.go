package conventions

import (
	"fmt"
	"go/ast"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// maxLines bounds a file. One or two hundred lines are the aim, with one idea;
// longer has more than one.
const maxLines = 400

// longFiles may be longer, each for the reason given.
var longFiles = map[string]string{}

func TestFileLength(t *testing.T) { complain(t, fileLength(ourPackages(t))) }

func fileLength(ps []*pkg) []string {
	var out []string
	for _, p := range ps {
		for _, f := range p.files {
			if f.lines > maxLines && longFiles[f.name] == "" {
				out = append(out, fmt.Sprintf("%s: %d lines: the bound is %d", f.name, f.lines, maxLines))
			}
		}
	}
	return out
}

func TestPackageNames(t *testing.T) { complain(t, packageNames(ourPackages(t))) }

// packageNames refuses those that say nothing of what is in the package.
func packageNames(ps []*pkg) []string {
	empty := []string{"util", "utils", "common", "helper", "helpers", "manager", "misc", "shared", "base", "lib", "types", "core"}
	var out []string
	for _, p := range ps {
		if name := p.files[0].ast.Name.Name; slices.Contains(empty, strings.TrimSuffix(name, "_test")) {
			out = append(out, fmt.Sprintf("%s: the name %s says nothing of what is in the package", p.dir, name))
		}
	}
	return out
}

func TestNoInit(t *testing.T) { complain(t, noInit(ourPackages(t))) }

// noInit refuses init functions: what a program consists of is said in main and
// in tables, not by who imports whom.
func noInit(ps []*pkg) []string {
	return inspect(ps, func(p *pkg, f *file, n ast.Node) string {
		if d, ok := n.(*ast.FuncDecl); ok && d.Recv == nil && d.Name.Name == "init" {
			return "an init function: let the caller call it"
		}
		return ""
	})
}

func TestLibrariesKeepQuiet(t *testing.T) { complain(t, librariesKeepQuiet(ourPackages(t))) }

// librariesKeepQuiet: only programs print, read flags and end the process. A
// library returns errors and takes a writer, a logger or a configuration.
func librariesKeepQuiet(ps []*pkg) []string {
	forbidden := []string{"fmt.Print", "fmt.Printf", "fmt.Println", "os.Exit", "os.Stdout", "os.Stderr", "os.Args",
		"log.Print", "log.Printf", "log.Println", "log.Fatal", "log.Fatalf", "slog.Default", "slog.Info", "slog.Warn", "slog.Error"}
	return inspect(ps, func(p *pkg, f *file, n ast.Node) string {
		if p.main() || f.test {
			return ""
		}
		if spec, ok := n.(*ast.ImportSpec); ok && spec.Path.Value == `"flag"` {
			return "a library reads no flags"
		}
		if name := selector(n); slices.Contains(forbidden, name) {
			return "a library does not use " + name
		}
		return ""
	})
}

// selector is a node such as fmt.Print as text, "" for any other.
func selector(n ast.Node) string {
	s, ok := n.(*ast.SelectorExpr)
	if !ok {
		return ""
	}
	x, ok := s.X.(*ast.Ident)
	if !ok {
		return ""
	}
	return x.Name + "." + s.Sel.Name
}

// inspect shows every node of every file to look.
func inspect(ps []*pkg, look func(*pkg, *file, ast.Node) string) []string {
	var out []string
	for _, p := range ps {
		for _, f := range p.files {
			ast.Inspect(f.ast, func(n ast.Node) bool {
				if n == nil {
					return true
				}
				if c := look(p, f, n); c != "" {
					out = append(out, fmt.Sprintf("%s: %s", f.at(n), c))
				}
				return true
			})
		}
	}
	return out
}

func TestNothingLeftToDo(t *testing.T) { complain(t, leftToDo(ourPackages(t))) }

// leftToDo refuses comments that put work off: do it, or say what holds.
func leftToDo(ps []*pkg) []string {
	marks := regexp.MustCompile(`\b(TO` + `DO|FIX` + `ME|XX` + `X|HA` + `CK)\b`)
	var out []string
	for _, p := range ps {
		for _, f := range p.files {
			for _, g := range f.ast.Comments {
				for _, c := range g.List {
					if m := marks.FindString(c.Text); m != "" {
						out = append(out, fmt.Sprintf("%s: a comment says %s", f.at(c), m))
					}
				}
			}
		}
	}
	return out
}

// noLeakTest are packages that start goroutines and whose own tests need not
// look for leaks, each for the reason given.
var noLeakTest = map[string]string{
	"adapters/adaptertest": "it runs in the tests of the systems, which look",
}

func TestGoroutinesGuarded(t *testing.T) { complain(t, goroutinesGuarded(ourPackages(t))) }

// goroutinesGuarded wants goleak in the tests of each package that starts a
// goroutine: who starts one stops it, and waits.
func goroutinesGuarded(ps []*pkg) []string {
	var out []string
	for _, p := range ps {
		where := ""
		for _, f := range p.code() {
			ast.Inspect(f.ast, func(n ast.Node) bool {
				if where == "" && n != nil && starts(n) {
					where = f.at(n)
				}
				return true
			})
		}
		if where != "" && noLeakTest[p.dir] == "" && !guarded(p) {
			out = append(out, fmt.Sprintf("%s: starts a goroutine, and no test of its package uses goleak.VerifyTestMain", where))
		}
	}
	return out
}

// starts reports whether n starts a goroutine: a go statement, or the method Go
// of a wait group or the like.
func starts(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.GoStmt:
		return true
	case *ast.CallExpr:
		s, ok := n.Fun.(*ast.SelectorExpr)
		return ok && s.Sel.Name == "Go"
	}
	return false
}

func guarded(p *pkg) bool {
	found := false
	for _, f := range p.tests() {
		ast.Inspect(f.ast, func(n ast.Node) bool {
			found = found || n != nil && selector(n) == "goleak.VerifyTestMain"
			return true
		})
	}
	return found
}
