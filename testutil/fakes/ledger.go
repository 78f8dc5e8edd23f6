package fakes

import (
	"context"
	"fmt"

	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
)

// LedgerStoreKey is the name of the ledger's store.
const LedgerStoreKey = "fake_ledger"

// Restriction decides, as bank's send restrictions do, who gets what is sent: it
// returns the recipient or an error.
type Restriction func(ctx context.Context, from, to sdk.AccAddress, coins sdk.Coins) (sdk.AccAddress, error)

// Ledger is a bank that conserves coins. It keeps all of them in the store of the
// context, so that what a discarded cached context did never happened. Module
// accounts exist for every name, at the address that auth gives them, and all of
// them may burn.
//
// What a test sets without a context - Fail, Block, FailBurns, FailForwards,
// Restrict - is not state: it holds until it is set again.
type Ledger struct {
	key     *storetypes.KVStoreKey
	failing map[string]bool
	blocked map[string]bool
	burns   error
	// burnPanics lets burns panic.
	burnPanics bool
	forwards   error
	restrict   Restriction
}

// NewLedger returns an empty ledger. Its StoreKey must be mounted in the contexts
// that it is used with, for example by NewContext.
func NewLedger() *Ledger {
	return &Ledger{
		key:     storetypes.NewKVStoreKey(LedgerStoreKey),
		failing: map[string]bool{},
		blocked: map[string]bool{},
	}
}

// StoreKey returns the key of the store that holds the coins.
func (l *Ledger) StoreKey() *storetypes.KVStoreKey { return l.key }

// Fail lets every send to the address fail from now on, after the sender has been
// debited: a caller that neither reverts nor returns the error loses coins, which
// Check sees.
func (l *Ledger) Fail(addr sdk.AccAddress) { l.failing[string(addr)] = true }

// Mend ends Fail.
func (l *Ledger) Mend(addr sdk.AccAddress) { delete(l.failing, string(addr)) }

// Block makes the address one that BlockedAddr reports. Sends by modules still
// reach it, as with bank.
func (l *Ledger) Block(addr sdk.AccAddress) { l.blocked[string(addr)] = true }

// FailBurns lets every burn fail with err, after the account has been debited; nil
// mends it.
func (l *Ledger) FailBurns(err error) { l.burns = err }

// PanicOnBurns lets every burn panic, as bank does where it finds another account than
// the module's; false mends it.
func (l *Ledger) PanicOnBurns(panics bool) { l.burnPanics = panics }

// FailForwards lets every send from module to module fail with err, after the coins
// have moved; nil mends it.
func (l *Ledger) FailForwards(err error) { l.forwards = err }

// Restrict sets the one send restriction; nil removes it.
func (l *Ledger) Restrict(r Restriction) { l.restrict = r }

// ModuleAddress returns the address of a module account.
func ModuleAddress(name string) sdk.AccAddress { return authtypes.NewModuleAddress(name) }

// Fund mints coins for an account.
func (l *Ledger) Fund(ctx context.Context, addr sdk.AccAddress, coins sdk.Coins) {
	l.credit(ctx, balances, addr, coins)
	l.credit(ctx, supply, nil, coins)
}

// GetBalance returns what an account holds of one denomination.
func (l *Ledger) GetBalance(ctx context.Context, addr sdk.AccAddress, denom string) sdk.Coin {
	return sdk.NewCoin(denom, l.amount(ctx, balances, addr, denom))
}

// GetAllBalances returns everything an account holds.
func (l *Ledger) GetAllBalances(ctx context.Context, addr sdk.AccAddress) sdk.Coins {
	return l.coins(ctx, balances, addr)
}

// SpendableCoins returns everything an account holds: nothing vests here.
func (l *Ledger) SpendableCoins(ctx context.Context, addr sdk.AccAddress) sdk.Coins {
	return l.coins(ctx, balances, addr)
}

// GetSupply returns the supply of one denomination.
func (l *Ledger) GetSupply(ctx context.Context, denom string) sdk.Coin {
	return sdk.NewCoin(denom, l.amount(ctx, supply, nil, denom))
}

// BlockedAddr reports whether users may not send to the address.
func (l *Ledger) BlockedAddr(addr sdk.AccAddress) bool { return l.blocked[string(addr)] }

