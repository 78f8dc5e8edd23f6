package types

// DefaultGenesisState returns the state of a new chain: default parameters and a
// clock that InitGenesis starts at the genesis time.
func DefaultGenesisState() *GenesisState {
	return &GenesisState{Params: DefaultParams()}
}

// Validate returns the first error found in the genesis state.
func (gs GenesisState) Validate() error {
	if err := gs.Params.Validate(); err != nil {
		return err
	}
	if gs.Clock == nil {
		return nil
	}
	return gs.Clock.Validate()
}
