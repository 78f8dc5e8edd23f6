package archtest

import (
	"go/ast"
	"go/token"
	"path"
	"strconv"
	"strings"
)

const whyLayout = "every module has the same rooms, so that whoever knows one finds the way in all: see CONTRIBUTING.md"

// moduleFiles are what each module must have. A folder ends in a slash.
var moduleFiles = []string{
	"README.md",
	"module.go",
	"autocli.go",
	"keeper/keeper.go",
	"keeper/msg_server.go",
	"keeper/query_server.go",
	"keeper/genesis.go",
	"keeper/invariants.go",
	"keeper/events.go",
	"types/keys.go",
	"types/errors.go",
	"types/codec.go",
	"types/params.go",
	"types/genesis.go",
	"simulation/",
}

// layoutExempt are files that a module does not need, by "module/file", with the
// reason.
var layoutExempt = map[string]string{}

func checkLayout(r *Repo) []Finding {
	c := &collector{repo: r}
	for _, m := range r.Modules() {
		for _, want := range moduleFiles {
			_, exempt := layoutExempt[m+"/"+want]
			switch there := r.has(path.Join("x", m) + "/" + want); {
			case there && exempt:
				c.add(path.Join("x", m), 1, whyStaleExempt, "layoutExempt[%q] is not needed", m+"/"+want)
			case !there && !exempt:
				c.add(path.Join("x", m), 1, whyLayout, "%s is missing", want)
			}
		}
		checkModuleName(c, m)
	}
	return c.findings
}

// has reports whether a file exists, or for a path that ends in a slash, a folder
// with files in it.
func (r *Repo) has(p string) bool {
	if !strings.HasSuffix(p, "/") {
		return r.paths[p]
	}
	for have := range r.paths {
		if strings.HasPrefix(have, p) {
			return true
		}
	}
	return false
}

// checkModuleName demands that the folder, the constant and so the store, the
// codespace and the routes have one name.
func checkModuleName(c *collector, module string) {
	home := path.Join("x", module, "types/keys.go")
	for _, f := range c.repo.files {
		if f.path == home && !declares(f, "ModuleName", module) {
			c.add(home, 1, whyLayout, "const ModuleName: expected %q", module)
		}
	}
}

// declares reports whether the file has a constant with the given string value.
func declares(f *file, name, value string) bool {
	for _, decl := range f.ast.Decls {
		gen, ok := decl.(*ast.GenDecl)
		if !ok || gen.Tok != token.CONST {
			continue
		}
		for _, spec := range gen.Specs {
			v, ok := spec.(*ast.ValueSpec)
			if !ok || len(v.Values) == 0 || v.Names[0].Name != name {
				continue
			}
			got, err := strconv.Unquote(literal(v.Values[0], token.STRING))
			return err == nil && got == value
		}
	}
	return false
}
