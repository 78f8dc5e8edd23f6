package types

import (
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/address"
)

// ValidateAddress returns ErrInvalidAddress, with the name of the field, unless the
// address has 1 to 255 bytes.
func ValidateAddress(field string, addr sdk.AccAddress) error {
	if len(addr) == 0 || len(addr) > address.MaxAddrLen {
		return ErrInvalidAddress.Wrapf("%s: expected an address of 1 to %d bytes, got %d", field, address.MaxAddrLen, len(addr))
	}
	return nil
}

// ValidatePayer returns ErrInvalidAddress if the payer has no address, or is a
// vault: what rests there belongs to others already.
func ValidatePayer(payer sdk.AccAddress) error {
	if err := ValidateAddress("payer", payer); err != nil {
		return err
	}
	if IsVault(payer) {
		return ErrInvalidAddress.Wrapf("payer: expected an account, got the vault %s", payer)
	}
	return nil
}
