package jobmarket

import (
	autocliv1 "cosmossdk.io/api/cosmos/autocli/v1"

	"github.com/aitbc/aitbc/x/jobmarket/types"
)

// AutoCLIOptions describes the module's commands under `aitbcd query jobmarket`
// and `aitbcd tx jobmarket`.
func (AppModule) AutoCLIOptions() *autocliv1.ModuleOptions {
	return &autocliv1.ModuleOptions{
		Query: &autocliv1.ServiceCommandDescriptor{
			Service: types.Query_serviceDesc.ServiceName,
			RpcCommandOptions: []*autocliv1.RpcCommandOptions{
				command("Params", "params", "Show the parameters of the jobmarket module"),
				command("Offer", "offer [agent-id] [offer-id]", "Show a standing offer", "agent_id", "offer_id"),
				command("Offers", "offers [agent-id]", "List the standing offers of an agent", "agent_id"),
				command("Job", "job [client] [sequence]", "Show what was agreed and where it stands", "client", "sequence"),
				command("JobByRef", "job-by-ref [client] [client-ref]", "Show the job that a client named so", "client", "client_ref"),
				command("Jobs", "jobs [client]", "List the jobs of a client", "client"),
				command("JobsByAgent", "jobs-by-agent [agent-id]", "List the live jobs of an agent", "agent_id"),
				command("Receipt", "receipt [client] [sequence]", "Show what became of a job that has ended", "client", "sequence"),
				command("Parked", "parked", "List jobs whose timeout waits for trigger-timeout"),
			},
		},
		Tx: &autocliv1.ServiceCommandDescriptor{
			Service: types.Msg_serviceDesc.ServiceName,
			RpcCommandOptions: []*autocliv1.RpcCommandOptions{
				example(command("PublishOffer", "publish-offer [agent-id] [terms]", "Let clients hire an agent on fixed terms", "agent_id", "terms"),
					`aitbcd tx jobmarket publish-offer 1 '{"skill":"text.summarize","price":{"model":"PRICE_MODEL_FLAT","amount":{"denom":"uait","amount":"1000000"}},"min_amount":{"denom":"uait","amount":"1000000"},"max_amount":{"denom":"uait","amount":"5000000"},"min_delivery_seconds":"120","max_delivery_seconds":"3600","max_review_seconds":"86400","max_live_jobs":4}' --from operator`),
				command("WithdrawOffer", "withdraw-offer [agent-id] [offer-id]", "Close an offer; jobs hired from it go on", "agent_id", "offer_id"),
				example(command("PostJob", "post-job", "Hire an agent and lock the money"),
					`aitbcd tx jobmarket post-job --award award-mode-offer --agent-id 1 --offer-id 1 --milestones '{"amount":{"denom":"uait","amount":"1000000"},"delivery_seconds":"600","description_hash":"<base64 of 32 bytes>"}' --messaging-key '{"suite":"HPKE_SUITE_X25519","public_key":"<base64 of 32 bytes>"}' --from client`),
				example(command("SubmitMilestone", "submit-milestone [client] [sequence] [milestone] [result]", "Deliver a result", "client", "sequence", "milestone", "result"),
					`aitbcd tx jobmarket submit-milestone ait1... 1 1 '{"sha256":"<base64 of 32 bytes>","size":"1024","media_type":"text/markdown","uri":"https://agent.example/v1/payloads/..."}' --from operator`),
				command("AcceptMilestone", "accept-milestone [sequence] [milestone]", "Pay for a result", "sequence", "milestone"),
				command("RejectMilestone", "reject-milestone [sequence] [milestone] [reason]", "Refuse a result; the money goes back", "sequence", "milestone", "reason"),
				command("CancelMilestone", "cancel-milestone [sequence] [milestone]", "Call off work; the agent gets the kill fee", "sequence", "milestone"),
				command("QuitMilestone", "quit-milestone [client] [sequence] [milestone]", "Give up, at the cost of the performance bond", "client", "sequence", "milestone"),
				command("WaiveMilestone", "waive-milestone [sequence] [milestone]", "Take the refund of a missed milestone at once", "sequence", "milestone"),
				command("TriggerTimeout", "trigger-timeout [client] [sequence]", "Carry out a timeout that is due", "client", "sequence"),
				proposal(command("UpdateParams", "update-params-proposal [params]", "Propose new parameters of the jobmarket module", "params")),
			},
		},
	}
}

// command describes one command with its positional arguments.
func command(method, use, short string, fields ...string) *autocliv1.RpcCommandOptions {
	c := &autocliv1.RpcCommandOptions{RpcMethod: method, Use: use, Short: short}
	for _, f := range fields {
		c.PositionalArgs = append(c.PositionalArgs, &autocliv1.PositionalArgDescriptor{ProtoField: f})
	}
	return c
}

func example(c *autocliv1.RpcCommandOptions, text string) *autocliv1.RpcCommandOptions {
	c.Example = text
	return c
}

func proposal(c *autocliv1.RpcCommandOptions) *autocliv1.RpcCommandOptions {
	c.GovProposal = true
	return c
}
