package demo

import (
	"context"
	"fmt"

	cmttypes "github.com/cometbft/cometbft/types"

	sdkmath "cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
	stakingtypes "github.com/cosmos/cosmos-sdk/x/staking/types"

	"github.com/aitbc/aitbc/internal/localnet"
	"github.com/aitbc/aitbc/types"
)

// rotated is the validator that changes its key. node0 serves our queries, so it
// must be another.
const rotated = validators - 1

// rotation changes the key with which a validator signs blocks, on the chain and
// in its node, and waits for a signature by the new one.
func (s *show) rotation(ctx context.Context) error {
	name := localnet.ValidatorName(rotated)
	operator, err := s.net.Account(name)
	if err != nil {
		return err
	}
	oldAddr, err := s.net.ConsensusAddress(rotated)
	if err != nil {
		return err
	}
	keyFile, pubKey, err := s.net.NewConsensusKey(rotated)
	if err != nil {
		return err
	}
	newAddr := pubKey.Address()
	s.say("%s signs blocks as   %s", name, oldAddr)
	s.say("and gets the new key        %s", newAddr)

	height, err := s.announceKey(ctx, name, operator, func(valoper string) (sdk.Msg, error) {
		return stakingtypes.NewMsgRotateConsPubKey(valoper, pubKey)
	})
	if err != nil {
		return err
	}
	// The old key signs one block more; the validator set has the new one after it.
	if err := s.net.WaitHeight(ctx, height+1, 0, rotated); err != nil {
		return err
	}
	if _, err := s.net.Stop(rotated); err != nil {
		return err
	}
	if err := s.net.SwapConsensusKey(rotated, keyFile); err != nil {
		return err
	}
	if _, err := s.net.Start(rotated); err != nil {
		return err
	}
	s.say("node%d is stopped, gets the new key file, and is started again", rotated)
	return s.watchNewKey(ctx, height, oldAddr, newAddr)
}

// announceKey sends the message and shows what it costs. It returns its height.
func (s *show) announceKey(
	ctx context.Context, name string, operator localnet.Account, message func(valoper string) (sdk.Msg, error),
) (int64, error) {
	staking, err := stakingtypes.NewQueryClient(s.client.Conn()).Params(ctx, &stakingtypes.QueryParamsRequest{})
	if err != nil {
		return 0, err
	}
	before, err := s.balances(ctx, operator)
	if err != nil {
		return 0, err
	}
	msg, err := message(sdk.ValAddress(mustAddress(operator)).String())
	if err != nil {
		return 0, err
	}
	res, err := s.client.Send(ctx, name, msg)
	if err != nil {
		return 0, err
	}
	after, err := s.balances(ctx, operator)
	if err != nil {
		return 0, err
	}
	burned, fee := staking.Params.KeyRotationFee.Amount.Int64(), res.Fee.Amount.Int64()
	s.say("announced in block %d; %s %s burned, fee %s AIT", res.Height,
		types.FormatAIT(sdkmath.NewInt(burned)), types.DisplayDenom, types.FormatAIT(sdkmath.NewInt(fee)))
	s.say(balanceRow, "AIT", "before", "after", "change")
	s.sayBalance(name, before[0], after[0])
	return res.Height, check("balance of "+name, after[0], before[0]-burned-fee)
}

// watchNewKey waits for the new key's first signature and checks the validator set.
func (s *show) watchNewKey(ctx context.Context, announced int64, oldAddr, newAddr cmttypes.Address) error {
	first, err := s.net.WaitSignature(ctx, announced+2, newAddr)
	if err != nil {
		return err
	}
	signed, err := s.net.SignedBy(ctx, first, oldAddr)
	if err != nil {
		return err
	}
	if signed {
		return fmt.Errorf("block %d: expected no signature by the old key %s", first, oldAddr)
	}
	rpc, err := s.net.RPC(0)
	if err != nil {
		return err
	}
	set, err := rpc.Validators(ctx, &first, nil, nil)
	if err != nil {
		return err
	}
	var power, total int64
	for _, v := range set.Validators {
		total += v.VotingPower
		if v.Address.String() == newAddr.String() {
			power = v.VotingPower
		}
		if v.Address.String() == oldAddr.String() {
			return fmt.Errorf("validator set at height %d: expected the old key %s to be gone", first, oldAddr)
		}
	}
	if power == 0 {
		return fmt.Errorf("validator set at height %d: expected the new key %s", first, newAddr)
	}
	s.say("block %d is the first that the new key signs, with %d %% of the power", first, 100*power/total)
	return s.net.WaitCaughtUp(ctx, rotated)
}
