package types_test

import (
	"bytes"
	"strings"
	"testing"

	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"

	registrytypes "github.com/aitbc/aitbc/x/agentregistry/types"
	"github.com/aitbc/aitbc/x/jobmarket/types"
)

func offerTerms() types.OfferTerms {
	return types.OfferTerms{
		Skill: "text.summarize", Price: registrytypes.Price{Model: registrytypes.PRICE_MODEL_FLAT, Amount: uait(1_000)},
		MinAmount: uait(1_000), MaxAmount: uait(100 * ait), MinDeliverySeconds: 120, MaxDeliverySeconds: 86_400,
		MaxReviewSeconds: 86_400, MaxLiveJobs: 10, MaxMilestones: 3,
	}
}

func TestMsgPublishOffer_ValidateBasic(t *testing.T) {
	most := registrytypes.Uait(registrytypes.MaxAmount())
	above := registrytypes.Uait(registrytypes.MaxAmount().AddRaw(1))
	long := strings.Repeat("a", 62) + ".b"
	for _, tc := range []struct {
		name   string
		change func(*types.MsgPublishOffer)
		err    error
		field  string
	}{
		{"as it is", func(*types.MsgPublishOffer) {}, nil, ""},
		{"signer", func(m *types.MsgPublishOffer) { m.Signer = "x" }, sdkerrors.ErrInvalidAddress, "signer"},
		{"agent_id", func(m *types.MsgPublishOffer) { m.AgentId = 0 }, types.ErrInvalidMessage, "agent_id"},
		{"skill longest", func(m *types.MsgPublishOffer) { m.Terms.Skill = long }, nil, ""},
		{"skill too long", func(m *types.MsgPublishOffer) { m.Terms.Skill = "a" + long }, registrytypes.ErrInvalidProfile, "terms.skill"},
		{"skill of one part", func(m *types.MsgPublishOffer) { m.Terms.Skill = "text" }, registrytypes.ErrInvalidProfile, "terms.skill"},
		{"price model", func(m *types.MsgPublishOffer) { m.Terms.Price.Model = 0 }, registrytypes.ErrInvalidProfile, "terms.price.model"},
		{"price amount", func(m *types.MsgPublishOffer) { m.Terms.Price.Amount = uait(0) }, registrytypes.ErrInvalidProfile, "terms.price.amount"},
		{"price unit", func(m *types.MsgPublishOffer) { m.Terms.Price.Unit = "word" }, registrytypes.ErrInvalidProfile, "terms.price.unit"},
		{"min_amount least", func(m *types.MsgPublishOffer) { m.Terms.MinAmount = uait(1) }, nil, ""},
		{"min_amount none", func(m *types.MsgPublishOffer) { m.Terms.MinAmount = uait(0) }, sdkerrors.ErrInvalidCoins, "terms.min_amount"},
		{"min_amount most", func(m *types.MsgPublishOffer) { m.Terms.MinAmount, m.Terms.MaxAmount = most, most }, nil, ""},
		{"min_amount above", func(m *types.MsgPublishOffer) { m.Terms.MinAmount = above }, sdkerrors.ErrInvalidCoins, "terms.min_amount"},
		{"max_amount as the least", func(m *types.MsgPublishOffer) { m.Terms.MaxAmount = uait(1_000) }, nil, ""},
		{"max_amount below the least", func(m *types.MsgPublishOffer) { m.Terms.MaxAmount = uait(999) }, sdkerrors.ErrInvalidCoins, "terms.max_amount"},
		{"max_amount above", func(m *types.MsgPublishOffer) { m.Terms.MaxAmount = above }, sdkerrors.ErrInvalidCoins, "terms.max_amount"},
		{"max_amount of another kind", func(m *types.MsgPublishOffer) { m.Terms.MaxAmount.Denom = "uatom" }, sdkerrors.ErrInvalidCoins, "terms.max_amount"},
		{"min_delivery_seconds least", func(m *types.MsgPublishOffer) { m.Terms.MinDeliverySeconds = 1 }, nil, ""},
		{"min_delivery_seconds none", func(m *types.MsgPublishOffer) { m.Terms.MinDeliverySeconds = 0 }, types.ErrInvalidMessage, "terms.min_delivery_seconds"},
		{"max_delivery_seconds as the least", func(m *types.MsgPublishOffer) { m.Terms.MaxDeliverySeconds = 120 }, nil, ""},
		{"max_delivery_seconds below", func(m *types.MsgPublishOffer) { m.Terms.MaxDeliverySeconds = 119 }, types.ErrInvalidMessage, "terms.max_delivery_seconds"},
		{"max_review_seconds least", func(m *types.MsgPublishOffer) { m.Terms.MaxReviewSeconds = 1 }, nil, ""},
		{"max_review_seconds none", func(m *types.MsgPublishOffer) { m.Terms.MaxReviewSeconds = 0 }, types.ErrInvalidMessage, "terms.max_review_seconds"},
		{"max_live_jobs least", func(m *types.MsgPublishOffer) { m.Terms.MaxLiveJobs = 1 }, nil, ""},
		{"max_live_jobs none", func(m *types.MsgPublishOffer) { m.Terms.MaxLiveJobs = 0 }, types.ErrInvalidMessage, "terms.max_live_jobs"},
		{"max_live_jobs most", func(m *types.MsgPublishOffer) { m.Terms.MaxLiveJobs = 1_000 }, nil, ""},
		{"max_live_jobs above", func(m *types.MsgPublishOffer) { m.Terms.MaxLiveJobs = 1_001 }, types.ErrInvalidMessage, "terms.max_live_jobs"},
		{"max_milestones least", func(m *types.MsgPublishOffer) { m.Terms.MaxMilestones = 1 }, nil, ""},
		{"max_milestones none", func(m *types.MsgPublishOffer) { m.Terms.MaxMilestones = 0 }, types.ErrInvalidMessage, "terms.max_milestones"},
		{"max_milestones most", func(m *types.MsgPublishOffer) { m.Terms.MaxMilestones = 16 }, nil, ""},
		{"max_milestones above", func(m *types.MsgPublishOffer) { m.Terms.MaxMilestones = 17 }, types.ErrInvalidMessage, "terms.max_milestones"},
		{"flat price as the most", func(m *types.MsgPublishOffer) { m.Terms.Price.Amount = m.Terms.MaxAmount }, nil, ""},
		{"flat price above the most", func(m *types.MsgPublishOffer) { m.Terms.Price.Amount = m.Terms.MaxAmount.AddAmount(number(1)) }, types.ErrInvalidMessage, "terms.price.amount"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			m := &types.MsgPublishOffer{Signer: signer, AgentId: agentID, Terms: offerTerms()}
			tc.change(m)
			expect(t, m.ValidateBasic(), tc.err, tc.field)
		})
	}
}

