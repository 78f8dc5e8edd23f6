// Package gen makes random but repeatable inputs for tests of the whole chain.
package gen

import (
	"math/rand"
	"time"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/x/authz"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
	distrtypes "github.com/cosmos/cosmos-sdk/x/distribution/types"
	"github.com/cosmos/cosmos-sdk/x/feegrant"
	govv1 "github.com/cosmos/cosmos-sdk/x/gov/types/v1"
	slashingtypes "github.com/cosmos/cosmos-sdk/x/slashing/types"
	stakingtypes "github.com/cosmos/cosmos-sdk/x/staking/types"

	"github.com/aitbc/aitbc/testutil/chain"
	clocktypes "github.com/aitbc/aitbc/x/clock/types"
)

// Traffic makes the random transactions of a chain's users, honest and not: the
// same seed on the same chain gives the same bytes.
type Traffic struct {
	c     *chain.Chain
	r     *rand.Rand
	kinds []kind
	total int
	// unordered makes the nonces of unordered transactions differ.
	unordered int
}

// kind is one sort of transaction, drawn in proportion to its weight.
type kind struct {
	weight int
	make   func(*Traffic) []byte
}

// NewTraffic returns the traffic of all funded accounts of the chain, which needs
// two at least.
func NewTraffic(c *chain.Chain, seed int64) *Traffic {
	t := &Traffic{c: c, r: rand.New(rand.NewSource(seed))}
	t.Add(20, (*Traffic).send)
	t.Add(4, (*Traffic).sendTooMuch)
	t.Add(4, (*Traffic).sendMany)
	t.Add(4, (*Traffic).multiSend)
	t.Add(3, (*Traffic).wrongSequence)
	t.Add(3, (*Traffic).wrongSignature)
	t.Add(2, (*Traffic).wrongChain)
	t.Add(6, (*Traffic).outOfGas)
	t.Add(3, (*Traffic).underpriced)
	t.Add(5, (*Traffic).undecodable)
	t.Add(4, (*Traffic).unorderedSend)
	t.Add(4, (*Traffic).grant)
	t.Add(5, (*Traffic).exec)
	t.Add(3, (*Traffic).allowance)
	t.Add(4, (*Traffic).grantedFee)
	t.Add(6, (*Traffic).delegate)
	t.Add(4, (*Traffic).undelegate)
	t.Add(4, (*Traffic).redelegate)
	t.Add(3, (*Traffic).withdraw)
	t.Add(1, (*Traffic).unjail)
	t.Add(2, (*Traffic).propose)
	t.Add(3, (*Traffic).deposit)
	t.Add(5, (*Traffic).vote)
	return t
}

// Add puts another kind of transaction into the mix. A module's tests add their
// own messages.
func (t *Traffic) Add(weight int, produce func(*Traffic) []byte) {
	t.kinds = append(t.kinds, kind{weight, produce})
	t.total += weight
}

// Chain returns the chain that the traffic is for.
func (t *Traffic) Chain() *chain.Chain { return t.c }

// Rand returns the source of all choices.
func (t *Traffic) Rand() *rand.Rand { return t.r }

// Txs returns n transactions for the next block.
func (t *Traffic) Txs(n int) [][]byte {
	txs := make([][]byte, 0, n)
	for range n {
		at := t.r.Intn(t.total)
		for _, k := range t.kinds {
			if at -= k.weight; at < 0 {
				txs = append(txs, k.make(t))
				break
			}
		}
	}
	return txs
}

// User returns a random funded account.
func (t *Traffic) User() *chain.Account { return t.c.Account(t.r.Intn(len(t.c.Accounts()))) }

// Pair returns two different ones.
func (t *Traffic) Pair() (*chain.Account, *chain.Account) {
	i := t.r.Intn(len(t.c.Accounts()))
	j := (i + 1 + t.r.Intn(len(t.c.Accounts())-1)) % len(t.c.Accounts())
	return t.c.Account(i), t.c.Account(j)
}

// Amount returns 1 uait to 100 AIT.
func (t *Traffic) Amount() sdk.Coin { return chain.Uait(1 + t.r.Int63n(100_000_000)) }

