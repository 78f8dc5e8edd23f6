package ante_test

import (
	"errors"
	"testing"

	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"
	"github.com/cosmos/cosmos-sdk/x/authz"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
	govv1 "github.com/cosmos/cosmos-sdk/x/gov/types/v1"

	"github.com/aitbc/aitbc/app/ante"
)

var (
	alice = sdk.AccAddress("alice...............")
	bob   = sdk.AccAddress("bob.................")
)

func send(n int) []sdk.Msg {
	msgs := make([]sdk.Msg, n)
	for i := range msgs {
		msgs[i] = banktypes.NewMsgSend(alice, bob, uait(1))
	}
	return msgs
}

func exec(msgs ...sdk.Msg) sdk.Msg {
	m := authz.NewMsgExec(bob, msgs)
	return &m
}

func proposal(t *testing.T, msgs ...sdk.Msg) sdk.Msg {
	t.Helper()
	m, err := govv1.NewMsgSubmitProposal(msgs, uait(1), alice.String(), "", "title", "summary", false)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestFlatten(t *testing.T) {
	tests := []struct {
		name   string
		msgs   []sdk.Msg
		count  int
		nested int
		err    error
	}{
		{"success: none", nil, 0, 0, nil},
		{"success: plain", send(3), 3, 0, nil},
		{"success: exec", append(send(1), exec(send(2)...)), 4, 2, nil},
		{"success: proposal", []sdk.Msg{proposal(t, send(2)...)}, 3, 2, nil},
		{"success: exec of a proposal", []sdk.Msg{exec(proposal(t, send(1)...))}, 3, 2, nil},
		{"success: proposal of an exec", []sdk.Msg{proposal(t, exec(send(1)...))}, 3, 2, nil},
		{"success: as many as allowed", send(ante.MaxMessages), ante.MaxMessages, 0, nil},
		{"success: as many as allowed, nested", []sdk.Msg{exec(send(ante.MaxMessages - 1)...)}, ante.MaxMessages, ante.MaxMessages - 1, nil},
		{"failure: one too many", send(ante.MaxMessages + 1), 0, 0, sdkerrors.ErrInvalidRequest},
		{"failure: one too many, nested", []sdk.Msg{exec(send(ante.MaxMessages)...)}, 0, 0, sdkerrors.ErrInvalidRequest},
		{"failure: exec in exec", []sdk.Msg{exec(exec(send(1)...))}, 0, 0, sdkerrors.ErrInvalidRequest},
		{"failure: exec in a proposal in exec", []sdk.Msg{exec(proposal(t, exec(send(1)...)))}, 0, 0, sdkerrors.ErrInvalidRequest},
		{"failure: proposal in a proposal", []sdk.Msg{proposal(t, proposal(t, send(1)...))}, 0, 0, sdkerrors.ErrInvalidRequest},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			flat, err := ante.Flatten(tc.msgs)
			if !errors.Is(err, tc.err) {
				t.Fatalf("expected %v, got %v", tc.err, err)
			}
			nested := 0
			for _, m := range flat {
				if m.Nested {
					nested++
				}
			}
			if len(flat) != tc.count || nested != tc.nested {
				t.Fatalf("expected %d messages, %d nested, got %d and %d", tc.count, tc.nested, len(flat), nested)
			}
		})
	}
}

type msgsTx struct {
	noFeeTx
	msgs []sdk.Msg
}

func (tx msgsTx) GetMsgs() []sdk.Msg { return tx.msgs }

// A rule sees a message wherever it stands, and so does the message's own check.
func TestMessagesDecorator(t *testing.T) {
	refused := errors.New("no sends")
	noSends := func(_ sdk.Context, msg sdk.Msg) error {
		if _, ok := msg.(*banktypes.MsgSend); ok {
			return refused
		}
		return nil
	}
	badGrant := &authz.MsgRevoke{Granter: alice.String(), Grantee: alice.String()}
	badExec := &authz.MsgExec{Grantee: bob.String()}

	tests := []struct {
		name  string
		rules []ante.MessageRule
		msgs  []sdk.Msg
		pass  bool
	}{
		{"success: no rule", nil, []sdk.Msg{exec(send(1)...)}, true},
		{"success: rule on another message", []ante.MessageRule{noSends}, []sdk.Msg{badGrant}, true},
		{"failure: top level", []ante.MessageRule{noSends}, send(1), false},
		{"failure: in exec", []ante.MessageRule{noSends}, []sdk.Msg{exec(send(1)...)}, false},
		{"failure: in a proposal", []ante.MessageRule{noSends}, []sdk.Msg{proposal(t, send(1)...)}, false},
		{"failure: in a proposal in exec", []ante.MessageRule{noSends}, []sdk.Msg{exec(proposal(t, send(1)...))}, false},
		{"success: empty exec is the handler's business", nil, []sdk.Msg{badExec}, true},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			passed := false
			next := func(ctx sdk.Context, _ sdk.Tx, _ bool) (sdk.Context, error) {
				passed = true
				return ctx, nil
			}
			_, err := ante.NewMessagesDecorator(tc.rules...).AnteHandle(sdk.Context{}, msgsTx{msgs: tc.msgs}, false, next)
			if passed != tc.pass || (err == nil) != tc.pass {
				t.Fatalf("expected pass %v, got %v with error %v", tc.pass, passed, err)
			}
		})
	}
}

// basicMsg is a message whose stateless check fails.
type basicMsg struct{ banktypes.MsgSend }

var errBasic = errors.New("stateless check failed")

func (*basicMsg) ValidateBasic() error { return errBasic }

func TestMessagesDecorator_ChecksNestedMessagesThemselves(t *testing.T) {
	m := &authz.MsgExec{Grantee: bob.String(), Msgs: []*codectypes.Any{codectypes.UnsafePackAny(&basicMsg{})}}
	next := func(ctx sdk.Context, _ sdk.Tx, _ bool) (sdk.Context, error) { return ctx, nil }
	if _, err := ante.NewMessagesDecorator().AnteHandle(sdk.Context{}, msgsTx{msgs: []sdk.Msg{m}}, false, next); !errors.Is(err, errBasic) {
		t.Fatalf("expected %v, got %v", errBasic, err)
	}
}
