// Package feed keeps the tables of the read model equal to the state of the chain, off the
// consensus path: blocks are handed over by the commit listener, and a program of its own
// writes them. It only reads what is committed, and nothing waits for it.
//
// Rows are a projection of the key-value pairs of three stores. The same function makes
// them from what a block changed and, when that is not enough, from the whole state: at
// the first start, after state sync, after a gap, or for a new schema.
package feed
