package chain

import (
	"fmt"

	"github.com/cosmos/cosmos-sdk/crypto/keys/ed25519"
	"github.com/cosmos/cosmos-sdk/crypto/keys/secp256k1"
	cryptotypes "github.com/cosmos/cosmos-sdk/crypto/types"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aitbc/aitbc/types"
)

// Account is a key that signs transactions.
type Account struct {
	Name string
	Key  cryptotypes.PrivKey
	Addr sdk.AccAddress
}

// NewAccount returns the account of that name: the same name gives the same key.
// It exists on chain once somebody sends it coins.
func NewAccount(name string) *Account {
	key := secp256k1.GenPrivKeyFromSecret([]byte("account/" + name))
	return &Account{Name: name, Key: key, Addr: sdk.AccAddress(key.PubKey().Address())}
}

// String returns the bech32 address.
func (a *Account) String() string { return a.Addr.String() }

// Validator is an operator with the consensus key it started with.
type Validator struct {
	// Operator signs the validator's transactions and holds its self-delegation.
	Operator *Account
	// ConsKey is the consensus key of the genesis. After a rotation the chain knows
	// the validator by another one.
	ConsKey *ed25519.PrivKey
	// Stake is the self-delegation of the genesis in AIT.
	Stake int64
}

func newValidator(i int, stake int64) *Validator {
	name := fmt.Sprintf("validator%d", i)
	return &Validator{Operator: NewAccount(name), ConsKey: ConsensusKey(name), Stake: stake}
}

// ConsensusKey returns the ed25519 key of that name, the same for the same name.
func ConsensusKey(name string) *ed25519.PrivKey {
	return ed25519.GenPrivKeyFromSecret([]byte("consensus/" + name))
}

// ValAddr returns the operator address.
func (v *Validator) ValAddr() sdk.ValAddress { return sdk.ValAddress(v.Operator.Addr) }

// ConsAddr returns the address of the genesis consensus key.
func (v *Validator) ConsAddr() sdk.ConsAddress { return sdk.ConsAddress(v.ConsKey.PubKey().Address()) }

// AIT returns an amount of the token.
func AIT(n int64) sdk.Coin { return sdk.NewInt64Coin(types.BaseDenom, n*types.UnitsPerAIT) }

// Uait returns an amount in the base unit.
func Uait(n int64) sdk.Coin { return sdk.NewInt64Coin(types.BaseDenom, n) }
