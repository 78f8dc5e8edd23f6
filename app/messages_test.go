package app_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/cosmos/gogoproto/proto"
	protov2 "google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	msgv1 "cosmossdk.io/api/cosmos/msg/v1"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aitbc/aitbc/app"
	"github.com/aitbc/aitbc/testutil/chain"
	"github.com/aitbc/aitbc/testutil/golden"
)

// class says who may send a message.
type class string

const (
	// user: anybody, about what is theirs.
	user class = "user"
	// validator: operators, about their validator.
	operator class = "operator"
	// wrapper: anybody; it carries other messages, to which all rules apply.
	wrapper class = "wrapper"
	// authority: governance alone.
	authority class = "authority"
)

// classes has every message of the chain. Whoever adds a message decides here who
// may send it.
var classes = map[string]class{
	"aitbc.agentregistry.v1.MsgAcceptTransfer":    user,
	"aitbc.agentregistry.v1.MsgAttest":            user,
	"aitbc.agentregistry.v1.MsgBondAgent":         user,
	"aitbc.agentregistry.v1.MsgCompleteUnbonding": user,
	"aitbc.agentregistry.v1.MsgForceRetire":       authority,
	"aitbc.agentregistry.v1.MsgHeartbeat":         user,
	"aitbc.agentregistry.v1.MsgLiftSuspension":    authority,
	"aitbc.agentregistry.v1.MsgOfferTransfer":     user,
	"aitbc.agentregistry.v1.MsgPauseAgent":        user,
	"aitbc.agentregistry.v1.MsgRegisterAgent":     user,
	"aitbc.agentregistry.v1.MsgResumeAgent":       user,
	"aitbc.agentregistry.v1.MsgRetireAgent":       user,
	"aitbc.agentregistry.v1.MsgRevokeAttestation": user,
	"aitbc.agentregistry.v1.MsgSetOperator":       user,
	"aitbc.agentregistry.v1.MsgSetPayout":         user,
	"aitbc.agentregistry.v1.MsgStartMaintenance":  user,
	"aitbc.agentregistry.v1.MsgSuspendAgent":      authority,
	"aitbc.agentregistry.v1.MsgTriggerTimer":      user,
	"aitbc.agentregistry.v1.MsgUnbondAgent":       user,
	"aitbc.agentregistry.v1.MsgUpdateAgent":       user,
	"aitbc.agentregistry.v1.MsgUpdateParams":      authority,
	"aitbc.agentregistry.v1.MsgWithdrawTransfer":  user,

	"aitbc.clock.v1.MsgUpdateParams": authority,

	"aitbc.escrow.v1.MsgClaim":        user,
	"aitbc.escrow.v1.MsgUpdateParams": authority,

	"aitbc.jobmarket.v1.MsgAcceptMilestone": user,
	"aitbc.jobmarket.v1.MsgCancelMilestone": user,
	"aitbc.jobmarket.v1.MsgPostJob":         user,
	"aitbc.jobmarket.v1.MsgPublishOffer":    user,
	"aitbc.jobmarket.v1.MsgQuitMilestone":   user,
	"aitbc.jobmarket.v1.MsgRejectMilestone": user,
	"aitbc.jobmarket.v1.MsgSubmitMilestone": user,
	"aitbc.jobmarket.v1.MsgTriggerTimeout":  user,
	"aitbc.jobmarket.v1.MsgUpdateParams":    authority,
	"aitbc.jobmarket.v1.MsgWaiveMilestone":  user,
	"aitbc.jobmarket.v1.MsgWithdrawOffer":   user,

	"cosmos.auth.v1beta1.MsgUpdateParams": authority,

	"cosmos.authz.v1beta1.MsgExec":   wrapper,
	"cosmos.authz.v1beta1.MsgGrant":  user,
	"cosmos.authz.v1beta1.MsgRevoke": user,

	"cosmos.bank.v1beta1.MsgMultiSend":      user,
	"cosmos.bank.v1beta1.MsgSend":           user,
	"cosmos.bank.v1beta1.MsgSetSendEnabled": authority,
	"cosmos.bank.v1beta1.MsgUpdateParams":   authority,

	"cosmos.consensus.v1.MsgUpdateParams": authority,

	"cosmos.distribution.v1beta1.MsgCommunityPoolSpend":          authority,
	"cosmos.distribution.v1beta1.MsgDepositValidatorRewardsPool": user,
	"cosmos.distribution.v1beta1.MsgFundCommunityPool":           user,
	"cosmos.distribution.v1beta1.MsgSetWithdrawAddress":          user,
	"cosmos.distribution.v1beta1.MsgUpdateParams":                authority,
	"cosmos.distribution.v1beta1.MsgWithdrawDelegatorReward":     user,
	"cosmos.distribution.v1beta1.MsgWithdrawValidatorCommission": operator,

	"cosmos.evidence.v1beta1.MsgSubmitEvidence": user,

	"cosmos.feegrant.v1beta1.MsgGrantAllowance":  user,
	"cosmos.feegrant.v1beta1.MsgPruneAllowances": user,
	"cosmos.feegrant.v1beta1.MsgRevokeAllowance": user,

	"cosmos.gov.v1.MsgCancelProposal":         user,
	"cosmos.gov.v1.MsgDeposit":                user,
	"cosmos.gov.v1.MsgExecLegacyContent":      authority,
	"cosmos.gov.v1.MsgSubmitProposal":         wrapper,
	"cosmos.gov.v1.MsgUpdateParams":           authority,
	"cosmos.gov.v1.MsgVote":                   user,
	"cosmos.gov.v1.MsgVoteWeighted":           user,
	"cosmos.gov.v1beta1.MsgDeposit":           user,
	"cosmos.gov.v1beta1.MsgSubmitProposal":    user,
	"cosmos.gov.v1beta1.MsgVote":              user,
	"cosmos.gov.v1beta1.MsgVoteWeighted":      user,
	"cosmos.mint.v1beta1.MsgUpdateParams":     authority,
	"cosmos.slashing.v1beta1.MsgUnjail":       operator,
	"cosmos.slashing.v1beta1.MsgUpdateParams": authority,

	"cosmos.staking.v1beta1.MsgBeginRedelegate":           user,
	"cosmos.staking.v1beta1.MsgCancelUnbondingDelegation": user,
	"cosmos.staking.v1beta1.MsgCreateValidator":           operator,
	"cosmos.staking.v1beta1.MsgDelegate":                  user,
	"cosmos.staking.v1beta1.MsgEditValidator":             operator,
	"cosmos.staking.v1beta1.MsgRotateConsPubKey":          operator,
	"cosmos.staking.v1beta1.MsgUndelegate":                user,
	"cosmos.staking.v1beta1.MsgUpdateParams":              authority,

	"cosmos.upgrade.v1beta1.MsgCancelUpgrade":   authority,
	"cosmos.upgrade.v1beta1.MsgSoftwareUpgrade": authority,

	"cosmos.vesting.v1beta1.MsgCreatePeriodicVestingAccount": user,
	"cosmos.vesting.v1beta1.MsgCreatePermanentLockedAccount": user,
	"cosmos.vesting.v1beta1.MsgCreateVestingAccount":         user,
}