// SendCoins moves coins between two accounts. It returns an error for invalid
// coins, a refusal of the restriction, too small a balance or a failing recipient.
func (l *Ledger) SendCoins(ctx context.Context, from, to sdk.AccAddress, coins sdk.Coins) error {
	return l.move(ctx, balances, from, to, coins)
}

// SendCoinsFromAccountToModuleVirtual takes coins from an account now and gives
// them to the module with CreditVirtual.
func (l *Ledger) SendCoinsFromAccountToModuleVirtual(
	ctx context.Context, from sdk.AccAddress, module string, coins sdk.Coins,
) error {
	return l.move(ctx, pending, from, ModuleAddress(module), coins)
}

// SendCoinsFromAccountToModule moves coins from an account to a module account.
func (l *Ledger) SendCoinsFromAccountToModule(
	ctx context.Context, from sdk.AccAddress, module string, coins sdk.Coins,
) error {
	return l.move(ctx, balances, from, ModuleAddress(module), coins)
}

// SendCoinsFromModuleToAccount moves coins from a module account to an account. It
// returns an error if the account is blocked.
func (l *Ledger) SendCoinsFromModuleToAccount(
	ctx context.Context, module string, to sdk.AccAddress, coins sdk.Coins,
) error {
	if l.BlockedAddr(to) {
		return sdkerrors.ErrUnauthorized.Wrapf("%s is not allowed to receive funds", to)
	}
	return l.move(ctx, balances, ModuleAddress(module), to, coins)
}

// SendCoinsFromModuleToModule moves coins between two module accounts.
func (l *Ledger) SendCoinsFromModuleToModule(ctx context.Context, from, to string, coins sdk.Coins) error {
	if err := l.move(ctx, balances, ModuleAddress(from), ModuleAddress(to), coins); err != nil {
		return err
	}
	return l.forwards
}

// BurnCoins destroys coins of a module account.
func (l *Ledger) BurnCoins(ctx context.Context, module string, coins sdk.Coins) error {
	if err := l.debit(ctx, balances, ModuleAddress(module), coins); err != nil {
		return err
	}
	if l.burnPanics {
		panic("burns were told to panic")
	}
	if l.burns != nil {
		return l.burns
	}
	return l.debit(ctx, supply, nil, coins)
}

// CreditVirtual gives modules what was sent to them virtually, as bank's end
// blocker does. Afterwards nothing is pending.
func (l *Ledger) CreditVirtual(ctx context.Context) error {
	for _, e := range l.entries(ctx, pending) {
		coins := sdk.NewCoins(sdk.NewCoin(e.denom, e.amount))
		if err := l.debit(ctx, pending, e.addr, coins); err != nil {
			return err
		}
		l.credit(ctx, balances, e.addr, coins)
	}
	return nil
}

// Pending returns what was sent to a module virtually and not yet credited.
func (l *Ledger) Pending(ctx context.Context, module string) sdk.Coins {
	return l.coins(ctx, pending, ModuleAddress(module))
}

// Check returns an error unless all balances, with those pending, sum up to the
// supply and none is zero or less.
func (l *Ledger) Check(ctx context.Context) error {
	sum := sdk.NewCoins()
	for _, t := range []table{balances, pending} {
		for _, e := range l.entries(ctx, t) {
			if !e.amount.IsPositive() {
				return fmt.Errorf("balance of %s: expected a positive amount, got %s%s", e.addr, e.amount, e.denom)
			}
			sum = sum.Add(sdk.NewCoin(e.denom, e.amount))
		}
	}
	if total := l.coins(ctx, supply, nil); !sum.Equal(total) {
		return fmt.Errorf("sum of balances: expected %q, the supply, got %q", total, sum)
	}
	return nil
}

func (l *Ledger) move(ctx context.Context, into table, from, to sdk.AccAddress, coins sdk.Coins) error {
	if !coins.IsValid() {
		return sdkerrors.ErrInvalidCoins.Wrapf("%q", coins)
	}
	if l.restrict != nil {
		var err error
		if to, err = l.restrict(ctx, from, to, coins); err != nil {
			return err
		}
	}
	if err := l.debit(ctx, balances, from, coins); err != nil {
		return err
	}
	if l.failing[string(to)] {
		return sdkerrors.ErrUnauthorized.Wrapf("%s was told to fail", to)
	}
	l.credit(ctx, into, to, coins)
	return nil
}
