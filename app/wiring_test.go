package app_test

import (
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/cosmos/gogoproto/proto"
	protov2 "google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	aminopb "cosmossdk.io/api/amino"
	autocliv1 "cosmossdk.io/api/cosmos/autocli/v1"
	"cosmossdk.io/core/appmodule"

	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/module"
	"github.com/cosmos/cosmos-sdk/types/msgservice"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
	govtypes "github.com/cosmos/cosmos-sdk/x/gov/types"
	stakingtypes "github.com/cosmos/cosmos-sdk/x/staking/types"

	"github.com/aitbc/aitbc/testutil/chain"
)

// TestHooksAreSet relies on staking's refusal to have its hooks set twice.
func TestHooksAreSet(t *testing.T) {
	a := newApp(t)
	defer func() {
		if recover() == nil {
			t.Error("expected staking's hooks to be set already")
		}
	}()
	a.StakingKeeper.SetHooks(stakingtypes.NewMultiStakingHooks())
}

// TestStores compares the stores that are mounted with those that the parallel
// executor was given: one that it does not know would be read past the
// transactions of the same block.
func TestStores(t *testing.T) {
	a := newApp(t)
	cms, ok := a.CommitMultiStore().(interface {
		StoreKeysByName() map[string]storetypes.StoreKey
	})
	if !ok {
		t.Fatalf("%T does not tell its stores", a.CommitMultiStore())
	}
	mounted := slices.Sorted(maps.Keys(cms.StoreKeysByName()))
	var known []string
	for _, key := range a.StoreKeys() {
		known = append(known, key.Name())
	}
	slices.Sort(known)
	if !slices.Equal(mounted, known) {
		t.Errorf("expected the executor to know %v, got %v", mounted, known)
	}
}

// TestOrders checks that a module with work to do is in the list for it.
func TestOrders(t *testing.T) {
	mm := newApp(t).Modules()
	for name, m := range mm.Modules {
		genesis := is[module.HasGenesis](m) || is[module.HasABCIGenesis](m)
		for what, o := range map[string]struct {
			has  bool
			list []string
		}{
			"pre blockers":   {is[appmodule.HasPreBlocker](m), mm.OrderPreBlockers},
			"begin blockers": {is[appmodule.HasBeginBlocker](m), mm.OrderBeginBlockers},
			"end blockers":   {is[appmodule.HasEndBlocker](m) || is[module.HasABCIEndBlock](m), mm.OrderEndBlockers},
			"genesis":        {genesis, mm.OrderInitGenesis},
			"export":         {genesis, mm.OrderExportGenesis},
		} {
			if o.has && !slices.Contains(o.list, name) {
				t.Errorf("%s: expected %s, which has work to do, got %v", what, name, o.list)
			}
		}
	}
	for what, list := range map[string][]string{
		"pre blockers": mm.OrderPreBlockers, "begin blockers": mm.OrderBeginBlockers, "end blockers": mm.OrderEndBlockers,
		"genesis": mm.OrderInitGenesis, "export": mm.OrderExportGenesis,
	} {
		for i, name := range list {
			if mm.Modules[name] == nil || slices.Contains(list[:i], name) {
				t.Errorf("%s: expected each module once, got %s in %v", what, name, list)
			}
		}
	}

	end := mm.OrderEndBlockers
	if slices.Index(end, govtypes.ModuleName) > slices.Index(end, banktypes.ModuleName) {
		t.Errorf("end blockers: expected gov before bank, which credits what proposals sent virtually, got %v", end)
	}
	if end[len(end)-1] != stakingtypes.ModuleName {
		t.Errorf("end blockers: expected staking last, got %v", end)
	}
}

func is[T any](m any) bool {
	_, ok := m.(T)
	return ok
}

func TestProtoAnnotations(t *testing.T) {
	files, err := proto.MergedRegistry()
	if err != nil {
		t.Fatal(err)
	}
	if err := msgservice.ValidateProtoAnnotations(files); err != nil {
		t.Error(err)
	}
}

// TestOwnMessagesAreComplete checks everything that a wallet, a Ledger, the
// command line and baseapp need of a message of ours.
func TestOwnMessagesAreComplete(t *testing.T) {
	c := chain.New(t)
	c.NextBlock()
	a := c.App
	commands := map[string]bool{}
	for _, opts := range a.AutoCLIOptions().ModuleOptions {
		for _, service := range []*autocliv1.ServiceCommandDescriptor{opts.Tx, opts.Query} {
			if service == nil {
				continue
			}
			for _, cmd := range service.RpcCommandOptions {
				commands[service.Service+"/"+cmd.RpcMethod] = true
			}
		}
	}
	files, err := proto.MergedRegistry()
	if err != nil {
		t.Fatal(err)
	}
	services := 0
	files.RangeFiles(func(f protoreflect.FileDescriptor) bool {
		if !strings.HasPrefix(string(f.Package()), "aitbc.") {
			return true
		}
		for i := range f.Services().Len() {
			service := f.Services().Get(i)
			services++
			for j := range service.Methods().Len() {
				method := service.Methods().Get(j)
				if !commands[string(service.FullName())+"/"+string(method.Name())] {
					t.Errorf("%s/%s: expected a command in the module's AutoCLI options, got none", service.FullName(), method.Name())
				}
				if service.Name() == "Msg" {
					checkMessage(t, c, method.Input())
				}
			}
		}
		return true
	})
	if services == 0 {
		t.Fatal("no service of our own found")
	}
}

func checkMessage(t *testing.T, c *chain.Chain, d protoreflect.MessageDescriptor) {
	t.Helper()
	name := string(d.FullName())
	if amino, ok := protov2.GetExtension(d.Options(), aminopb.E_Name).(string); !ok || amino == "" {
		t.Errorf("%s: expected amino.name, got none", name)
	}
	fields := signerFields(t, name)
	msg, ok := reflect.New(proto.MessageType(name).Elem()).Interface().(sdk.Msg)
	if !ok {
		t.Errorf("%s is not registered as a message", name)
		return
	}
	if c.App.MsgServiceRouter().Handler(msg) == nil {
		t.Errorf("%s: expected a handler, got none", name)
	}

	// Both sign modes must be able to encode it, and the chain to check what was
	// signed: the signature passes, whatever the message then comes to.
	signer := c.Account(0)
	for _, field := range fields {
		setString(t, msg, d.Fields().ByName(protoreflect.Name(field)), signer.String())
	}
	for mode, tx := range map[string][]byte{
		"direct":     c.Tx(signer, msg).Sequence(c.Sequence(signer)).Bytes(),
		"amino JSON": c.Tx(signer, msg).AminoJSON().Sequence(c.Sequence(signer)).Bytes(),
	} {
		if res := c.CheckTx(tx); !res.IsOK() && strings.Contains(res.Log, "signature") {
			t.Errorf("%s: sign mode %s: %s", name, mode, res.Log)
		}
	}
}

// setString sets the Go field of a proto field.
func setString(t *testing.T, msg sdk.Msg, field protoreflect.FieldDescriptor, value string) {
	t.Helper()
	v := reflect.ValueOf(msg).Elem()
	for i := range v.NumField() {
		tag := v.Type().Field(i).Tag.Get("protobuf")
		if strings.Contains(tag, ",name="+string(field.Name())+",") {
			v.Field(i).SetString(value)
			return
		}
	}
	t.Fatalf("%T has no field %s", msg, field.Name())
}
