package client

import (
	"context"
	"errors"
	"fmt"
)

// stalledPolls is for how many polls a node without a new block is asked before another
// one is.
const stalledPolls = 20

// Cursor follows the committed blocks from a height on: each once, in order, whichever
// node they come from. It needs Options.RPC, and nodes that keep the results of blocks,
// but no index. Its whole state is the height of the next block, which the caller
// stores when it has dealt with the one before.
//
// When a block arrives, the node that it comes from has carried it out: queries to the
// same node see its effects. Those to another node may not yet.
//
// A cursor starts nothing in the background and needs no closing. It is not safe for use
// by several goroutines; make one for each.
type Cursor struct {
	client *Client
	next   int64

	// at is the index of the node that is asked.
	at int
	// known says that it follows the right chain.
	known bool
	// head is the newest height that it is known to have.
	head int64
	// polls counts those since the last block.
	polls int
}

// Cursor returns a cursor whose first block is that at a height, at least 1.
func (c *Client) Cursor(next int64) (*Cursor, error) {
	if len(c.rpcs) == 0 {
		return nil, errors.New("client: expected the address of a CometBFT RPC for a cursor")
	}
	if next < 1 {
		return nil, fmt.Errorf("cursor: expected a height of at least 1, got %d", next)
	}
	return &Cursor{client: c, next: next}, nil
}

// Height returns the height of the block that Next returns next.
func (c *Cursor) Height() int64 { return c.next }

// Next returns the next block. It waits for one that does not exist yet until ctx ends.
// Nodes that don't answer are asked again, in turn, for as long as Options.Patience
// says; then the error is a *NodeError. A *PrunedError says that no node has the block
// any more, a *WrongChainError that a node follows another chain. After an error the
// cursor stands where it stood, and Next may be called again.
func (c *Cursor) Next(ctx context.Context) (Block, error) {
	pauses := c.client.backoff(c.client.options.Patience)
	lacking := map[int]error{}
	for {
		block, err := c.ask(ctx)
		gone := (*goneError)(nil)
		switch {
		case err == nil:
			c.next, c.polls = c.next+1, 0
			return block, nil
		case ctx.Err() != nil:
			return Block{}, ctx.Err()
		case errors.Is(err, errNotYet):
			pauses.reset()
			if err := c.poll(ctx); err != nil {
				return Block{}, err
			}
			continue
		case errors.As(err, &gone), errors.Is(err, errNotSaved):
			lacking[c.at] = err
			c.leave()
			if len(lacking) == len(c.client.rpcs) {
				return Block{}, c.lost(lacking)
			}
			continue
		case errors.As(err, new(*WrongChainError)):
			return Block{}, err
		}
		c.leave()
		if err := pauses.after(ctx, err); err != nil {
			return Block{}, err
		}
	}
}

// ask asks one node for the next block.
func (c *Cursor) ask(ctx context.Context) (Block, error) {
	n := c.client.rpcs[c.at]
	ctx, cancel := context.WithTimeout(ctx, c.client.options.CallTimeout)
	defer cancel()
	if !c.known {
		if err := n.recognise(ctx, c.client.options.ChainID); err != nil {
			return Block{}, err
		}
		c.known = true
	}
	if c.head < c.next {
		head, err := n.head(ctx)
		if err != nil {
			return Block{}, err
		}
		if c.head = head; c.head < c.next {
			return Block{}, errNotYet
		}
	}
	block, results, err := n.block(ctx, c.next)
	if err != nil {
		return Block{}, err
	}
	if got := block.Block.ChainID; got != c.client.options.ChainID {
		return Block{}, &WrongChainError{Addr: n.addr, Expected: c.client.options.ChainID, Got: got}
	}
	return newBlock(block, results), nil
}

// poll waits for the next block. A node that does not go on may be stuck, so another is
// asked after a while.
func (c *Cursor) poll(ctx context.Context) error {
	if c.polls++; c.polls%stalledPolls == 0 {
		c.leave()
	}
	return c.client.options.Wait(ctx, c.client.options.PollInterval)
}

// leave makes the next node the one that is asked.
func (c *Cursor) leave() {
	c.at = (c.at + 1) % len(c.client.rpcs)
	c.known, c.head = false, 0
}

// lost returns the error for a block that no node has.
func (c *Cursor) lost(lacking map[int]error) error {
	pruned := &PrunedError{Height: c.next}
	var notSaved error
	for _, err := range lacking {
		gone := (*goneError)(nil)
		if !errors.As(err, &gone) {
			notSaved = err
		} else if pruned.Lowest == 0 || gone.lowest < pruned.Lowest {
			pruned.Lowest = gone.lowest
		}
	}
	if pruned.Lowest == 0 {
		return notSaved
	}
	return pruned
}
