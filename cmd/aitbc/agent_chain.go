package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/cosmos/cosmos-sdk/crypto/keyring"

	"github.com/aitbc/aitbc/agent"
	"github.com/aitbc/aitbc/app/ante"
	"github.com/aitbc/aitbc/client"
	"github.com/aitbc/aitbc/internal/localnet"
)

// agentChain is the chain of an agent's configuration, with the agent's key.
type agentChain struct {
	*agent.ClientChain
	client *client.Client
	keys   keyring.Keyring
	signer signer
}

// openAgentChain opens the nodes and the key that a configuration names. It does not
// ask the nodes: an agent waits for them.
func openAgentChain(cmd *cobra.Command, conf agent.Config) (*agentChain, error) {
	enc, err := localnet.Encoding()
	if err != nil {
		return nil, err
	}
	p := place{keyDir: conf.Key.Dir, backend: conf.Key.Backend}
	keys, err := p.openKeys(cmd, enc)
	if err != nil {
		return nil, err
	}
	me, err := (&chain{place: p, keys: keys}).lookUp(conf.Key.Name)
	if err != nil || me.name == "" {
		return nil, fmt.Errorf("key.name: expected a key of the keyring in %s, got %q", conf.Key.Dir, conf.Key.Name)
	}
	c, err := client.New(client.Options{
		GRPC: conf.Nodes.GRPC[0], Fallbacks: conf.Nodes.GRPC[1:], RPC: conf.Nodes.RPC[0], RPCFallbacks: conf.Nodes.RPC[1:],
		ChainID: conf.ChainID, Registry: enc.InterfaceRegistry, TxConfig: enc.TxConfig, Keys: keys, Fee: ante.FloorPrice.Fee,
	})
	if err != nil {
		return nil, err
	}
	return &agentChain{ClientChain: agent.NewChain(c, me.name), client: c, keys: keys, signer: me}, nil
}

// close ends the connections.
func (a *agentChain) close() { _ = a.client.Close() }