func (t *Traffic) valAddr() string {
	return t.c.Validator(t.r.Intn(len(t.c.Validators()))).ValAddr().String()
}

// transfer returns a send between two users that the balance covers.
func (t *Traffic) transfer() (*chain.Account, *banktypes.MsgSend) {
	from, to := t.Pair()
	return from, banktypes.NewMsgSend(from.Addr, to.Addr, sdk.NewCoins(t.Amount()))
}

func (t *Traffic) send() []byte {
	from, msg := t.transfer()
	return t.c.Tx(from, msg).Bytes()
}

func (t *Traffic) sendTooMuch() []byte {
	from, to := t.Pair()
	return t.c.Tx(from, banktypes.NewMsgSend(from.Addr, to.Addr, sdk.NewCoins(chain.AIT(1_000_000_000)))).Bytes()
}

// sendMany is three messages in one transaction; sometimes the last one fails and
// must take the others with it.
func (t *Traffic) sendMany() []byte {
	from, msg := t.transfer()
	last := *msg
	if t.r.Intn(2) == 0 {
		last.Amount = sdk.NewCoins(chain.AIT(1_000_000_000))
	}
	return t.c.Tx(from, msg, msg, &last).Bytes()
}

func (t *Traffic) multiSend() []byte {
	from, to := t.Pair()
	amount := t.Amount()
	return t.c.Tx(from, &banktypes.MsgMultiSend{
		Inputs:  []banktypes.Input{banktypes.NewInput(from.Addr, sdk.NewCoins(amount.Add(amount)))},
		Outputs: []banktypes.Output{banktypes.NewOutput(to.Addr, sdk.NewCoins(amount)), banktypes.NewOutput(t.User().Addr, sdk.NewCoins(amount))},
	}).Bytes()
}

func (t *Traffic) wrongSequence() []byte {
	from, msg := t.transfer()
	return t.c.Tx(from, msg).Sequence(t.c.Sequence(from) + 1 + uint64(t.r.Intn(3))).Bytes()
}

func (t *Traffic) wrongSignature() []byte {
	from, msg := t.transfer()
	return t.c.Tx(from, msg).CorruptSignature().Bytes()
}

func (t *Traffic) wrongChain() []byte {
	from, msg := t.transfer()
	return t.c.Tx(from, msg).ChainID("another-1").Sequence(t.c.Sequence(from)).Bytes()
}

// outOfGas runs dry somewhere between the first decorator and the last write.
func (t *Traffic) outOfGas() []byte {
	from, msg := t.transfer()
	return t.c.Tx(from, msg).Gas(1_000 + uint64(t.r.Intn(60_000))).Sequence(t.c.Sequence(from)).Bytes()
}

func (t *Traffic) underpriced() []byte {
	from, msg := t.transfer()
	tx := t.c.Tx(from, msg).Sequence(t.c.Sequence(from))
	if t.r.Intn(2) == 0 {
		return tx.Fee().Bytes()
	}
	return tx.Fee(chain.Uait(1)).Bytes()
}

// undecodable is noise, or a real transaction that was cut or has a byte changed.
func (t *Traffic) undecodable() []byte {
	from, msg := t.transfer()
	tx := t.c.Tx(from, msg).Sequence(t.c.Sequence(from)).Bytes()
	switch t.r.Intn(3) {
	case 0:
		noise := make([]byte, 1+t.r.Intn(300))
		t.r.Read(noise)
		return noise
	case 1:
		return tx[:1+t.r.Intn(len(tx)-1)]
	default:
		tx[t.r.Intn(len(tx))] ^= byte(1 + t.r.Intn(255))
		return tx
	}
}

// unorderedSend needs no sequence; now and then the same nonce is used again.
func (t *Traffic) unorderedSend() []byte {
	from, msg := t.transfer()
	if t.r.Intn(4) != 0 {
		t.unordered++
	}
	ttl := time.Minute + time.Duration(t.unordered)*time.Microsecond
	return t.c.Tx(from, msg).Unordered(ttl).Bytes()
}