func TestMsgPostJob_ValidateBasic(t *testing.T) {
	most := registrytypes.MaxAmount()
	for _, tc := range []struct {
		name   string
		change func(*types.MsgPostJob)
		err    error
		field  string
	}{
		{"as it is", func(*types.MsgPostJob) {}, nil, ""},
		{"client", func(m *types.MsgPostJob) { m.Client = "" }, sdkerrors.ErrInvalidAddress, "client"},
		{"client_ref none", func(m *types.MsgPostJob) { m.ClientRef = "" }, nil, ""},
		{"client_ref of all kinds", func(m *types.MsgPostJob) { m.ClientRef = "azAZ09.-_" }, nil, ""},
		{"client_ref longest", func(m *types.MsgPostJob) { m.ClientRef = strings.Repeat("x", 64) }, nil, ""},
		{"client_ref too long", func(m *types.MsgPostJob) { m.ClientRef = strings.Repeat("x", 65) }, types.ErrInvalidMessage, "client_ref"},
		{"client_ref with a space", func(m *types.MsgPostJob) { m.ClientRef = "a b" }, types.ErrInvalidMessage, "client_ref"},
		{"client_ref with a slash", func(m *types.MsgPostJob) { m.ClientRef = "a/b" }, types.ErrInvalidMessage, "client_ref"},
		{"client_ref with a zero byte", func(m *types.MsgPostJob) { m.ClientRef = "a\x00" }, types.ErrInvalidMessage, "client_ref"},
		{"client_ref beyond ASCII", func(m *types.MsgPostJob) { m.ClientRef = "ä" }, types.ErrInvalidMessage, "client_ref"},
		{"award none", func(m *types.MsgPostJob) { m.Award = 0 }, types.ErrInvalidMessage, "award"},
		{"award unknown", func(m *types.MsgPostJob) { m.Award = 2 }, types.ErrInvalidMessage, "award"},
		{"agent_id", func(m *types.MsgPostJob) { m.AgentId = 0 }, types.ErrInvalidMessage, "agent_id"},
		{"offer_id", func(m *types.MsgPostJob) { m.OfferId = 0 }, types.ErrInvalidMessage, "offer_id"},
		{"milestones none", func(m *types.MsgPostJob) { m.Milestones = nil }, types.ErrInvalidMessage, "milestones"},
		{"milestones most", func(m *types.MsgPostJob) { m.Milestones = milestones(make16(1_000)...) }, nil, ""},
		{"milestones too many", func(m *types.MsgPostJob) { m.Milestones = milestones(append(make16(1_000), 1_000)...) }, types.ErrInvalidMessage, "milestones"},
		{"amount least", func(m *types.MsgPostJob) { m.Milestones[1].Amount = uait(1) }, nil, ""},
		{"amount none", func(m *types.MsgPostJob) { m.Milestones[1].Amount = uait(0) }, types.ErrInvalidMessage, "milestones[1].amount"},
		{"amount missing", func(m *types.MsgPostJob) { m.Milestones[1].Amount = sdk.Coin{} }, types.ErrInvalidMessage, "milestones[1].amount"},
		{"amount negative", func(m *types.MsgPostJob) { m.Milestones[1].Amount.Amount = number(-1) }, types.ErrInvalidMessage, "milestones[1].amount"},
		{"amount most", func(m *types.MsgPostJob) { m.Milestones[1].Amount.Amount = most }, nil, ""},
		{"amount above", func(m *types.MsgPostJob) { m.Milestones[1].Amount.Amount = most.AddRaw(1) }, types.ErrInvalidMessage, "milestones[1].amount"},
		{"amount of another kind", func(m *types.MsgPostJob) { m.Milestones[1].Amount.Denom = "uatom" }, types.ErrInvalidMessage, "milestones[1].amount"},
		{"delivery_seconds least", func(m *types.MsgPostJob) { m.Milestones[1].DeliverySeconds = 1 }, nil, ""},
		{"delivery_seconds none", func(m *types.MsgPostJob) { m.Milestones[1].DeliverySeconds = 0 }, types.ErrInvalidMessage, "milestones[1].delivery_seconds"},
		{"description_hash short", func(m *types.MsgPostJob) { m.Milestones[1].DescriptionHash = hash()[:31] }, types.ErrInvalidMessage, "milestones[1].description_hash"},
		{"description_hash long", func(m *types.MsgPostJob) { m.Milestones[1].DescriptionHash = append(hash(), 0) }, types.ErrInvalidMessage, "milestones[1].description_hash"},
		{"description_hash none", func(m *types.MsgPostJob) { m.Milestones[1].DescriptionHash = nil }, types.ErrInvalidMessage, "milestones[1].description_hash"},
		{"messaging_key suite", func(m *types.MsgPostJob) { m.MessagingKey.Suite = 0 }, registrytypes.ErrInvalidProfile, "messaging_key.suite"},
		{"messaging_key short", func(m *types.MsgPostJob) { m.MessagingKey.PublicKey = hash()[:31] }, registrytypes.ErrInvalidProfile, "messaging_key.public_key"},
		{"messaging_key long", func(m *types.MsgPostJob) { m.MessagingKey.PublicKey = append(hash(), 0) }, registrytypes.ErrInvalidProfile, "messaging_key.public_key"},
		{"messaging_key of the other suite", func(m *types.MsgPostJob) {
			m.MessagingKey = registrytypes.MessagingKey{Suite: registrytypes.HPKE_SUITE_X25519_MLKEM768, PublicKey: bytes.Repeat([]byte{1}, 1_216)}
		}, nil, ""},
		{"review_seconds is the market's business", func(m *types.MsgPostJob) { m.ReviewSeconds = 0 }, nil, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			m := &types.MsgPostJob{
				Client: client, ClientRef: "order-7", Award: types.AWARD_MODE_OFFER, AgentId: agentID, OfferId: 1,
				Milestones: milestones(ait, 2*ait), ReviewSeconds: review, MessagingKey: messagingKey(),
			}
			tc.change(m)
			expect(t, m.ValidateBasic(), tc.err, tc.field)
		})
	}
}

