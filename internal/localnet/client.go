package localnet

import (
	"fmt"

	"github.com/aitbc/aitbc/app/ante"
	"github.com/aitbc/aitbc/client"
)

// Client returns a client of node0 that can sign as every named account.
// (Only node0 indexes transactions, which awaiting one needs.)
func (n *Network) Client() (*client.Client, error) {
	enc, err := Encoding()
	if err != nil {
		return nil, err
	}
	keys, err := n.Keyring()
	if err != nil {
		return nil, err
	}
	return client.New(client.Options{
		GRPC: n.GRPCAddress(0), ChainID: n.State().ChainID,
		Registry: enc.InterfaceRegistry, TxConfig: enc.TxConfig,
		Keys: keys, Fee: ante.FloorPrice.Fee,
	})
}

// Account returns the named account.
func (n *Network) Account(name string) (Account, error) {
	for _, a := range n.State().Accounts {
		if a.Name == name {
			return a, nil
		}
	}
	return Account{}, fmt.Errorf("the network has no account %q", name)
}
