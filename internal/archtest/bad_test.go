package archtest_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/aitbc/aitbc/internal/archtest"
)

func importCases() []badCase {
	const (
		down  = "modules import downward only"
		rooms = "rooms import what they may"
		test  = "test code stays out of binaries"
		ban   = "forbidden packages"
		sdk   = "github.com/cosmos/cosmos-sdk/"
	)
	keeper := func(path string) string { return imports("keeper", path) }
	cases := []badCase{
		// The upward import: a module of layer 0 that knows one of layer 3.
		{rule: down, file: "x/clock/types/up.go", text: imports("types", self+"x/jobmarket/types"), want: "x/clock (layer 0) imports x/jobmarket/types (layer 3)"},
		{rule: down, file: "x/clock/types/up_test.go", text: imports("types_test", self+"x/jobmarket/types"), want: "layer 3"},
		{rule: down, file: "x/clock/types/side.go", text: imports("types", self+"x/escrow/types"), want: "x/escrow/types (layer 0)"},
		{rule: down, file: "x/jobmarket/keeper/down.go", text: keeper(self + "x/clock/keeper"), want: "x/clock/keeper"},
		{rule: down, file: "x/jobmarket/keeper/root.go", text: keeper(self + "x/clock"), want: "imports x/clock"},
		{rule: down, file: "x/jobmarket/keeper/unknown.go", text: keeper(self + "x/surprise/types"), want: "layer unknown"},
		{rule: down, file: "x/clock/keeper/app.go", text: keeper(self + "app"), want: "imports app"},
		{rule: down, file: "x/clock/keeper/ante.go", text: keeper(self + "app/ante"), want: "imports app/ante"},
		{rule: down, file: "x/clock/keeper/client.go", text: keeper(self + "client"), want: "imports client"},
		{rule: rooms, file: "types/up.go", text: imports("types", self+"x/clock/types"), want: "types imports x/clock/types"},
		{rule: rooms, file: "types/app.go", text: imports("types", self+"app"), want: "types imports app"},
		{rule: rooms, file: "cmd/aitbcd/keeper.go", text: imports("main", self+"x/clock/keeper"), want: "x/clock/keeper"},
		{rule: rooms, file: "cmd/aitbcd/root.go", text: imports("main", self+"x/clock"), want: "imports x/clock"},
		{rule: rooms, file: "internal/localnet/net.go", text: imports("localnet", self+"x/clock/keeper"), want: "x/clock/keeper"},
		{rule: rooms, file: "internal/other/net.go", text: imports("other", self+"app"), want: "imports app"},
		{rule: rooms, file: "client/keeper.go", text: imports("client", self+"x/clock/keeper"), want: "x/clock/keeper"},
		{rule: rooms, file: "client/app.go", text: imports("client", self+"app"), want: "imports app"},
		{rule: rooms, file: "agent/app.go", text: imports("agent", self+"app"), want: "imports app"},
		{rule: rooms, file: "index/keeper.go", text: imports("index", self+"x/clock/keeper"), want: "x/clock/keeper"},
		{rule: rooms, file: "cmd/aitbcd/inv.go", text: imports("main", self+"internal/invariants"), want: "internal/invariants"},
		{rule: "SDK keepers stay in app", file: "x/clock/keeper/bank.go", text: keeper(sdk + "x/bank/keeper"), want: "x/bank/keeper"},
		{rule: "SDK keepers stay in app", file: "client/bank.go", text: imports("client", sdk+"x/auth/vesting/keeper"), want: "vesting/keeper"},
		{rule: test, file: "cmd/aitbcd/chain.go", text: imports("main", self+"testutil/chain"), want: "testutil/chain"},
		{rule: test, file: "app/sims.go", text: imports("app", sdk+"testutil/sims"), want: "testutil/sims"},
		{rule: test, file: "app/simsx.go", text: imports("app", sdk+"testutil/simsx"), want: "testutil/simsx"},
		{rule: test, file: "app/testing.go", text: imports("app", "testing"), want: "imports testing"},
		{rule: test, file: "x/clock/simulation/network.go", text: imports("simulation", sdk+"testutil/network"), want: "testutil/network"},
		{rule: ban, file: "x/clock/keeper/rand.go", text: keeper("math/rand/v2"), want: "math/rand/v2"},
		{rule: ban, file: "app/rand.go", text: imports("app", "math/rand"), want: "math/rand"},
		{rule: "no host data in modules", file: "x/clock/keeper/os.go", text: keeper("os"), want: "import of os"},
		{rule: "no host data in modules", file: "x/clock/types/http.go", text: imports("types", "net/http"), want: "net/http"},
	}
	for _, path := range []string{
		"cosmossdk.io/depinject", "cosmossdk.io/depinject/appconfig", sdk + "depinject",
		"cosmossdk.io/api/cosmos/bank/v1beta1", "cosmossdk.io/api/cosmos/autocli/v2",
		sdk + "x/params", sdk + "x/params/types", sdk + "contrib/x/circuit", sdk + "contrib/x/nft/keeper",
		sdk + "contrib/x/crisis/types", sdk + "x/nft", sdk + "x/circuit", sdk + "x/crisis",
		sdk + "enterprise/group", sdk + "enterprise/poa/x/poa", sdk + "x/group", sdk + "x/poa",
		"cosmossdk.io/store", "cosmossdk.io/store/types", "cosmossdk.io/x/bank",
	} {
		cases = append(cases, badCase{rule: ban, file: "app/banned_test.go", text: imports("app_test", path), want: path})
	}
	return cases
}

