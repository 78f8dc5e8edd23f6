package hire

import (
	"context"

	sdkmath "cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	"github.com/aitbc/aitbc/client"
	"github.com/aitbc/aitbc/types"
)

// NewWallet returns the account of a key of the client's keyring, and its bech32
// address.
func NewWallet(c *client.Client, key, address string) Wallet {
	return clientWallet{client: c, key: key, address: address}
}

type clientWallet struct {
	client       *client.Client
	key, address string
}

// Address implements Wallet.
func (w clientWallet) Address() string { return w.address }

// Balance implements Wallet.
func (w clientWallet) Balance(ctx context.Context) (sdkmath.Int, error) {
	res, err := banktypes.NewQueryClient(w.client.Conn()).SpendableBalanceByDenom(ctx,
		&banktypes.QuerySpendableBalanceByDenomRequest{Address: w.address, Denom: types.BaseDenom})
	if err != nil {
		return sdkmath.Int{}, PlainError(err)
	}
	return res.Balance.Amount, nil
}

// Estimate implements Wallet.
func (w clientWallet) Estimate(ctx context.Context, msg sdk.Msg) (uint64, sdk.Coin, error) {
	return w.client.Estimate(ctx, w.key, msg)
}

// Send implements Wallet.
func (w clientWallet) Send(ctx context.Context, msg sdk.Msg) (Tx, error) {
	r, err := w.client.Send(ctx, w.key, msg)
	if err != nil {
		return Tx{}, err
	}
	return Tx{Hash: r.Hash, Height: r.Height, GasUsed: r.GasUsed, Fee: r.Fee}, nil
}
