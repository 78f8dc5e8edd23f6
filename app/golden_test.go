package app_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cosmos/gogoproto/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	"github.com/cosmos/cosmos-sdk/x/authz"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
	"github.com/cosmos/cosmos-sdk/x/feegrant"
	govv1 "github.com/cosmos/cosmos-sdk/x/gov/types/v1"
	stakingtypes "github.com/cosmos/cosmos-sdk/x/staking/types"

	"github.com/aitbc/aitbc/app"
	"github.com/aitbc/aitbc/testutil/chain"
	"github.com/aitbc/aitbc/testutil/golden"
)

// newApp returns an application that stands at its genesis.
func newApp(t *testing.T) *app.App {
	t.Helper()
	return chain.New(t, chain.WithValidators(chain.DefaultStake), chain.WithAccounts(0)).App
}

func TestGoldenModuleAccounts(t *testing.T) {
	var b strings.Builder
	for _, name := range app.ModuleAccounts() {
		address := authtypes.NewModuleAddress(name).String()
		permissions := strings.Join(app.ModuleAccountPermissions(name), ",")
		if permissions == "" {
			permissions = "none"
		}
		received := "refuses sends"
		if !app.BlockedAddresses()[address] {
			received = "receives sends"
		}
		fmt.Fprintf(&b, "%s %s permissions=%s %s\n", name, address, permissions, received)
	}
	golden.Check(t, "module_accounts", b.String())

	for address := range app.BlockedAddresses() {
		if !strings.Contains(b.String(), address) {
			t.Errorf("blocked address %s is no module account", address)
		}
	}
}

