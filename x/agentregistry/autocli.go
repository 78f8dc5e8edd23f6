package agentregistry

import (
	"slices"

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
			Service: types.Msg_serviceDesc.ServiceName,
			RpcCommandOptions: slices.Concat(
				identityCommands(), ownershipCommands(), bondCommands(), statusCommands(), attestationCommands(), authorityCommands()),
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
		{
			RpcMethod:      "Attestations",
			Use:            "attestations [agent-id]",
			Short:          "List what others say about an agent",
			PositionalArgs: args("agent_id"),
		},
		{
			RpcMethod:      "AgentCard",
			Use:            "card [agent-id]",
			Short:          "Show an agent's card (A2A 1.0), as it follows from its record",
			PositionalArgs: args("agent_id"),
		},
		{
			RpcMethod:      "Erc8004",
			Use:            "erc8004 [agent-id]",
			Short:          "Show an agent's registration file (ERC-8004), as it follows from its record",
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
				"the minimum bond to be hired (see `aitbcd query agentregistry params`). Without --operator and --payout the sender is both; " +
				"another operator must agree to it (--consent, a JSON file or JSON itself, see `aitbc agent consent`).",
			Example: `aitbcd tx agentregistry register profile.json 25000000uait --from alice
aitbcd tx agentregistry register profile.json 25000000uait --operator ait1... --consent consent.json --payout ait1... --from alice`,
			PositionalArgs: append(args("profile"), &autocliv1.PositionalArgDescriptor{ProtoField: "bond", Optional: true}),
			FlagOptions: map[string]*autocliv1.FlagOptions{
				"operator": {Usage: "account that signs the agent's daily work; the sender if not given"},
				"payout":   {Usage: "account that receives what the agent earns; the sender if not given"},
				"consent":  {Usage: "the operator's consent for agent 0, unless the operator is the sender"},
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
			RpcMethod: "SetOperator",
			Use:       "set-operator [agent-id] [operator] [consent.json]",
			Short:     "Let another account sign for an agent from now on; for its owner",
			Long: "Let another account sign for an agent from now on. The account must agree to it: the consent is a JSON file or JSON itself " +
				"(see `aitbc agent consent`). The owner itself needs none.",
			Example: `aitbcd tx agentregistry set-operator 1 ait1... consent.json --from alice
aitbcd tx agentregistry set-operator 1 $(aitbcd keys show alice -a) --from alice`,
			PositionalArgs: append(args("agent_id", "operator"), &autocliv1.PositionalArgDescriptor{ProtoField: "consent", Optional: true}),
		},
	}
}

func ownershipCommands() []*autocliv1.RpcCommandOptions {
	return []*autocliv1.RpcCommandOptions{
		{
			RpcMethod:      "SetPayout",
			Use:            "set-payout [agent-id] [payout]",
			Short:          "Let another account receive what an agent earns, after a delay; for its owner",
			Long:           "Let another account receive what an agent earns, after a delay. The present account drops a change that is on its way.",
			PositionalArgs: args("agent_id", "payout"),
		},
		{
			RpcMethod:      "OfferTransfer",
			Use:            "offer-transfer [agent-id] [new-owner]",
			Short:          "Offer an agent with its bond to somebody, for 7 days; for its owner",
			PositionalArgs: args("agent_id", "new_owner"),
		},
		{
			RpcMethod:      "WithdrawTransfer",
			Use:            "withdraw-transfer [agent-id]",
			Short:          "Take an offer of ownership back; for the owner",
			PositionalArgs: args("agent_id"),
		},
		{
			RpcMethod:      "AcceptTransfer",
			Use:            "accept-transfer [agent-id]",
			Short:          "Become owner, operator and payout account of an agent that was offered to you",
			PositionalArgs: args("agent_id"),
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
			Short:          "End an agent for good, at once or with its last work, and withdraw its whole bond; for its owner",
			PositionalArgs: args("agent_id"),
		},
		{
			RpcMethod:      "StartMaintenance",
			Use:            "maintain [agent-id] [until]",
			Short:          "Take no new work until a time; for the owner or operator",
			Long:           "Take no new work until a time, in unix seconds of market time, at most 30 days ahead. `resume` ends it early.",
			Example:        "aitbcd tx agentregistry maintain 1 $(date -d tomorrow +%s) --from alice",
			PositionalArgs: args("agent_id", "until"),
		},
		{
			RpcMethod:      "Heartbeat",
			Use:            "heartbeat [agent-id]",
			Short:          "Say that an agent is there; for the owner or operator",
			PositionalArgs: args("agent_id"),
		},
		{
			RpcMethod:      "TriggerTimer",
			Use:            "trigger-timer [agent-id] [kind]",
			Short:          "Do what should have happened to an agent by itself; for anybody",
			Example:        "aitbcd tx agentregistry trigger-timer 1 timer-kind-status --from bob",
			PositionalArgs: args("agent_id", "kind"),
		},
	}
}

func attestationCommands() []*autocliv1.RpcCommandOptions {
	return []*autocliv1.RpcCommandOptions{
		{
			RpcMethod:      "Attest",
			Use:            "attest [agent-id] [type] [hash] [expires-at]",
			Short:          "Say something about an agent, with the SHA-256 of the evidence",
			Example:        "aitbcd tx agentregistry attest 1 attestation-type-dns 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08 1830000000 --from bob",
			PositionalArgs: args("agent_id", "type", "hash", "expires_at"),
		},
		{
			RpcMethod:      "RevokeAttestation",
			Use:            "revoke-attestation [agent-id] [type]",
			Short:          "Take an attestation back; for its issuer",
			PositionalArgs: args("agent_id", "type"),
		},
	}
}

func authorityCommands() []*autocliv1.RpcCommandOptions {
	return []*autocliv1.RpcCommandOptions{
		{
			RpcMethod:      "SuspendAgent",
			Use:            "suspend-agent-proposal [agent-id] [seconds]",
			Short:          "Propose to stop an agent for a time, at most 30 days",
			PositionalArgs: args("agent_id", "seconds"),
			GovProposal:    true,
		},
		{
			RpcMethod:      "LiftSuspension",
			Use:            "lift-suspension-proposal [agent-id]",
			Short:          "Propose to end a suspension early",
			PositionalArgs: args("agent_id"),
			GovProposal:    true,
		},
		{
			RpcMethod:      "ForceRetire",
			Use:            "force-retire-proposal [agent-id]",
			Short:          "Propose to end an agent for good",
			PositionalArgs: args("agent_id"),
			GovProposal:    true,
		},
		{
			RpcMethod: "UpdateParams",
			Use:       "update-params-proposal [params]",
			Short:     "Propose new parameters of the agentregistry module",
			Example: `aitbcd tx agentregistry update-params-proposal '{"registration_fee":{"denom":"uait","amount":"1000000"},` +
				`"min_bond":{"denom":"uait","amount":"50000000"},"unbonding_seconds":"1814400","max_completions_per_block":100,"max_timers_per_block":100,` +
				`"payout_delay_seconds":"86400","pending_seconds":"2592000","silence_seconds":"604800","allow_internal_urls":false,"issuers":[]}' ` +
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
