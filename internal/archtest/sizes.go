package archtest

import (
	"go/ast"
	"path"
	"strings"
)

// The limits. Half of each is what to aim for.
const (
	maxFileLines    = 500
	maxFuncLines    = 70
	maxHandlerLines = 30
	maxAppNewLines  = 200
	maxModuleLines  = 4000
)

const (
	whySize         = "what does not fit on a few screens does more than one thing: split it by noun"
	whyHandler      = "a handler parses addresses, calls one keeper method and answers; rules belong to the keeper or to types"
	whyModuleTooBig = "a module is one noun; at this size it has become several"
	whyStaleExempt  = "an exemption that is not needed hides the next real one: remove it from internal/archtest"
)

// longFuncs are functions that may pass the limit, by "path:name", with the
// reason. Only flat tables qualify: lists of modules, keepers, flags.
var longFuncs = map[string]string{}

// bigModules are modules that may pass the limit, with the lines that they may have and
// the reason. What grows beyond that is split first.
var bigModules = map[string]int{
	// Identity, consent, life cycle and bond of an agent are one noun and share one
	// record and one state machine. Attestations and the two exports (agent card and
	// ERC-8004) are what leaves first, once something else reads them.
	"agentregistry": 6400,
}

func checkSizes(r *Repo) []Finding {
	c := &collector{repo: r}
	moduleLines := map[string]int{}
	longUsed := map[string]bool{}
	for _, f := range r.files {
		if f.generated || f.test {
			continue
		}
		if f.lines > maxFileLines {
			c.add(f.path, 1, whySize, "file has %d lines, at most %d", f.lines, maxFileLines)
		}
		if m := f.module(); m != "" {
			moduleLines[m] += f.lines
			most := max(maxModuleLines, bigModules[m])
			if before := moduleLines[m] - f.lines; before <= most && moduleLines[m] > most {
				c.add(f.path, 1, whyModuleTooBig, "module %s has more than %d lines without tests and generated code", m, most)
			}
		}
		checkFuncSizes(c, f, longUsed)
	}
	for key, reason := range longFuncs {
		if !longUsed[key] {
			c.add(strings.SplitN(key, ":", 2)[0], 1, whyStaleExempt, "longFuncs[%q] (%s) is not needed", key, reason)
		}
	}
	return c.findings
}

func checkFuncSizes(c *collector, f *file, longUsed map[string]bool) {
	for _, decl := range f.ast.Decls {
		fn, ok := decl.(*ast.FuncDecl)
		if !ok || fn.Body == nil {
			continue
		}
		limit, why := maxFuncLines, whySize
		switch {
		case f.dir == "app" && fn.Recv == nil && fn.Name.Name == "New":
			limit = maxAppNewLines
		case f.room() == "keeper" && path.Base(f.path) == "msg_server.go" && fn.Recv != nil:
			limit, why = maxHandlerLines, whyHandler
		}
		lines := bodyLines(c.repo, f, fn)
		if lines <= limit {
			continue
		}
		key := f.path + ":" + fn.Name.Name
		if _, ok := longFuncs[key]; ok {
			longUsed[key] = true
			continue
		}
		c.at(fn.Pos(), why, "function %s has %d lines, at most %d", fn.Name.Name, lines, limit)
	}
}

// bodyLines counts the lines between the braces that are not comments alone, so
// that an explanation never costs a split.
func bodyLines(r *Repo, f *file, fn *ast.FuncDecl) int {
	first := r.fset.Position(fn.Body.Lbrace).Line + 1
	last := r.fset.Position(fn.Body.Rbrace).Line - 1
	if last < first {
		return 0
	}
	code := map[int]bool{}
	ast.Inspect(fn.Body, func(n ast.Node) bool {
		switch n.(type) {
		case nil, *ast.Comment, *ast.CommentGroup:
		default:
			code[r.fset.Position(n.Pos()).Line] = true
			code[r.fset.Position(n.End()).Line] = true
		}
		return true
	})
	lines := last - first + 1
	for _, group := range f.ast.Comments {
		if group.Pos() < fn.Body.Lbrace || group.End() > fn.Body.Rbrace {
			continue
		}
		from, to := r.fset.Position(group.Pos()).Line, r.fset.Position(group.End()).Line
		for line := from; line <= to; line++ {
			if !code[line] {
				lines--
			}
		}
	}
	return lines
}
