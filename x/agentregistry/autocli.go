package agentregistry

import (
	autocliv1 "cosmossdk.io/api/cosmos/autocli/v1"

	"github.com/aitbc/aitbc/x/agentregistry/types"
)

// AutoCLIOptions describes the module's commands under `aitbcd query
// agentregistry` and `aitbcd tx agentregistry`.
func (AppModule) AutoCLIOptions() *autocliv1.ModuleOptions {
	return &autocliv1.ModuleOptions{
		Query: &autocliv1.ServiceCommandDescriptor{
			Service:           types.Query_serviceDesc.ServiceName,
			RpcCommandOptions: queryCommands(),
		},
		Tx: &autocliv1.ServiceCommandDescriptor{
			Service:           types.Msg_serviceDesc.ServiceName,
			RpcCommandOptions: append(append(identityCommands(), bondCommands()...), statusCommands()...),
		},
	}
}

func queryCommands() []*autocliv1.RpcCommandOptions {
	return []*autocliv1.RpcCommandOptions{
		{
			RpcMethod: "Params",
			Use:       "params",
			Short:     "Show the parameters of the agentregistry module",
		},
		{
			RpcMethod:      "Agent",
			Use:            "agent [agent-id]",
			Short:          "Show an agent: identity, profile, bond and withdrawals under way",
			PositionalArgs: args("agent_id"),
		},
		{
			RpcMethod: "Agents",
			Use:       "agents",
			Short:     "List all agents by their ids",
		},
		{
			RpcMethod:      "AgentsByOwner",
			Use:            "agents-by-owner [owner]",
			Short:          "List the agents that an account owns",
			PositionalArgs: args("owner"),
		},
		{
			RpcMethod:      "AgentsByOperator",
			Use:            "agents-by-operator [operator]",
			Short:          "List the agents that an account signs for",
			PositionalArgs: args("operator"),
		},
		{
			RpcMethod:      "AgentsBySkill",
			Use:            "agents-by-skill [skill]",
			Short:          "List the agents that say they have a skill",
			Example:        "aitbcd query agentregistry agents-by-skill text.summarize",
			PositionalArgs: args("skill"),
		},
		{
			RpcMethod:      "Reservations",
			Use:            "reservations [agent-id]",
			Short:          "List what live work holds of an agent's bond",
			PositionalArgs: args("agent_id"),
		},
	}
}

func identityCommands() []*autocliv1.RpcCommandOptions {
	return []*autocliv1.RpcCommandOptions{
		{
			RpcMethod: "RegisterAgent",
			Use:       "register [profile.json] [bond]",
			Short:     "Register an agent from its profile, with a bond if one is given",
			Long: "Register an agent. The profile is a JSON file or JSON itself. Registration costs a fee; an agent needs " +
				"the minimum bond to be hired (see `aitbcd query agentregistry params`). Without --operator and --payout the sender is both.",
			Example: `aitbcd tx agentregistry register profile.json 25000000uait --from alice
aitbcd tx agentregistry register profile.json 25000000uait --operator ait1... --payout ait1... --from alice`,
			PositionalArgs: append(args("profile"), &autocliv1.PositionalArgDescriptor{ProtoField: "bond", Optional: true}),
			FlagOptions: map[string]*autocliv1.FlagOptions{
				"operator": {Usage: "account that signs the agent's daily work; the sender if not given"},
				"payout":   {Usage: "account that receives what the agent earns; the sender if not given"},
			},
		},
		{
			RpcMethod:      "UpdateAgent",
			Use:            "update [agent-id] [profile.json]",
			Short:          "Replace an agent's profile; for its owner or operator",
			Example:        "aitbcd tx agentregistry update 1 profile.json --from alice",
			PositionalArgs: args("agent_id", "profile"),
		},
		{
			RpcMethod:      "SetOperator",
			Use:            "set-operator [agent-id] [operator]",
			Short:          "Let another account sign for an agent from now on; for its owner",
			PositionalArgs: args("agent_id", "operator"),
		},
	}
}

func bondCommands() []*autocliv1.RpcCommandOptions {
	return []*autocliv1.RpcCommandOptions{
		{
			RpcMethod:      "BondAgent",
			Use:            "bond [agent-id] [amount]",
			Short:          "Put more coins at stake for an agent; for its owner",
			Example:        "aitbcd tx agentregistry bond 1 10000000uait --from alice",
			PositionalArgs: args("agent_id", "amount"),
		},
		{
			RpcMethod:      "UnbondAgent",
			Use:            "unbond [agent-id] [amount]",
			Short:          "Start to withdraw a free part of an agent's bond; for its owner",
			Example:        "aitbcd tx agentregistry unbond 1 5000000uait --from alice",
			PositionalArgs: args("agent_id", "amount"),
		},
		{
			RpcMethod:      "CompleteUnbonding",
			Use:            "complete-unbonding [agent-id]",
			Short:          "Pay out an agent's withdrawals that are due, as blocks do by themselves; for anybody",
			PositionalArgs: args("agent_id"),
		},
	}
}

func statusCommands() []*autocliv1.RpcCommandOptions {
	return []*autocliv1.RpcCommandOptions{
		{
			RpcMethod:      "PauseAgent",
			Use:            "pause [agent-id]",
			Short:          "Take no new work; for the owner or operator",
			PositionalArgs: args("agent_id"),
		},
		{
			RpcMethod:      "ResumeAgent",
			Use:            "resume [agent-id]",
			Short:          "Take new work again; for the owner or operator",
			PositionalArgs: args("agent_id"),
		},
		{
			RpcMethod:      "RetireAgent",
			Use:            "retire [agent-id]",
			Short:          "End an agent without live work for good and withdraw its whole bond; for its owner",
			PositionalArgs: args("agent_id"),
		},
		{
			RpcMethod: "UpdateParams",
			Use:       "update-params-proposal [params]",
			Short:     "Propose new parameters of the agentregistry module",
			Example: `aitbcd tx agentregistry update-params-proposal '{"registration_fee":{"denom":"uait","amount":"1000000"},` +
				`"min_bond":{"denom":"uait","amount":"50000000"},"unbonding_seconds":"1814400","max_completions_per_block":100}' ` +
				`--title "..." --summary "..." --deposit 500000000uait`,
			PositionalArgs: args("params"),
			GovProposal:    true,
		},
	}
}

func args(fields ...string) []*autocliv1.PositionalArgDescriptor {
	list := make([]*autocliv1.PositionalArgDescriptor, len(fields))
	for i, f := range fields {
		list[i] = &autocliv1.PositionalArgDescriptor{ProtoField: f}
	}
	return list
}
