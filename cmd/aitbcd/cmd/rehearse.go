package cmd

import (
	"fmt"

	abci "github.com/cometbft/cometbft/abci/types"
	cmttypes "github.com/cometbft/cometbft/types"

	"github.com/cosmos/cosmos-sdk/baseapp"
	genutiltypes "github.com/cosmos/cosmos-sdk/x/genutil/types"

	"github.com/aitbc/aitbc/app"
)

// rehearse starts the chain in memory and makes its first block, without
// transactions. What a module would refuse, or panic over, there is found before
// anything is written.
func rehearse(genesis *genutiltypes.AppGenesis) error {
	doc, err := genesis.ToGenesisDoc()
	if err != nil {
		return err
	}
	chain, err := app.NewInMemory(baseapp.SetChainID(doc.ChainID))
	if err != nil {
		return err
	}
	var validators *cmttypes.ValidatorSet
	if err := caught(func() error {
		validators, err = rehearseGenesis(chain, doc)
		return err
	}); err != nil {
		return fmt.Errorf("the chain does not start from it: %w", err)
	}
	if err := caught(func() error { return rehearseBlock(chain, doc, validators) }); err != nil {
		return fmt.Errorf("the chain does not make its first block from it: %w", err)
	}
	return nil
}

// caught returns what a panic in do says as an error.
func caught(do func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%v", r)
		}
	}()
	return do()
}

// rehearseGenesis returns the validators of the first block: those that the
// application answers with, or, if it names none, those of the document.
func rehearseGenesis(chain *app.App, doc *cmttypes.GenesisDoc) (*cmttypes.ValidatorSet, error) {
	named := genesisValidators(doc)
	params := doc.ConsensusParams.ToProto()
	res, err := chain.InitChain(&abci.RequestInitChain{
		Time:            doc.GenesisTime,
		ChainId:         doc.ChainID,
		InitialHeight:   doc.InitialHeight,
		ConsensusParams: &params,
		Validators:      cmttypes.TM2PB.ValidatorUpdates(cmttypes.NewValidatorSet(named)),
		AppStateBytes:   doc.AppState,
	})
	if err != nil {
		return nil, err
	}
	if len(res.Validators) > 0 {
		if named, err = cmttypes.PB2TM.ValidatorUpdates(res.Validators); err != nil {
			return nil, err
		}
	}
	return cmttypes.NewValidatorSet(named), nil
}

// rehearseBlock makes the first block. Consensus gives it the genesis time, and
// nobody has signed a block before it. What it does to the validators must leave
// some.
func rehearseBlock(chain *app.App, doc *cmttypes.GenesisDoc, validators *cmttypes.ValidatorSet) error {
	res, err := chain.FinalizeBlock(&abci.RequestFinalizeBlock{
		Height:             doc.InitialHeight,
		Time:               doc.GenesisTime,
		NextValidatorsHash: validators.Hash(),
		ProposerAddress:    validators.GetProposer().Address,
	})
	if err != nil {
		return err
	}
	changes, err := cmttypes.PB2TM.ValidatorUpdates(res.ValidatorUpdates)
	if err != nil {
		return err
	}
	return validators.UpdateWithChangeSet(changes)
}

func genesisValidators(doc *cmttypes.GenesisDoc) []*cmttypes.Validator {
	validators := make([]*cmttypes.Validator, len(doc.Validators))
	for i, v := range doc.Validators {
		validators[i] = cmttypes.NewValidator(v.PubKey, v.Power)
	}
	return validators
}
