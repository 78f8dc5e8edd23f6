package types

import (
	"encoding/base64"
	"fmt"

	"github.com/cosmos/cosmos-sdk/crypto/keys/secp256k1"
	sdk "github.com/cosmos/cosmos-sdk/types"
)

const (
	// ConsentDomain is the first line of every consent, so that a signature of one is
	// a signature of nothing else.
	ConsentDomain = "aitbc/operator-consent/v1"
	// MaxConsentSeconds is how far ahead the deadline of a consent may be: 7 days.
	MaxConsentSeconds = 7 * day

	consentKeyBytes       = secp256k1.PubKeySize
	consentSignatureBytes = 64
)

// ConsentTerms are what an operator agrees to.
type ConsentTerms struct {
	// ChainID names the chain.
	ChainID string
	// AgentID is which agent; 0 for one that is being registered.
	AgentID uint64
	// Owner controls the agent.
	Owner string
	// Operator agrees to sign for it.
	Operator string
	// Deadline is when the consent expires, in unix seconds of market time.
	Deadline uint64
}

// Text returns the terms as the operator reads them.
func (t ConsentTerms) Text() string {
	return fmt.Sprintf("%s\nchain_id: %s\nagent_id: %d\nowner: %s\noperator: %s\ndeadline: %d",
		ConsentDomain, t.ChainID, t.AgentID, t.Owner, t.Operator, t.Deadline)
}

// SignBytes returns what the operator signs: the amino JSON document of ADR-036 with
// the text as data, which any wallet can sign and which can't be a transaction.
func (t ConsentTerms) SignBytes() []byte {
	return fmt.Appendf(nil, `{"account_number":"0","chain_id":"","fee":{"amount":[],"gas":"0"},"memo":"",`+
		`"msgs":[{"type":"sign/MsgSignData","value":{"data":"%s","signer":"%s"}}],"sequence":"0"}`,
		base64.StdEncoding.EncodeToString([]byte(t.Text())), t.Operator)
}

// ValidateBasic returns an error unless the consent has the form of one: ErrConsentKey,
// ErrConsentSignature or ErrConsentExpired.
func (c OperatorConsent) ValidateBasic() error {
	if n := len(c.PublicKey); n != consentKeyBytes || (c.PublicKey[0] != 2 && c.PublicKey[0] != 3) {
		return ErrConsentKey.Wrapf("consent.public_key: expected a compressed secp256k1 key of %d bytes, got %d bytes %s",
			consentKeyBytes, n, shorten(fmt.Sprintf("%X", c.PublicKey)))
	}
	if n := len(c.Signature); n != consentSignatureBytes {
		return ErrConsentSignature.Wrapf("consent.signature: expected %d bytes, got %d", consentSignatureBytes, n)
	}
	if c.Deadline == 0 {
		return ErrConsentExpired.Wrap("consent.deadline: expected a time in unix seconds, got 0")
	}
	return nil
}

// Verify returns nil if the consent is the operator's signature of the terms, whose
// deadline is the consent's. Else it returns ErrConsentKey, if the key is not the
// operator's, or ErrConsentSignature. Time is for CheckTime.
func (c OperatorConsent) Verify(t ConsentTerms, operator sdk.AccAddress) error {
	if err := c.ValidateBasic(); err != nil {
		return err
	}
	key := secp256k1.PubKey{Key: c.PublicKey}
	if of := sdk.AccAddress(key.Address()); !of.Equals(operator) {
		return ErrConsentKey.Wrapf("consent.public_key: expected the key of operator %s, got that of %s", t.Operator, of)
	}
	if !key.VerifySignature(t.SignBytes(), c.Signature) {
		return ErrConsentSignature.Wrapf("consent.signature: expected that of %s for chain_id %s, agent_id %d, owner %s, deadline %d, got another",
			t.Operator, t.ChainID, t.AgentID, t.Owner, t.Deadline)
	}
	return nil
}

// CheckTime returns nil if a consent can be used at a market time, in unix seconds,
// by an operator whose last used consent had the given deadline (0: none). Else it
// returns ErrConsentExpired, ErrConsentTooLong or ErrConsentUsed.
func (c OperatorConsent) CheckTime(now, lastUsed uint64) error {
	switch {
	case c.Deadline <= now:
		return ErrConsentExpired.Wrapf("consent.deadline: expected later than market time %d, got %d", now, c.Deadline)
	case c.Deadline-now > MaxConsentSeconds:
		return ErrConsentTooLong.Wrapf("consent.deadline: expected %d at the latest (7 days ahead), got %d", now+MaxConsentSeconds, c.Deadline)
	case c.Deadline <= lastUsed:
		return ErrConsentUsed.Wrapf("consent.deadline: expected later than %d, that of the operator's last used consent, got %d; a consent is used once",
			lastUsed, c.Deadline)
	}
	return nil
}
