package escrow_test

import (
	"strings"
	"testing"
	"time"

	sdk "github.com/cosmos/cosmos-sdk/types"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	vestingtypes "github.com/cosmos/cosmos-sdk/x/auth/vesting/types"
	"github.com/cosmos/cosmos-sdk/x/authz"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
	distrtypes "github.com/cosmos/cosmos-sdk/x/distribution/types"
	stakingtypes "github.com/cosmos/cosmos-sdk/x/staking/types"

	"github.com/aitbc/aitbc/testutil/chain"
	"github.com/aitbc/aitbc/x/escrow/types"
)

// Whatever a user signs, no coins reach a vault, and none can be made an account of
// another kind before its first lock.
func TestVaults_RefuseUsers(t *testing.T) {
	c := chain.NewLockstep(t, chain.WithInvariants())
	alice, bob := c.Account(0), c.Account(1)
	vault := types.VaultAddress(bob.Addr)
	coins := sdk.NewCoins(chain.AIT(1))
	send := banktypes.NewMsgSend(alice.Addr, vault, coins)
	exec := authz.NewMsgExec(alice.Addr, []sdk.Msg{send})
	for name, msg := range map[string]sdk.Msg{
		"send": send,
		"multisend": banktypes.NewMsgMultiSend(banktypes.NewInput(alice.Addr, coins.Add(coins...)), []banktypes.Output{
			banktypes.NewOutput(bob.Addr, coins), banktypes.NewOutput(vault, coins),
		}),
		"authz":           &exec,
		"vesting":         vestingtypes.NewMsgCreateVestingAccount(alice.Addr, vault, coins, c.Time().Add(time.Hour).Unix(), false),
		"locked for ever": vestingtypes.NewMsgCreatePermanentLockedAccount(alice.Addr, vault, coins),
	} {
		res := c.Tx(alice, msg).Deliver()
		if res.Codespace != types.ModuleName || res.Code != types.ErrVaultRecipient.ABCICode() {
			t.Errorf("%s: expected %v, got %s/%d: %s", name, types.ErrVaultRecipient, res.Codespace, res.Code, res.Log)
		}
	}
	if held := c.Balance(vault); !held.IsZero() {
		t.Errorf("expected nothing at the vault, got %s", held)
	}
	if c.App.AccountKeeper.HasAccount(c.Context(), vault) {
		t.Error("expected no account at the vault")
	}
}

// The rewards of a redelegation are paid out while it is slashed, outside of any
// transaction. A delegator who wants them at a vault must not halt the chain: they go
// to the vault's payer.
func TestVaults_RewardsDuringASlash(t *testing.T) {
	c := chain.NewLockstep(t, chain.WithInvariants())
	delegator, payer := c.Account(0), c.Account(1)
	from, to := c.Validator(3), c.Validator(0)
	c.Tx(delegator, stakingtypes.NewMsgDelegate(delegator.String(), from.ValAddr().String(), chain.AIT(1_000))).MustDeliver()
	c.Tx(delegator, distrtypes.NewMsgSetWithdrawAddress(delegator.Addr, types.VaultAddress(payer.Addr))).MustDeliver()
	c.NextBlocks(2)
	faultAt := c.Height()
	c.Tx(delegator, stakingtypes.NewMsgBeginRedelegate(
		delegator.String(), from.ValAddr().String(), to.ValAddr().String(), chain.AIT(1_000))).MustDeliver()
	before := c.Balance(payer.Addr)
	c.DoubleSign(from.ConsAddr(), faultAt)
	c.NextBlocks(3)

	if got := c.Balance(payer.Addr); !got.Amount.GT(before.Amount) {
		t.Errorf("expected the rewards at the payer, which had %s, got %s", before, got)
	}
	if held := c.Balance(types.VaultAddress(payer.Addr)); !held.IsZero() {
		t.Errorf("expected nothing at the vault, got %s", held)
	}
	left, err := c.App.StakingKeeper.GetDelegation(c.Context(), delegator.Addr, to.ValAddr())
	if err != nil || !left.Shares.LT(chain.AIT(1_000).Amount.ToLegacyDec()) {
		t.Errorf("expected the redelegation slashed, got %v (%v)", left, err)
	}
}

// A vault of a module account is no way to bring coins into the module's books: the
// bonded pool holds what is bonded, and nothing else.
func TestVaults_OfModuleAccountsDontForward(t *testing.T) {
	c := chain.New(t, chain.WithInvariants())
	delegator, validator := c.Account(0), c.Validator(0)
	pool := authtypes.NewModuleAddress(stakingtypes.BondedPoolName)
	vault := types.VaultAddress(pool)
	c.Tx(delegator, stakingtypes.NewMsgDelegate(delegator.String(), validator.ValAddr().String(), chain.AIT(1_000))).MustDeliver()
	c.Tx(delegator, distrtypes.NewMsgSetWithdrawAddress(delegator.Addr, vault)).MustDeliver()
	c.NextBlocks(3)
	before := c.Balance(pool)
	res := c.Tx(delegator, distrtypes.NewMsgWithdrawDelegatorReward(delegator.String(), validator.ValAddr().String())).MustDeliver()
	if got := c.Balance(pool); !got.Equal(before) {
		t.Errorf("bonded pool: expected %s, got %s", before, got)
	}
	if held := c.Balance(vault); !held.IsPositive() {
		t.Errorf("expected the rewards to rest at the vault, got %s: %s", held, strings.TrimSpace(res.Log))
	}
}
