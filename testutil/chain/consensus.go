package chain

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	abci "github.com/cometbft/cometbft/abci/types"
	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	cmttypes "github.com/cometbft/cometbft/types"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

// consensus is what CometBFT knows between two blocks: the validator sets, which
// follow the application's updates two heights later, who signed, and the last
// hashes.
type consensus struct {
	height int64
	time   time.Time
	params cmttypes.ConsensusParams

	// last signed the latest block, current signs the next one, next the one after.
	last, current, next *cmttypes.ValidatorSet
	// history holds for each height who signed it, for evidence.
	history map[int64]signedBlock

	offline  map[string]bool // consensus addresses that don't sign
	evidence []abci.Misbehavior

	appHash     []byte
	resultsHash []byte
}

// signedBlock is one height as evidence refers to it.
type signedBlock struct {
	time       time.Time
	validators *cmttypes.ValidatorSet
}

func newConsensus(req *abci.RequestInitChain, res *abci.ResponseInitChain) (*consensus, error) {
	validators, err := cmttypes.PB2TM.ValidatorUpdates(res.Validators)
	if err != nil {
		return nil, fmt.Errorf("genesis validators: %w", err)
	}
	if len(validators) == 0 {
		return nil, errors.New("genesis validators: expected at least one, got none")
	}
	set := cmttypes.NewValidatorSet(validators)
	// A request may leave sections out; CometBFT fills them with its defaults.
	params := cmttypes.DefaultConsensusParams().Update(req.ConsensusParams)
	if res.ConsensusParams != nil {
		params = params.Update(res.ConsensusParams)
	}
	return &consensus{
		height:  req.InitialHeight - 1,
		time:    req.Time,
		params:  params,
		last:    cmttypes.NewValidatorSet(nil),
		current: set,
		next:    set.CopyIncrementProposerPriority(1),
		history: map[int64]signedBlock{},
		offline: map[string]bool{},
		appHash: res.AppHash,
	}, nil
}

// request returns the next block with the given transactions.
func (s *consensus) request(at time.Time, txs [][]byte) *abci.RequestFinalizeBlock {
	height := s.height + 1
	return &abci.RequestFinalizeBlock{
		Txs:                txs,
		DecidedLastCommit:  s.lastCommit(),
		Misbehavior:        s.evidence,
		Hash:               blockHash(height),
		Height:             height,
		Time:               at,
		NextValidatorsHash: s.next.Hash(),
		ProposerAddress:    s.current.GetProposer().Address,
	}
}

// blockHash stands in for the hash of a header; it only has to differ by height.
func blockHash(height int64) []byte {
	sum := sha256.Sum256(binary.BigEndian.AppendUint64(nil, uint64(height)))
	return sum[:]
}

func (s *consensus) lastCommit() abci.CommitInfo {
	info := abci.CommitInfo{}
	for _, v := range s.last.Validators {
		info.Votes = append(info.Votes, abci.VoteInfo{
			Validator:   abci.Validator{Address: v.Address, Power: v.VotingPower},
			BlockIdFlag: s.flag(v),
		})
	}
	return info
}

func (s *consensus) extendedLastCommit() abci.ExtendedCommitInfo {
	info := abci.ExtendedCommitInfo{}
	for _, v := range s.last.Validators {
		info.Votes = append(info.Votes, abci.ExtendedVoteInfo{
			Validator:   abci.Validator{Address: v.Address, Power: v.VotingPower},
			BlockIdFlag: s.flag(v),
		})
	}
	return info
}

func (s *consensus) flag(v *cmttypes.Validator) cmtproto.BlockIDFlag {
	if s.offline[string(v.Address)] {
		return cmtproto.BlockIDFlagAbsent
	}
	return cmtproto.BlockIDFlagCommit
}

