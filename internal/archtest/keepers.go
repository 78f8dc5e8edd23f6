package archtest

import (
	"go/ast"
	"path"
	"strings"
)

const (
	whyExported  = "a field that others can write has no owner: state changes go through the keeper's methods"
	whyPointer   = "a copied keeper keeps stale hooks and maps; constructors return *Keeper and all methods have pointer receivers"
	whyGetter    = "readers are nouns: Job(ctx, id), not GetJob(ctx, id)"
	whySetter    = "a keeper is complete when it is built; a setter means that two modules know each other: use a hook, or one module does too much"
	whyExpected  = "what a module asks of others stays small enough to fake in a test: at most 7 methods, each written out, plain values in and out"
	whyKeyCodecs = "kept upstream for old stores only: use addresses as bytes and times as unix seconds (collections.Uint64Key)"
)

// maxExpectedMethods is the most that one module may ask of another.
const maxExpectedMethods = 7

const collectionsPath = "cosmossdk.io/collections"

// checkKeeperShape guards keepers: fields, receivers, constructors, names.
func checkKeeperShape(r *Repo) []Finding {
	return perFile(r, keeperCode, func(c *collector, f *file) {
		ast.Inspect(f.ast, func(n ast.Node) bool {
			if s, ok := n.(*ast.StructType); ok {
				checkCollectionFields(c, f, s)
			}
			return true
		})
		for _, decl := range f.ast.Decls {
			fn, ok := decl.(*ast.FuncDecl)
			if !ok {
				continue
			}
			if fn.Recv == nil {
				checkConstructor(c, fn)
			} else {
				checkMethod(c, fn)
			}
		}
	})
}

func checkCollectionFields(c *collector, f *file, s *ast.StructType) {
	for _, field := range s.Fields.List {
		if !mentions(f, field.Type, collectionsPath) {
			continue
		}
		for _, name := range field.Names {
			if name.IsExported() {
				c.at(name.Pos(), whyExported, "exported collections field %s", name.Name)
			}
		}
		if len(field.Names) == 0 {
			c.at(field.Pos(), whyExported, "embedded collections type")
		}
	}
}

// mentions reports whether a type expression names something of the package or
// of one below it.
func mentions(f *file, expr ast.Expr, importPath string) bool {
	found := false
	ast.Inspect(expr, func(n ast.Node) bool {
		e, ok := n.(ast.Expr)
		if !ok {
			return true
		}
		if pkg, _, ok := selector(e); ok {
			for _, spec := range f.imports() {
				found = found || (spec.name == pkg && within(spec.path, importPath))
			}
		}
		return true
	})
	return found
}

// checkConstructor demands that NewKeeper, NewJobKeeper, ... return a pointer.
func checkConstructor(c *collector, fn *ast.FuncDecl) {
	name := fn.Name.Name
	if !strings.HasPrefix(name, "New") || !strings.HasSuffix(name, "Keeper") {
		return
	}
	if results := fn.Type.Results; results != nil && len(results.List) > 0 {
		if _, ok := results.List[0].Type.(*ast.StarExpr); ok {
			return
		}
	}
	c.at(fn.Pos(), whyPointer, "%s does not return a pointer", name)
}

func checkMethod(c *collector, fn *ast.FuncDecl) {
	name := fn.Name.Name
	star, pointer := fn.Recv.List[0].Type.(*ast.StarExpr)
	receiver := fn.Recv.List[0].Type
	if pointer {
		receiver = star.X
	}
	id, ok := receiver.(*ast.Ident)
	if !ok {
		return
	}
	keeper := strings.HasSuffix(strings.ToLower(id.Name), "keeper")
	if keeper && !pointer {
		c.at(fn.Pos(), whyPointer, "method %s has a value receiver", name)
	}
	if rest, ok := strings.CutPrefix(name, "Get"); ok && startsUpper(rest) {
		c.at(fn.Pos(), whyGetter, "method %s", name)
	}
	if strings.HasPrefix(name, "Set") && strings.HasSuffix(name, "Keeper") {
		c.at(fn.Pos(), whySetter, "method %s", name)
	}
}

func startsUpper(s string) bool { return s != "" && ast.IsExported(s) }

// storePaths are the packages whose types must not pass between modules.
var storePaths = []string{collectionsPath, "cosmossdk.io/core/store", sdk + "/store"}

// checkExpectedKeepers guards the interfaces in types/expected_keepers.go.
func checkExpectedKeepers(r *Repo) []Finding {
	expected := func(f *file) bool {
		return f.room() == "types" && path.Base(f.path) == "expected_keepers.go"
	}
	return perFile(r, expected, func(c *collector, f *file) {
		methods := localInterfaces(f)
		ast.Inspect(f.ast, func(n ast.Node) bool {
			spec, ok := n.(*ast.TypeSpec)
			if !ok {
				return true
			}
			iface, ok := spec.Type.(*ast.InterfaceType)
			if !ok {
				return true
			}
			if count := countMethods(c, methods, iface, nil); count > maxExpectedMethods {
				c.at(spec.Pos(), whyExpected, "interface %s has %d methods", spec.Name.Name, count)
			}
			for _, p := range storePaths {
				if mentions(f, iface, p) {
					c.at(spec.Pos(), whyExpected, "interface %s passes a type of %s", spec.Name.Name, p)
				}
			}
			return true
		})
	})
}

func localInterfaces(f *file) map[string]*ast.InterfaceType {
	found := map[string]*ast.InterfaceType{}
	ast.Inspect(f.ast, func(n ast.Node) bool {
		if spec, ok := n.(*ast.TypeSpec); ok {
			if iface, ok := spec.Type.(*ast.InterfaceType); ok {
				found[spec.Name.Name] = iface
			}
		}
		return true
	})
	return found
}

// countMethods returns the number of methods, those of embedded interfaces of
// the same file included. Others can't be counted and are findings.
func countMethods(c *collector, locals map[string]*ast.InterfaceType, iface *ast.InterfaceType, path []*ast.InterfaceType) int {
	for _, seen := range path {
		if seen == iface {
			return 0 // a cycle, which does not compile
		}
	}
	count := 0
	for _, m := range iface.Methods.List {
		if len(m.Names) > 0 {
			count += len(m.Names)
			continue
		}
		if id, ok := m.Type.(*ast.Ident); ok && locals[id.Name] != nil {
			count += countMethods(c, locals, locals[id.Name], append(path, iface))
			continue
		}
		c.at(m.Pos(), whyExpected, "embedded interface from elsewhere")
	}
	return count
}

// checkKeyCodecs finds key codecs that exist for the stores of old modules.
func checkKeyCodecs(r *Repo) []Finding {
	return perNode(r, consensusCode, func(c *collector, f *file, n ast.Node) {
		expr, ok := n.(ast.Expr)
		if !ok {
			return
		}
		pkg, name, ok := selector(expr)
		if !ok || pkg != f.nameOf(sdk+"/types") {
			return
		}
		if name == "TimeKey" || name == "LengthPrefixedAddressKey" {
			c.at(n.Pos(), whyKeyCodecs, "%s.%s", pkg, name)
		}
	})
}
