package escrow

import (
	autocliv1 "cosmossdk.io/api/cosmos/autocli/v1"

	"github.com/aitbc/aitbc/x/escrow/types"
)

// AutoCLIOptions describes the module's commands under `aitbcd query escrow` and
// `aitbcd tx escrow`.
func (AppModule) AutoCLIOptions() *autocliv1.ModuleOptions {
	return &autocliv1.ModuleOptions{
		Query: &autocliv1.ServiceCommandDescriptor{
			Service: types.Query_serviceDesc.ServiceName,
			RpcCommandOptions: []*autocliv1.RpcCommandOptions{
				{
					RpcMethod:      "Lock",
					Use:            "lock [owner] [reference]",
					Short:          "Show what is locked under a reference (hexadecimal) of a module",
					Example:        "aitbcd query escrow lock agentregistry 0000000000000001",
					PositionalArgs: []*autocliv1.PositionalArgDescriptor{{ProtoField: "owner"}, {ProtoField: "reference"}},
				},
				{
					RpcMethod: "Locks",
					Use:       "locks",
					Short:     "List locks, of all modules or of one",
					Example:   "aitbcd query escrow locks --owner jobmarket",
					FlagOptions: map[string]*autocliv1.FlagOptions{
						"owner": {Usage: "name of the module whose locks to list"},
					},
				},
				{
					RpcMethod:      "Vault",
					Use:            "vault [payer]",
					Short:          "Show where the locked coins of an account rest, and how many",
					PositionalArgs: []*autocliv1.PositionalArgDescriptor{{ProtoField: "payer"}},
				},
				{
					RpcMethod: "Claimables",
					Use:       "claimables",
					Short:     "List payouts that could not be delivered, of all accounts or of one",
					Example:   "aitbcd query escrow claimables --payee ait1...",
					FlagOptions: map[string]*autocliv1.FlagOptions{
						"payee": {Usage: "account whose claimables to list"},
					},
				},
				{
					RpcMethod: "Params",
					Use:       "params",
					Short:     "Show the parameters of the escrow module",
				},
			},
		},
		Tx: &autocliv1.ServiceCommandDescriptor{
			Service: types.Msg_serviceDesc.ServiceName,
			RpcCommandOptions: []*autocliv1.RpcCommandOptions{
				{
					RpcMethod: "Claim",
					Use:       "claim",
					Short:     "Take payouts that could not be delivered to you, up to 100 at a time",
					Example:   "aitbcd tx escrow claim --recipient ait1... --from alice",
					FlagOptions: map[string]*autocliv1.FlagOptions{
						"recipient": {Usage: "account that gets the coins; the signer if not given"},
					},
				},
				{
					RpcMethod:      "UpdateParams",
					Use:            "update-params-proposal [params]",
					Short:          "Propose new parameters of the escrow module",
					Example:        `aitbcd tx escrow update-params-proposal '{"fee_burn_bps":4000}' --title "..." --summary "..." --deposit 500000000uait`,
					PositionalArgs: []*autocliv1.PositionalArgDescriptor{{ProtoField: "params"}},
					GovProposal:    true,
				},
			},
		},
	}
}
