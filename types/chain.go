// Package types holds value objects that belong to no module: names of the
// chain, units of its token. It imports nothing of x/ and nothing of app/.
package types

// Names and units that every program of this project agrees on.
const (
	// AppName is the name of the application in genesis files and versions.
	AppName = "aitbc"

	// BaseDenom is the smallest unit of the token; all amounts in state are in it.
	BaseDenom = "uait"
	// DisplayDenom is what people see: 1 AIT = 10^DisplayExponent uait.
	DisplayDenom = "AIT"
	// DisplayExponent is the decimal exponent between BaseDenom and DisplayDenom.
	DisplayExponent = 6

	// AddressPrefix is the bech32 prefix of account addresses.
	AddressPrefix = "ait"
	// CoinType is the SLIP-44 coin type of derived keys, that of the Cosmos Hub,
	// so that existing hardware wallets can sign.
	CoinType = 118
)

// UnitsPerAIT is the number of uait in one AIT.
const UnitsPerAIT int64 = 1_000_000
