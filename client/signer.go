package client

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"sync"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
)

// signer is a key and its transactions that are on their way. Sequences are given out in
// turn; what a sequence is for in the end, the chain decides.
type signer struct {
	client  *Client
	name    string
	address string

	// turn has room for one: who signs.
	turn chan struct{}
	// next is the sequence of the next transaction, unsigned the lowest that none was
	// signed with, and latest the highest timeout that one has. They belong to whose
	// turn it is.
	next, unsigned uint64
	latest         int64

	mu sync.Mutex
	// flying are the transactions whose end somebody awaits, by sequence.
	flying map[uint64]*attempt
}

// signer returns the one for a key.
func (c *Client) signer(name string) (*signer, error) {
	if c.options.Keys == nil || c.options.Fee == nil {
		return nil, errors.New("client: expected keys and a price of gas for sending")
	}
	record, err := c.options.Keys.Key(name)
	if err != nil {
		return nil, fmt.Errorf("key %s: %w", name, err)
	}
	addr, err := record.GetAddress()
	if err != nil {
		return nil, fmt.Errorf("key %s: %w", name, err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	s, ok := c.signers[addr.String()]
	if !ok {
		s = &signer{
			client: c, name: name, address: addr.String(),
			turn: make(chan struct{}, 1), flying: map[uint64]*attempt{},
		}
		c.signers[s.address] = s
	}
	return s, nil
}

// inTurn calls f when no other transaction of the key is being made. It calls it again
// after a failure that may pass: nothing may have been sent then.
func (s *signer) inTurn(ctx context.Context, f func() error) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case s.turn <- struct{}{}:
	}
	defer func() { <-s.turn }()
	pauses := s.client.backoff(s.client.options.Patience)
	for {
		err := f()
		switch {
		case err == nil:
			return nil
		case ctx.Err() != nil && (status.Code(err) == codes.Canceled || status.Code(err) == codes.DeadlineExceeded):
			return ctx.Err()
		case ctx.Err() != nil || !s.mend(ctx, err):
			return err
		}
		if err := pauses.after(ctx, err); err != nil {
			return err
		}
	}
}

// mend reports whether it can be tried again, and does what helps.
func (s *signer) mend(ctx context.Context, err error) bool {
	silent, refused := (*NodeError)(nil), (*TxError)(nil)
	switch {
	case errors.As(err, &silent):
		return true
	case !errors.As(err, &refused):
		return false
	case refused.is(sdkerrors.ErrWrongSequence):
		s.resync(ctx, refused.Log)
		return true
	default:
		// The height was of a node that is behind, or the node is busy.
		return refused.is(sdkerrors.ErrTxTimeoutHeight) || refused.is(sdkerrors.ErrMempoolIsFull)
	}
}

var wantedSequence = regexp.MustCompile(`account sequence mismatch, expected (\d+)`)

// resync goes on with the sequence that the node wants, unless one of our transactions
// has it, which the node then gets again: it was restarted, or is another one. If the
// node refuses that one for good, a new one may take its place: the chain executes one of
// them at most.
func (s *signer) resync(ctx context.Context, log string) {
	found := wantedSequence.FindStringSubmatch(log)
	if found == nil {
		return
	}
	wanted, err := strconv.ParseUint(found[1], 10, 64)
	if err != nil {
		return
	}
	s.mu.Lock()
	a := s.flying[wanted]
	s.mu.Unlock()
	if a != nil {
		if s.client.resend(ctx, a); a.refused() == nil {
			return
		}
	}
	s.next = wanted
}

// launch makes a transaction and sends it. After an error it is nowhere.
func (s *signer) launch(ctx context.Context, msgs []sdk.Msg, leastGas uint64) (*attempt, error) {
	var a *attempt
	err := s.inTurn(ctx, func() error {
		var err error
		if a, err = s.sign(ctx, msgs, leastGas); err != nil {
			return err
		}
		if err := s.client.broadcast(ctx, a); nowhere(err) {
			return err
		}
		s.fly(a)
		return nil
	})
	return a, err
}

// fly takes note of a transaction that may be on its way.
func (s *signer) fly(a *attempt) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.flying[a.sequence] = a
	s.next = a.sequence + 1
	for s.flying[s.next] != nil {
		s.next++
	}
}

// land forgets a transaction that nobody awaits any more.
func (s *signer) land(a *attempt) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.flying[a.sequence] == a {
		delete(s.flying, a.sequence)
	}
}

// account is what the chain knows of a key at a height: after all blocks up to and
// including that one.
type account struct {
	number, sequence uint64
	height           int64
}

// account asks for an account. It returns a *NoAccountError if there is none.
func (c *Client) account(ctx context.Context, address string) (account, error) {
	var header, trailer metadata.MD
	res, err := authtypes.NewQueryClient(c.conn).AccountInfo(ctx, &authtypes.QueryAccountInfoRequest{Address: address},
		grpc.Header(&header), grpc.Trailer(&trailer))
	if status.Code(err) == codes.NotFound {
		return account{}, &NoAccountError{Address: address}
	}
	if err != nil {
		return account{}, err
	}
	height, err := HeightOf(metadata.Join(header, trailer))
	if err != nil {
		return account{}, err
	}
	return account{number: res.Info.AccountNumber, sequence: res.Info.Sequence, height: height}, nil
}
