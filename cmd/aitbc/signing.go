package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/cosmos/cosmos-sdk/crypto/keyring"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aitbc/aitbc/app"
	"github.com/aitbc/aitbc/app/ante"
	"github.com/aitbc/aitbc/client"
	"github.com/aitbc/aitbc/client/hire"
	"github.com/aitbc/aitbc/internal/localnet"
)

// chain is an open connection with the keys to act with.
type chain struct {
	place
	enc    app.Encoding
	keys   keyring.Keyring
	client *client.Client
}

// openChain finds the chain of a command's flags and makes sure that the node is of it.
func openChain(cmd *cobra.Command) (*chain, error) {
	p, err := findPlace(cmd.Flags())
	if err != nil {
		return nil, err
	}
	enc, err := localnet.Encoding()
	if err != nil {
		return nil, err
	}
	keys, err := p.openKeys(cmd, enc)
	if err != nil {
		return nil, err
	}
	c, err := client.New(client.Options{
		GRPC: p.grpc, RPC: p.rpc, ChainID: p.chainID, Registry: enc.InterfaceRegistry, TxConfig: enc.TxConfig,
		Keys: keys, Fee: ante.FloorPrice.Fee,
	})
	if err != nil {
		return nil, err
	}
	opened := &chain{place: p, enc: enc, keys: keys, client: c}
	if err := opened.checkNode(cmd.Context()); err != nil {
		return nil, errors.Join(err, c.Close())
	}
	return opened, nil
}

// checkNode asks the node for its chain, so that nothing is signed for another.
func (c *chain) checkNode(ctx context.Context) error {
	_, err := c.client.Status(ctx)
	wrong, silent := (*client.WrongChainError)(nil), (*client.NodeError)(nil)
	switch {
	case errors.As(err, &wrong):
		return fmt.Errorf("--%s: the node at %s is of chain %s, expected %s", flagChainID, wrong.Addr, wrong.Got, wrong.Expected)
	case errors.As(err, &silent) && c.localnet != "":
		home := homeFlag(c.localnet)
		return fmt.Errorf("the localnet in %s does not answer: `aitbc localnet up%s` starts it, `aitbc localnet status%s` shows it",
			c.localnet, home, home)
	case errors.As(err, &silent):
		return fmt.Errorf("--%s: %w", flagNodeGRPC, err)
	}
	return err
}

// signer is the key that a command acts with.
type signer struct{ name, address string }

// signer returns the key of --from, or the only one there is.
func (c *chain) signer(cmd *cobra.Command) (signer, error) {
	from, _ := cmd.Flags().GetString(flagFrom)
	if from == "" {
		return c.onlySigner()
	}
	found, err := c.lookUp(from)
	if err != nil {
		return signer{}, fmt.Errorf("--%s: %w", flagFrom, err)
	}
	if found.name == "" {
		return signer{}, fmt.Errorf("--%s: expected a key of the keyring in %s, which has none of %s", flagFrom, c.keyDir, from)
	}
	return found, nil
}

func (c *chain) onlySigner() (signer, error) {
	all, err := c.signers()
	switch {
	case err != nil:
		return signer{}, err
	case len(all) == 1:
		return all[0], nil
	case len(all) == 0:
		return signer{}, fmt.Errorf("--%s: there is no key in %s: `aitbc keys add NAME` makes one", flagFrom, c.keyDir)
	}
	names := make([]string, len(all))
	for i, s := range all {
		names[i] = s.name
	}
	return signer{}, fmt.Errorf("--%s: expected the key to act with, one of %s", flagFrom, strings.Join(names, ", "))
}

// signers lists the keys of the keyring.
func (c *chain) signers() ([]signer, error) {
	records, err := c.keys.List()
	if err != nil {
		return nil, fmt.Errorf("list the keys in %s: %w", c.keyDir, err)
	}
	all := make([]signer, 0, len(records))
	for _, r := range records {
		address, err := r.GetAddress()
		if err != nil {
			return nil, fmt.Errorf("key %s: %w", r.Name, err)
		}
		all = append(all, signer{name: r.Name, address: address.String()})
	}
	return all, nil
}

// lookUp returns the key of a name or address. The name is empty for an address of
// somebody else.
func (c *chain) lookUp(nameOrAddress string) (signer, error) {
	if address, err := sdk.AccAddressFromBech32(nameOrAddress); err == nil {
		if record, err := c.keys.KeyByAddress(address); err == nil {
			return signer{name: record.Name, address: address.String()}, nil
		}
		return signer{address: address.String()}, nil
	}
	record, err := c.keys.Key(nameOrAddress)
	if err != nil {
		return signer{}, fmt.Errorf("expected the name of a key in %s or an address that starts with ait1, got %q", c.keyDir, nameOrAddress)
	}
	address, err := record.GetAddress()
	if err != nil {
		return signer{}, fmt.Errorf("key %s: %w", nameOrAddress, err)
	}
	return signer{name: record.Name, address: address.String()}, nil
}

// close ends the connection.
func (c *chain) close() { _ = c.client.Close() }

// send makes one transaction of a message, signed by the key, and waits for its block.
func (c *chain) send(ctx context.Context, s signer, msg sdk.Msg) (hire.Tx, error) {
	return c.wallet(s).Send(ctx, msg)
}

// wallet is the account of a key.
func (c *chain) wallet(s signer) hire.Wallet { return hire.NewWallet(c.client, s.name, s.address) }
