package types

import "time"

// Bounds and default of Params.MaxStep.
const (
	// DefaultMaxStep lets market time follow any healthy network exactly and
	// keeps a halt from costing a deadline more than ten seconds.
	DefaultMaxStep = 10 * time.Second
	// MinMaxStep keeps market time moving on networks with blocks of a second.
	MinMaxStep = time.Second
	// MaxMaxStep is half of the shortest window that the market's parameters allow
	// (20 seconds), so that no single block can open and expire one. The app's tests
	// hold the two together.
	MaxMaxStep = 10 * time.Second
)

// DefaultParams returns the parameters of a new chain.
func DefaultParams() Params {
	return Params{MaxStep: DefaultMaxStep}
}

// Validate returns ErrInvalidParams if a field is out of its bounds.
func (p Params) Validate() error {
	if p.MaxStep < MinMaxStep || p.MaxStep > MaxMaxStep {
		return ErrInvalidParams.Wrapf("max_step: expected %s to %s, got %s", MinMaxStep, MaxMaxStep, p.MaxStep)
	}
	return nil
}

// ValidateBasic implements sdk.HasValidateBasic, so that a proposal with
// parameters out of bounds is refused when it is submitted and not first when it
// is carried out. The handler checks again.
func (m *MsgUpdateParams) ValidateBasic() error { return m.Params.Validate() }
