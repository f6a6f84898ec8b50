package conventions

import (
	"fmt"
	"go/ast"
	"strings"
	"testing"
)

func TestPackagesDocumented(t *testing.T) { complain(t, packageDocs(ourPackages(t))) }

// packageDocs wants one comment for every package, from which a newcomer can
// start. Packages that are tests only need none.
func packageDocs(ps []*pkg) []string {
	var out []string
	for _, p := range ps {
		code := p.code()
		if len(code) == 0 {
			continue
		}
		var docs []*file
		for _, f := range code {
			if f.ast.Doc != nil {
				docs = append(docs, f)
			}
		}
		want := "Package " + code[0].ast.Name.Name + " "
		switch {
		case len(docs) == 0:
			out = append(out, fmt.Sprintf("%s: the package has no doc comment", p.dir))
		case len(docs) > 1:
			out = append(out, fmt.Sprintf("%s and %s: the package has two doc comments", docs[0].name, docs[1].name))
		case !p.main() && !strings.HasPrefix(docs[0].ast.Doc.Text(), want):
			out = append(out, fmt.Sprintf("%s: the doc comment does not begin with %q", docs[0].name, want))
		}
	}
	return out
}

func TestExportedDocumented(t *testing.T) { complain(t, exportedDocs(ourPackages(t))) }

// exportedDocs wants a comment on everything that another package can see. The
// comment of a group speaks for the constants and variables in it.
func exportedDocs(ps []*pkg) []string {
	var out []string
	for _, p := range ps {
		if p.main() {
			continue
		}
		for _, f := range p.code() {
			for _, d := range f.ast.Decls {
				for _, n := range undocumented(d) {
					out = append(out, fmt.Sprintf("%s: %s is exported and has no doc comment", f.at(n), n.Name))
				}
			}
		}
	}
	return out
}

func undocumented(d ast.Decl) []*ast.Ident {
	switch d := d.(type) {
	case *ast.FuncDecl:
		if d.Doc == nil && d.Name.IsExported() && exportedReceiver(d) && !selfEvident(d) {
			return []*ast.Ident{d.Name}
		}
	case *ast.GenDecl:
		var out []*ast.Ident
		for _, s := range d.Specs {
			out = append(out, undocumentedIn(d, s)...)
		}
		return out
	}
	return nil
}

func undocumentedIn(d *ast.GenDecl, s ast.Spec) []*ast.Ident {
	alone := d.Doc != nil && !d.Lparen.IsValid()
	switch s := s.(type) {
	case *ast.TypeSpec:
		if s.Name.IsExported() && s.Doc == nil && s.Comment == nil && !alone {
			return []*ast.Ident{s.Name}
		}
	case *ast.ValueSpec:
		var out []*ast.Ident
		for _, name := range s.Names {
			if name.IsExported() && d.Doc == nil && s.Doc == nil && s.Comment == nil {
				out = append(out, name)
			}
		}
		return out
	}
	return nil
}

// exportedReceiver reports whether d is no method, or that of an exported type.
func exportedReceiver(d *ast.FuncDecl) bool {
	if d.Recv == nil {
		return true
	}
	t := d.Recv.List[0].Type
	for {
		switch x := t.(type) {
		case *ast.StarExpr:
			t = x.X
		case *ast.IndexExpr:
			t = x.X
		case *ast.IndexListExpr:
			t = x.X
		case *ast.Ident:
			return x.IsExported()
		default:
			return true
		}
	}
}

// selfEvident are the methods that say nothing beyond the interface of the
// standard library that they implement.
func selfEvident(d *ast.FuncDecl) bool {
	if d.Recv == nil {
		return false
	}
	switch d.Name.Name {
	case "Error", "Unwrap", "Is", "Len", "Less", "Swap", "Push", "Pop":
		return true
	}
	return false
}
