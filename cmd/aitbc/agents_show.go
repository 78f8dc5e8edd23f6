package main

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/aitbc/aitbc/client/hire"
	"github.com/aitbc/aitbc/index/indexv1"
	registrytypes "github.com/aitbc/aitbc/x/agentregistry/types"
)

// shownAgent is the JSON of `agents show`.
type shownAgent struct {
	ID          uint64      `json:"id"`
	Name        string      `json:"name"`
	Description string      `json:"description"`
	Version     string      `json:"version"`
	Type        string      `json:"type"`
	Status      string      `json:"status"`
	PauseReason string      `json:"pause_reason,omitempty"`
	Owner       string      `json:"owner"`
	Operator    string      `json:"operator"`
	Payout      string      `json:"payout"`
	Bond        bondView    `json:"bond"`
	Skills      []skillView `json:"skills"`
	// Labels are claims of the agent, written key=value.
	Labels []string `json:"labels"`
	// CardURI and CardSHA256 are of its A2A card, if it registered one.
	CardURI      string            `json:"card_uri,omitempty"`
	CardSHA256   string            `json:"card_sha256,omitempty"`
	Attestations []attestationView `json:"attestations"`
	// LastSeen and the other instants are in unix seconds of market time.
	LastSeen     uint64 `json:"last_seen"`
	SecondsSince uint64 `json:"seconds_since_last_seen"`
	RegisteredAt uint64 `json:"registered_at"`
	// Stats are of the read model; without one, NoStats says why.
	Stats   *statsView `json:"stats,omitempty"`
	NoStats string     `json:"no_stats,omitempty"`
}

// attestationView is what somebody says about an agent.
type attestationView struct {
	Issuer    string `json:"issuer"`
	Type      string `json:"type"`
	Hash      string `json:"hash"`
	ExpiresAt uint64 `json:"expires_at"`
	IssuedAt  uint64 `json:"issued_at"`
	Revoked   bool   `json:"revoked"`
	// Valid says that it is neither revoked nor expired.
	Valid bool `json:"valid"`
}

// statsView is what became of an agent's jobs.
type statsView struct {
	Height                uint64 `json:"height"`
	Jobs                  uint64 `json:"jobs"`
	Live                  uint64 `json:"live"`
	Completed             uint64 `json:"completed"`
	Partial               uint64 `json:"partial"`
	Cancelled             uint64 `json:"cancelled"`
	Missed                uint64 `json:"missed"`
	Rejected              uint64 `json:"rejected"`
	CompletedBps          uint32 `json:"completed_bps"`
	DistinctClients       uint64 `json:"distinct_clients"`
	MedianResponseSeconds uint64 `json:"median_response_seconds"`
	Earned                amount `json:"earned"`
	EarnedNet             amount `json:"earned_net"`
	Slashed               amount `json:"slashed"`
}

func newAgentsShowCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "show AGENT",
		Short:   "Show an agent: profile, prices, bond, attestations, and how its jobs went",
		Example: "  aitbc agents show 1\n  aitbc agents show 1 --output json",
		Args:    arguments("AGENT"),
		RunE: func(cmd *cobra.Command, args []string) error {
			id, err := parseAgentID(args[0])
			if err != nil {
				return err
			}
			c, err := openChain(cmd)
			if err != nil {
				return err
			}
			defer c.close()
			shown, err := c.showAgent(cmd.Context(), id)
			if err != nil {
				return err
			}
			return printResult(cmd, shown, shown.print)
		},
	}
}

// agentRecord asks the state for an agent.
func (c *chain) agentRecord(ctx context.Context, id uint64) (registrytypes.AgentRecord, error) {
	record, err := hire.NewMarket(c.client.Conn()).Agent(ctx, id)
	if errors.Is(err, hire.ErrNotFound) {
		return record, fmt.Errorf("agent: expected the id of an agent of %s, got %d", c.chainID, id)
	}
	return record, err
}

