package types

import (
	sdk "github.com/cosmos/cosmos-sdk/types"
)

// DefaultGenesisState returns the state of a new chain: default parameters, nothing
// locked.
func DefaultGenesisState() *GenesisState {
	return &GenesisState{Params: DefaultParams()}
}

// Validate returns the first error found in the genesis state: ErrInvalidParams, or
// ErrInvalidGenesis with the index of the entry. Whether the coins are at the vaults
// is in bank's part, and checked when the chain starts.
func (gs GenesisState) Validate() error {
	if err := gs.Params.Validate(); err != nil {
		return err
	}
	locks := make(map[string]bool, len(gs.Locks))
	for i, e := range gs.Locks {
		if err := e.Validate(); err != nil {
			return ErrInvalidGenesis.Wrapf("locks[%d].%s", i, err)
		}
		key := e.Owner + "/" + e.Reference
		if locks[key] {
			return ErrInvalidGenesis.Wrapf("locks[%d]: expected every owner and reference once, got %s twice", i, key)
		}
		locks[key] = true
	}
	claimables := make(map[string]bool, len(gs.Claimables))
	for i, c := range gs.Claimables {
		if err := c.Validate(); err != nil {
			return ErrInvalidGenesis.Wrapf("claimables[%d].%s", i, err)
		}
		key := c.Payee + "/" + c.Payer
		if claimables[key] {
			return ErrInvalidGenesis.Wrapf("claimables[%d]: expected every payee and payer once, got %s twice", i, key)
		}
		claimables[key] = true
	}
	return nil
}

// Validate returns the first error found in a lock and its key.
func (e LockEntry) Validate() error {
	if !ValidOwner(e.Owner) {
		return ErrInvalidGenesis.Wrapf("owner: expected a module's name of 1 to %d characters, got %q", MaxOwnerLength, e.Owner)
	}
	ref, err := ParseReference(e.Reference)
	if err != nil {
		return err
	}
	if FormatReference(ref) != e.Reference {
		return ErrInvalidReference.Wrapf("reference: expected lower case, got %q", e.Reference)
	}
	payer, err := parseAddress("payer", e.Lock.Payer)
	if err != nil {
		return err
	}
	if err := ValidatePayer(payer); err != nil {
		return err
	}
	return e.Lock.Validate()
}

// Validate returns the first error found in a claimable.
func (c Claimable) Validate() error {
	if _, err := parseAddress("payee", c.Payee); err != nil {
		return err
	}
	payer, err := parseAddress("payer", c.Payer)
	if err != nil {
		return err
	}
	if err := ValidatePayer(payer); err != nil {
		return err
	}
	return ValidateAmount(c.Coins)
}

// parseAddress accepts an address only in the form that the chain writes, so that no
// account has two names.
func parseAddress(field, s string) (sdk.AccAddress, error) {
	addr, err := sdk.AccAddressFromBech32(s)
	if err != nil || addr.String() != s {
		return nil, ErrInvalidAddress.Wrapf("%s: expected an address that starts with %s1, got %q",
			field, sdk.GetConfig().GetBech32AccountAddrPrefix(), s)
	}
	return addr, nil
}
