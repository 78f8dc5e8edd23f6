package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aitbc/aitbc/x/agentregistry/types"
)

// consentGas is what the check of a signature costs, as in x/auth.
const consentGas = 1_000

// UsedConsent returns the deadline of an operator's last used consent, in unix seconds;
// 0 if there is none. The next one must have a later deadline.
func (k *Keeper) UsedConsent(ctx context.Context, operator sdk.AccAddress) (uint64, error) {
	used, err := k.consents.Get(ctx, operator)
	if errors.Is(err, collections.ErrNotFound) {
		return 0, nil
	}
	return used, err
}

// useConsent checks that an operator wants to sign for an agent (0: one that is being
// registered) and notes that its consent was used. The owner itself needs none.
func (k *Keeper) useConsent(
	ctx context.Context, agentID uint64, owner string, operator sdk.AccAddress, consent *types.OperatorConsent,
) error {
	text, err := k.addresses.BytesToString(operator)
	if err != nil {
		return err
	}
	if text == owner {
		if consent != nil {
			return types.ErrInvalidMessage.Wrap("consent: expected none, because the operator is the owner")
		}
		return nil
	}
	if consent == nil {
		return types.ErrConsentRequired.Wrapf("consent: expected the consent of operator %s, who is not the owner, got none", text)
	}
	now, err := k.Now(ctx)
	if err != nil {
		return err
	}
	used, err := k.UsedConsent(ctx, operator)
	if err != nil {
		return err
	}
	if err := consent.CheckTime(now, used); err != nil {
		return err
	}
	sdkCtx := sdk.UnwrapSDKContext(ctx)
	sdkCtx.GasMeter().ConsumeGas(consentGas, "consent of an operator")
	if err := consent.Verify(types.ConsentTerms{
		ChainID: sdkCtx.ChainID(), AgentID: agentID, Owner: owner, Operator: text, Deadline: consent.Deadline,
	}, operator); err != nil {
		return err
	}
	return k.consents.Set(ctx, operator, consent.Deadline)
}