func make16(amount int64) []int64 {
	list := make([]int64, 16)
	for i := range list {
		list[i] = amount
	}
	return list
}

func TestMsgSubmitMilestone_ValidateBasic(t *testing.T) {
	for _, tc := range []struct {
		name   string
		change func(*types.MsgSubmitMilestone)
		err    error
		field  string
	}{
		{"as it is", func(*types.MsgSubmitMilestone) {}, nil, ""},
		{"signer", func(m *types.MsgSubmitMilestone) { m.Signer = "x" }, sdkerrors.ErrInvalidAddress, "signer"},
		{"sha256 short", func(m *types.MsgSubmitMilestone) { m.Result.Sha256 = hash()[:31] }, types.ErrInvalidMessage, "result.sha256"},
		{"sha256 long", func(m *types.MsgSubmitMilestone) { m.Result.Sha256 = append(hash(), 0) }, types.ErrInvalidMessage, "result.sha256"},
		{"size least", func(m *types.MsgSubmitMilestone) { m.Result.Size_ = 1 }, nil, ""},
		{"size none", func(m *types.MsgSubmitMilestone) { m.Result.Size_ = 0 }, types.ErrInvalidMessage, "result.size"},
		{"size most", func(m *types.MsgSubmitMilestone) { m.Result.Size_ = 1 << 40 }, nil, ""},
		{"size above", func(m *types.MsgSubmitMilestone) { m.Result.Size_ = 1<<40 + 1 }, types.ErrInvalidMessage, "result.size"},
		{"media_type shortest", func(m *types.MsgSubmitMilestone) { m.Result.MediaType = "a/b" }, nil, ""},
		{"media_type too short", func(m *types.MsgSubmitMilestone) { m.Result.MediaType = "a/" }, types.ErrInvalidMessage, "result.media_type"},
		{"media_type longest", func(m *types.MsgSubmitMilestone) { m.Result.MediaType = "a/" + strings.Repeat("b", 126) }, nil, ""},
		{"media_type too long", func(m *types.MsgSubmitMilestone) { m.Result.MediaType = "a/" + strings.Repeat("b", 127) }, types.ErrInvalidMessage, "result.media_type"},
		{"media_type without a type", func(m *types.MsgSubmitMilestone) { m.Result.MediaType = "/html" }, types.ErrInvalidMessage, "result.media_type"},
		{"media_type in upper case", func(m *types.MsgSubmitMilestone) { m.Result.MediaType = "TEXT/plain" }, types.ErrInvalidMessage, "result.media_type"},
		{"media_type with a parameter", func(m *types.MsgSubmitMilestone) { m.Result.MediaType = "text/plain; a=b" }, types.ErrInvalidMessage, "result.media_type"},
		{"media_type of one part", func(m *types.MsgSubmitMilestone) { m.Result.MediaType = "text" }, types.ErrInvalidMessage, "result.media_type"},
		{"media_type with a line break", func(m *types.MsgSubmitMilestone) { m.Result.MediaType = "text/plain\n" }, types.ErrInvalidMessage, "result.media_type"},
		{"uri longest", func(m *types.MsgSubmitMilestone) { m.Result.Uri = "http://a/" + strings.Repeat("b", 247) }, nil, ""},
		{"uri too long", func(m *types.MsgSubmitMilestone) { m.Result.Uri = "http://a/" + strings.Repeat("b", 248) }, types.ErrInvalidMessage, "result.uri"},
		{"uri none", func(m *types.MsgSubmitMilestone) { m.Result.Uri = "" }, types.ErrInvalidMessage, "result.uri"},
		{"uri with a space", func(m *types.MsgSubmitMilestone) { m.Result.Uri = "https://agent.example/a b" }, types.ErrInvalidMessage, "result.uri"},
		{"uri with a fragment", func(m *types.MsgSubmitMilestone) { m.Result.Uri = "https://agent.example/#a" }, types.ErrInvalidMessage, "result.uri"},
		{"uri with two ports", func(m *types.MsgSubmitMilestone) { m.Result.Uri = "https://agent.example:80:80/" }, types.ErrInvalidMessage, "result.uri"},
		{"uri of an IPv6 host", func(m *types.MsgSubmitMilestone) { m.Result.Uri = "http://[::1]:80/1" }, nil, ""},
		{"uri without a host", func(m *types.MsgSubmitMilestone) { m.Result.Uri = "https:///x" }, types.ErrInvalidMessage, "result.uri"},
		{"uri of another scheme", func(m *types.MsgSubmitMilestone) { m.Result.Uri = "ftp://agent.example/1" }, types.ErrInvalidMessage, "result.uri"},
		{"uri with a password", func(m *types.MsgSubmitMilestone) { m.Result.Uri = "https://me:secret@agent.example/1" }, types.ErrInvalidMessage, "result.uri"},
		{"uri with a control character", func(m *types.MsgSubmitMilestone) { m.Result.Uri = "https://agent.example/\x7f" }, types.ErrInvalidMessage, "result.uri"},
		{"uri beyond ASCII", func(m *types.MsgSubmitMilestone) { m.Result.Uri = "https://agent.example/ä" }, types.ErrInvalidMessage, "result.uri"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			m := &types.MsgSubmitMilestone{Signer: signer, Client: client, Sequence: 1, Milestone: 1, Result: result()}
			tc.change(m)
			expect(t, m.ValidateBasic(), tc.err, tc.field)
		})
	}
}

