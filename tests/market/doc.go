// Package market holds the market's proof: random histories on the real keepers of
// escrow, registry, job market, bank and clock, next to a model that is written from
// the modules' READMEs in plain integers and shares no rules with them.
//
// The model says of every message whether it is carried out or refused, and with
// which error, and afterwards what everybody holds and what the modules' whole state
// is. What must always hold of the market is checked like this:
//
//	M1  vaults hold the locks and claimables   balances equal the model's, in which nothing else can rest there
//	M2  funded = released + refunded + fees    each job's ledger, and escrow's lock of it, after each block
//	    + still locked
//	M3  an ended job holds and reserves nothing   no such lock and reservation in the model's state; finish
//	M4  supply = sum of balances               compareMoney, after each message and block
//	M5  each milestone settles once            checkSettlements counts the events
//	M6  the worker gets at least 80 %          spec.pay panics otherwise; the amounts are compared
//	M7  every state has an exit, one queue     finish: timeouts alone end each job, in exactly as many steps
//	    entry per live job                     as computed; CheckInvariants walks the queue
//	M8  refunds go to the payer of record      balances and claimables
//	M9  a slash is at most what is reserved    spec.slash panics otherwise; reservations are compared
//	M10 a payee that can't receive blocks      accounts break and are mended at random, even the pool of the
//	    nobody                                 fees, which parks timeouts; all others go on
//	M11 bounded work per block                 limits of 1, 2 and 3 are drawn; the rest waits in order
//	M12 nobody hires an agent of their own     ErrOwnAgent is expected, of whoever owns it now
//	M13 the horizon is not passed              ErrOutsideMarket is expected
//	M14 terms are those of the post            parameters change under live jobs
//	M15 no reputation without a settlement     compareEvents compares all facts
//	M16 nothing has a second effect            messages are sent again; a client_ref is used again
//
// Agents are registered with consents, seen, paused by silence, removed, drained, and
// change hands under live work. Their maintenance, suspension and attestations are left
// to the registry's own tests. Reviewers, panels, auctions, splits and payees are not in
// the market yet.
//
//	go test ./tests/market -short                                 400 histories
//	go test ./tests/market -timeout 60m -v                        20,000, with counts, and the mutants
//	go test ./tests/market -timeout 0 -run Histories -histories 1000000 -seed 7
package market
