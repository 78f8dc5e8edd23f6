package clock

import (
	autocliv1 "cosmossdk.io/api/cosmos/autocli/v1"

	"github.com/aitbc/aitbc/x/clock/types"
)

// AutoCLIOptions describes the module's commands under `aitbcd query clock` and
// `aitbcd tx clock`.
func (AppModule) AutoCLIOptions() *autocliv1.ModuleOptions {
	return &autocliv1.ModuleOptions{
		Query: &autocliv1.ServiceCommandDescriptor{
			Service: types.Query_serviceDesc.ServiceName,
			RpcCommandOptions: []*autocliv1.RpcCommandOptions{
				{
					RpcMethod: "Clock",
					Use:       "clock",
					Short:     "Show block time, market time and how long market time has stood still",
				},
				{
					RpcMethod: "Params",
					Use:       "params",
					Short:     "Show the parameters of the clock module",
				},
			},
		},
		Tx: &autocliv1.ServiceCommandDescriptor{
			Service: types.Msg_serviceDesc.ServiceName,
			RpcCommandOptions: []*autocliv1.RpcCommandOptions{
				{
					RpcMethod:      "UpdateParams",
					Use:            "update-params-proposal [params]",
					Short:          "Propose new parameters of the clock module",
					Example:        `aitbcd tx clock update-params-proposal '{"max_step":"10s"}' --title "..." --summary "..." --deposit 500000000uait`,
					PositionalArgs: []*autocliv1.PositionalArgDescriptor{{ProtoField: "params"}},
					GovProposal:    true,
				},
			},
		},
	}
}
