package feed

import (
	"maps"
	"slices"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aitbc/aitbc/index/words"
	registrytypes "github.com/aitbc/aitbc/x/agentregistry/types"
)

// How much it counts where a word stands.
const (
	weightName        = 3
	weightSkill       = 2
	weightDescription = 1
)

// Directions of media types.
const (
	mediaIn  = 0
	mediaOut = 1
)

// An agent is several pairs, which change independently: each has its columns.

func (p *projection) agent(key, value []byte) error {
	id, err := agentID(key)
	if err != nil {
		return err
	}
	if value == nil {
		return p.tx.Delete(p.ctx, "agents", "id = ?", id)
	}
	var a registrytypes.Agent
	if err := a.Unmarshal(value); err != nil {
		return err
	}
	return p.exec(`INSERT INTO agents (id, owner, operator, payout, status, pause_reason, status_until, registered_at, height)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET owner = excluded.owner, operator = excluded.operator,
		payout = excluded.payout, status = excluded.status, pause_reason = excluded.pause_reason,
		status_until = excluded.status_until, registered_at = excluded.registered_at, height = excluded.height`,
		id, a.Owner, a.Operator, a.Payout, int32(a.Status), int32(a.PauseReason), int64(a.StatusUntil), a.RegisteredAt.Unix(), p.height)
}

func (p *projection) bond(key, value []byte) error {
	id, err := agentID(key)
	if err != nil || value == nil {
		return err // the agent is gone with it
	}
	var b registrytypes.Bond
	if err := b.Unmarshal(value); err != nil {
		return err
	}
	return p.exec(`INSERT INTO agents (id, bonded, reserved, unbonding, reservations, height)
		VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET bonded = excluded.bonded, reserved = excluded.reserved,
		unbonding = excluded.unbonding, reservations = excluded.reservations, height = excluded.height`,
		id, uait(b.Bonded), uait(b.Reserved), uait(b.Unbonding), int64(b.Reservations), p.height)
}

func (p *projection) lastSeen(key, value []byte) error {
	id, err := agentID(key)
	if err != nil || value == nil {
		return err
	}
	seen, err := collections.Uint64Value.Decode(value)
	if err != nil {
		return err
	}
	return p.exec(`INSERT INTO agents (id, last_seen, height) VALUES (?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET last_seen = excluded.last_seen, height = excluded.height`, id, int64(seen), p.height)
}

func (p *projection) profile(key, value []byte) error {
	id, err := agentID(key)
	if err != nil {
		return err
	}
	for _, table := range []string{"skills", "skill_tags", "skill_media", "labels", "terms"} {
		if err := p.forget(table, "agent_id = ?", id); err != nil {
			return err
		}
	}
	if value == nil {
		return nil
	}
	var profile registrytypes.Profile
	if err := profile.Unmarshal(value); err != nil {
		return err
	}
	var card registrytypes.CardRef
	if profile.Card != nil {
		card = *profile.Card
	}
	err = p.exec(`INSERT INTO agents (id, type, name, description, version, card_uri, card_hash, height)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET type = excluded.type, name = excluded.name,
		description = excluded.description, version = excluded.version, card_uri = excluded.card_uri,
		card_hash = excluded.card_hash, height = excluded.height`,
		id, int32(profile.Type), profile.Name, profile.Description, profile.Version, card.Uri, hexOf(card.Sha256), p.height)
	if err != nil {
		return err
	}
	for _, skill := range profile.Skills {
		if err := p.skill(id, skill); err != nil {
			return err
		}
	}
	for _, label := range profile.Labels {
		if err := p.tx.Add(p.ctx, `labels (agent_id, key, value)`, id, label.Key, label.Value); err != nil {
			return err
		}
	}
	return p.terms(id, profile)
}

func (p *projection) skill(id int64, s registrytypes.Skill) error {
	err := p.tx.Add(p.ctx, `skills (agent_id, skill, name, version, price_model, price_unit, price, sla_seconds, max_concurrent)`,
		id, s.Id, s.Name, s.Version, int32(s.Price.Model), s.Price.Unit, uait(s.Price.Amount.Amount), int64(s.SlaSeconds), int64(s.MaxConcurrentJobs))
	if err != nil {
		return err
	}
	for _, tag := range distinct(s.Tags) {
		if err := p.tx.Add(p.ctx, `skill_tags (agent_id, skill, tag)`, id, s.Id, tag); err != nil {
			return err
		}
	}
	for direction, list := range [][]string{mediaIn: s.InputMediaTypes, mediaOut: s.OutputMediaTypes} {
		for _, mediaType := range distinct(list) {
			if err := p.tx.Add(p.ctx, `skill_media (agent_id, skill, direction, media_type)`, id, s.Id, direction, mediaType); err != nil {
				return err
			}
		}
	}
	return nil
}

// terms writes the words of an agent, each with the greatest weight it has.
func (p *projection) terms(id int64, profile registrytypes.Profile) error {
	weights := map[string]int{}
	note := func(text string, weight int) {
		for _, word := range words.Of(text) {
			weights[word] = max(weights[word], weight)
		}
	}
	note(profile.Name, weightName)
	note(profile.Description, weightDescription)
	for _, s := range profile.Skills {
		note(s.Id, weightSkill)
		note(s.Name, weightSkill)
		for _, tag := range s.Tags {
			note(tag, weightSkill)
		}
	}
	for _, word := range slices.Sorted(maps.Keys(weights)) {
		if err := p.tx.Add(p.ctx, `terms (term, agent_id, weight)`, word, id, weights[word]); err != nil {
			return err
		}
	}
	return nil
}

func (p *projection) attestation(key, value []byte) error {
	_, id, err := collections.TripleKeyCodec(collections.Uint64Key, sdk.AccAddressKey, collections.Uint32Key).Decode(key)
	if err != nil {
		return err
	}
	agent, issuer, kind := int64(id.K1()), id.K2().String(), int64(id.K3())
	if err := p.forget("attestations", "agent_id = ? AND issuer = ? AND type = ?", agent, issuer, kind); err != nil || value == nil {
		return err
	}
	var a registrytypes.Attestation
	if err := a.Unmarshal(value); err != nil {
		return err
	}
	return p.tx.Add(p.ctx, `attestations (agent_id, issuer, type, hash, issued_at, expires_at, revoked)`,
		agent, issuer, kind, hexOf(a.Hash), int64(a.IssuedAt), int64(a.ExpiresAt), flag(a.Revoked))
}

// distinct returns a list without what comes again.
func distinct(list []string) []string {
	var out []string
	for _, s := range list {
		if !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}
