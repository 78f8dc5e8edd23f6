package fakes

import (
	"context"

	sdkmath "cosmossdk.io/math"

	"github.com/cosmos/cosmos-sdk/store/v2/prefix"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"
)

// table is a part of the ledger's store: (address, denomination) -> amount.
type table byte

const (
	balances table = iota
	pending        // virtual credits
	supply         // with an empty address
)

// entry is one row of a table.
type entry struct {
	addr   sdk.AccAddress
	denom  string
	amount sdkmath.Int
}

func (l *Ledger) store(ctx context.Context, t table) storetypes.KVStore {
	return prefix.NewStore(sdk.UnwrapSDKContext(ctx).KVStore(l.key), []byte{byte(t)})
}

func rowKey(addr sdk.AccAddress, denom string) []byte {
	key := append([]byte{byte(len(addr))}, addr...)
	return append(key, denom...)
}

func (l *Ledger) amount(ctx context.Context, t table, addr sdk.AccAddress, denom string) sdkmath.Int {
	return decode(l.store(ctx, t).Get(rowKey(addr, denom)))
}

func (l *Ledger) setAmount(ctx context.Context, t table, addr sdk.AccAddress, denom string, amount sdkmath.Int) {
	if amount.IsZero() {
		l.store(ctx, t).Delete(rowKey(addr, denom))
		return
	}
	bz, err := amount.Marshal()
	if err != nil {
		panic(err)
	}
	l.store(ctx, t).Set(rowKey(addr, denom), bz)
}

// coins returns the rows of one address.
func (l *Ledger) coins(ctx context.Context, t table, addr sdk.AccAddress) sdk.Coins {
	sum := sdk.NewCoins()
	for _, e := range l.entries(ctx, t) {
		if e.addr.Equals(addr) {
			sum = sum.Add(sdk.NewCoin(e.denom, e.amount))
		}
	}
	return sum
}

// entries returns all rows of a table in the order of the store.
func (l *Ledger) entries(ctx context.Context, t table) []entry {
	it := l.store(ctx, t).Iterator(nil, nil)
	defer func() {
		if err := it.Close(); err != nil {
			panic(err)
		}
	}()
	var rows []entry
	for ; it.Valid(); it.Next() {
		key := it.Key()
		n := 1 + int(key[0])
		rows = append(rows, entry{addr: key[1:n:n], denom: string(key[n:]), amount: decode(it.Value())})
	}
	return rows
}

func (l *Ledger) credit(ctx context.Context, t table, addr sdk.AccAddress, coins sdk.Coins) {
	for _, c := range coins {
		l.setAmount(ctx, t, addr, c.Denom, l.amount(ctx, t, addr, c.Denom).Add(c.Amount))
	}
}

// debit takes coins or returns an error and takes none.
func (l *Ledger) debit(ctx context.Context, t table, addr sdk.AccAddress, coins sdk.Coins) error {
	if !coins.IsValid() {
		return sdkerrors.ErrInvalidCoins.Wrapf("%q", coins)
	}
	for _, c := range coins {
		if have := l.amount(ctx, t, addr, c.Denom); have.LT(c.Amount) {
			return sdkerrors.ErrInsufficientFunds.Wrapf("spendable balance %s%s is smaller than %s", have, c.Denom, c)
		}
	}
	for _, c := range coins {
		l.setAmount(ctx, t, addr, c.Denom, l.amount(ctx, t, addr, c.Denom).Sub(c.Amount))
	}
	return nil
}

func decode(bz []byte) sdkmath.Int {
	if bz == nil {
		return sdkmath.ZeroInt()
	}
	var amount sdkmath.Int
	if err := amount.Unmarshal(bz); err != nil {
		panic(err)
	}
	return amount
}
