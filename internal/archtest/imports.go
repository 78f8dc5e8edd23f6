package archtest

import (
	"regexp"
	"slices"
	"strings"
)

// layers is the order of the modules. A module may know the types of modules of
// lower layers, and nothing of the others. Planned modules are listed from the
// start, because the order is a decision and not a result.
var layers = map[string]int{
	"disputes":      4,
	"auction":       4,
	"jobmarket":     3,
	"agentregistry": 2,
	"reputation":    1,
	"escrow":        0,
	"clock":         0,
	"beacon":        0,
	"feemarket":     0,
	"valset":        0,
}

const (
	whyTable     = "the layers are acyclic by decision: a new module gets its place in internal/archtest and in docs/adr first"
	whyModule    = "only app knows every module: a module that imports another's keeper or root can't be tested or replaced alone; declare what you need in types/expected_keepers.go"
	whyUpward    = "layers go strictly downward, so that no cycle can form: news for a higher module go through a hook that the lower one declares"
	whyModuleUp  = "a module builds on the SDK, on types/ and on the types of lower modules, so that it can be read, tested and moved alone"
	whyTypes     = "types/ holds value objects without an owner: an import of a module or the app would give them one"
	whyCmd       = "commands and their helpers hold no domain logic: they go through app, client or agent, and see of a module no more than its messages"
	whyClient    = "other people's programs link it: an import of a keeper or the app would bring the whole node, and a way around the API"
	whyIndex     = "the read model follows committed blocks from outside: an import of a keeper could make consensus depend on it"
	whyInv       = "only app decides when invariants are checked; a module that asks would behave differently in tests than on the chain"
	whyApp       = "app is the top: what it wires must not know it"
	whySDKKeeper = "a keeper of the SDK can do everything that its module can: declare the few methods you call in types/expected_keepers.go; app passes the keeper in"
	whyTestCode  = "test helpers panic, skip checks and hold keys in the clear; nothing in a binary may reach them"
)

// appImporters are the rooms above app.
var appImporters = []string{"app", "cmd", "internal/localnet", "tests", "testutil"}

// local returns the path of an import of this module from its root.
func local(importPath string) (string, bool) {
	if importPath == modulePath {
		return ".", true
	}
	return strings.CutPrefix(importPath, modulePath+"/")
}

func checkModuleTable(r *Repo) []Finding {
	c := &collector{repo: r}
	seen := map[string]bool{}
	for _, f := range r.files {
		name := f.module()
		if name == "" || seen[name] {
			continue
		}
		seen[name] = true
		if _, ok := layers[name]; !ok {
			c.add(f.path, 1, whyTable, "module %q has no layer", name)
		}
	}
	return c.findings
}

// checkLayers guards all files of modules, tests included: a test that needs a
// higher module belongs to that module or to tests/.
func checkLayers(r *Repo) []Finding {
	inModule := func(f *file) bool { return f.module() != "" }
	return perFile(r, inModule, func(c *collector, f *file) {
		for _, spec := range f.imports() {
			target, ok := local(spec.path)
			if !ok || within(target, "x/"+f.module()) {
				continue
			}
			checkModuleImport(c, f, spec, target)
		}
	})
}

func checkModuleImport(c *collector, f *file, spec importSpec, target string) {
	parts := strings.Split(target, "/")
	switch {
	case parts[0] == "app":
		c.at(spec.pos, whyApp, "x/%s imports %s", f.module(), target)
	case parts[0] == "types":
	case parts[0] == "testutil" && f.test:
	case parts[0] != "x" || len(parts) < 2:
		c.at(spec.pos, whyModuleUp, "x/%s imports %s", f.module(), target)
	case len(parts) < 3 || parts[2] != "types":
		c.at(spec.pos, whyModule, "x/%s imports %s", f.module(), target)
	default:
		mine, known := layers[f.module()]
		theirs, listed := layers[parts[1]]
		if !known || !listed || theirs >= mine {
			c.at(spec.pos, whyUpward, "x/%s (layer %s) imports %s (layer %s)",
				f.module(), layerText(f.module()), target, layerText(parts[1]))
		}
	}
}

