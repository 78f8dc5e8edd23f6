package client

import (
	"context"
	"errors"
	"fmt"

	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"

	"github.com/cosmos/cosmos-sdk/client/grpc/cmtservice"
)

// Status is where a node stands.
type Status struct {
	ChainID string
	// Height is the newest height whose state the node answers from.
	Height int64
	// Earliest is the lowest height whose block the node has.
	Earliest int64
	// CatchingUp says that the node is still behind its peers, and takes no
	// transactions.
	CatchingUp bool
}

// Status asks a node where it stands, and which chain it follows: it returns a
// *WrongChainError if that is not the one the client is for.
func (c *Client) Status(ctx context.Context) (Status, error) {
	c.conn.doubt()
	return c.syncing(ctx)
}

// Height returns the newest height whose state a node answers from. The effects of all
// blocks up to it can be seen.
func (c *Client) Height(ctx context.Context) (int64, error) {
	s, err := c.syncing(ctx)
	return s.Height, err
}

func (c *Client) syncing(ctx context.Context) (Status, error) {
	var header, trailer metadata.MD
	res, err := cmtservice.NewServiceClient(c.conn).GetSyncing(ctx, &cmtservice.GetSyncingRequest{},
		grpc.Header(&header), grpc.Trailer(&trailer))
	if err != nil {
		return Status{}, err
	}
	// The newest block of the answer may not have been executed yet.
	height, err := HeightOf(metadata.Join(header, trailer))
	if err != nil {
		return Status{}, err
	}
	return Status{ChainID: c.options.ChainID, Height: height, Earliest: res.EarliestBlockHeight, CatchingUp: res.Syncing}, nil
}

// WaitHeight returns when the node that queries go to answers from the state of a height
// or a later one. A block of a Cursor, or a Result, may come from a node that is ahead
// of it. A node that does not answer is asked again for as long as Options.Patience says.
func (c *Client) WaitHeight(ctx context.Context, height int64) error {
	pauses := c.backoff(c.options.Patience)
	for {
		at, err := c.Height(ctx)
		switch {
		case ctx.Err() != nil:
			return fmt.Errorf("height %d: %w", height, ctx.Err())
		case errors.As(err, new(*NodeError)):
			err = pauses.after(ctx, err)
		case err == nil && at >= height:
			return nil
		case err == nil:
			pauses.reset()
			err = c.options.Wait(ctx, c.options.PollInterval)
		}
		if err != nil {
			return fmt.Errorf("height %d: %w", height, err)
		}
	}
}
