package chain

import (
	gogogrpc "github.com/cosmos/gogoproto/grpc"

	"github.com/cosmos/cosmos-sdk/baseapp"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aitbc/aitbc/types"
)

// Conn returns a connection for query clients, answered from the state of the
// last block by the services that a node serves over gRPC:
//
//	clock := clocktypes.NewQueryClient(c.Conn())
func (c *Chain) Conn() gogogrpc.ClientConn {
	c.tb.Helper()
	return &baseapp.QueryServiceTestHelper{GRPCQueryRouter: c.App.GRPCQueryRouter(), Ctx: c.Context()}
}

// Balance returns what an address holds in uait.
func (c *Chain) Balance(addr sdk.AccAddress) sdk.Coin {
	return c.App.BankKeeper.GetBalance(c.Context(), addr, types.BaseDenom)
}

// Supply returns how much uait there is.
func (c *Chain) Supply() sdk.Coin {
	return c.App.BankKeeper.GetSupply(c.Context(), types.BaseDenom)
}
