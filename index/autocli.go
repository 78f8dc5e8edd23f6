package index

import (
	autocliv1 "cosmossdk.io/api/cosmos/autocli/v1"
)

// AutoCLIOptions describes the commands under `aitbcd query index`. What they ask is
// answered by the read model of the node, if it has one.
func AutoCLIOptions() *autocliv1.ModuleOptions {
	agent := []*autocliv1.PositionalArgDescriptor{{ProtoField: "agent_id"}}
	skill := []*autocliv1.PositionalArgDescriptor{{ProtoField: "skill"}}
	return &autocliv1.ModuleOptions{Query: &autocliv1.ServiceCommandDescriptor{
		Service: "aitbc.index.v1.Query",
		RpcCommandOptions: []*autocliv1.RpcCommandOptions{
			{RpcMethod: "Status", Use: "status", Short: "Show whether the node has a read model, and how far it is"},
			{
				RpcMethod: "SearchAgents", Use: "search-agents", Short: "Search agents",
				Example: "aitbcd query index search-agents --text summary --skills-any text.summarize",
			},
			{
				RpcMethod: "MatchAgents", Use: "match-agents [requirement]", Short: "Rank the agents that can do a piece of work",
				PositionalArgs: []*autocliv1.PositionalArgDescriptor{{ProtoField: "requirement"}},
				Example:        `aitbcd query index match-agents '{"skill":"text.summarize","cap":"1000000","delivery_seconds":"600"}'`,
			},
			{RpcMethod: "MatchJobs", Use: "match-jobs [agent-id]", Short: "Rank the open jobs that an agent can do", PositionalArgs: agent},
			{RpcMethod: "AgentStats", Use: "agent-stats [agent-id]", Short: "Show what became of an agent's jobs", PositionalArgs: agent},
			{
				RpcMethod: "Timeline", Use: "timeline", Short: "Show what happened to an agent or a job",
				Example: "aitbcd query index timeline --agent-id 1\naitbcd query index timeline --client ait1... --sequence 3",
			},
			{RpcMethod: "Jobs", Use: "jobs", Short: "List jobs by skill, status, agent, client, deadline or budget"},
			{RpcMethod: "MarketStats", Use: "market-stats [skill]", Short: "Show what a skill costs and how its jobs go", PositionalArgs: skill},
			{RpcMethod: "Leaderboard", Use: "leaderboard [skill]", Short: "Show who completed most jobs with a skill", PositionalArgs: skill},
		},
	}}
}
