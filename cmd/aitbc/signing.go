package main

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aitbc/aitbc/client/hire"
)

// close ends the connection.
func (c *chain) close() { _ = c.client.Close() }

// send makes one transaction of a message, signed by the key, and waits for its block.
func (c *chain) send(ctx context.Context, s signer, msg sdk.Msg) (hire.Tx, error) {
	return c.wallet(s).Send(ctx, msg)
}

// wallet is the account of a key.
func (c *chain) wallet(s signer) hire.Wallet { return hire.NewWallet(c.client, s.name, s.address) }