func TestGoldenGenesis(t *testing.T) {
	genesis, err := json.MarshalIndent(newApp(t).DefaultGenesis(), "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	golden.Check(t, "genesis", string(genesis)+"\n")
}

func TestGoldenConsensusParams(t *testing.T) {
	params, err := json.MarshalIndent(app.DefaultConsensusParams(), "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	golden.Check(t, "consensus_params", string(params)+"\n")
}

// ownModules are the names of the modules that this project owns.
func ownModules(t *testing.T, a *app.App) []string {
	t.Helper()
	var names []string
	for name, m := range a.Modules().Modules {
		typ := reflect.TypeOf(m)
		if typ.Kind() == reflect.Pointer {
			typ = typ.Elem()
		}
		if strings.HasPrefix(typ.PkgPath(), "github.com/aitbc/aitbc/x/") {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		t.Fatal("no module of our own found")
	}
	slices.Sort(names)
	return names
}

// TestGoldenErrors lists all errors of our modules: clients act on codes, and
// codes are consensus.
func TestGoldenErrors(t *testing.T) {
	var b strings.Builder
	for _, space := range ownModules(t, newApp(t)) {
		for n := uint32(1); n < 2_000; n++ {
			err := errorsmod.ABCIError(space, n, "")
			var registered *errorsmod.Error
			if !errors.As(err, &registered) || registered.Error() == "unknown" {
				continue
			}
			if n == 1 {
				t.Errorf("%s/1 (%s): code 1 is for unclassified errors", space, registered)
			}
			fmt.Fprintf(&b, "%s %d %s\n", space, n, registered)
		}
	}
	golden.Check(t, "errors", b.String())
}

// TestGoldenEvents lists the typed events of our modules with their fields:
// indexers depend on them.
func TestGoldenEvents(t *testing.T) {
	var lines []string
	eachOwnMessage(t, func(m protoreflect.MessageDescriptor) {
		if !strings.HasPrefix(string(m.Name()), "Event") {
			return
		}
		line := string(m.FullName())
		for i := range m.Fields().Len() {
			line += " " + string(m.Fields().Get(i).Name())
		}
		lines = append(lines, line)
	})
	slices.Sort(lines)
	golden.Check(t, "events", strings.Join(lines, "\n")+"\n")
}

// eachOwnMessage walks the top-level messages of our proto packages.
func eachOwnMessage(t *testing.T, do func(protoreflect.MessageDescriptor)) {
	t.Helper()
	files, err := proto.MergedRegistry()
	if err != nil {
		t.Fatal(err)
	}
	found := false
	files.RangeFiles(func(f protoreflect.FileDescriptor) bool {
		if strings.HasPrefix(string(f.Package()), "aitbc.") {
			for i := range f.Messages().Len() {
				found = true
				do(f.Messages().Get(i))
			}
		}
		return true
	})
	if !found {
		t.Fatal("no proto package of our own found")
	}
}

// TestGoldenGas lists what usual messages cost, each alone in its transaction.
func TestGoldenGas(t *testing.T) {
	c := chain.New(t)
	c.NextBlocks(2)
	alice, bob, carol, v, w := c.Account(0), c.Account(1), c.Account(2), c.Validator(0), c.Validator(1)
	var b strings.Builder
	measure := func(name string, signer *chain.Account, msgs ...sdk.Msg) {
		fmt.Fprintf(&b, "%s %d\n", name, c.Tx(signer, msgs...).MustDeliver().GasUsed)
	}

	measure("bank.MsgSend, first transaction of the sender", alice, send(alice, bob, 1))
	measure("bank.MsgSend", alice, send(alice, bob, 1))
	measure("bank.MsgSend to a new account", alice, send(alice, chain.NewAccount("new"), 1))
	measure("bank.MsgSend, two in one", alice, send(alice, bob, 1), send(alice, bob, 1))
	fmt.Fprintf(&b, "bank.MsgSend, unordered %d\n",
		c.Tx(alice, send(alice, bob, 1)).Unordered(time.Minute).MustDeliver().GasUsed)

	measure("staking.MsgDelegate", alice, stakingtypes.NewMsgDelegate(alice.String(), v.ValAddr().String(), chain.AIT(10)))
	measure("staking.MsgDelegate, again", alice, stakingtypes.NewMsgDelegate(alice.String(), v.ValAddr().String(), chain.AIT(10)))
	measure("staking.MsgBeginRedelegate", alice, stakingtypes.NewMsgBeginRedelegate(
		alice.String(), v.ValAddr().String(), w.ValAddr().String(), chain.AIT(5)))
	measure("staking.MsgUndelegate", alice, stakingtypes.NewMsgUndelegate(alice.String(), v.ValAddr().String(), chain.AIT(5)))
	measure("distribution.MsgWithdrawDelegatorReward", alice, withdraw(alice, v))

	until := c.Time().Add(time.Hour)
	grant, err := authz.NewMsgGrant(alice.Addr, carol.Addr, authz.NewGenericAuthorization(sdk.MsgTypeURL(&banktypes.MsgSend{})), &until)
	if err != nil {
		t.Fatal(err)
	}
	measure("authz.MsgGrant", alice, grant)
	c.Tx(carol, send(carol, bob, 1)).MustDeliver()
	exec := authz.NewMsgExec(carol.Addr, []sdk.Msg{send(alice, bob, 1)})
	measure("authz.MsgExec of a bank.MsgSend", carol, &exec)

	allowance, err := feegrant.NewMsgGrantAllowance(&feegrant.BasicAllowance{}, alice.Addr, carol.Addr)
	if err != nil {
		t.Fatal(err)
	}
	measure("feegrant.MsgGrantAllowance", alice, allowance)
	fmt.Fprintf(&b, "bank.MsgSend, fee from an allowance %d\n", c.Tx(carol, send(carol, bob, 1)).Granter(alice).MustDeliver().GasUsed)

	id := c.SubmitProposal(&banktypes.MsgUpdateParams{Authority: c.Authority(), Params: banktypes.DefaultParams()})
	measure("gov.MsgVote", alice, govv1.NewMsgVote(alice.Addr, id, govv1.OptionYes, ""))
	measure("gov.MsgDeposit", alice, govv1.NewMsgDeposit(alice.Addr, id, sdk.NewCoins(chain.AIT(5))))
	golden.Check(t, "gas", b.String())
}