// What names a milestone of a job is checked alike in all messages.
func TestMessages_ValidateBasic_Milestone(t *testing.T) {
	for name, newMsg := range map[string]func(client string, sequence uint64, milestone uint32) sdk.HasValidateBasic{
		"submit": func(c string, s uint64, m uint32) sdk.HasValidateBasic {
			return &types.MsgSubmitMilestone{Signer: signer, Client: c, Sequence: s, Milestone: m, Result: result()}
		},
		"accept": func(c string, s uint64, m uint32) sdk.HasValidateBasic {
			return &types.MsgAcceptMilestone{Client: c, Sequence: s, Milestone: m}
		},
		"reject": func(c string, s uint64, m uint32) sdk.HasValidateBasic {
			return &types.MsgRejectMilestone{Client: c, Sequence: s, Milestone: m, Reason: types.REJECT_REASON_INCORRECT}
		},
		"cancel": func(c string, s uint64, m uint32) sdk.HasValidateBasic {
			return &types.MsgCancelMilestone{Client: c, Sequence: s, Milestone: m}
		},
		"quit": func(c string, s uint64, m uint32) sdk.HasValidateBasic {
			return &types.MsgQuitMilestone{Signer: signer, Client: c, Sequence: s, Milestone: m}
		},
		"waive": func(c string, s uint64, m uint32) sdk.HasValidateBasic {
			return &types.MsgWaiveMilestone{Client: c, Sequence: s, Milestone: m}
		},
	} {
		t.Run(name, func(t *testing.T) {
			expect(t, newMsg(client, 1, 1).ValidateBasic(), nil, "")
			expect(t, newMsg(client, 1, 16).ValidateBasic(), nil, "")
			expect(t, newMsg("x", 1, 1).ValidateBasic(), sdkerrors.ErrInvalidAddress, "client")
			expect(t, newMsg(client, 0, 1).ValidateBasic(), types.ErrInvalidMessage, "sequence")
			expect(t, newMsg(client, 1, 0).ValidateBasic(), types.ErrInvalidMessage, "milestone")
			expect(t, newMsg(client, 1, 17).ValidateBasic(), types.ErrInvalidMessage, "milestone")
		})
	}
}

