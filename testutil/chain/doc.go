// Package chain runs the whole application in process, on the path that CometBFT
// drives on a real node: InitChain, PrepareProposal, ProcessProposal,
// FinalizeBlock, Commit. Nothing is mocked below ABCI: signatures are checked,
// fees are paid, validators sign and miss blocks, time is block time.
//
//	c := chain.New(t)                                  // 4 validators, funded accounts
//	alice, bob := c.Account(0), c.Account(1)
//	c.Tx(alice, banktypes.NewMsgSend(...)).MustDeliver()
//	c.Advance(2 * time.Hour)                           // the next block comes two hours later
//	c.NextBlock()
//
// NewLockstep returns the same Chain on several nodes at once, one per block
// executor. Every block then runs on all of them, and the test fails at the first
// height at which they disagree on the app hash or on the last results hash,
// which are what a network would split on.
package chain