// apply moves to the state after a block, with the same checks as CometBFT.
func (s *consensus) apply(req *abci.RequestFinalizeBlock, res *abci.ResponseFinalizeBlock) error {
	updates, err := cmttypes.PB2TM.ValidatorUpdates(res.ValidatorUpdates)
	if err != nil {
		return fmt.Errorf("validator updates: %w", err)
	}
	for _, u := range updates {
		if !cmttypes.IsValidPubkeyType(s.params.Validator, u.PubKey.Type()) {
			return fmt.Errorf("validator updates: key type %s is not among %v", u.PubKey.Type(), s.params.Validator.PubKeyTypes)
		}
	}
	next := s.next.Copy()
	if len(updates) > 0 {
		if err := next.UpdateWithChangeSet(updates); err != nil {
			return fmt.Errorf("validator updates: %w", err)
		}
	}
	next.IncrementProposerPriority(1)

	params := s.params
	if res.ConsensusParamUpdates != nil {
		params = s.params.Update(res.ConsensusParamUpdates)
		if err := params.ValidateBasic(); err != nil {
			return fmt.Errorf("consensus params: %w", err)
		}
		if err := s.params.ValidateUpdate(res.ConsensusParamUpdates, req.Height); err != nil {
			return fmt.Errorf("consensus params: %w", err)
		}
	}
	s.history[req.Height] = signedBlock{time: req.Time, validators: s.current}
	s.last, s.current, s.next = s.current, s.next, next
	s.params = params
	s.height, s.time = req.Height, req.Time
	s.evidence = nil
	s.appHash = res.AppHash
	s.resultsHash = cmttypes.NewResults(res.TxResults).Hash()
	return nil
}

// misbehavior returns evidence that a validator signed two blocks at a height.
func (s *consensus) misbehavior(addr sdk.ConsAddress, height int64) (abci.Misbehavior, error) {
	block, ok := s.history[height]
	if !ok {
		return abci.Misbehavior{}, fmt.Errorf("evidence: expected a height up to %d, got %d", s.height, height)
	}
	_, v := block.validators.GetByAddress(addr.Bytes())
	if v == nil {
		return abci.Misbehavior{}, fmt.Errorf("evidence: %s did not sign height %d", addr, height)
	}
	return abci.Misbehavior{
		Type:             abci.MisbehaviorType_DUPLICATE_VOTE,
		Validator:        abci.Validator{Address: v.Address, Power: v.VotingPower},
		Height:           height,
		Time:             block.time,
		TotalVotingPower: block.validators.TotalVotingPower(),
	}, nil
}

// SetOffline lets a validator miss blocks from the next commit on, or sign again.
func (c *Chain) SetOffline(addr sdk.ConsAddress, offline bool) {
	if offline {
		c.comet.offline[string(addr)] = true
		return
	}
	delete(c.comet.offline, string(addr))
}

// LikeAfterGenesis lets the next block be one as after a genesis: without votes,
// by the newest validator set, which takes turns from the beginning. A chain that
// is compared with one started from its export needs that.
func (c *Chain) LikeAfterGenesis() {
	fresh := make([]*cmttypes.Validator, 0, c.comet.next.Size())
	for _, v := range c.comet.next.Validators {
		fresh = append(fresh, cmttypes.NewValidator(v.PubKey, v.VotingPower))
	}
	c.comet.last = cmttypes.NewValidatorSet(nil)
	c.comet.current = cmttypes.NewValidatorSet(fresh)
	c.comet.next = c.comet.current.CopyIncrementProposerPriority(1)
}

// DoubleSign puts evidence into the next block that the validator with this
// consensus address signed two blocks at the given height.
func (c *Chain) DoubleSign(addr sdk.ConsAddress, height int64) {
	c.tb.Helper()
	m, err := c.comet.misbehavior(addr, height)
	if err != nil {
		c.tb.Fatal(err)
	}
	c.comet.evidence = append(c.comet.evidence, m)
}

// ValidatorSet returns who signs the next block.
func (c *Chain) ValidatorSet() *cmttypes.ValidatorSet { return c.comet.current.Copy() }

// ConsensusParams returns the parameters in force.
func (c *Chain) ConsensusParams() cmttypes.ConsensusParams { return c.comet.params }

// AppHash returns the hash of the state after the last block.
func (c *Chain) AppHash() []byte { return c.comet.appHash }
