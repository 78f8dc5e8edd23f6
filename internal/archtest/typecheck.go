package archtest

import (
	"go/ast"
	"go/types"
	"path"
	"strings"
)

// typeChecker finds the types of this repository's own code. Other modules are
// empty packages to it: compiling them would take minutes, and what they declare
// is unknown here, which the checker takes as an error and goes on.
type typeChecker struct {
	repo     *Repo
	byDir    map[string][]*ast.File
	packages map[string]*types.Package
	infos    map[string]*types.Info
}

func newTypeChecker(r *Repo) *typeChecker {
	tc := &typeChecker{
		repo:     r,
		byDir:    map[string][]*ast.File{},
		packages: map[string]*types.Package{},
		infos:    map[string]*types.Info{},
	}
	for _, f := range r.files {
		if !f.test {
			tc.byDir[f.dir] = append(tc.byDir[f.dir], f.ast)
		}
	}
	return tc
}

// check returns the types in the package of a folder.
func (tc *typeChecker) check(dir string) *types.Info {
	if info, ok := tc.infos[dir]; ok {
		return info
	}
	info := &types.Info{
		Types: map[ast.Expr]types.TypeAndValue{},
		Defs:  map[*ast.Ident]types.Object{},
		Uses:  map[*ast.Ident]types.Object{},
	}
	tc.infos[dir] = info
	conf := types.Config{
		Importer: tc,
		Error:    func(error) {}, // unknown imports; the compiler reports real mistakes
	}
	importPath := path.Join(modulePath, dir)
	// The error repeats what the handler above has dropped.
	pkg, _ := conf.Check(importPath, tc.repo.fset, tc.byDir[dir], info)
	tc.packages[importPath] = pkg
	return info
}

// Import implements types.Importer.
func (tc *typeChecker) Import(importPath string) (*types.Package, error) {
	if importPath == "unsafe" {
		return types.Unsafe, nil
	}
	if pkg := tc.packages[importPath]; pkg != nil {
		return pkg, nil
	}
	if dir, ok := local(importPath); ok && len(tc.byDir[dir]) > 0 {
		tc.check(dir)
		if pkg := tc.packages[importPath]; pkg != nil {
			return pkg, nil
		}
	}
	pkg := types.NewPackage(importPath, packageName(importPath))
	pkg.MarkComplete()
	tc.packages[importPath] = pkg
	return pkg, nil
}

// packageName guesses the name of a package from its path.
func packageName(importPath string) string {
	base := path.Base(importPath)
	if isMajorVersion(base) {
		base = path.Base(path.Dir(importPath))
	}
	return strings.ReplaceAll(strings.TrimPrefix(base, "go-"), "-", "_")
}