func (t *Traffic) grant() []byte {
	granter, grantee := t.Pair()
	until := t.c.Time().Add(time.Duration(1+t.r.Intn(120)) * time.Second)
	msg, err := authz.NewMsgGrant(granter.Addr, grantee.Addr, authz.NewGenericAuthorization(sdk.MsgTypeURL(&banktypes.MsgSend{})), &until)
	if err != nil {
		panic(err)
	}
	return t.c.Tx(granter, msg).Bytes()
}

func (t *Traffic) exec() []byte {
	granter, send := t.transfer()
	_, grantee := t.Pair()
	if grantee == granter {
		send.Amount = sdk.NewCoins(chain.AIT(1_000_000_000))
	}
	msg := authz.NewMsgExec(grantee.Addr, []sdk.Msg{send})
	return t.c.Tx(grantee, &msg).Bytes()
}

func (t *Traffic) allowance() []byte {
	granter, grantee := t.Pair()
	msg, err := feegrant.NewMsgGrantAllowance(
		&feegrant.BasicAllowance{SpendLimit: sdk.NewCoins(chain.Uait(5_000))}, granter.Addr, grantee.Addr)
	if err != nil {
		panic(err)
	}
	return t.c.Tx(granter, msg).Bytes()
}

func (t *Traffic) grantedFee() []byte {
	from, msg := t.transfer()
	granter, _ := t.Pair()
	return t.c.Tx(from, msg).Granter(granter).Sequence(t.c.Sequence(from)).Bytes()
}

func (t *Traffic) delegate() []byte {
	from := t.User()
	return t.c.Tx(from, stakingtypes.NewMsgDelegate(from.String(), t.valAddr(), t.Amount())).Bytes()
}

func (t *Traffic) undelegate() []byte {
	from := t.User()
	return t.c.Tx(from, stakingtypes.NewMsgUndelegate(from.String(), t.valAddr(), t.Amount())).Bytes()
}

func (t *Traffic) redelegate() []byte {
	from := t.User()
	return t.c.Tx(from, stakingtypes.NewMsgBeginRedelegate(from.String(), t.valAddr(), t.valAddr(), t.Amount())).Gas(2 * chain.DefaultGas).Bytes()
}

func (t *Traffic) withdraw() []byte {
	from := t.User()
	return t.c.Tx(from, distrtypes.NewMsgWithdrawDelegatorReward(from.String(), t.valAddr())).Bytes()
}

func (t *Traffic) unjail() []byte {
	v := t.c.Validator(t.r.Intn(len(t.c.Validators())))
	return t.c.Tx(v.Operator, slashingtypes.NewMsgUnjail(v.ValAddr().String())).Bytes()
}

// propose changes market time's cap, sometimes to a value out of bounds, so that
// the proposal fails when it is carried out.
func (t *Traffic) propose() []byte {
	from := t.User()
	params := clocktypes.Params{MaxStep: time.Duration(1+t.r.Intn(15)) * time.Second}
	msg, err := govv1.NewMsgSubmitProposal(
		[]sdk.Msg{&clocktypes.MsgUpdateParams{Authority: t.c.Authority(), Params: params}},
		sdk.NewCoins(chain.AIT(int64(200+t.r.Intn(600)))), from.String(), "", "title", "summary", false)
	if err != nil {
		panic(err)
	}
	return t.c.Tx(from, msg).Bytes()
}

func (t *Traffic) deposit() []byte {
	from := t.User()
	return t.c.Tx(from, govv1.NewMsgDeposit(from.Addr, t.proposal(), sdk.NewCoins(chain.AIT(100)))).Bytes()
}

// vote is mostly cast by validators, so that proposals pass.
func (t *Traffic) vote() []byte {
	voter := t.User()
	if t.r.Intn(4) != 0 {
		voter = t.c.Validator(t.r.Intn(len(t.c.Validators()))).Operator
	}
	return t.c.Tx(voter, govv1.NewMsgVote(voter.Addr, t.proposal(), govv1.OptionYes, "")).Bytes()
}

// proposal returns the id of one of the newest proposals, or now and then one
// that does not exist.
func (t *Traffic) proposal() uint64 {
	next, err := t.c.App.GovKeeper.ProposalID.Peek(t.c.Context())
	if err != nil {
		panic(err)
	}
	back := uint64(t.r.Intn(4))
	if back >= next {
		return 1
	}
	return next - back
}
