package app

import (
	"context"

	abci "github.com/cometbft/cometbft/abci/types"

	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"
)

// uniformRunner makes the executors agree on transactions that can't be decoded.
//
// The sequential executor answers them itself, with no gas; the parallel one
// sends them through baseapp, which has spent some by then. Gas is in the header,
// so a block with such a transaction would split a network of both kinds. Honest
// validators refuse that block (see proposals), but one that was decided all the
// same must be executed alike by everybody, and by those who replay it later.
type uniformRunner struct {
	sdk.TxRunner

	decode sdk.TxDecoder
}

// Run implements sdk.TxRunner.
func (r uniformRunner) Run(
	ctx context.Context, ms storetypes.MultiStore, txs [][]byte, deliverTx sdk.DeliverTxFunc,
) ([]*abci.ExecTxResult, error) {
	results, err := r.TxRunner.Run(ctx, ms, txs, deliverTx)
	if err != nil {
		return nil, err
	}
	for i, res := range results {
		// Decoding costs, so only those are looked at again that may have failed in it.
		if res.Code != sdkerrors.ErrTxDecode.ABCICode() || res.Codespace != sdkerrors.ErrTxDecode.Codespace() {
			continue
		}
		if _, err := r.decode(txs[i]); err != nil {
			results[i] = sdkerrors.ResponseExecTxResultWithEvents(sdkerrors.ErrTxDecode, 0, 0, nil, false)
		}
	}
	return results, nil
}