// TestModuleWithoutLayer stands alone, because a new module breaks the layout too.
func TestModuleWithoutLayer(t *testing.T) {
	repo := sound()
	repo["x/surprise/module.go"] = &fstest.MapFile{Data: []byte("package surprise\n")}
	hits := findings(t, repo)["modules are in the layer table"]
	if len(hits) != 1 || !strings.Contains(hits[0].What, `"surprise"`) {
		t.Errorf("expected one finding about surprise, got %v", hits)
	}
}

func codeCases() []badCase {
	const (
		clock  = "no wall clock"
		conc   = "no concurrency"
		floats = "no floats"
		order  = "no map order"
	)
	in := func(rule, body, want string) badCase {
		return badCase{rule: rule, file: "x/clock/keeper/bad.go", text: "package keeper\n" + body, want: want}
	}
	return []badCase{
		in(clock, "import \"time\"\nfunc f() { _ = time.Now() }", "time.Now"),
		in(clock, "import t \"time\"\nfunc f() { t.Sleep(1) }", "time.Sleep"),
		in(clock, "import \"time\"\nvar now = time.Now", "time.Now"),
		{rule: clock, file: "app/now.go", text: "package app\nimport \"time\"\nfunc f() { _ = time.Since(x) }", want: "time.Since"},
		in(conc, "func f() { go f() }", "go statement"),
		in(conc, "func f() { select {} }", "select"),
		{rule: conc, file: "app/chan.go", text: "package app\nfunc f(c chan int) {}", want: "channel"},
		in(floats, "func f(x float64) {}", "float64"),
		in(floats, "func f() { x := 1.5; _ = x }", "x is a float64"),
		in(floats, "import \"math\"\nfunc f() { _ = math.Sqrt(2) }", "math.Sqrt"),
		in(floats, "import \"math\"\nvar _ = math.MaxInt64\nvar _ = math.Pi", "math.Pi"),
		in(floats, "func f(d dec) { _ = d.MustFloat64() }", "MustFloat64"),
		in(floats, "func f(d duration) { _ = d.Seconds() }", "Seconds"),
		{rule: floats, file: "types/ratio.go", text: "package types\ntype Ratio float32\n", want: "float32"},

		in(order, "func f(m map[string]int) { for range m {} }", "range over m"),
		in(order, "func f() { m := map[lib.Key]lib.Value{}; for k := range m { _ = k } }", "range over m"),
		in(order, "type set map[string]bool\nfunc f(s set) { for k := range s { _ = k } }", "range over s"),
		in(order, "func (k *Keeper) Names() { for n := range k.byName { _ = n } }", "range over k.byName"),
		in(order, "func g() map[string]int { return nil }\nfunc f() { for range g() {} }", "range over g()"),
		in(order, "import \"maps\"\nfunc f(m map[string]int) { for k := range maps.Keys(m) { _ = k } }", "maps.Keys"),
		in(order, "func f[M ~map[K]V, K comparable, V any](m M) { for k := range m { _ = k } }", "range over m"),
		{
			// A map that another package of the repository declares.
			rule: order, file: "app/order.go",
			text: "package app\nimport \"github.com/aitbc/aitbc/x/clock/types\"\nfunc f() { for k := range types.ParamsTable { _ = k } }\n" +
				"func g() { for _, k := range []string{} { _ = k } }",
			want: "range over types.ParamsTable",
		},
	}
}

