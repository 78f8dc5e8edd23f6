package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aitbc/aitbc/x/agentregistry/types"
)

// Attest stores what an issuer says about an agent, in place of what it said before
// with the same type. No agent has a say in it, and nobody but readers walks what is
// said about one, so there is no limit. It returns ErrInvalidAttestation, and
// ErrWrongStatus for an agent that is pending or retired.
func (k *Keeper) Attest(ctx context.Context, issuer sdk.AccAddress, a types.Attestation) error {
	agent, err := k.Agent(ctx, a.AgentId)
	if err != nil {
		return err
	}
	if a.IssuedAt, err = k.Now(ctx); err != nil {
		return err
	}
	if a.Issuer, err = k.addresses.BytesToString(issuer); err != nil {
		return err
	}
	// A pending agent may be removed, and what is said about it could not be found to
	// be removed with it.
	if err := agent.Status.Allows(types.ActionAttest); err != nil {
		return err
	}
	if err := a.Validate(); err != nil {
		return err
	}
	if err := k.attestations.Set(ctx, collections.Join3(a.AgentId, issuer, uint32(a.Type)), a); err != nil {
		return err
	}
	return emit(ctx, &types.EventAttested{
		AgentId: a.AgentId, Issuer: a.Issuer, Type: a.Type, Hash: a.Hash, ExpiresAt: a.ExpiresAt,
	})
}

// RevokeAttestation takes back what an issuer said about an agent, whatever has become
// of the agent. It returns ErrAttestationNotFound if there is none, or it was taken
// back already.
func (k *Keeper) RevokeAttestation(ctx context.Context, issuer sdk.AccAddress, agentID uint64, kind types.AttestationType) error {
	key := collections.Join3(agentID, issuer, uint32(kind))
	a, err := k.attestations.Get(ctx, key)
	if errors.Is(err, collections.ErrNotFound) || (err == nil && a.Revoked) {
		return types.ErrAttestationNotFound.Wrapf("expected one of %s about agent %d with type %s that is not revoked, got none", issuer, agentID, kind)
	}
	if err != nil {
		return err
	}
	a.Revoked = true
	if err := k.attestations.Set(ctx, key, a); err != nil {
		return err
	}
	return emit(ctx, &types.EventAttestationRevoked{AgentId: agentID, Issuer: a.Issuer, Type: a.Type})
}
