// Package archtest guards the architecture: who may import whom, what consensus
// code may not do, how errors, events, keepers and proto files look, and how
// large things may grow. Its rules read sources only, nothing is compiled or
// linked, so they run in about a second. A finding says what is wrong, where,
// and why the rule exists.
package archtest

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"
)

// modulePath is the Go module that is guarded.
const modulePath = "github.com/aitbc/aitbc"

// skippedDirs hold no code of this module: build output, the tools' own modules
// and fixtures.
var skippedDirs = []string{"build", "dist", "tools", "node_modules", "testdata", "vendor"}

// Repo is the parsed source of the module.
type Repo struct {
	fset   *token.FileSet
	files  []*file
	protos []*protoFile
	paths  map[string]bool

	types *typeChecker
}

// Modules returns the names of the modules under x/, in order.
func (r *Repo) Modules() []string {
	names := map[string]bool{}
	for _, f := range r.files {
		if m := f.module(); m != "" {
			names[m] = true
		}
	}
	return slices.Sorted(maps.Keys(names))
}

// file is one Go file.
type file struct {
	path      string // slash-separated, from the root of the repository
	dir       string
	ast       *ast.File
	lines     int
	generated bool
	test      bool
}

// Load parses all Go and proto files under root. It returns an error for a file
// that can't be read or parsed.
func Load(root fs.FS) (*Repo, error) {
	r := &Repo{fset: token.NewFileSet(), paths: map[string]bool{}}
	err := fs.WalkDir(root, ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			return skipDir(p, d.Name())
		}
		r.paths[p] = true
		switch path.Ext(p) {
		case ".go":
			return r.addGo(root, p)
		case ".proto":
			return r.addProto(root, p)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	r.types = newTypeChecker(r)
	return r, nil
}

func skipDir(p, name string) error {
	if p == "." {
		return nil
	}
	if strings.HasPrefix(name, ".") || slices.Contains(skippedDirs, name) {
		return fs.SkipDir
	}
	return nil
}

func (r *Repo) addGo(root fs.FS, p string) error {
	src, err := fs.ReadFile(root, p)
	if err != nil {
		return err
	}
	parsed, err := parser.ParseFile(r.fset, p, src, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return fmt.Errorf("parse: %w", err)
	}
	r.files = append(r.files, &file{
		path:      p,
		dir:       path.Dir(p),
		ast:       parsed,
		lines:     r.fset.File(parsed.Pos()).LineCount(),
		generated: ast.IsGenerated(parsed),
		test:      strings.HasSuffix(p, "_test.go"),
	})
	return nil
}

func (r *Repo) addProto(root fs.FS, p string) error {
	src, err := fs.ReadFile(root, p)
	if err != nil {
		return err
	}
	parsed, err := parseProto(p, string(src))
	if err != nil {
		return err
	}
	r.protos = append(r.protos, parsed)
	return nil
}

// under reports whether the file lies in the folder or below it.
func (f *file) under(dir string) bool { return within(f.dir, dir) }

// module returns the name of the module that the file belongs to, or "".
func (f *file) module() string {
	parts := strings.Split(f.dir, "/")
	if parts[0] != "x" || len(parts) < 2 {
		return ""
	}
	return parts[1]
}

// room returns the module's folder that the file is in: "keeper", "types",
// "simulation", ..., "" for the module's root and for files outside modules.
func (f *file) room() string {
	parts := strings.Split(f.dir, "/")
	if parts[0] != "x" || len(parts) < 3 {
		return ""
	}
	return parts[2]
}

// written reports whether people write the file and it ends up in a binary.
func (f *file) written() bool {
	return !f.generated && !f.test && !f.under("testutil") && !f.under("tests")
}

// imports returns the import paths of the file with their positions.
func (f *file) imports() []importSpec {
	specs := make([]importSpec, 0, len(f.ast.Imports))
	for _, spec := range f.ast.Imports {
		p, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			continue // the parser has refused such a file
		}
		specs = append(specs, importSpec{path: p, pos: spec.Pos(), name: localName(spec, p)})
	}
	return specs
}

type importSpec struct {
	path string
	name string // how the file calls it
	pos  token.Pos
}

// localName returns the identifier under which a file sees an import. Without an
// alias it is the last element of the path that is not a major version.
func localName(spec *ast.ImportSpec, p string) string {
	if spec.Name != nil {
		return spec.Name.Name
	}
	base := path.Base(p)
	if isMajorVersion(base) {
		base = path.Base(path.Dir(p))
	}
	return base
}

func isMajorVersion(s string) bool {
	digits, ok := strings.CutPrefix(s, "v")
	if !ok {
		return false
	}
	_, err := strconv.Atoi(digits)
	return err == nil
}

// nameOf returns how the file calls the package, or "" if it does not import it.
func (f *file) nameOf(importPath string) string {
	for _, spec := range f.imports() {
		if spec.path == importPath {
			return spec.name
		}
	}
	return ""
}

// within reports whether the slash-separated path p is dir or below it.
func within(p, dir string) bool { return p == dir || strings.HasPrefix(p, dir+"/") }

// selector returns the two names of an expression like pkg.Name, and whether it is
// one.
func selector(expr ast.Expr) (string, string, bool) {
	sel, isSel := expr.(*ast.SelectorExpr)
	if !isSel {
		return "", "", false
	}
	id, isIdent := sel.X.(*ast.Ident)
	if !isIdent {
		return "", "", false
	}
	return id.Name, sel.Sel.Name, true
}