func shapeCases() []badCase {
	const (
		sentinels = "error sentinels"
		wrap      = "keepers wrap sentinels"
		events    = "typed events from one place"
		shape     = "keeper shape"
		expected  = "expected keepers are small"
		sizes     = "sizes"
		layout    = "module layout"

		errorsFile   = "x/clock/types/errors.go"
		expectedFile = "x/jobmarket/types/expected_keepers.go"
	)
	in := func(rule, body, want string) badCase {
		return badCase{rule: rule, file: "x/clock/keeper/bad.go", text: "package keeper\n" + body, want: want}
	}
	expect := func(body, want string) badCase {
		return badCase{rule: expected, file: expectedFile, text: "package types\n" + body, want: want}
	}
	long := func(n int) string { return strings.Repeat("\t_ = 1\n", n) }
	return []badCase{
		{rule: sentinels, file: errorsFile, old: "ModuleName, 2", new: "ModuleName, 1", want: "code 1"},
		{rule: sentinels, file: errorsFile, old: "ModuleName, 2", new: "ModuleName, 3", want: "code 3 is used twice"},
		{rule: sentinels, file: errorsFile, old: "ModuleName, 2", new: "ModuleName, code", want: "expected a number"},
		{rule: sentinels, file: errorsFile, old: "ModuleName, 2", new: `"clock", 2`, want: "expected ModuleName"},
		{rule: sentinels, file: errorsFile, old: `"one"`, new: `"One"`, want: `"One"`},
		{rule: sentinels, file: errorsFile, old: `"one"`, new: `"one."`, want: `"one."`},
		{rule: sentinels, file: errorsFile, old: `"one"`, new: `"two"`, want: "used twice"},
		{rule: sentinels, file: errorsFile, old: "ErrOne", new: "One", want: "starts with Err"},
		{
			rule: sentinels, file: "x/clock/keeper/bad.go", want: "outside",
			text: "package keeper\nimport \"cosmossdk.io/errors\"\nvar ErrX = errors.Register(\"clock\", 9, \"x\")",
		},
		in(wrap, "import \"fmt\"\nfunc f() error { return fmt.Errorf(\"x\") }", "fmt.Errorf"),
		in(wrap, "import \"errors\"\nfunc f() error { return errors.New(\"x\") }", "errors.New"),
		in(wrap, "import e \"errors\"\nfunc f() error { return e.Join(nil) }", "Join"),
		in(events, "func f(m manager) { m.EmitTypedEvent(nil) }", "EmitTypedEvent outside"),
		in(events, "func f(m manager) { m.EmitEvent(sdk.Event{}) }", "EmitEvent"),
		{rule: events, file: "proto/aitbc/clock/v1/tx.proto", old: "message MsgDoResponse", new: "message EventDone {}\n// X.\nmessage MsgDoResponse", want: "EventDone"},
		in("authority by ValidateAuthority", "func (k *Keeper) Do(msg msg) bool { return k.authority != msg.Authority }", "!="),
		in("authority by ValidateAuthority", "func (k *Keeper) Do(msg msg) bool { return k.GetAuthority() == msg.Who }", "=="),
		in("deprecated key codecs", "import sdk \"github.com/cosmos/cosmos-sdk/types\"\nvar _ = sdk.TimeKey", "sdk.TimeKey"),

		in(shape, "import \"cosmossdk.io/collections\"\ntype Other struct{ Jobs collections.Map[string, string] }", "Jobs"),
		in(shape, "import \"cosmossdk.io/collections/indexes\"\ntype Other struct{ Jobs *indexes.Multi[string, string] }", "Jobs"),
		in(shape, "import \"cosmossdk.io/collections\"\ntype Other struct{ collections.Schema }", "embedded"),
		in(shape, "func (k Keeper) Copy() {}", "value receiver"),
		in(shape, "func NewOtherKeeper() Keeper { return Keeper{} }", "does not return a pointer"),
		in(shape, "func (k *Keeper) GetJob() {}", "GetJob"),
		in(shape, "func (k *Keeper) SetBankKeeper(b any) {}", "SetBankKeeper"),

		expect("type B interface { A(); B(); C(); D(); E(); F(); G(); H() }", "has 8 methods"),
		expect("type A interface { A(); B(); C(); D() }\ntype B interface { A; E(); F(); G(); H() }", "interface B has 8 methods"),
		expect("type B interface { other.Keeper }", "embedded"),
		expect("import \"cosmossdk.io/core/store\"\ntype B interface { All() store.Iterator }", "core/store"),

		{rule: sizes, file: "app/long.go", text: "package app\n" + strings.Repeat("\n", 500), want: "501 lines"},
		{rule: sizes, file: "app/long.go", text: "package app\nfunc f() {\n" + long(71) + "}", want: "71 lines, at most 70"},
		{rule: sizes, file: "app/long.go", text: "package app\nfunc New() {\n" + long(201) + "}", want: "at most 200"},
		{rule: sizes, file: "x/clock/keeper/msg_server.go", text: "package keeper\nfunc (m *msgServer) Do() {\n" + long(31) + "}", want: "at most 30"},

		{rule: layout, file: "x/clock/README.md", want: "README.md is missing"},
		{rule: layout, file: "x/clock/autocli.go", want: "autocli.go is missing"},
		{rule: layout, file: "x/clock/keeper/invariants.go", want: "keeper/invariants.go is missing"},
		{rule: layout, file: "x/clock/types/params.go", want: "types/params.go is missing"},
		{rule: layout, file: "x/clock/simulation/genesis.go", want: "simulation/ is missing"},
		{rule: layout, file: "x/clock/types/keys.go", old: `"clock"`, new: `"time"`, want: `expected "clock"`},
	}
}

