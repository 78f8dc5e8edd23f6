package types

// Bounds and default of Params.FeeBurnBps, in basis points.
const (
	// DefaultFeeBurnBps burns half of the market fees.
	DefaultFeeBurnBps = 5_000
	// MaxFeeBurnBps burns all of them.
	MaxFeeBurnBps = BasisPoints
)

// DefaultParams returns the parameters of a new chain.
func DefaultParams() Params {
	return Params{FeeBurnBps: DefaultFeeBurnBps}
}

// Validate returns ErrInvalidParams if a field is out of its bounds.
func (p Params) Validate() error {
	if p.FeeBurnBps > MaxFeeBurnBps {
		return ErrInvalidParams.Wrapf("fee_burn_bps: expected 0 to %d, got %d", MaxFeeBurnBps, p.FeeBurnBps)
	}
	return nil
}

// ValidateBasic implements sdk.HasValidateBasic, so that a proposal with
// parameters out of bounds is refused when it is submitted and not first when it
// is carried out. The handler checks again.
func (m *MsgUpdateParams) ValidateBasic() error { return m.Params.Validate() }
