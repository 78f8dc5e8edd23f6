package archtest

import (
	"go/ast"
	"go/types"
	"regexp"
	"slices"
)

const (
	whyClock = "every node reads another time: use the block's time, or x/clock's market time for deadlines"
	whyGo    = "the order in which goroutines run differs from node to node; consensus code is sequential, parallelism belongs to the executor"
	whyFloat = "float results depend on processor and compiler: money is math.Int, ratios are basis points"
	whyMap   = "Go ranges over a map in another order each time: sort the keys first, or the app hash differs from node to node"
)

var wallClock = []string{
	"Now", "Since", "Until", "After", "AfterFunc", "Tick", "NewTicker", "NewTimer", "Sleep",
}

func checkWallClock(r *Repo) []Finding {
	return perFile(r, consensusCode, func(c *collector, f *file) {
		name := f.nameOf("time")
		if name == "" {
			return
		}
		ast.Inspect(f.ast, func(n ast.Node) bool {
			expr, ok := n.(ast.Expr)
			if !ok {
				return true
			}
			if pkg, fn, ok := selector(expr); ok && pkg == name && slices.Contains(wallClock, fn) {
				c.at(n.Pos(), whyClock, "time.%s", fn)
			}
			return true
		})
	})
}

func checkConcurrency(r *Repo) []Finding {
	return perNode(r, consensusCode, func(c *collector, _ *file, n ast.Node) {
		switch n.(type) {
		case *ast.GoStmt:
			c.at(n.Pos(), whyGo, "go statement")
		case *ast.SelectStmt:
			c.at(n.Pos(), whyGo, "select statement")
		case *ast.ChanType:
			c.at(n.Pos(), whyGo, "channel")
		}
	})
}

// exactMath are the names of package math that are whole numbers.
var exactMath = regexp.MustCompile(`^(Max|Min)(Int|Uint)\d*$`)

var floatTypes = []string{"float32", "float64", "complex64", "complex128"}

// floatMethods turn a decimal of the SDK or a text into a float.
var floatMethods = []string{"Float64", "MustFloat64", "ParseFloat", "FormatFloat", "AppendFloat", "Seconds", "Minutes", "Hours"}

// checkFloats finds the names of float types, functions that make floats and
// variables that became floats by inference (x := 1.5). Seconds, Minutes and
// Hours are time.Duration's: they return floats. Untyped constants are exact and
// allowed.
func checkFloats(r *Repo) []Finding {
	return perFile(r, consensusCode, func(c *collector, f *file) {
		mathName := f.nameOf("math")
		info := r.types.check(f.dir)
		ast.Inspect(f.ast, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.Ident:
				if slices.Contains(floatTypes, n.Name) {
					c.at(n.Pos(), whyFloat, "%s", n.Name)
				} else if v, ok := info.Defs[n].(*types.Var); ok && isFloat(v.Type()) {
					c.at(n.Pos(), whyFloat, "%s is a %s", n.Name, v.Type().Underlying())
				}
			case *ast.SelectorExpr:
				pkg, name, ok := selector(n)
				if ok && mathName != "" && pkg == mathName && !exactMath.MatchString(name) {
					c.at(n.Pos(), whyFloat, "math.%s", name)
				}
			case *ast.CallExpr:
				if sel, ok := n.Fun.(*ast.SelectorExpr); ok && slices.Contains(floatMethods, sel.Sel.Name) {
					c.at(n.Pos(), whyFloat, "call of %s", sel.Sel.Name)
				}
			}
			return true
		})
	})
}

func isFloat(t types.Type) bool {
	basic, ok := t.Underlying().(*types.Basic)
	return ok && basic.Info()&(types.IsFloat|types.IsComplex) != 0 && basic.Info()&types.IsUntyped == 0
}

// unsortedIterators are the functions of package maps that hand out map order.
// Inside slices.Sorted they are fine; ranged over directly they are not.
var unsortedIterators = []string{"All", "Keys", "Values"}

// checkMapOrder finds range statements over maps. It knows the type of everything
// that is declared in this repository, generated code included: variables,
// fields, parameters, results, named map types, and what is inferred from them.
// It does not know what functions of other modules return, so a map that comes
// straight from one of those (for k := range lib.Map()) is not seen; assigned to
// a declared type, it is. Iterators of package maps are found by name.
func checkMapOrder(r *Repo) []Finding {
	ordered := func(f *file) bool {
		return consensusCode(f) && (f.under("app") || f.room() == "keeper" || f.room() == "types" || f.room() == "migrations")
	}
	return perFile(r, ordered, func(c *collector, f *file) {
		mapsName := f.nameOf("maps")
		info := r.types.check(f.dir)
		ast.Inspect(f.ast, func(n ast.Node) bool {
			loop, ok := n.(*ast.RangeStmt)
			if !ok {
				return true
			}
			if t := info.TypeOf(loop.X); t != nil && isMap(t) {
				c.at(loop.Pos(), whyMap, "range over %s", types.ExprString(loop.X))
				return true
			}
			if call, ok := loop.X.(*ast.CallExpr); ok {
				pkg, name, ok := selector(call.Fun)
				if ok && mapsName != "" && pkg == mapsName && slices.Contains(unsortedIterators, name) {
					c.at(loop.Pos(), whyMap, "range over maps.%s", name)
				}
			}
			return true
		})
	})
}

// isMap reports whether ranging over the type follows map order. For a type
// parameter every type of its constraint counts.
func isMap(t types.Type) bool {
	if param, ok := types.Unalias(t).(*types.TypeParam); ok {
		return constraintHasMap(param)
	}
	_, ok := t.Underlying().(*types.Map)
	return ok
}

func constraintHasMap(param *types.TypeParam) bool {
	iface, ok := param.Constraint().Underlying().(*types.Interface)
	if !ok {
		return false
	}
	for embedded := range iface.EmbeddedTypes() {
		union, ok := embedded.(*types.Union)
		if !ok {
			continue
		}
		for term := range union.Terms() {
			if _, ok := term.Type().Underlying().(*types.Map); ok {
				return true
			}
		}
	}
	return false
}
