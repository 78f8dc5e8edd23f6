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
	operator := m.Operator
	if operator == "" {
		operator = m.Owner
	}
	if err := validateConsent(m.Owner, operator, m.Consent); err != nil {
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
	if err := validateAddress(m.Operator, "operator"); err != nil {
		return err
	}
	return validateConsent(m.Owner, m.Operator, m.Consent)
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

// ValidateBasic checks everything that needs no state.
func (m *MsgStartMaintenance) ValidateBasic() error {
	if err := validateSigner(m.Signer, "signer", m.AgentId); err != nil {
		return err
	}
	if m.Until == 0 {
		return ErrInvalidMessage.Wrap("until: expected a time in unix seconds, got 0")
	}
	return nil
}

// ValidateBasic checks everything that needs no state.
func (m *MsgHeartbeat) ValidateBasic() error { return validateSigner(m.Signer, "signer", m.AgentId) }

// ValidateBasic checks everything that needs no state.
func (m *MsgSetPayout) ValidateBasic() error {
	if err := validateSigner(m.Owner, "owner", m.AgentId); err != nil {
		return err
	}
	return validateAddress(m.Payout, "payout")
}

// ValidateBasic checks everything that needs no state.
func (m *MsgOfferTransfer) ValidateBasic() error {
	if err := validateSigner(m.Owner, "owner", m.AgentId); err != nil {
		return err
	}
	return validateAddress(m.NewOwner, "new_owner")
}

// ValidateBasic checks everything that needs no state.
func (m *MsgWithdrawTransfer) ValidateBasic() error {
	return validateSigner(m.Owner, "owner", m.AgentId)
}

// ValidateBasic checks everything that needs no state.
func (m *MsgAcceptTransfer) ValidateBasic() error {
	return validateSigner(m.NewOwner, "new_owner", m.AgentId)
}

// ValidateBasic checks everything that needs no state.
func (m *MsgTriggerTimer) ValidateBasic() error {
	if err := validateSigner(m.Sender, "sender", m.AgentId); err != nil {
		return err
	}
	if _, known := TimerKind_name[int32(m.Kind)]; !known || m.Kind == TIMER_KIND_UNSPECIFIED {
		return ErrInvalidMessage.Wrapf("kind: expected a known kind such as %s, got %s", TIMER_KIND_STATUS, m.Kind)
	}
	return nil
}

// ValidateBasic checks everything that needs no state.
func (m *MsgAttest) ValidateBasic() error {
	if err := validateSigner(m.Issuer, "issuer", m.AgentId); err != nil {
		return err
	}
	if err := ValidateAttestationType(m.Type); err != nil {
		return err
	}
	return validateHash(m.Hash, "hash")
}

// ValidateBasic checks everything that needs no state.
func (m *MsgRevokeAttestation) ValidateBasic() error {
	if err := validateSigner(m.Issuer, "issuer", m.AgentId); err != nil {
		return err
	}
	return ValidateAttestationType(m.Type)
}

// ValidateBasic checks everything that needs no state.
func (m *MsgSuspendAgent) ValidateBasic() error {
	if err := validateSigner(m.Authority, "authority", m.AgentId); err != nil {
		return err
	}
	return ValidateSuspension(m.Seconds)
}

// ValidateBasic checks everything that needs no state.
func (m *MsgLiftSuspension) ValidateBasic() error {
	return validateSigner(m.Authority, "authority", m.AgentId)
}

// ValidateBasic checks everything that needs no state.
func (m *MsgForceRetire) ValidateBasic() error {
	return validateSigner(m.Authority, "authority", m.AgentId)
}

// Bounds of the times that people choose, and those that nobody does.
const (
	// MaxMaintenanceSeconds is how long a maintenance window may be: 30 days.
	MaxMaintenanceSeconds = 30 * day
	// MaxSuspensionSeconds is how long a suspension may be: 30 days.
	MaxSuspensionSeconds = 30 * day
	// TransferSeconds is how long an offer of ownership stands: 7 days.
	TransferSeconds = 7 * day
)

// ValidateSuspension returns ErrInvalidMessage for a suspension that is too short or too
// long.
func ValidateSuspension(seconds uint64) error {
	if seconds < 1 || seconds > MaxSuspensionSeconds {
		return ErrInvalidMessage.Wrapf("seconds: expected 1 to %d (30 days), got %d", MaxSuspensionSeconds, seconds)
	}
	return nil
}

// validateConsent checks that there is a consent exactly if the operator is not the
// owner, and its form.
func validateConsent(owner, operator string, consent *OperatorConsent) error {
	switch {
	case owner == operator && consent != nil:
		return ErrInvalidMessage.Wrap("consent: expected none, because the operator is the owner")
	case owner == operator:
		return nil
	case consent == nil:
		return ErrConsentRequired.Wrapf("consent: expected the consent of operator %s, who is not the owner, got none", operator)
	}
	return consent.ValidateBasic()
}

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
