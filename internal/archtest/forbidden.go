package archtest

import "slices"

// ban is a package, with everything below it, that must not be imported.
type ban struct {
	path   string
	except []string
	why    string
}

const sdk = "github.com/cosmos/cosmos-sdk"

const (
	whyLicence      = "its licence allows evaluation only, not production"
	whyUnmaintained = "unmaintained upstream and outside the bug bounty"
	whyWiring       = "wiring is explicit in app, where the compiler checks it; depinject finds mistakes at start-up and is being phased out upstream"
	whyRand         = "nodes would draw different numbers and the chain would split; chain randomness is x/beacon's, elsewhere use crypto/rand"
)

// bans hold everywhere, tests included.
var bans = []ban{
	{path: "cosmossdk.io/depinject", why: whyWiring},
	{path: sdk + "/depinject", why: whyWiring},
	{
		path: "cosmossdk.io/api",
		except: []string{
			"cosmossdk.io/api/amino", "cosmossdk.io/api/cosmos/msg/v1",
			"cosmossdk.io/api/cosmos/autocli/v1", "cosmossdk.io/api/cosmos/reflection/v1",
		},
		why: "pulsar types are a second set of all messages that marshals differently; use gogoproto's, and of the API module only the option structs of AutoCLI, reflection and message annotations",
	},
	{path: sdk + "/x/params", why: "deleted upstream; parameters live in their module"},
	{path: sdk + "/contrib", why: whyUnmaintained},
	{path: sdk + "/x/circuit", why: whyUnmaintained},
	{path: sdk + "/x/nft", why: whyUnmaintained},
	{path: sdk + "/x/crisis", why: whyUnmaintained + "; invariants are functions that app calls"},
	{path: sdk + "/enterprise", why: whyLicence},
	{path: sdk + "/x/group", why: whyLicence},
	{path: sdk + "/x/poa", why: whyLicence},
	{path: "cosmossdk.io/store", why: "moved to " + sdk + "/store/v2; two stores in one binary do not understand each other's keys"},
	{path: "cosmossdk.io/x", why: "the SDK's modules are in " + sdk + "/x; the old paths are other versions"},
}

func (b ban) covers(importPath string) bool {
	if !within(importPath, b.path) {
		return false
	}
	return !slices.ContainsFunc(b.except, func(e string) bool { return within(importPath, e) })
}

func checkForbiddenImports(r *Repo) []Finding {
	return perFile(r, func(*file) bool { return true }, func(c *collector, f *file) {
		for _, spec := range f.imports() {
			for _, b := range bans {
				if b.covers(spec.path) {
					c.at(spec.pos, b.why, "import of %s", spec.path)
				}
			}
			if within(spec.path, "math/rand") && consensusCode(f) {
				c.at(spec.pos, whyRand, "import of %s", spec.path)
			}
		}
	})
}

// hostPackages give what differs from machine to machine. net/url is not among
// them: it only parses.
var hostPackages = []string{
	"crypto/rand", "io/ioutil", "net", "net/http", "net/netip", "os", "os/exec", "os/user", "runtime",
	"runtime/debug", "sync", "sync/atomic", "syscall", "unique", "unsafe", "path/filepath",
}

// checkHostImports guards what a module's messages can reach.
func checkHostImports(r *Repo) []Finding {
	reachable := func(f *file) bool {
		return f.written() && (f.room() == "keeper" || f.room() == "types" || f.room() == "migrations")
	}
	return perFile(r, reachable, func(c *collector, f *file) {
		for _, spec := range f.imports() {
			if slices.Contains(hostPackages, spec.path) {
				c.at(spec.pos, "state must follow from the block alone: files, network, memory and randomness of the host differ from node to node",
					"import of %s in %s", spec.path, f.dir)
			}
		}
	})
}