// messageURLs returns the type URLs of all registered messages in order.
func messageURLs(a *app.App) []string {
	urls := a.InterfaceRegistry().ListImplementations(sdk.MsgInterfaceProtoName)
	slices.Sort(urls)
	return urls
}

func TestEveryMessageIsClassified(t *testing.T) {
	a := newApp(t)
	var b strings.Builder
	urls := messageURLs(a)
	for _, url := range urls {
		name := strings.TrimPrefix(url, "/")
		who, ok := classes[name]
		if !ok {
			t.Errorf("%s: who may send it? Add it to classes", name)
		}
		if a.MsgServiceRouter().HandlerByTypeURL(url) == nil {
			t.Errorf("%s: expected a handler, got none", name)
		}
		fmt.Fprintf(&b, "%s %s signer=%s\n", name, who, strings.Join(signerFields(t, name), ","))
	}
	for name := range classes {
		if !slices.Contains(urls, "/"+name) {
			t.Errorf("%s is classified but not registered", name)
		}
	}
	golden.Check(t, "messages", b.String())
}

// TestAuthorityMessages sends every message of governance as an ordinary user.
func TestAuthorityMessages(t *testing.T) {
	c := chain.New(t)
	c.NextBlock()
	mallory := c.Account(0)
	for name, who := range classes {
		if who != authority {
			continue
		}
		t.Run(name, func(t *testing.T) {
			typ := proto.MessageType(name)
			msg, ok := reflect.New(typ.Elem()).Interface().(sdk.Msg)
			if !ok {
				t.Fatalf("%s is no message", name)
			}
			field := reflect.ValueOf(msg).Elem().FieldByName("Authority")
			if !field.IsValid() || field.Kind() != reflect.String {
				t.Fatal("expected a field authority, got none")
			}
			field.SetString(mallory.String())
			ctx, _ := c.Context().CacheContext()
			if _, err := c.App.MsgServiceRouter().Handler(msg)(ctx, msg); err == nil {
				t.Error("expected the handler to refuse an ordinary user")
			}
			if res := c.Tx(mallory, msg).Deliver(); res.IsOK() {
				t.Error("expected the transaction of an ordinary user to fail")
			}
		})
	}
}

// signerFields returns the names of the fields whose addresses must sign.
func signerFields(t *testing.T, name string) []string {
	t.Helper()
	files, err := proto.MergedRegistry()
	if err != nil {
		t.Fatal(err)
	}
	d, err := files.FindDescriptorByName(protoreflect.FullName(name))
	if err != nil {
		t.Fatal(err)
	}
	fields, ok := protov2.GetExtension(d.Options(), msgv1.E_Signer).([]string)
	if !ok || len(fields) == 0 {
		t.Errorf("%s: expected cosmos.msg.v1.signer, got none", name)
	}
	return fields
}
