package archtest

import (
	"go/ast"
	"go/token"
	"path"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

const (
	errorsPath = "cosmossdk.io/errors"

	whySentinels = "clients match on (codespace, code), which is consensus-visible: one file per module shows that no code is used twice"
	whyCode      = "code 1 is the SDK's for unclassified errors and 0 means success"
	whyErrorText = "the text ends up in the middle of a sentence: lower case, no full stop"
	whyWrap      = "clients would see the unclassified code 1: wrap a sentinel of types/errors.go with Wrapf(\"expected X, got Y\")"
	whyEvents    = "clients and the read model decode events by type: typed events only, and all through emit in keeper/events.go"
	whyEventFile = "whoever follows the chain reads one file per module to know what it says"
	whyAuthority = "the consensus parameters may name another authority, which a comparison of addresses ignores: use sdk.ValidateAuthority"
)

// checkSentinels guards the errors of modules: registered in types/errors.go,
// under the module's name, with codes from 2 up and usable texts.
func checkSentinels(r *Repo) []Finding {
	inModule := func(f *file) bool { return f.module() != "" && f.written() }
	return perFile(r, inModule, func(c *collector, f *file) {
		name := f.nameOf(errorsPath)
		if name == "" {
			return
		}
		home := f.path == path.Join("x", f.module(), "types/errors.go")
		codes, texts := map[string]bool{}, map[string]bool{}
		ast.Inspect(f.ast, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			pkg, fn, ok := selector(call.Fun)
			if !ok || pkg != name || !strings.HasPrefix(fn, "Register") {
				return true
			}
			if !home {
				c.at(call.Pos(), whySentinels, "error registered outside types/errors.go")
				return true
			}
			checkSentinel(c, call, codes, texts)
			return true
		})
		checkSentinelNames(c, f, name)
	})
}

func checkSentinel(c *collector, call *ast.CallExpr, codes, texts map[string]bool) {
	if len(call.Args) < 3 {
		return // does not compile
	}
	if id, ok := call.Args[0].(*ast.Ident); !ok || id.Name != "ModuleName" {
		c.at(call.Pos(), whySentinels, "codespace: expected ModuleName")
	}
	code := literal(call.Args[1], token.INT)
	number, err := strconv.ParseUint(code, 0, 32)
	switch {
	case err != nil:
		c.at(call.Pos(), whySentinels, "code: expected a number, so that it can be read here")
	case number < 2:
		c.at(call.Pos(), whyCode, "code %d: expected 2 or more", number)
	case codes[strconv.FormatUint(number, 10)]:
		c.at(call.Pos(), whySentinels, "code %d is used twice", number)
	}
	codes[strconv.FormatUint(number, 10)] = true

	text, err := strconv.Unquote(literal(call.Args[len(call.Args)-1], token.STRING))
	switch {
	case err != nil || text == "":
		c.at(call.Pos(), whySentinels, "text: expected a string, so that it can be read here")
	case unicode.IsUpper([]rune(text)[0]) || strings.ContainsAny(text[len(text)-1:], ".!?:;, \n"):
		c.at(call.Pos(), whyErrorText, "text %q", text)
	case texts[text]:
		c.at(call.Pos(), whySentinels, "text %q is used twice", text)
	}
	texts[text] = true
}

// checkSentinelNames demands that a registered error is a variable named Err...
func checkSentinelNames(c *collector, f *file, errorsName string) {
	for _, decl := range f.ast.Decls {
		gen, ok := decl.(*ast.GenDecl)
		if !ok || gen.Tok != token.VAR {
			continue
		}
		for _, spec := range gen.Specs {
			value, ok := spec.(*ast.ValueSpec)
			if !ok {
				continue
			}
			for i, expr := range value.Values {
				call, ok := expr.(*ast.CallExpr)
				if !ok || i >= len(value.Names) {
					continue
				}
				pkg, fn, _ := selector(call.Fun)
				if pkg == errorsName && strings.HasPrefix(fn, "Register") && !strings.HasPrefix(value.Names[i].Name, "Err") {
					c.at(value.Pos(), whySentinels, "%s: expected a name that starts with Err", value.Names[i].Name)
				}
			}
		}
	}
}

// literal returns the source of a literal of the given kind, or "".
func literal(expr ast.Expr, kind token.Token) string {
	if lit, ok := expr.(*ast.BasicLit); ok && lit.Kind == kind {
		return lit.Value
	}
	return ""
}

// checkKeeperErrors guards what leaves a handler.
func checkKeeperErrors(r *Repo) []Finding {
	return perNode(r, keeperCode, func(c *collector, f *file, n ast.Node) {
		expr, ok := n.(ast.Expr)
		if !ok {
			return
		}
		pkg, fn, ok := selector(expr)
		if !ok {
			return
		}
		if (pkg == f.nameOf("fmt") && fn == "Errorf") ||
			(pkg == f.nameOf("errors") && (fn == "New" || fn == "Join")) {
			c.at(n.Pos(), whyWrap, "%s.%s in a keeper", pkg, fn)
		}
	})
}

// checkEvents guards how modules tell the world.
func checkEvents(r *Repo) []Finding {
	findings := perNode(r, keeperCode, func(c *collector, f *file, n ast.Node) {
		sel, ok := n.(*ast.SelectorExpr)
		if !ok {
			return
		}
		switch name := sel.Sel.Name; name {
		case "EmitEvent", "EmitEvents", "NewEvent", "NewAttribute":
			c.at(n.Pos(), whyEvents, "untyped event: %s", name)
		case "EmitTypedEvent", "EmitTypedEvents":
			if path.Base(f.path) != "events.go" {
				c.at(n.Pos(), whyEvents, "%s outside keeper/events.go", name)
			}
		}
	})
	c := &collector{repo: r}
	for _, p := range r.protos {
		isEvents := path.Base(p.path) == "events.proto"
		for _, m := range p.messages {
			if strings.HasPrefix(m.name, "Event") != isEvents {
				c.add(p.path, m.line, whyEventFile, "message %s: events, and only events, are named Event... and stand in events.proto", m.name)
			}
		}
	}
	return append(findings, c.findings...)
}

// checkAuthority finds comparisons with a stored authority.
func checkAuthority(r *Repo) []Finding {
	return perNode(r, keeperCode, func(c *collector, _ *file, n ast.Node) {
		cmp, ok := n.(*ast.BinaryExpr)
		if !ok || (cmp.Op != token.EQL && cmp.Op != token.NEQ) {
			return
		}
		if slices.ContainsFunc([]ast.Expr{cmp.X, cmp.Y}, isAuthority) && !isLiteral(cmp.X) && !isLiteral(cmp.Y) {
			c.at(cmp.Pos(), whyAuthority, "authority compared with %s", cmp.Op)
		}
	})
}

func isAuthority(expr ast.Expr) bool {
	switch e := expr.(type) {
	case *ast.Ident:
		return strings.EqualFold(e.Name, "authority")
	case *ast.SelectorExpr:
		return strings.EqualFold(e.Sel.Name, "authority")
	case *ast.CallExpr:
		sel, ok := e.Fun.(*ast.SelectorExpr)
		return ok && strings.EqualFold(strings.TrimPrefix(sel.Sel.Name, "Get"), "authority")
	}
	return false
}

func isLiteral(expr ast.Expr) bool {
	_, ok := expr.(*ast.BasicLit)
	return ok
}
