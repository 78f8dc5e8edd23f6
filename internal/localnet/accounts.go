package localnet

import (
	"fmt"
	"path/filepath"

	"github.com/cosmos/go-bip39"

	"github.com/cosmos/cosmos-sdk/codec"
	"github.com/cosmos/cosmos-sdk/crypto/hd"
	"github.com/cosmos/cosmos-sdk/crypto/keyring"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aitbc/aitbc/types"
)

// Amounts in the genesis of a network, in AIT.
const (
	// TotalSupply is what all accounts hold together.
	TotalSupply int64 = 1_000_000_000
	// ValidatorBalance is what a validator's account holds, bonded stake included.
	ValidatorBalance int64 = 20_000_000
	// ValidatorBond is the self-bond of each validator.
	ValidatorBond int64 = 10_000_000
	// UserBalance is what each named user holds; the faucet holds the rest.
	UserBalance int64 = 10_000_000

	// FaucetName is the account that holds what nobody else does.
	FaucetName = "faucet"

	mnemonicEntropyBits = 256
)

// userNames are funded accounts for playing roles: clients, agents, jurors.
var userNames = []string{"alice", "bob", "carol", "dave", "erin"}

// Account is a funded account of the genesis, whose key is in node0's keyring.
type Account struct {
	Name    string `json:"name"`
	Address string `json:"address"`
	// Balance is in uait, and includes Bonded.
	Balance int64 `json:"balance_uait"`
	// Bonded is the self-bond of a validator in uait, otherwise 0.
	Bonded int64 `json:"bonded_uait"`
}

// ValidatorName is the key name of the operator of a validator.
func ValidatorName(index int) string { return fmt.Sprintf("validator%d", index) }

// accountTable returns names and amounts: they add up to TotalSupply exactly.
func accountTable(validators int) []Account {
	rest := TotalSupply * types.UnitsPerAIT
	table := make([]Account, 0, validators+1+len(userNames))
	for i := range validators {
		table = append(table, Account{
			Name:    ValidatorName(i),
			Balance: ValidatorBalance * types.UnitsPerAIT,
			Bonded:  ValidatorBond * types.UnitsPerAIT,
		})
	}
	for _, name := range userNames {
		table = append(table, Account{Name: name, Balance: UserBalance * types.UnitsPerAIT})
	}
	for _, a := range table {
		rest -= a.Balance
	}
	return append(table, Account{Name: FaucetName, Balance: rest})
}

// createKeys makes a key for every account and fills in the addresses.
func createKeys(keys keyring.Keyring, accounts []Account) error {
	for i := range accounts {
		entropy, err := bip39.NewEntropy(mnemonicEntropyBits)
		if err != nil {
			return fmt.Errorf("draw a key: %w", err)
		}
		mnemonic, err := bip39.NewMnemonic(entropy)
		if err != nil {
			return fmt.Errorf("draw a key: %w", err)
		}
		record, err := keys.NewAccount(accounts[i].Name, mnemonic, "", sdk.GetConfig().GetFullBIP44Path(), hd.Secp256k1)
		if err != nil {
			return fmt.Errorf("store the key of %s: %w", accounts[i].Name, err)
		}
		addr, err := record.GetAddress()
		if err != nil {
			return err
		}
		accounts[i].Address = addr.String()
	}
	return nil
}

// openKeyring opens the keys of a node's home, which have no password.
func openKeyring(home string, cdc codec.Codec) (keyring.Keyring, error) {
	keys, err := keyring.New(sdk.KeyringServiceName(), keyring.BackendTest, home, nil, cdc)
	if err != nil {
		return nil, fmt.Errorf("open the keyring in %s: %w", filepath.Join(home, "keyring-test"), err)
	}
	return keys, nil
}
