package archtest

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/token"
	"slices"
)

// Finding is one place that breaks a rule.
type Finding struct {
	Path string
	Line int
	What string // what is wrong
	Why  string // why the rule exists
}

// String returns the finding the way test output shows it.
func (f Finding) String() string {
	return fmt.Sprintf("%s:%d: %s\n\twhy: %s", f.Path, f.Line, f.What, f.Why)
}

// Rule is one guard.
type Rule struct {
	Name  string
	check func(*Repo) []Finding
}

// Check returns the places that break the rule, ordered by path and line.
func (r Rule) Check(repo *Repo) []Finding {
	findings := r.check(repo)
	slices.SortStableFunc(findings, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Line, b.Line))
	})
	return findings
}

// Rules returns all guards.
func Rules() []Rule {
	return []Rule{
		{"modules are in the layer table", checkModuleTable},
		{"modules import downward only", checkLayers},
		{"rooms import what they may", checkRooms},
		{"SDK keepers stay in app", checkSDKKeepers},
		{"test code stays out of binaries", checkTestCode},
		{"forbidden packages", checkForbiddenImports},
		{"no host data in modules", checkHostImports},
		{"no wall clock", checkWallClock},
		{"no concurrency", checkConcurrency},
		{"no floats", checkFloats},
		{"no map order", checkMapOrder},
		{"error sentinels", checkSentinels},
		{"keepers wrap sentinels", checkKeeperErrors},
		{"typed events from one place", checkEvents},
		{"authority by ValidateAuthority", checkAuthority},
		{"keeper shape", checkKeeperShape},
		{"expected keepers are small", checkExpectedKeepers},
		{"deprecated key codecs", checkKeyCodecs},
		{"proto packages and comments", checkProtoFiles},
		{"proto messages can be signed", checkProtoMsgs},
		{"proto services", checkProtoServices},
		{"sizes", checkSizes},
		{"module layout", checkLayout},
	}
}

// collector gathers the findings of one rule.
type collector struct {
	repo     *Repo
	findings []Finding
}

func (c *collector) at(pos token.Pos, why, format string, args ...any) {
	p := c.repo.fset.Position(pos)
	c.add(p.Filename, p.Line, why, format, args...)
}

func (c *collector) add(path string, line int, why, format string, args ...any) {
	c.findings = append(c.findings, Finding{Path: path, Line: line, What: fmt.Sprintf(format, args...), Why: why})
}

// perFile runs a check on every file that passes the filter.
func perFile(r *Repo, filter func(*file) bool, check func(*collector, *file)) []Finding {
	c := &collector{repo: r}
	for _, f := range r.files {
		if filter(f) {
			check(c, f)
		}
	}
	return c.findings
}

// perNode runs a check on every syntax node of every file that passes the filter.
func perNode(r *Repo, filter func(*file) bool, check func(*collector, *file, ast.Node)) []Finding {
	return perFile(r, filter, func(c *collector, f *file) {
		ast.Inspect(f.ast, func(n ast.Node) bool {
			if n != nil {
				check(c, f, n)
			}
			return true
		})
	})
}

// consensusCode reports whether what the file does can end up in state: modules
// and the app, without tests, simulations and generated code.
func consensusCode(f *file) bool {
	if !f.written() || f.room() == "simulation" {
		return false
	}
	return f.under("x") || f.under("app") || f.under("types")
}

// keeperCode reports whether the file is written code of a keeper package.
func keeperCode(f *file) bool { return f.written() && f.room() == "keeper" }