func TestModuleSizeIsSummed(t *testing.T) {
	repo := sound()
	for _, name := range []string{"a", "b", "c", "d", "e", "f", "g", "h", "i"} {
		repo["x/clock/keeper/"+name+".go"] = &fstest.MapFile{Data: []byte("package keeper\n" + strings.Repeat("\n", 460))}
	}
	hits := findings(t, repo)["sizes"]
	if len(hits) != 1 || !strings.Contains(hits[0].What, "module clock has more than 4000 lines") {
		t.Errorf("expected one finding about the module, got %v", hits)
	}
}

func TestCommentsDoNotCountAsCode(t *testing.T) {
	repo := sound()
	body := strings.Repeat("\t// why\n\t_ = 1 // what\n", 70)
	repo["app/long.go"] = &fstest.MapFile{Data: []byte("package app\nfunc f() {\n" + body + "}")}
	if hits := findings(t, repo); len(hits) > 0 {
		t.Errorf("expected nothing, got %v", hits)
	}
}

func protoCases() []badCase {
	const (
		files    = "proto packages and comments"
		msgs     = "proto messages can be signed"
		services = "proto services"
		tx       = "proto/aitbc/clock/v1/tx.proto"
	)
	return []badCase{
		{rule: files, file: tx, old: "package aitbc.clock.v1", new: "package aitbc.clock.v2", want: "expected aitbc.clock.v1"},
		{rule: files, file: tx, old: "x/clock/types", new: "x/clocks/types", want: "go_package"},
		{rule: files, file: "proto/aitbc/clock/tx.proto", text: "syntax = \"proto3\";\npackage aitbc.clock;\n", want: "expected proto/aitbc/"},
		{rule: files, file: tx, old: "  // who signs.\n", new: "", want: "field MsgDo.who has no comment"},
		{rule: files, file: tx, old: "  // who signs.\n", new: "  // who signs.\n\n", want: "field MsgDo.who has no comment"},
		{rule: files, file: tx, old: "    // right is the other.\n", new: "", want: "field MsgDo.right has no comment"},
		{rule: files, file: tx, old: "  // Left.\n", new: "", want: "SIDE_LEFT has no comment"},
		{rule: files, file: tx, old: "// Query is the query service.\n", new: "", want: "service Query has no comment"},
		{rule: files, file: tx, old: "SIDE_UNSPECIFIED = 0", new: "SIDE_NONE = 0", want: "_UNSPECIFIED"},
		{rule: files, file: tx, old: "string left", new: "double left", want: "is a double"},
		{rule: msgs, file: tx, old: "option (cosmos.msg.v1.signer) = \"who\";", new: "", want: "no option (cosmos.msg.v1.signer)"},
		{rule: msgs, file: tx, old: "signer) = \"who\"", new: "signer) = \"whom\"", want: "none of its fields"},
		{rule: msgs, file: tx, old: "option (amino.name) = \"aitbc/x/clock/MsgDo\";", new: "", want: "no option (amino.name)"},
		{rule: msgs, file: tx, old: "aitbc/x/clock/MsgDo", new: "aitbc/x/clock/MsgDoSomethingQuiteElaborate", want: "42 characters"},
		{rule: msgs, file: tx, old: "aitbc/x/clock/MsgDo", new: "aitbc/MsgDo", want: "start with aitbc/x/clock/"},
		{rule: msgs, file: tx, old: "aitbc/x/clock/MsgDo", new: "aitbc/x/clock/MsgDone", want: "codec.go"},
		{rule: msgs, file: tx, old: "rpc Do(MsgDo)", new: "rpc Do(MsgElse)", want: "MsgElse"},
		{rule: services, file: tx, old: "option (cosmos.msg.v1.service) = true;", new: "", want: "cosmos.msg.v1.service"},
		{rule: services, file: tx, old: "/aitbc/clock/v1/things", new: "/clock/things", want: "/clock/things"},
		{rule: services, file: tx, old: "option (google.api.http).get = \"/aitbc/clock/v1/things/{id}\";", new: "", want: "no REST route"},
		{
			rule: services, file: tx, want: "has a REST route",
			old: "returns (MsgDoResponse);", new: "returns (MsgDoResponse) { option (google.api.http) = { post: \"/aitbc/clock/v1/do\" body: \"*\" }; }",
		},
	}
}

func TestLoadRefusesWhatItCannotRead(t *testing.T) {
	for path, text := range map[string]string{
		"app/broken.go":                   "package",
		"proto/aitbc/clock/v1/bad.proto":  "message X {",
		"proto/aitbc/clock/v1/bad2.proto": "surprise X {}",
		"proto/aitbc/clock/v1/bad3.proto": "service X { surprise }",
	} {
		repo := sound()
		repo[path] = &fstest.MapFile{Data: []byte(text)}
		if _, err := archtest.Load(repo); err == nil {
			t.Errorf("%s: expected an error, got none", path)
		}
	}
}
