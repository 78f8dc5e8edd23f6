package types

import (
	"crypto/sha256"

	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"
)

// The methods below implement sdk.HasValidateBasic, so that what can't be right
// is refused before it costs anything. The message router calls them before every
// handler too, also for messages that governance or authz carry out.

// ValidateBasic checks everything that needs no state.
func (m *MsgPublishOffer) ValidateBasic() error {
	if err := validateSignerAndAgent(m.Signer, m.AgentId); err != nil {
		return err
	}
	return m.Terms.Validate()
}

// ValidateBasic checks everything that needs no state.
func (m *MsgWithdrawOffer) ValidateBasic() error {
	if err := validateSignerAndAgent(m.Signer, m.AgentId); err != nil {
		return err
	}
	return validateOfferID(m.OfferId)
}

// ValidateBasic checks everything that needs no state.
func (m *MsgPostJob) ValidateBasic() error {
	if err := validateAddress(m.Client, "client"); err != nil {
		return err
	}
	if err := validateRef(m.ClientRef); err != nil {
		return err
	}
	if m.Award != AWARD_MODE_OFFER {
		return ErrInvalidMessage.Wrapf("award: expected %s, got %s", AWARD_MODE_OFFER, m.Award)
	}
	if m.AgentId == 0 {
		return ErrInvalidMessage.Wrap("agent_id: expected a positive number, got 0")
	}
	if err := validateOfferID(m.OfferId); err != nil {
		return err
	}
	if err := validateMilestones(m.Milestones); err != nil {
		return err
	}
	return m.MessagingKey.Validate("messaging_key")
}

// ValidateBasic checks everything that needs no state.
func (m *MsgSubmitMilestone) ValidateBasic() error {
	if err := validateAddress(m.Signer, "signer"); err != nil {
		return err
	}
	if err := validateMilestoneOf(m.Client, m.Sequence, m.Milestone); err != nil {
		return err
	}
	return m.Result.Validate()
}

// ValidateBasic checks everything that needs no state.
func (m *MsgAcceptMilestone) ValidateBasic() error {
	return validateMilestoneOf(m.Client, m.Sequence, m.Milestone)
}

// ValidateBasic checks everything that needs no state.
func (m *MsgRejectMilestone) ValidateBasic() error {
	if err := validateMilestoneOf(m.Client, m.Sequence, m.Milestone); err != nil {
		return err
	}
	if _, known := RejectReason_name[int32(m.Reason)]; !known || m.Reason == REJECT_REASON_UNSPECIFIED {
		return ErrInvalidMessage.Wrapf("reason: expected a known reason, got %s", m.Reason)
	}
	if n := len(m.ReasonHash); n != 0 && n != sha256.Size {
		return ErrInvalidMessage.Wrapf("reason_hash: expected none or %d bytes, got %d", sha256.Size, n)
	}
	return nil
}

// ValidateBasic checks everything that needs no state.
func (m *MsgCancelMilestone) ValidateBasic() error {
	return validateMilestoneOf(m.Client, m.Sequence, m.Milestone)
}

// ValidateBasic checks everything that needs no state.
func (m *MsgQuitMilestone) ValidateBasic() error {
	if err := validateAddress(m.Signer, "signer"); err != nil {
		return err
	}
	return validateMilestoneOf(m.Client, m.Sequence, m.Milestone)
}

// ValidateBasic checks everything that needs no state.
func (m *MsgWaiveMilestone) ValidateBasic() error {
	return validateMilestoneOf(m.Client, m.Sequence, m.Milestone)
}

// ValidateBasic checks everything that needs no state.
func (m *MsgTriggerTimeout) ValidateBasic() error {
	if err := validateAddress(m.Sender, "sender"); err != nil {
		return err
	}
	return validateJob(m.Client, m.Sequence)
}

// ValidateBasic implements sdk.HasValidateBasic, so that a proposal with
// parameters out of bounds is refused when it is submitted.
func (m *MsgUpdateParams) ValidateBasic() error { return m.Params.Validate() }

func validateAddress(address, field string) error {
	if _, err := sdk.AccAddressFromBech32(address); err != nil {
		return sdkerrors.ErrInvalidAddress.Wrapf("%s: expected an address, got %q: %s", field, address, err)
	}
	return nil
}

func validateSignerAndAgent(signer string, agentID uint64) error {
	if err := validateAddress(signer, "signer"); err != nil {
		return err
	}
	if agentID == 0 {
		return ErrInvalidMessage.Wrap("agent_id: expected a positive number, got 0")
	}
	return nil
}

func validateOfferID(id uint32) error {
	if id == 0 {
		return ErrInvalidMessage.Wrap("offer_id: expected a positive number, got 0")
	}
	return nil
}

func validateJob(client string, sequence uint64) error {
	if err := validateAddress(client, "client"); err != nil {
		return err
	}
	if sequence == 0 {
		return ErrInvalidMessage.Wrap("sequence: expected a positive number, got 0")
	}
	return nil
}

func validateMilestoneOf(client string, sequence uint64, milestone uint32) error {
	if err := validateJob(client, sequence); err != nil {
		return err
	}
	if milestone < 1 || milestone > MaxMilestones {
		return ErrInvalidMessage.Wrapf("milestone: expected 1 to %d, got %d", MaxMilestones, milestone)
	}
	return nil
}
