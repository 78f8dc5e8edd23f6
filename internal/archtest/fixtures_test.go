package archtest_test

import (
	"fmt"
	"maps"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/aitbc/aitbc/internal/archtest"
)

// sound is a small repository that breaks no rule: two modules, the app and the
// rooms around it. Each case below changes one thing in it.
func sound() fstest.MapFS {
	repo := fstest.MapFS{}
	write := func(path, text string) { repo[path] = &fstest.MapFile{Data: []byte(text)} }
	for _, module := range []string{"clock", "jobmarket"} {
		for _, name := range []string{"query_server", "genesis", "invariants"} {
			write("x/"+module+"/keeper/"+name+".go", "package keeper\n")
		}
		for _, name := range []string{"Params", "Genesis"} {
			write("x/"+module+"/types/"+strings.ToLower(name)+".go", "package types\nvar "+name+"Table = map[string]int{}\n")
		}
		write("x/"+module+"/README.md", "spec")
		write("x/"+module+"/module.go", "package "+module+"\nimport _ \"github.com/cosmos/cosmos-sdk/testutil/simsx\"\n")
		write("x/"+module+"/autocli.go", "package "+module+"\nimport _ \"cosmossdk.io/api/cosmos/autocli/v1\"\n")
		write("x/"+module+"/simulation/genesis.go", "package simulation\nimport _ \"math/rand\"\n")
		write("x/"+module+"/types/keys.go", "package types\nconst ModuleName = \""+module+"\"\n")
		write("x/"+module+"/types/errors.go", `package types
import errorsmod "cosmossdk.io/errors"
var (
	ErrOne = errorsmod.Register(ModuleName, 2, "one")
	ErrTwo = errorsmod.Register(ModuleName, 3, "two")
)`)
		write("x/"+module+"/types/codec.go", fmt.Sprintf(`package types
func Register(cdc any) { legacy.RegisterAminoMsg(cdc, &MsgDo{}, "aitbc/x/%s/MsgDo") }`, module))
		write("x/"+module+"/keeper/keeper.go", `package keeper
import "cosmossdk.io/collections"
type Keeper struct{ jobs collections.Map[string, string]; byName map[string]int }
func NewKeeper() *Keeper { return &Keeper{} }
func (k *Keeper) Job() error { return nil }`)
		write("x/"+module+"/keeper/msg_server.go", "package keeper\ntype msgServer struct{}\nfunc (m *msgServer) Do() {}\n")
		write("x/"+module+"/keeper/events.go", "package keeper\nfunc emit(m manager) error { return m.EmitTypedEvent(nil) }\n")
		write("proto/aitbc/"+module+"/v1/tx.proto", txProto(module))
	}
	write("x/jobmarket/types/expected_keepers.go", `package types
import "github.com/aitbc/aitbc/x/clock/types"
type ClockKeeper interface { Clock() types.Clock }`)
	write("types/chain.go", "package types\n")
	write("app/app.go", "package app\nimport (\n_ \"github.com/aitbc/aitbc/internal/invariants\"\n_ \"github.com/aitbc/aitbc/x/clock/keeper\"\n)\n")
	write("cmd/aitbcd/main.go", "package main\nimport _ \"github.com/aitbc/aitbc/app\"\n")
	write("client/client.go", "package client\nimport _ \"github.com/aitbc/aitbc/x/clock/types\"\n")
	write("internal/invariants/on.go", "package invariants\n")
	write("testutil/chain/chain.go", "package chain\nimport _ \"github.com/aitbc/aitbc/app\"\n")
	return repo
}

