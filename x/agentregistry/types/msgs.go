package types

import (
	sdkmath "cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"
)

// The methods below implement sdk.HasValidateBasic, so that what can't be right
// is refused before it costs anything. The keeper checks again.

// ValidateBasic checks everything that needs no state.
func (m *MsgRegisterAgent) ValidateBasic() error {
	if err := validateAddress(m.Owner, "owner"); err != nil {
		return err
	}
	if m.Operator != "" {
		if err := validateAddress(m.Operator, "operator"); err != nil {
			return err
		}
	}
	if m.Payout != "" {
		if err := validateAddress(m.Payout, "payout"); err != nil {
			return err
		}
	}
	if err := m.Profile.Validate(); err != nil {
		return err
	}
	return ValidateCoin(OptionalCoin(m.Bond), "bond", sdkmath.ZeroInt())
}

// ValidateBasic checks everything that needs no state.
func (m *MsgUpdateAgent) ValidateBasic() error {
	if err := validateSigner(m.Signer, "signer", m.AgentId); err != nil {
		return err
	}
	return m.Profile.Validate()
}

// ValidateBasic checks everything that needs no state.
func (m *MsgSetOperator) ValidateBasic() error {
	if err := validateSigner(m.Owner, "owner", m.AgentId); err != nil {
		return err
	}
	return validateAddress(m.Operator, "operator")
}

// ValidateBasic checks everything that needs no state.
func (m *MsgBondAgent) ValidateBasic() error {
	if err := validateSigner(m.Owner, "owner", m.AgentId); err != nil {
		return err
	}
	return ValidateCoin(m.Amount, "amount", sdkmath.OneInt())
}

// ValidateBasic checks everything that needs no state.
func (m *MsgUnbondAgent) ValidateBasic() error {
	if err := validateSigner(m.Owner, "owner", m.AgentId); err != nil {
		return err
	}
	return ValidateCoin(m.Amount, "amount", sdkmath.OneInt())
}

// ValidateBasic checks everything that needs no state.
func (m *MsgCompleteUnbonding) ValidateBasic() error {
	return validateSigner(m.Sender, "sender", m.AgentId)
}

// ValidateBasic checks everything that needs no state.
func (m *MsgPauseAgent) ValidateBasic() error { return validateSigner(m.Signer, "signer", m.AgentId) }

// ValidateBasic checks everything that needs no state.
func (m *MsgResumeAgent) ValidateBasic() error { return validateSigner(m.Signer, "signer", m.AgentId) }

// ValidateBasic checks everything that needs no state.
func (m *MsgRetireAgent) ValidateBasic() error { return validateSigner(m.Owner, "owner", m.AgentId) }

// ValidateBasic implements sdk.HasValidateBasic, so that a proposal with
// parameters out of bounds is refused when it is submitted.
func (m *MsgUpdateParams) ValidateBasic() error { return m.Params.Validate() }

func validateSigner(signer, field string, agentID uint64) error {
	if err := validateAddress(signer, field); err != nil {
		return err
	}
	if agentID == 0 {
		return ErrInvalidMessage.Wrap("agent_id: expected a positive number, got 0")
	}
	return nil
}

func validateAddress(address, field string) error {
	if _, err := sdk.AccAddressFromBech32(address); err != nil {
		return sdkerrors.ErrInvalidAddress.Wrapf("%s: expected an address, got %q: %s", field, shorten(address), err)
	}
	return nil
}
