package types_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"testing"

	"github.com/cosmos/cosmos-sdk/crypto/keys/ed25519"
	"github.com/cosmos/cosmos-sdk/crypto/keys/secp256k1"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aitbc/aitbc/x/agentregistry/types"
)

// A consent is what a wallet shows and signs: an ADR-036 document.
func TestConsentTerms(t *testing.T) {
	terms := types.ConsentTerms{ChainID: "aitbc-1", AgentID: 7, Owner: "ait1owner", Operator: "ait1operator", Deadline: 1_800_000_000}
	const text = "aitbc/operator-consent/v1\nchain_id: aitbc-1\nagent_id: 7\nowner: ait1owner\noperator: ait1operator\ndeadline: 1800000000"
	if got := terms.Text(); got != text {
		t.Errorf("expected %q, got %q", text, got)
	}
	want := `{"account_number":"0","chain_id":"","fee":{"amount":[],"gas":"0"},"memo":"","msgs":[{"type":"sign/MsgSignData",` +
		`"value":{"data":"` + base64.StdEncoding.EncodeToString([]byte(text)) + `","signer":"ait1operator"}}],"sequence":"0"}`
	got := terms.SignBytes()
	if string(got) != want {
		t.Errorf("expected %s, got %s", want, got)
	}
	// Amino JSON is sorted: decoding and encoding it, which sorts it, changes nothing.
	var document map[string]any
	if err := json.Unmarshal(got, &document); err != nil {
		t.Fatal(err)
	}
	if sorted, err := json.Marshal(document); err != nil || !bytes.Equal(sorted, got) {
		t.Errorf("expected sorted JSON, got %s (%v)", got, err)
	}
}

func TestOperatorConsent_Verify(t *testing.T) {
	key, other := secp256k1.GenPrivKeyFromSecret([]byte("operator")), secp256k1.GenPrivKeyFromSecret([]byte("other"))
	addr := sdk.AccAddress(key.PubKey().Address())
	terms := types.ConsentTerms{ChainID: "aitbc-1", AgentID: 7, Owner: owner, Operator: addr.String(), Deadline: 1_800_000_000}
	sign := func(by *secp256k1.PrivKey, terms types.ConsentTerms) types.OperatorConsent {
		signature, err := by.Sign(terms.SignBytes())
		if err != nil {
			t.Fatal(err)
		}
		return types.OperatorConsent{PublicKey: by.PubKey().Bytes(), Deadline: terms.Deadline, Signature: signature}
	}
	signed := func(change func(*types.ConsentTerms)) types.OperatorConsent {
		altered := terms
		change(&altered)
		c := sign(key, altered)
		c.Deadline = terms.Deadline
		return c
	}
	good := sign(key, terms)
	with := func(change func(*types.OperatorConsent)) types.OperatorConsent {
		c := types.OperatorConsent{PublicKey: bytes.Clone(good.PublicKey), Deadline: good.Deadline, Signature: bytes.Clone(good.Signature)}
		change(&c)
		return c
	}
	uncompressed := append([]byte{4}, make([]byte, 64)...)
	tests := []struct {
		name    string
		consent types.OperatorConsent
		err     error
		field   string
	}{
		{"good", good, nil, ""},
		{"another chain", signed(func(c *types.ConsentTerms) { c.ChainID = "aitbc-2" }), types.ErrConsentSignature, "consent.signature"},
		{"another agent", signed(func(c *types.ConsentTerms) { c.AgentID = 0 }), types.ErrConsentSignature, "consent.signature"},
		{"another owner", signed(func(c *types.ConsentTerms) { c.Owner = operator }), types.ErrConsentSignature, "consent.signature"},
		{"another operator", signed(func(c *types.ConsentTerms) { c.Operator = operator }), types.ErrConsentSignature, "consent.signature"},
		{"another deadline", signed(func(c *types.ConsentTerms) { c.Deadline++ }), types.ErrConsentSignature, "consent.signature"},
		{"another signer", sign(other, terms), types.ErrConsentKey, "consent.public_key"},
		{"signature of another", with(func(c *types.OperatorConsent) { c.Signature = sign(other, terms).Signature }), types.ErrConsentSignature, "consent.signature"},
		{"a bit", with(func(c *types.OperatorConsent) { c.Signature[0] ^= 1 }), types.ErrConsentSignature, "consent.signature"},
		{"signature too short", with(func(c *types.OperatorConsent) { c.Signature = c.Signature[:63] }), types.ErrConsentSignature, "consent.signature"},
		{"signature too long", with(func(c *types.OperatorConsent) { c.Signature = append(c.Signature, 27) }), types.ErrConsentSignature, "consent.signature"},
		{"no key", with(func(c *types.OperatorConsent) { c.PublicKey = nil }), types.ErrConsentKey, "consent.public_key"},
		{"an ed25519 key", with(func(c *types.OperatorConsent) {
			c.PublicKey = ed25519.GenPrivKeyFromSecret([]byte("x")).PubKey().Bytes()
		}), types.ErrConsentKey, "consent.public_key"},
		{"an uncompressed key", with(func(c *types.OperatorConsent) { c.PublicKey = uncompressed }), types.ErrConsentKey, "consent.public_key"},
		{"a key of another form", with(func(c *types.OperatorConsent) { c.PublicKey[0] = 5 }), types.ErrConsentKey, "consent.public_key"},
		{"no deadline", with(func(c *types.OperatorConsent) { c.Deadline = 0 }), types.ErrConsentExpired, "consent.deadline"},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) { expect(t, tc.consent.Verify(terms, addr), tc.err, tc.field) })
	}
}

func TestOperatorConsent_CheckTime(t *testing.T) {
	const now = 1_800_000_000
	for _, tc := range []struct {
		deadline, used uint64
		err            error
	}{
		{now + 1, 0, nil},
		{now + 7*86_400, 0, nil},
		{now + 1, now, nil},
		{now, 0, types.ErrConsentExpired},
		{now - 1, 0, types.ErrConsentExpired},
		{now + 7*86_400 + 1, 0, types.ErrConsentTooLong},
		{1<<64 - 1, 0, types.ErrConsentTooLong},
		{now + 1, now + 1, types.ErrConsentUsed},
		{now + 1, now + 2, types.ErrConsentUsed},
	} {
		field := ""
		if tc.err != nil {
			field = "consent.deadline"
		}
		expect(t, types.OperatorConsent{Deadline: tc.deadline}.CheckTime(now, tc.used), tc.err, field)
	}
}