func txProto(module string) string {
	return strings.ReplaceAll(`syntax = "proto3";
package aitbc.MODULE.v1;
import "cosmos/msg/v1/msg.proto";
option go_package = "github.com/aitbc/aitbc/x/MODULE/types";

// Msg is the service.
service Msg {
  option (cosmos.msg.v1.service) = true;
  // Do does.
  rpc Do(MsgDo) returns (MsgDoResponse);
}

// Query is the query service.
service Query {
  // Look looks.
  rpc Look(MsgDo) returns (MsgDoResponse) {
    option (google.api.http).get = "/aitbc/MODULE/v1/things/{id}";
  }
}

// MsgDo asks for it.
message MsgDo {
  option (cosmos.msg.v1.signer) = "who";
  option (amino.name) = "aitbc/x/MODULE/MsgDo";
  // who signs.
  string who = 1 [(cosmos_proto.scalar) = "cosmos.AddressString"];
  // choice is one of two.
  oneof choice {
    // left is one.
    string left = 2;
    // right is the other.
    repeated Side right = 3; // not the next field's comment
  }
}

// MsgDoResponse is empty.
message MsgDoResponse {}

// Side is a side.
enum Side {
  // Not said.
  SIDE_UNSPECIFIED = 0;
  // Left.
  SIDE_LEFT = 1;
}
`, "MODULE", module)
}

func findings(t *testing.T, repo fstest.MapFS) map[string][]archtest.Finding {
	t.Helper()
	loaded, err := archtest.Load(repo)
	if err != nil {
		t.Fatal(err)
	}
	found := map[string][]archtest.Finding{}
	for _, rule := range archtest.Rules() {
		if f := rule.Check(loaded); len(f) > 0 {
			found[rule.Name] = f
		}
	}
	return found
}

func TestSoundRepositoryHasNoFindings(t *testing.T) {
	for rule, found := range findings(t, sound()) {
		t.Errorf("%s: %v", rule, found)
	}
}

// badCase is a change that exactly one rule must find. file is added to or
// replaces one of the sound repository; or old is replaced by new in it.
type badCase struct {
	rule     string
	file     string
	text     string // the whole file, or
	old, new string // a replacement in it
	want     string // part of the finding
}

// imports returns a file of the given package that imports one thing.
func imports(pkg, path string) string {
	return fmt.Sprintf("package %s\nimport _ %q\n", pkg, path)
}

const self = "github.com/aitbc/aitbc/"

func TestEachRuleFindsWhatItForbids(t *testing.T) {
	cases := append(importCases(), codeCases()...)
	cases = append(cases, shapeCases()...)
	cases = append(cases, protoCases()...)

	untested := map[string]bool{}
	for _, rule := range archtest.Rules() {
		untested[rule.Name] = true
	}
	delete(untested, "modules are in the layer table") // TestModuleWithoutLayer
	for i, tc := range cases {
		delete(untested, tc.rule)
		t.Run(fmt.Sprintf("%s/%d", tc.rule, i), func(t *testing.T) { checkBad(t, tc) })
	}
	for rule := range maps.Keys(untested) {
		t.Errorf("rule %q has no case that shows it failing", rule)
	}
}

func checkBad(t *testing.T, tc badCase) {
	t.Helper()
	repo := sound()
	text := tc.text
	if tc.old != "" {
		before := string(repo[tc.file].Data)
		if strings.Count(before, tc.old) == 0 {
			t.Fatalf("%q is not in %s", tc.old, tc.file)
		}
		text = strings.Replace(before, tc.old, tc.new, 1)
	}
	if text == "" {
		delete(repo, tc.file)
	} else {
		repo[tc.file] = &fstest.MapFile{Data: []byte(text)}
	}
	found := findings(t, repo)
	hits := found[tc.rule]
	if len(hits) == 0 {
		t.Fatalf("nothing found by %q; others: %v", tc.rule, found)
	}
	if !strings.Contains(hits[0].What, tc.want) {
		t.Errorf("expected a finding with %q, got %v", tc.want, hits)
	}
	if hits[0].Why == "" || hits[0].Line < 1 {
		t.Errorf("expected a reason and a line, got %+v", hits[0])
	}
	delete(found, tc.rule)
	for rule, more := range found {
		t.Errorf("also found by %q: %v", rule, more)
	}
}