// showAgent asks the state, and the read model for what only that knows.
func (c *chain) showAgent(ctx context.Context, id uint64) (shownAgent, error) {
	record, err := c.agentRecord(ctx, id)
	if err != nil {
		return shownAgent{}, err
	}
	now, err := hire.NewMarket(c.client.Conn()).Now(ctx)
	if err != nil {
		return shownAgent{}, err
	}
	v := viewShown(record, now)
	if v.Attestations, err = c.attestations(ctx, id, now); err != nil {
		return shownAgent{}, err
	}
	stats, err := c.index().AgentStats(ctx, &indexv1.QueryAgentStatsRequest{AgentId: id})
	switch {
	case ctx.Err() != nil:
		return shownAgent{}, ctx.Err()
	case err != nil:
		v.NoStats = c.indexError(err).Error()
	default:
		v.Stats = viewStats(stats)
	}
	return v, nil
}

func viewShown(r registrytypes.AgentRecord, now uint64) shownAgent {
	a, p, b := r.Agent, r.Profile, r.Bond
	v := shownAgent{
		ID: a.Id, Name: p.Name, Description: p.Description, Version: p.Version, Type: wordsOf(p.Type.String(), "AGENT_TYPE_"),
		Status: agentStatusText(a.Status), Owner: a.Owner, Operator: a.Operator, Payout: a.Payout,
		Bond: bondView{
			Bonded: amountOf(b.Bonded), Reserved: amountOf(b.Reserved), Unbonding: amountOf(b.Unbonding), Free: amountOf(b.Free()),
		},
		Skills: []skillView{}, Labels: []string{}, LastSeen: r.LastSeen, SecondsSince: now - min(now, r.LastSeen),
		RegisteredAt: uint64(max(a.RegisteredAt.Unix(), 0)),
	}
	if a.PauseReason != registrytypes.PAUSE_REASON_UNSPECIFIED {
		v.PauseReason = wordsOf(a.PauseReason.String(), "PAUSE_REASON_")
	}
	for _, s := range p.Skills {
		v.Skills = append(v.Skills,
			viewSkill(s.Id, s.Name, s.Version, s.Price.Model, s.Price.Unit, s.Price.Amount.Amount, s.SlaSeconds, s.MaxConcurrentJobs))
	}
	for _, l := range p.Labels {
		v.Labels = append(v.Labels, l.Key+"="+l.Value)
	}
	if p.Card != nil {
		v.CardURI, v.CardSHA256 = p.Card.Uri, hex.EncodeToString(p.Card.Sha256)
	}
	return v
}

// attestations returns the first 100: more nobody reads.
func (c *chain) attestations(ctx context.Context, id, now uint64) ([]attestationView, error) {
	res, err := registrytypes.NewQueryClient(c.client.Conn()).Attestations(ctx, &registrytypes.QueryAttestationsRequest{
		AgentId: id, Pagination: &query.PageRequest{Limit: maxIndexLimit},
	})
	if err != nil {
		return nil, fmt.Errorf("ask for the attestations of agent %d: %w", id, hire.PlainError(err))
	}
	out := []attestationView{}
	for _, a := range res.Attestations {
		out = append(out, attestationView{
			Issuer: a.Issuer, Type: wordsOf(a.Type.String(), "ATTESTATION_TYPE_"), Hash: hex.EncodeToString(a.Hash), ExpiresAt: a.ExpiresAt,
			IssuedAt: a.IssuedAt, Revoked: a.Revoked, Valid: !a.Revoked && now < a.ExpiresAt,
		})
	}
	return out, nil
}

func viewStats(s *indexv1.QueryAgentStatsResponse) *statsView {
	return &statsView{
		Height: s.Head.Height, Jobs: s.Jobs.Total, Live: s.Jobs.Live, Completed: s.Jobs.Completed, Partial: s.Jobs.Partial,
		Cancelled: s.Jobs.Cancelled, Missed: s.Jobs.Missed, Rejected: s.Jobs.Rejected, CompletedBps: s.Jobs.CompletedBps,
		DistinctClients: s.DistinctClients, MedianResponseSeconds: s.MedianResponseSeconds,
		Earned: amountOf(s.EarnedGross), EarnedNet: amountOf(s.EarnedNet), Slashed: amountOf(s.Slashed),
	}
}
