package conventions

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// module is the name of ours, and the prefix of its packages.
const module = "nines"

// A pkg is the Go files of one folder, whatever platform they are for.
type pkg struct {
	dir   string // relative to the module, with slashes
	files []*file
}

type file struct {
	name  string // relative to the module, with slashes
	test  bool
	lines int
	fset  *token.FileSet
	ast   *ast.File
}

// at is where a node stands, for a complaint.
func (f *file) at(n ast.Node) string {
	return fmt.Sprintf("%s:%d", f.name, f.fset.Position(n.Pos()).Line)
}

// imports are the paths that f imports.
func (f *file) imports() []string {
	var out []string
	for _, spec := range f.ast.Imports {
		p, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			panic(err) // the parser takes no other
		}
		out = append(out, p)
	}
	return out
}

// main reports whether the package is a program.
func (p *pkg) main() bool {
	return slices.ContainsFunc(p.files, func(f *file) bool { return f.ast.Name.Name == "main" })
}

// code are the files that are not tests.
func (p *pkg) code() []*file {
	return slices.DeleteFunc(slices.Clone(p.files), func(f *file) bool { return f.test })
}

// tests are the others.
func (p *pkg) tests() []*file {
	return slices.DeleteFunc(slices.Clone(p.files), func(f *file) bool { return !f.test })
}

// root is the folder of the module, seen from this package's.
const root = ".."

// packages are those of the module. That they are read by the test itself also
// tells go test's cache to run it again when one of them has changed.
var packages = sync.OnceValues(func() ([]*pkg, error) { return parse(os.DirFS(root)) })

func ourPackages(t *testing.T) []*pkg {
	t.Helper()
	ps, err := packages()
	if err != nil {
		t.Fatal(err)
	}
	return ps
}

// parse reads all packages of a tree.
func parse(tree fs.FS) ([]*pkg, error) {
	byDir := map[string]*pkg{}
	fset := token.NewFileSet()
	err := fs.WalkDir(tree, ".", func(name string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case e.IsDir() && name != "." && ignored(e.Name()):
			return fs.SkipDir
		case e.IsDir() || path.Ext(name) != ".go":
			return nil
		}
		f, err := parseFile(fset, tree, name)
		if err != nil {
			return err
		}
		dir := path.Dir(name)
		if byDir[dir] == nil {
			byDir[dir] = &pkg{dir: dir}
		}
		byDir[dir].files = append(byDir[dir].files, f)
		return nil
	})
	var out []*pkg
	for _, p := range byDir {
		out = append(out, p)
	}
	slices.SortFunc(out, func(a, b *pkg) int { return strings.Compare(a.dir, b.dir) })
	return out, err
}

func parseFile(fset *token.FileSet, tree fs.FS, name string) (*file, error) {
	src, err := fs.ReadFile(tree, name)
	if err != nil {
		return nil, err
	}
	parsed, err := parser.ParseFile(fset, name, src, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	return &file{
		name: name, test: strings.HasSuffix(name, "_test.go"), lines: strings.Count(string(src), "\n"),
		fset: fset, ast: parsed,
	}, nil
}

// ignored are the folders that the go command ignores too.
func ignored(dir string) bool {
	return dir == "testdata" || strings.HasPrefix(dir, ".") || strings.HasPrefix(dir, "_")
}

// textFiles are the module's files of these extensions, relative to it.
func textFiles(t *testing.T, ext ...string) []string {
	t.Helper()
	var out []string
	err := filepath.WalkDir(root, func(name string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case e.IsDir() && name != root && (ignored(e.Name()) || isRun(name)):
			return fs.SkipDir
		case !e.IsDir() && slices.Contains(ext, filepath.Ext(name)):
			rel, err := filepath.Rel(root, name)
			out = append(out, filepath.ToSlash(rel))
			return err
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// isRun reports whether dir is the results of a run.
func isRun(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, "manifest.json"))
	return err == nil
}
