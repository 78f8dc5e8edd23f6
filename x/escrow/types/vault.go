package types

import (
	"bytes"
	"crypto/sha256"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

const (
	vaultTagLength   = 12
	vaultOwnerLength = 20
)

// vaultTag is how every vault's address begins: the first bytes of
// sha256("aitbc/escrow/vault"). It is what a vault is recognised by, so it can't
// change while coins rest anywhere.
var vaultTag = func() []byte {
	sum := sha256.Sum256([]byte("aitbc/escrow/vault"))
	return sum[:vaultTagLength:vaultTagLength]
}()

// VaultAddress returns where the locked coins of a payer rest: 12 bytes that all
// vaults share, followed by the payer's 20. Of a payer whose address has another
// length, the first 20 bytes of its SHA-256 hash are taken.
func VaultAddress(payer sdk.AccAddress) sdk.AccAddress {
	owner := []byte(payer)
	if len(owner) != vaultOwnerLength {
		sum := sha256.Sum256(owner)
		owner = sum[:vaultOwnerLength]
	}
	return append(vaultTag, owner...)
}

// IsVault reports whether an address is a vault's, whether or not anything was ever
// locked there. It reads no state.
func IsVault(addr sdk.AccAddress) bool {
	return len(addr) == vaultTagLength+vaultOwnerLength && bytes.HasPrefix(addr, vaultTag)
}

// VaultOwner returns the payer's part of a vault's address: the payer itself, unless
// its address does not have 20 bytes. It returns nil if the address is no vault's.
func VaultOwner(vault sdk.AccAddress) sdk.AccAddress {
	if !IsVault(vault) {
		return nil
	}
	return vault[vaultTagLength:]
}
