package app

import (
	"time"

	abci "github.com/cometbft/cometbft/abci/types"
	cmttypes "github.com/cometbft/cometbft/types"

	"github.com/cosmos/cosmos-sdk/baseapp"
	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"
	sdkmempool "github.com/cosmos/cosmos-sdk/types/mempool"
	txtypes "github.com/cosmos/cosmos-sdk/types/tx"

	"github.com/aitbc/aitbc/app/ante"
)

// proposals makes and judges block proposals.
//
// BaseApp's own handlers accept anything while the app keeps no mempool of its
// own, which is the default. That would let one byzantine proposer do harm: an
// undecodable transaction reports different gas under the sequential and the
// parallel executor, so it would split the network, and nothing else enforces
// the block gas limit or the price of gas. Honest validators therefore refuse a
// block unless every transaction decodes, is well formed, has not expired and
// offers the floor price, and their gas limits fit into the block. Whether a payer
// has the money only execution can tell.
type proposals struct {
	decoder sdk.TxDecoder
	floor   ante.GasPrice
	mempool sdkmempool.Mempool
	// fallback is the SDK's handler, which selects from an app mempool if the
	// operator switched that on. It is not asked about the blocks of others.
	fallback *baseapp.DefaultProposalHandler
}

func newProposals(app *App, floor ante.GasPrice) *proposals {
	return &proposals{
		decoder:  app.enc.TxConfig.TxDecoder(),
		floor:    floor,
		mempool:  app.Mempool(),
		fallback: baseapp.NewDefaultProposalHandler(app.Mempool(), app.BaseApp),
	}
}

// Prepare returns transactions for a block: those that CometBFT offers, in its
// order, without the ones that Process would refuse.
func (p *proposals) Prepare(ctx sdk.Context, req *abci.RequestPrepareProposal) (*abci.ResponsePrepareProposal, error) {
	if _, none := p.mempool.(sdkmempool.NoOpMempool); p.mempool != nil && !none {
		return p.fallback.PrepareProposalHandler()(ctx, req)
	}
	gas := newGasBudget(ctx)
	var bytes int64
	selected := make([][]byte, 0, len(req.Txs))
	for _, bz := range req.Txs {
		tx, err := p.acceptable(bz, req.Height, req.Time)
		if err != nil {
			continue
		}
		size := cmttypes.ComputeProtoSizeForTxs([]cmttypes.Tx{bz})
		if size > req.MaxTxBytes || !gas.everFits(tx) {
			continue
		}
		if bytes+size > req.MaxTxBytes || !gas.take(tx) {
			// A later, smaller transaction could fit, but it may depend on this one:
			// the order of the mempool is kept, and this one is first next time.
			break
		}
		bytes += size
		selected = append(selected, bz)
	}
	return &abci.ResponsePrepareProposal{Txs: selected}, nil
}

// Process accepts a block only if all its transactions are acceptable and their
// gas limits fit.
func (p *proposals) Process(ctx sdk.Context, req *abci.RequestProcessProposal) (*abci.ResponseProcessProposal, error) {
	gas := newGasBudget(ctx)
	for i, bz := range req.Txs {
		tx, err := p.acceptable(bz, req.Height, req.Time)
		if err != nil {
			ctx.Logger().Error("proposal refused", "height", req.Height, "tx", i, "reason", err.Error())
			return &abci.ResponseProcessProposal{Status: abci.ResponseProcessProposal_REJECT}, nil
		}
		if !gas.take(tx) {
			ctx.Logger().Error("proposal refused", "height", req.Height, "tx", i, "reason", "gas limits exceed the block's")
			return &abci.ResponseProcessProposal{Status: abci.ResponseProcessProposal_REJECT}, nil
		}
	}
	return &abci.ResponseProcessProposal{Status: abci.ResponseProcessProposal_ACCEPT}, nil
}

// acceptable returns the decoded transaction, or why no honest proposer would put
// it into the block of this height and time. It looks at nothing but the block, so
// that all validators come to one verdict, whatever their settings and mempools.
func (p *proposals) acceptable(bz []byte, height int64, blockTime time.Time) (sdk.Tx, error) {
	tx, err := p.decoder(bz)
	if err != nil {
		return nil, err
	}
	// A transaction without this section decodes, but asking it for its fee panics;
	// baseapp would then propose the whole mempool unseen.
	if full, ok := tx.(interface{ GetProtoTx() *txtypes.Tx }); ok && full.GetProtoTx().GetAuthInfo().GetFee() == nil {
		return nil, sdkerrors.ErrTxDecode.Wrap("auth_info.fee: expected a fee section, got none")
	}
	if basic, ok := tx.(sdk.HasValidateBasic); ok {
		if err := basic.ValidateBasic(); err != nil {
			return nil, err
		}
	}
	if err := expired(tx, height, blockTime); err != nil {
		return nil, err
	}
	return tx, p.floor.CheckFee(tx)
}

// expired returns an error for a transaction that may not be in a block as late
// as this. The mempool judged it by the block before, and the ante chain would
// refuse it without taking a fee: it would fill the block for free, again and
// again.
func expired(tx sdk.Tx, height int64, blockTime time.Time) error {
	if t, ok := tx.(sdk.TxWithTimeoutHeight); ok {
		if last := t.GetTimeoutHeight(); last > 0 && uint64(height) > last {
			return sdkerrors.ErrTxTimeoutHeight.Wrapf("timeout_height: expected %d or more, got %d", height, last)
		}
	}
	if t, ok := tx.(sdk.TxWithTimeoutTimeStamp); ok {
		if last := t.GetTimeoutTimeStamp(); !last.IsZero() && last.Unix() != 0 && last.Before(blockTime) {
			return sdkerrors.ErrTxTimeout.Wrapf("timeout_timestamp: expected %s or later, got %s", blockTime, last)
		}
	}
	return nil
}

// gasBudget is what is left of a block's gas while transactions are added.
type gasBudget struct {
	limited bool
	max     uint64
	left    uint64
}

func newGasBudget(ctx sdk.Context) *gasBudget {
	block := ctx.ConsensusParams().Block
	if block == nil || block.MaxGas <= 0 { // as baseapp understands it: no limit
		return &gasBudget{}
	}
	return &gasBudget{limited: true, max: uint64(block.MaxGas), left: uint64(block.MaxGas)}
}

// everFits reports whether an empty block would have room for the transaction.
func (b *gasBudget) everFits(tx sdk.Tx) bool {
	gasTx, ok := tx.(sdk.GasTx)
	return ok && (!b.limited || gasTx.GetGas() <= b.max)
}

// take reports whether the transaction's gas limit fits, and if so uses it up.
func (b *gasBudget) take(tx sdk.Tx) bool {
	gasTx, ok := tx.(sdk.GasTx)
	if !ok {
		return false
	}
	if !b.limited {
		return true
	}
	if gasTx.GetGas() > b.left {
		return false
	}
	b.left -= gasTx.GetGas()
	return true
}