func layerText(module string) string {
	if l, ok := layers[module]; ok {
		return string(rune('0' + l))
	}
	return "unknown"
}

// checkRooms guards everything outside the modules.
func checkRooms(r *Repo) []Finding {
	return perFile(r, func(*file) bool { return true }, func(c *collector, f *file) {
		for _, spec := range f.imports() {
			target, ok := local(spec.path)
			if !ok {
				continue
			}
			room := strings.SplitN(f.dir, "/", 2)[0]
			if why := roomForbids(f, room, target); why != "" {
				c.at(spec.pos, why, "%s imports %s", f.dir, target)
			}
		}
	})
}

// roomForbids returns the reason why a file of a top-level folder may not import
// the target, or "".
func roomForbids(f *file, room, target string) string {
	keeperOrRoot := within(target, "x") && !isModuleTypes(target)
	switch {
	case target == "internal/invariants" && !f.under("app") && f.dir != target:
		return whyInv
	case room == "types" && !within(target, "types"):
		return whyTypes
	case (room == "cmd" || f.under("internal")) && keeperOrRoot:
		return whyCmd
	case (room == "client" || room == "agent") && (keeperOrRoot || within(target, "app")):
		return whyClient
	case room == "index" && (keeperOrRoot || within(target, "app")):
		return whyIndex
	case within(target, "app") && room != "x" && !slices.ContainsFunc(appImporters, f.under):
		return whyApp
	}
	return ""
}

// isModuleTypes reports whether the path is the types package of a module.
func isModuleTypes(target string) bool {
	parts := strings.Split(target, "/")
	return len(parts) == 3 && parts[0] == "x" && parts[2] == "types"
}

var sdkKeeper = regexp.MustCompile(`^` + regexp.QuoteMeta(sdk) + `/x/(.+/)?keeper$`)

// checkSDKKeepers guards what app alone may build: the keepers of the SDK.
// Simulations and tests may have them.
func checkSDKKeepers(r *Repo) []Finding {
	below := func(f *file) bool {
		return f.written() && f.room() != "simulation" &&
			slices.ContainsFunc([]string{"x", "types", "client", "agent", "index"}, f.under)
	}
	return perFile(r, below, func(c *collector, f *file) {
		for _, spec := range f.imports() {
			if sdkKeeper.MatchString(spec.path) {
				c.at(spec.pos, whySDKKeeper, "%s imports %s", f.dir, spec.path)
			}
		}
	})
}

// sdkTestCode are the packages of the SDK that are made for tests.
const (
	sdkTestCode = "github.com/cosmos/cosmos-sdk/testutil"
	simsx       = sdkTestCode + "/simsx"
)

// checkTestCode guards what ends up in binaries. A module's simulation and its
// module.go may use simsx, through which the SDK asks for random messages.
func checkTestCode(r *Repo) []Finding {
	inBinary := func(f *file) bool { return !f.test && !f.under("testutil") && !f.under("tests") }
	return perFile(r, inBinary, func(c *collector, f *file) {
		simulation := f.room() == "simulation" || (f.module() != "" && f.path == "x/"+f.module()+"/module.go")
		for _, spec := range f.imports() {
			target, isLocal := local(spec.path)
			switch {
			case isLocal && (within(target, "testutil") || within(target, "tests")):
				c.at(spec.pos, whyTestCode, "%s imports %s", f.dir, target)
			case within(spec.path, simsx) && simulation:
			case within(spec.path, sdkTestCode):
				c.at(spec.pos, whyTestCode, "%s imports %s", f.dir, spec.path)
			case spec.path == "testing" && !simulation:
				c.at(spec.pos, whyTestCode, "%s imports testing", f.dir)
			}
		}
	})
}