func TestMessages_ValidateBasic(t *testing.T) {
	reject := func(reason types.RejectReason, reasonHash []byte) *types.MsgRejectMilestone {
		return &types.MsgRejectMilestone{Client: client, Sequence: 1, Milestone: 1, Reason: reason, ReasonHash: reasonHash}
	}
	for _, tc := range []struct {
		name  string
		msg   sdk.HasValidateBasic
		err   error
		field string
	}{
		{"withdraw", &types.MsgWithdrawOffer{Signer: signer, AgentId: agentID, OfferId: 1}, nil, ""},
		{"withdraw: signer", &types.MsgWithdrawOffer{AgentId: agentID, OfferId: 1}, sdkerrors.ErrInvalidAddress, "signer"},
		{"withdraw: agent_id", &types.MsgWithdrawOffer{Signer: signer, OfferId: 1}, types.ErrInvalidMessage, "agent_id"},
		{"withdraw: offer_id", &types.MsgWithdrawOffer{Signer: signer, AgentId: agentID}, types.ErrInvalidMessage, "offer_id"},

		{"reject: first reason", reject(1, nil), nil, ""},
		{"reject: last reason", reject(4, hash()), nil, ""},
		{"reject: no reason", reject(0, nil), types.ErrInvalidMessage, "reason"},
		{"reject: unknown reason", reject(5, nil), types.ErrInvalidMessage, "reason"},
		{"reject: negative reason", reject(-1, nil), types.ErrInvalidMessage, "reason"},
		{"reject: short reason_hash", reject(1, hash()[:31]), types.ErrInvalidMessage, "reason_hash"},
		{"reject: long reason_hash", reject(1, append(hash(), 0)), types.ErrInvalidMessage, "reason_hash"},

		{"quit: signer", &types.MsgQuitMilestone{Client: client, Sequence: 1, Milestone: 1}, sdkerrors.ErrInvalidAddress, "signer"},

		{"timeout", &types.MsgTriggerTimeout{Sender: signer, Client: client, Sequence: 1}, nil, ""},
		{"timeout: sender", &types.MsgTriggerTimeout{Client: client, Sequence: 1}, sdkerrors.ErrInvalidAddress, "sender"},
		{"timeout: client", &types.MsgTriggerTimeout{Sender: signer, Sequence: 1}, sdkerrors.ErrInvalidAddress, "client"},
		{"timeout: sequence", &types.MsgTriggerTimeout{Sender: signer, Client: client}, types.ErrInvalidMessage, "sequence"},
	} {
		t.Run(tc.name, func(t *testing.T) { expect(t, tc.msg.ValidateBasic(), tc.err, tc.field) })
	}
}
