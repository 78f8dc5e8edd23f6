package ante

import (
	"time"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

// LastBlock returns height and time of the last committed block; the height is
// zero on a chain that has none.
type LastBlock func(ctx sdk.Context) (int64, time.Time)

// RestartDecorator gives the mempool of a node that has just started the height
// and time of the chain's last block.
//
// Purpose: from its start until it sees a new block, baseapp checks transactions
// in a context of height zero. The decorators behind take that for the genesis:
// gas would be unlimited, fees not asked for, signatures checked against account
// number zero. CometBFT then drops a good transaction although its sender is told
// that it was taken. On a halted chain that lasts as long as the halt.
// Side effects: none. Contexts that have a height, as all in blocks do, pass
// unchanged, so this is not part of what validators agree on.
// Order: first, because the gas meter depends on the height.
type RestartDecorator struct {
	lastBlock LastBlock
}

// NewRestartDecorator returns the decorator.
func NewRestartDecorator(lastBlock LastBlock) RestartDecorator {
	return RestartDecorator{lastBlock: lastBlock}
}

// AnteHandle implements sdk.AnteDecorator.
func (d RestartDecorator) AnteHandle(ctx sdk.Context, tx sdk.Tx, simulate bool, next sdk.AnteHandler) (sdk.Context, error) {
	if ctx.BlockHeight() != 0 {
		return next(ctx, tx, simulate)
	}
	height, blockTime := d.lastBlock(ctx)
	if height == 0 {
		return next(ctx, tx, simulate)
	}
	return next(ctx.WithBlockHeight(height).WithBlockTime(blockTime), tx, simulate)
}
