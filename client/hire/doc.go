// Package hire is the client's side of a hire: it chooses an agent, posts the job,
// hands over the sealed input, fetches and opens the result, and settles.
//
// # A journal against crashes
//
// A hire goes through a journal: a directory of its own, with everything that can't
// be made a second time. It is complete before the first coin moves, and appears in
// one step:
//
//	order.json    what is to be posted, with the client_ref that names the job
//	key.pem       the private key that results are sealed to
//	input.sealed  the input, of whose bytes the chain gets the hash
//	state.json    what has been done, for the record; the chain knows better
//	result.sealed the result, once it is here and has the hash that the chain has
//
// After a kill at any point, Resume asks the chain where the job stands and goes on
// from there. Posting again is harmless: the chain knows the client_ref, and returns
// the job that is there. So a hire never pays twice, never hires twice, and never
// loses the key of its result.
//
// # Who decides
//
// The package knows no terminal. What happens is told to Config.Progress, the opened
// result goes to Config.Deliver, and whether it is accepted is asked of
// Config.Decide. A result that can't be fetched, or isn't what the agent committed
// to, is a Problem that Decide hears of: nothing is rejected without being asked. A
// missed delivery is waived at once, because nothing but the refund can follow.
package hire
